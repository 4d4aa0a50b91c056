"""现状: the lights of measures today, from the summaries kept where they still hold, computed where they do not.

`Present` answers for a whole plan in a constant number of queries. Where a plan has no summary (it was forgotten because
the table changed, or never made), everything is computed from the facts: slower at scale, never different.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from tasks import lights
from tasks.choices import OBLIGED_ROLES, DutyRole, ReportState
from tasks.lights import DutyWord, MeasureFacts, PeriodWord, Rule
from tasks.models import Duty, LightRule, Measure, MeasureStanding, Plan, ReportingPeriod
from tasks.queries.coordination import asked_units
from tasks.queries.figures import AT_ONCE, Figures, Sums, as_figures, in_parts, moved_by, places, summed
from tasks.queries.past import due_date_moves
from tasks.queries.stages import completion_days, stage_facts
from tasks.queries.standing_rows import (
    KeptStanding,
    KeptSummary,
    kept_standings,
    outdated_one,
    present_summary,
    unit_figures,
)
from units.models import Unit
from units.prepared import prepared, prepared_rows


def rule_on(day: datetime.date) -> Rule:
    """The rule that holds on a day: the newest version adopted for it, else the first. One query."""
    return in_force(adopted_rules(), day)


def adopted_rules() -> list[Rule]:
    """Every version, the newest first. One query."""
    return [Rule(*row) for row in rule_rows()]


@prepared
def rule_rows() -> QuerySet[LightRule]:
    return LightRule.objects.order_by("-since_on").values_list(*Rule.__dataclass_fields__)


def in_force(rules: Iterable[Rule], day: datetime.date) -> Rule:
    return next((rule for rule in rules if rule.since_on <= day), lights.FIRST_RULE)


def relevant_periods(plan: Plan, today: datetime.date) -> list[ReportingPeriod]:
    """The periods that can decide a light today: those being filed, and the newest whose due date has passed."""
    return deciding(opened_periods(plan.pk, today), today)


@prepared_rows(ReportingPeriod)
def opened_periods(plan: int, today: datetime.date) -> QuerySet[ReportingPeriod]:
    return ReportingPeriod.objects.filter(plan=plan, opens_on__lte=today).order_by("-as_of")


def deciding(opened: Iterable[ReportingPeriod], today: datetime.date) -> list[ReportingPeriod]:
    """Of the periods opened, the newest first, as far as the first whose due date has passed."""
    found: list[ReportingPeriod] = []
    for period in opened:
        found.append(period)
        if today > period.due_on:
            break
    return found


def facts_of(
    measures: Collection[Measure], periods: Collection[ReportingPeriod], stages: Mapping[int, str] | None = None
) -> dict[int, MeasureFacts]:
    """Measure key -> its facts, in three queries at most."""
    keys = [measure.pk for measure in measures]
    words = words_of(keys, periods)
    if stages is None:
        known = stage_facts(measures, (key for key in keys if has_report(words[key])))
        stages, completed = {measure.pk: known.stage(measure) for measure in measures}, known.completed
    else:
        completed = completion_days(keys)
    return {
        measure.pk: MeasureFacts(
            stage=str(stages[measure.pk]),
            starts_on=measure.starts_on,
            due_on=measure.due_on,
            is_ongoing=measure.is_ongoing,
            completed_on=completed.get(measure.pk),
            roll_up=measure.roll_up,
            periods=words[measure.pk],
        )
        for measure in measures
    }


def words_of(keys: Collection[int], periods: Collection[ReportingPeriod]) -> dict[int, tuple[PeriodWord, ...]]:
    """What every obliged duty of these measures says in each period: not in one that was frozen before it was there, where
    nothing can be said any more. One query.
    """
    duties: dict[int, dict[int, tuple[str, bool]]] = defaultdict(dict)
    said: dict[tuple[int, int], tuple[str, int | None]] = {}
    joined: dict[int, datetime.datetime | None] = {}
    for measure, duty, unit, role, at, period, *words in duty_rows(tuple(keys), tuple(one.pk for one in periods)):
        duties[measure][duty], joined[duty] = (unit, role == DutyRole.LEAD), at
        said[period, duty] = tuple(words)  # a correction comes after what it corrects
    found: dict[int, tuple[PeriodWord, ...]] = {}
    for key in keys:
        words_of_key = []
        for one in periods:
            there = [duty for duty in duties[key] if (one.pk, duty) in said or not is_later(joined[duty], one)]
            if there or not duties[key]:
                told = tuple(DutyWord(*duties[key][duty], *said.get((one.pk, duty), ())) for duty in there)
                words_of_key.append(PeriodWord(one.label, one.as_of, one.due_on, told, one.is_frozen))
        found[key] = tuple(words_of_key)
    return found


def is_later(joined_at: datetime.datetime | None, period: ReportingPeriod) -> bool:
    return bool(joined_at and period.frozen_at and joined_at > period.frozen_at)


@prepared
def duty_rows(measures: tuple[int, ...], periods: tuple[int, ...]) -> QuerySet[Duty]:
    approved = Q(reports__state=ReportState.APPROVED, reports__period__in=periods)
    duties = Duty.objects.filter(measure__in=measures, role__in=OBLIGED_ROLES)
    duties = duties.annotate(said=FilteredRelation("reports", condition=approved)).order_by("position", "said__pk")
    begun = Duty.history.filter(id=OuterRef("pk"), history_type="+").order_by("history_date")
    duties = duties.annotate(joined_at=Subquery(begun.values("history_date")[:1]))
    of_report = [f"said__{name}" for name in ("period_id", "confidence", "percent_complete")]
    return duties.values_list("measure_id", "pk", "unit__name", "role", "joined_at", *of_report)


def has_report(words: Iterable[PeriodWord]) -> bool:
    return any(duty.confidence for period in words for duty in period.duties)


@dataclass(frozen=True)
class Judge:
    """Judges measures of one plan on one day: rule and periods looked up once (two queries)."""

    plan: Plan
    today: datetime.date
    rule: Rule
    periods: list[ReportingPeriod]
    next_turn: datetime.date

    @classmethod
    def of(cls, plan: Plan, today: datetime.date) -> "Judge":
        periods = list(ReportingPeriod.objects.filter(plan=plan).order_by("-as_of"))
        rules = adopted_rules()
        turns = [*(period.opens_on for period in periods), *(rule.since_on for rule in rules)]
        next_turn = min((day for day in turns if day > today), default=datetime.date.max)
        opened = (period for period in periods if period.opens_on <= today)
        return cls(plan, today, in_force(rules, today), deciding(opened, today), next_turn)

    def standings(self, measures: Collection[Measure]) -> list[MeasureStanding]:
        """An unsaved row for each measure, in their order. Five queries."""
        keys = [measure.pk for measure in measures]
        facts, moves, asked = facts_of(measures, self.periods), due_moves(keys), asked_units(keys, self.periods)
        return [self.standing(one, facts[one.pk], moves.get(one.pk, 0), asked.get(one.pk, [])) for one in measures]

    def standing(self, measure: Measure, facts: MeasureFacts, moves: int, asked: list[int]) -> MeasureStanding:
        verdict = lights.progress_light(facts, self.rule, self.today)
        holds = lights.holds_until(facts, self.rule, self.today)
        last = self.next_turn if self.next_turn == datetime.date.max else self.next_turn - lights.ONE_DAY
        return MeasureStanding(
            measure_id=measure.pk,
            plan=self.plan,
            period=next((one for one in self.periods if verdict.period and one.as_of == verdict.period.as_of), None),
            stage=facts.stage,
            due_moves=moves,
            asked=asked,
            computed_on=self.today,
            holds_until=min(holds, last),
            **lit(verdict, lights.deadline_light(facts, self.rule, self.today), self.rule),
        )


def lit(verdict: lights.Verdict, deadline: lights.DeadlineLight, rule: Rule) -> dict:
    """The columns of `Lit`."""
    return {
        "progress_light": verdict.light.value,
        "deadline_light": deadline.value,
        "confidence": verdict.rolled_up.confidence,
        "percent": verdict.rolled_up.percent,
        "scheduled": verdict.scheduled,
        "counted": verdict.rolled_up.obliged,
        "reported": verdict.rolled_up.reported,
        "is_disagreement": verdict.is_disagreement,
        "rule": rule.number,
    }


def due_moves(keys: Collection[int] | QuerySet) -> dict[int, int]:
    """Measure key -> how often its due date was moved after it had first been set."""
    return dict(due_date_moves().filter(measure__in=keys).values_list("measure_id").annotate(Count("pk")))


def judged_in_parts(judge: Judge, measures: QuerySet[Measure]) -> Iterator[MeasureStanding]:
    """Every measure's standing, in the order of their keys."""
    for part in in_parts(measures.order_by("pk").iterator(chunk_size=AT_ONCE)):
        yield from judge.standings(part)


