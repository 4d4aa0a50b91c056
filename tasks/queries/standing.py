"""现状: the lights of measures today, from the summaries kept where they still hold, computed where they do not.

`Present` answers for a whole plan in a constant number of queries. Where a plan has no summary (it was forgotten because
the table changed, or never made), everything is computed from the facts: slower at scale, never different.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, F, Q, QuerySet

from tasks import lights
from tasks.choices import OBLIGED_ROLES, ClaimState, DutyRole, ReportState
from tasks.lights import DutyWord, MeasureFacts, PeriodWord, Rule
from tasks.models import (
    CompletionClaim,
    Duty,
    LightRule,
    Measure,
    MeasureStanding,
    Plan,
    ProgressReport,
    ReportingPeriod,
    StandingSummary,
)
from tasks.queries.figures import Figures, Placed, add, as_figures, figures_of
from tasks.queries.past import due_date_moves
from tasks.queries.stages import stage_facts

AT_ONCE = 2000  # measures whose facts are fetched together


def rule_on(day: datetime.date) -> Rule:
    """The rule that holds on a day: the newest version adopted for it, else the first. One query."""
    columns = list(Rule.__dataclass_fields__)
    found = LightRule.objects.filter(since_on__lte=day).order_by("-since_on").values_list(*columns).first()
    return Rule(*found) if found else lights.FIRST_RULE


def relevant_periods(plan: Plan, today: datetime.date) -> list[ReportingPeriod]:
    """The periods that can decide a light today: those being filed, and the newest whose due date has passed."""
    opened = ReportingPeriod.objects.filter(plan=plan, opens_on__lte=today).order_by("-as_of")
    found: list[ReportingPeriod] = []
    for period in opened[:4]:
        found.append(period)
        if today > period.due_on:
            break
    return found


def counting_reports(periods: Iterable[ReportingPeriod]) -> QuerySet[ProgressReport]:
    """Approved reports of these periods that stand: a corrected one gives way to its approved correction."""
    approved = ProgressReport.objects.filter(period__in=list(periods), state=ReportState.APPROVED)
    return approved.exclude(corrected_by__state=ReportState.APPROVED)


def facts_of(
    measures: Collection[Measure], periods: Collection[ReportingPeriod], stages: Mapping[int, str] | None = None
) -> dict[int, MeasureFacts]:
    """Measure key -> its facts, in five queries (two fewer where the stages are known)."""
    keys = [measure.pk for measure in measures]
    if stages is None:
        known = stage_facts(measures)
        stages = {measure.pk: known.stage(measure) for measure in measures}
    granted = CompletionClaim.objects.filter(measure__in=keys, state=ClaimState.GRANTED, reopened_at=None)
    completed = dict(granted.values_list("measure_id", "completed_on"))
    words = words_of(keys, periods)
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
    """What every obliged duty of these measures says in each period. Two queries."""
    duties: dict[int, list[tuple[int, str, bool]]] = defaultdict(list)
    rows = Duty.objects.filter(measure__in=keys, role__in=OBLIGED_ROLES).order_by("position")
    for measure, duty, unit, role in rows.values_list("measure_id", "pk", "unit__name", "role"):
        duties[measure].append((duty, unit, role == DutyRole.LEAD))
    reports = counting_reports(periods).filter(duty__measure__in=keys)
    said = {
        (period, duty): (confidence, percent)
        for period, duty, confidence, percent in reports.values_list(
            "period_id", "duty_id", "confidence", "percent_complete"
        )
    }
    return {
        key: tuple(
            PeriodWord(
                period.label,
                period.as_of,
                period.due_on,
                tuple(DutyWord(unit, lead, *said.get((period.pk, duty), ())) for duty, unit, lead in duties[key]),
            )
            for period in periods
        )
        for key in keys
    }


@dataclass(frozen=True)
class Judge:
    """Judges measures of one plan on one day: rule and periods looked up once (three queries)."""

    plan: Plan
    today: datetime.date
    rule: Rule
    periods: list[ReportingPeriod]
    next_turn: datetime.date

    @classmethod
    def of(cls, plan: Plan, today: datetime.date) -> "Judge":
        later = ReportingPeriod.objects.filter(plan=plan, opens_on__gt=today).order_by("opens_on")
        rule = LightRule.objects.filter(since_on__gt=today).order_by("since_on")
        turns = [later.values_list("opens_on", flat=True).first(), rule.values_list("since_on", flat=True).first()]
        next_turn = min((day for day in turns if day), default=datetime.date.max)
        return cls(plan, today, rule_on(today), relevant_periods(plan, today), next_turn)

    def standings(self, measures: Collection[Measure]) -> list[MeasureStanding]:
        """An unsaved row for each measure, in their order. Six queries."""
        facts = facts_of(measures, self.periods)
        moves = due_moves([measure.pk for measure in measures])
        return [self.standing(measure, facts[measure.pk], moves.get(measure.pk, 0)) for measure in measures]

    def standing(self, measure: Measure, facts: MeasureFacts, moves: int) -> MeasureStanding:
        verdict = lights.progress_light(facts, self.rule, self.today)
        holds = lights.holds_until(facts, self.rule, self.today)
        last = self.next_turn if self.next_turn == datetime.date.max else self.next_turn - lights.ONE_DAY
        return MeasureStanding(
            measure_id=measure.pk,
            plan=self.plan,
            period=next((one for one in self.periods if verdict.period and one.as_of == verdict.period.as_of), None),
            stage=facts.stage,
            due_moves=moves,
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


def due_moves(keys: Collection[int]) -> dict[int, int]:
    """Measure key -> how often its due date was moved after it had first been set."""
    return dict(due_date_moves().filter(measure__in=keys).values_list("measure_id").annotate(Count("pk")))


def judged_in_parts(judge: Judge, measures: QuerySet[Measure]) -> Iterable[MeasureStanding]:
    """Every measure's standing, `AT_ONCE` at a time, so that a large plan needs little memory."""
    part: list[Measure] = []
    for measure in measures.order_by("pk").iterator(chunk_size=AT_ONCE):
        part.append(measure)
        if len(part) == AT_ONCE:
            yield from judge.standings(part)
            part = []
    if part:
        yield from judge.standings(part)


