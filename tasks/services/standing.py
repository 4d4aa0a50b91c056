"""Keeping the summaries of `tasks.models.standing`: in the transaction of the verb that changes what they sum up.

They hold no fact of their own. `rebuild` makes all of a plan's again; a test proves that after any verbs the kept rows
equal the recount. In which order they lock, `tasks.services.locks` says.
"""

import datetime
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import F, PositiveIntegerField, Value
from django.utils import timezone

from tasks import lights
from tasks.choices import OBLIGED_ROLES
from tasks.lights import MeasureFacts
from tasks.models import (
    Duty,
    DutyFiling,
    FrozenMeasure,
    LightChange,
    Measure,
    MeasureStanding,
    Plan,
    ProgressReport,
    ReportingPeriod,
    StandingSummary,
    UnitFigures,
    UnitFiling,
)
from tasks.models.lit import Lit
from tasks.queries.figures import AT_ONCE, Figures, Sums, as_figures, as_kept, in_parts, moved_by, places, summed
from tasks.queries.filing import FILING_STATES, NEED_NO_REPORT, count_units, turned_counts
from tasks.queries.reports import must_report
from tasks.queries.standing import Judge, due_moves, facts_of, judged_in_parts, lit
from tasks.queries.work_lists import FACTS, NEVER, listed, place_of, wrong
from tasks.services.locks import held, hold, hold_edition

COUNTED = [field.name for field in UnitFiling._meta.fields if isinstance(field, PositiveIntegerField)]


@transaction.atomic
def forget(**of_plan: Any) -> None:
    """The table itself changes: until the next rebuild, pages compute the plan's lights from the facts.

    Summaries are locked before they are deleted: a verb that is writing figures of units below one of them has then ended, and
    its figures go with the summary.
    """
    hold_edition()  # which the change will turn
    summaries = StandingSummary.objects.filter(period=None, **of_plan)
    held(summaries)
    summaries.delete()


def hold_all(plans: Collection[Plan], *, now: datetime.datetime) -> None:
    """Their summaries. Those that have been forgotten are made now: behind the audit trail's lock it would be too late."""
    for plan in sorted(plans, key=attrgetter("pk")):
        if hold(plan) is None:
            rebuild(plan, now=now)


def hold_or_begin(plan: Plan) -> StandingSummary:
    """The plan's summary, locked or new. Tried again where it was deleted (`forget`) while we waited for its lock."""
    summary, is_new = StandingSummary.objects.get_or_create(plan=plan, period=None)
    return summary if is_new else hold(plan) or hold_or_begin(plan)


@transaction.atomic
def rebuild(plan: Plan, *, now: datetime.datetime) -> None:
    """Make every summary of the plan's present again, and log each light that turned since it was last kept."""
    hold_edition()  # nobody changes the table meanwhile: where the plan was forgotten, there is no summary to wait for
    summary = hold_or_begin(plan)
    today, kept = timezone.localdate(now), MeasureStanding.objects.filter(plan=plan)
    known = list(kept.values_list("measure_id", "progress_light", "holds_until"))
    before = {key: light for key, light, _ in known}
    overtaken = {key for key, _, holds_until in known if holds_until < today}
    measures = Measure.objects.filter(main_task__plan=plan)
    kept.delete()
    for rows in in_parts(judged_in_parts(Judge.of(plan, today), measures)):
        MeasureStanding.objects.bulk_create(rows)
        log_changes(before, rows, now, overtaken)
    summary.by_unit.all().delete()
    keep(summary, summed(MeasureStanding.objects.filter(plan=plan).iterator()))
    recount_unfrozen(plan)


def await_period(period: ReportingPeriod, *, now: datetime.datetime) -> None:
    """A period was added. Before it opens no light turns for it."""
    if period.opens_on <= timezone.localdate(now) or hold(period.plan) is None:
        rebuild(period.plan, now=now)
        return
    hold_until(period.opens_on, plan=period.plan)
    recount_filing(period)


def hold_until(day: datetime.date, **of: Any) -> None:
    """From this day on other facts count: no kept row holds beyond the day before it."""
    MeasureStanding.objects.filter(holds_until__gte=day, **of).update(holds_until=day - lights.ONE_DAY)