@dataclass
class Present:
    """The present of a plan as one day sees it."""

    plan: Plan
    today: datetime.date

    @cached_property
    def judge(self) -> Judge:
        return Judge.of(self.plan, self.today)

    @cached_property
    def summary(self) -> KeptSummary | None:
        return next((KeptSummary(*row) for row in present_summary(self.plan.pk)), None)

    @property
    def state(self) -> tuple[int, int] | None:
        """Which lights, percentages and stages these are; None where they are judged as they are read."""
        return None if self.summary is None or self.anew else (self.summary.pk, self.summary.turn)

    @cached_property
    def anew(self) -> dict[int, MeasureStanding]:
        """Measure key -> standing, for those whose kept row no longer holds; for all where no summary is kept."""
        if self.summary is None:
            measures = Measure.objects.filter(main_task__plan=self.plan)
        elif not outdated_one(self.plan.pk, self.today):
            return {}  # as on most days; nobody has to be judged
        else:
            measures = Measure.objects.filter(standing__plan=self.plan, standing__holds_until__lt=self.today)
        return {standing.measure_id: standing for standing in judged_in_parts(self.judge, measures)}

    @cached_property
    def outdated(self) -> dict[int, MeasureStanding]:
        """The kept rows that `anew` replaces: of a forgotten plan all that are left."""
        if not self.anew:
            return {}
        kept = MeasureStanding.objects.filter(plan=self.plan)
        rows = kept if self.summary is None else kept.filter(measure__in=self.anew)
        return {row.measure_id: row for row in rows if row.measure_id in self.anew}

    @cached_property
    def sums(self) -> Sums:
        """Those kept of the plan, with what no longer holds taken out and put in anew; by unit only these steps."""
        if self.summary is None:
            return summed(self.anew.values())
        if not self.anew:
            return Sums(self.summary.figures)
        found = Sums(as_figures(self.summary.figures))
        for part in in_parts(self.anew):
            where = places(part)
            for key in part:
                found.add(self.outdated[key], where[key], -1)
                found.add(self.anew[key], where[key])
        return found

    @property
    def figures(self) -> Figures:
        """The figures of today."""
        return self.sums.plan

    def fields_of(self, unit: Unit) -> Figures:
        """The figures of today of what a unit must report on, by field. One query."""
        kept = unit_figures(self.summary.pk, unit.pk) if self.summary else []
        return moved_by(as_figures(kept[0][0] if kept else {}), self.sums.by_unit[unit.pk])

    def of(self, keys: Collection[int]) -> dict[int, MeasureStanding | KeptStanding]:
        """The standings of these measures, kept or anew."""
        if self.summary is None:
            return {key: self.anew[key] for key in keys if key in self.anew}
        found: dict[int, MeasureStanding | KeptStanding] = {}
        for values in kept_standings(*keys):
            row = KeptStanding(*values)
            found[row.measure_id] = row
        found |= {key: self.anew[key] for key in keys if key in self.anew}
        if unkept := [key for key in keys if key not in found]:  # made past the services
            judged = self.judge.standings(list(Measure.objects.filter(pk__in=unkept)))
            found |= {row.measure_id: row for row in judged}
        return found

    def where(self, **columns: str | bool) -> Q:
        """A condition on Measure: those whose standing today has these values (`progress_light="behind"`)."""
        fresh = [key for key, row in self.anew.items() if all(getattr(row, n) == v for n, v in columns.items())]
        if self.summary is None:
            return Q(pk__in=fresh)
        kept = {f"standing__{name}": value for name, value in columns.items()}
        holds = Q(standing__holds_until__gte=self.today, **kept)
        return holds | Q(pk__in=fresh) if fresh else holds