def places(measures: Iterable[int] | QuerySet[Measure]) -> dict[int, Placed]:
    """Measure key -> field, obliged units and the groups that brought them in: where it counts. Two queries."""
    rows = Measure.objects.filter(pk__in=measures).order_by().values_list("pk", "main_task__field_id")
    units: dict[int, list[int]] = defaultdict(list)
    groups: dict[int, set[int]] = defaultdict(set)
    duties = Duty.objects.filter(measure__in=measures, role__in=OBLIGED_ROLES).order_by()
    for measure, unit, group in duties.values_list("measure_id", "unit_id", "via_group_id"):
        units[measure].append(unit)
        if group is not None:
            groups[measure].add(group)
    return {key: Placed(field, tuple(units[key]), tuple(groups[key])) for key, field in rows}


@dataclass
class Present:
    """The present of a plan as one day sees it."""

    plan: Plan
    today: datetime.date

    @cached_property
    def judge(self) -> Judge:
        return Judge.of(self.plan, self.today)

    @cached_property
    def summary(self) -> StandingSummary | None:
        return StandingSummary.objects.filter(plan=self.plan, period=None).first()

    @cached_property
    def anew(self) -> dict[int, MeasureStanding]:
        """Measure key -> standing, for those whose kept row no longer holds; for all where no summary is kept."""
        if self.summary is None:
            measures = Measure.objects.filter(main_task__plan=self.plan)
        else:
            measures = Measure.objects.filter(standing__plan=self.plan, standing__holds_until__lt=self.today)
            if not measures.exists():
                return {}  # as on most days; nobody has to be judged
        return {standing.measure_id: standing for standing in judged_in_parts(self.judge, measures)}

    @cached_property
    def outdated(self) -> dict[int, MeasureStanding]:
        """The kept rows that `anew` replaces."""
        if self.summary is None:
            return {}
        return {row.measure_id: row for row in MeasureStanding.objects.filter(measure__in=self.anew)}

    @cached_property
    def figures(self) -> Figures:
        """The figures of today: those kept, with what no longer holds taken out and put in anew."""
        if self.summary is None:
            return figures_of(self.anew.values(), places(self.anew))
        found = as_figures(self.summary.figures)
        if self.anew:
            where = places(self.anew)
            for key, standing in self.anew.items():
                add(found, self.outdated[key], where[key], -1)
                add(found, standing, where[key])
        return found

    def of(self, keys: Collection[int]) -> dict[int, MeasureStanding]:
        """The standings of these measures, kept or anew."""
        if self.summary is None:
            return {key: self.anew[key] for key in keys if key in self.anew}
        kept = {row.measure_id: row for row in MeasureStanding.objects.filter(measure__in=keys)}
        return {**kept, **{key: self.anew[key] for key in keys if key in self.anew}}

    def where(self, **columns: str | bool) -> Q:
        """A condition on Measure: those whose standing today has these values (`progress_light="behind"`)."""
        fresh = [key for key, row in self.anew.items() if all(getattr(row, n) == v for n, v in columns.items())]
        if self.summary is None:
            return Q(pk__in=fresh)
        kept = {f"standing__{name}": value for name, value in columns.items()}
        holds = Q(standing__holds_until__gte=self.today, **kept)
        return holds | Q(pk__in=fresh) if fresh else holds


def frozen_figures(plan: Plan) -> list[tuple[ReportingPeriod, Figures]]:
    """Every frozen period with its figures as frozen, the oldest first. One query."""
    rows = StandingSummary.objects.filter(plan=plan, period__isnull=False).select_related("period")
    return [(row.period, as_figures(row.figures)) for row in rows.order_by(F("period__as_of"))]