@transaction.atomic
def refresh(plan: Plan, keys: Collection[int], *, now: datetime.datetime) -> None:
    """Bring the rows and the summary in step with what a verb has changed about these measures."""
    summary = hold(plan)
    if summary is None:
        rebuild(plan, now=now)
        return
    measures = list(Measure.objects.filter(pk__in=keys).select_related("standing"))
    before = {measure.pk: measure.standing for measure in measures if hasattr(measure, "standing")}
    rows = Judge.of(plan, timezone.localdate(now)).standings(measures)
    where, sums = places(keys), Sums(as_figures(summary.figures))
    for row in rows:
        if row.measure_id in before:
            sums.add(before[row.measure_id], where[row.measure_id], -1)
        sums.add(row, where[row.measure_id])
    MeasureStanding.objects.filter(measure__in=keys).delete()
    MeasureStanding.objects.bulk_create(rows, batch_size=AT_ONCE)
    log_changes({key: row.progress_light for key, row in before.items()}, rows, now)
    keep(summary, sums)
    needless = {row.measure_id: is_needless(row) for row in rows}
    turned = {key: now for key, now in needless.items() if is_needless(before.get(key)) != now}
    if turned:
        turn_filing(plan, turned)


def keep(summary: StandingSummary, sums: Sums) -> None:
    """Write the figures after the rows changed: `sums` holds the plan's new ones, and the units' steps. Four queries."""
    summary.figures, summary.turn = as_kept(sums.plan), summary.turn + 1
    summary.save(update_fields=["figures", "turn"])
    kept = summary.by_unit.filter(unit__in=list(sums.by_unit))
    before: dict[int, Figures] = {row.unit_id: as_figures(row.figures) for row in kept}
    kept.delete()
    after = {unit: as_kept(moved_by(before.get(unit, as_figures({})), steps)) for unit, steps in sums.by_unit.items()}
    UnitFigures.objects.bulk_create(
        UnitFigures(summary=summary, unit_id=unit, figures=figures) for unit, figures in after.items()
    )


def is_needless(row: MeasureStanding | None) -> bool:
    return row is not None and row.stage in NEED_NO_REPORT


def log_changes(
    before: dict[int, str],
    rows: Collection[MeasureStanding],
    now: datetime.datetime,
    overtaken: Collection[int] = (),
) -> None:
    """A line for each light that turned; a light seen for the first time has not turned.

    Those `overtaken` (kept rows whose time was over) turned when the day began, not now: whoever looked today has seen it.
    """
    began = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    LightChange.objects.bulk_create(
        [
            LightChange(
                plan=row.plan,
                measure_id=row.measure_id,
                at=began if row.measure_id in overtaken else now,
                before=before[row.measure_id],
                after=row.progress_light,
            )
            for row in rows
            if before.get(row.measure_id, row.progress_light) != row.progress_light
        ],
        batch_size=AT_ONCE,
    )


def judge_frozen(period: ReportingPeriod, rows: Collection[FrozenMeasure], today: datetime.date) -> None:
    """Fill in the lights of a period as it is being frozen: judged by this period alone, nothing more will come."""
    judge = Judge.of(period.plan, today)
    measures = list(Measure.objects.filter(pk__in=[row.measure_id for row in rows]))
    facts = facts_of(measures, [period], {row.measure_id: row.stage for row in rows})
    for row in rows:
        found = past_due(facts[row.measure_id], today)
        verdict = lights.progress_light(found, judge.rule, today)
        for name, value in lit(verdict, lights.deadline_light(found, judge.rule, today), judge.rule).items():
            setattr(row, name, value)


def past_due(facts: MeasureFacts, today: datetime.date) -> MeasureFacts:
    """The facts as if every period's due date had passed: frozen before it, a period is over all the same."""
    before = today - lights.ONE_DAY
    return replace(facts, periods=tuple(replace(one, due_on=min(one.due_on, before)) for one in facts.periods))


def freeze_figures(period: ReportingPeriod) -> StandingSummary:
    """The figures of a period that is being frozen, from its rows and from how often dates have been moved by now."""
    rows = FrozenMeasure.objects.filter(period=period)
    moves = due_moves(rows.values("measure"))
    standings = (as_standing(row, moves.get(row.measure_id, 0)) for row in rows.iterator(chunk_size=AT_ONCE))
    figures = as_kept(summed(standings).plan)
    return StandingSummary.objects.create(plan=period.plan, period=period, figures=figures)


def as_standing(row: FrozenMeasure, moves: int) -> MeasureStanding:
    """What was frozen, to be counted."""
    lights = {field.name: getattr(row, field.name) for field in Lit._meta.fields}
    return MeasureStanding(measure_id=row.measure_id, stage=row.stage, due_moves=moves, **lights)


def count_filing(before: ProgressReport | None, after: ProgressReport | None) -> None:
    """A report was begun (`before` None), moved on or taken back (`after` None): its unit's counts follow, where the duty
    has to report."""
    one = after or before
    assert one is not None
    if one.corrects_id is not None:
        return
    steps: Counter[str] = Counter()
    for report, step in ((before, -1), (after, 1)):
        if report is not None:
            steps[FILING_STATES[report.state]] += step
            steps["late"] += step * report.is_late
    if not any(steps.values()):
        return
    rows = DutyFiling.objects.filter(period=one.period_id, duty=one.duty_id)
    is_listed = rows.update(**place_of(one.duty.role, after))
    if one.duty.role not in OBLIGED_ROLES or not (is_listed or must_report(one.duty_id)):
        return
    if not (is_listed and step_filing(one.period_id, one.duty.unit_id, steps)):
        mend = partial(mend_filing, one.period_id)  # after this transaction, as others write to the period meanwhile
        transaction.on_commit(mend, robust=True)  # counts out of step never stand in the way of work


def step_filing(period: int, unit: int, steps: Counter[str]) -> bool:
    """Whether the counts of a unit were there and could follow."""
    possible = {f"{name}__gte": -step for name, step in steps.items() if step < 0}
    taken = {name: F(name) + step for name, step in steps.items() if step}
    return bool(UnitFiling.objects.filter(period=period, unit=unit, **possible).update(**taken))


@transaction.atomic
def mend_filing(period: int) -> None:
    """Count a period's filing while nobody writes to it."""
    recount_filing(ReportingPeriod.objects.select_for_update(no_key=True).get(pk=period))


def redate(measure: Measure) -> None:
    """The due date moved, and with it the place on the lists. After `refresh`, which takes its lock first."""
    duties = list(measure.duties.values_list("pk", flat=True))  # by a join PostgreSQL may read the whole table
    DutyFiling.objects.filter(duty__in=duties).update(until=measure.due_on or NEVER)


def recount_unfrozen(plan: Plan) -> None:
    """Count the filing of every period that still changes: those prepared for a later day as well."""
    for period in plan.periods.filter(frozen_at=None):
        recount_filing(period)


def turn_filing(plan: Plan, needless: Mapping[int, bool]) -> None:
    """Measures (their keys) came to need no report, or need one again: the periods that still change follow."""
    held(Duty.objects.filter(measure__in=needless))  # whoever writes a report on them has done so, or waits
    for period in plan.periods.filter(frozen_at=None):
        list_again(period, needless)
        steps = sorted(turned_counts(period, needless).items())
        if not all(step_filing(period.pk, unit, counts) for unit, counts in steps):
            recount_filing(period, lists_too=False)


@transaction.atomic
def recount_filing(period: ReportingPeriod, *, lists_too: bool = True) -> None:
    """Count a period's filing again, unit by unit. The old rows go first: that waits for whoever is counting there.

    Another may count at the same time (`rebuild` holds no period): both write in one order, and the later one prevails.
    A frozen period has no lists.
    """
    if lists_too and not period.is_frozen:
        list_again(period)
    UnitFiling.objects.filter(period=period).delete()
    rows = sorted(count_units(period).values(), key=attrgetter("unit_id"))
    UnitFiling.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["period", "unit"], update_fields=COUNTED
    )


def list_again(period: ReportingPeriod, measures: Collection[int] | None = None) -> None:
    """Put right what is kept of the period's duties, of all measures or of these.

    Rows that are right are not touched, so that nobody who writes a report waits: it and its row change in one transaction. Wrong
    rows are deleted; then all are inserted, and those that stand already stay (ON CONFLICT). Looking for the missing ones instead
    can take PostgreSQL minutes, where the table was empty when it was last analysed.
    """
    wrong(period, measures).delete()
    names = ("period", "duty", *FACTS)
    columns = ", ".join(connection.ops.quote_name(DutyFiling._meta.get_field(name).column) for name in names)
    found = listed(period, measures).annotate(of=Value(period.pk)).values_list("of", "pk", *FACTS)
    sql, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {DutyFiling._meta.db_table} ({columns}) {sql} ON CONFLICT DO NOTHING", params)
