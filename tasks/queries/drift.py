"""Proof that what is kept equals the recount: one Chinese sentence for each thing that does not."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db.models import BooleanField, ExpressionWrapper

from tasks.choices import DutyRole, WorkList
from tasks.models import (
    Duty,
    DutyFiling,
    Measure,
    MeasureStanding,
    Plan,
    ProgressReport,
    ReportingPeriod,
    StandingSummary,
    UnitFiling,
)
from tasks.models.lit import Lit
from tasks.queries.figures import as_kept, in_parts, summed
from tasks.queries.filing import KEPT_STATES, filing_rows
from tasks.queries.public_figures import counted, right_figures
from tasks.queries.reports import needs_no_report
from tasks.queries.standing import Judge, judged_in_parts
from tasks.queries.work_lists import FACTS, NEVER, filing_state, work_list

COUNTED = ("obliged", *reversed(KEPT_STATES), "late", "cooperating", "needless")  # of UnitFiling
COMPARED = [field.name for field in Lit._meta.fields] + ["period_id", "stage", "due_moves", "asked"]


def drift(plan: Plan, today: datetime.date) -> Iterator[str]:
    """What a plan's summaries say wrongly today. A row whose time is over says nothing; nor does a forgotten plan."""
    if (kept := right_figures(plan.pk)) and kept[0][0] != counted(plan.pk):
        yield "公开总览的数字与重新清点的不一致。"
    summary = StandingSummary.objects.filter(plan=plan, period=None).first()
    if summary is None:
        return
    measures = Measure.objects.filter(main_task__plan=plan)
    for part in in_parts(judged_in_parts(Judge.of(plan, today), measures)):
        yield from standing_drift(part, today)
    rows = MeasureStanding.objects.filter(plan=plan)
    strangers = rows.exclude(measure__in=measures).values_list("measure_id", flat=True)
    yield from (f"现状里有已不属于本分工表的举措 {key}。" for key in strangers)
    sums = summed(rows.iterator())
    if as_kept(sums.plan) != summary.figures:
        yield "汇总数字与各项举措的现状之和不一致。"
    kept, wanted = dict(summary.by_unit.values_list("unit_id", "figures")), sums.by_unit
    for unit in sorted(kept.keys() | wanted.keys()):
        if kept.get(unit, {}) != as_kept(wanted[unit]):
            yield f"单位 {unit} 的分领域数字与其各项举措的现状之和不一致。"
    for period in plan.periods.filter(frozen_at=None):
        yield from filing_drift(period)
        yield from (f"{period} 职责 {key} 的清单与填报不一致。" for key in sorted(misplaced(period)))


def standing_drift(judged: list[MeasureStanding], today: datetime.date) -> Iterator[str]:
    kept = {
        row.measure_id: row for row in MeasureStanding.objects.filter(measure__in=[one.measure_id for one in judged])
    }
    for row in judged:
        found = kept.get(row.measure_id)
        if found is None:
            yield f"举措 {row.measure_id} 没有现状。"
        elif found.holds_until >= today and values(found) != values(row):
            yield f"举措 {row.measure_id} 的现状存为 {values(found)}，应为 {values(row)}。"


def values(row: MeasureStanding) -> list:
    return [getattr(row, name) for name in COMPARED]


def filing_drift(period: ReportingPeriod) -> Iterator[str]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in filing_rows(period):
        unit = counts[row.unit]
        unit["obliged"] += 1
        unit["late"] += row.is_late
        if row.report is not None:
            unit[row.state] += 1
    duties = Duty.objects.filter(measure__main_task__plan=period.plan_id).order_by()
    for key, role, is_needless in duties.values_list(
        "unit_id", "role", ExpressionWrapper(needs_no_report(), BooleanField())
    ):
        counts[key]["cooperating"] += role == DutyRole.COOPERATE and not is_needless
        counts[key]["needless"] += is_needless
    kept = {unit: rest for unit, *rest in UnitFiling.objects.filter(period=period).values_list("unit_id", *COUNTED)}
    wanted = {unit: [counted[name] for name in COUNTED] for unit, counted in counts.items()}
    nothing = [0] * len(COUNTED)
    for unit in sorted(kept.keys() | wanted.keys()):
        if kept.get(unit, nothing) != wanted.get(unit, nothing):
            yield f"{period} 单位 {unit} 的填报统计存为 {kept.get(unit)}，应为 {wanted.get(unit)}。"


def misplaced(period: ReportingPeriod) -> set[int]:
    """The duties that stand on another list than their reports and dates say, one by one."""
    kept = set(DutyFiling.objects.filter(period=period).values_list("duty_id", *FACTS))
    reports = ProgressReport.objects.filter(period=period, corrects=None).values_list(
        "duty_id", "state", "is_late", "submitted_at"
    )
    said = {key: rest for key, *rest in reports}
    columns = ("pk", "unit_id", "role", "measure__due_on", "measure__main_task__number", "measure__order")
    duties = Duty.objects.filter(measure__main_task__plan=period.plan_id).exclude(needs_no_report()).order_by()
    wanted = set()
    for key, unit, role, due_on, number, order in duties.values_list(*columns):
        state, is_late, at = said.get(key, ("", False, None))
        where, on_board = work_list(role, state), filing_state(role, state)
        handed_in_at = at if where == WorkList.HANDED_IN else None
        is_late = is_late and on_board != ""
        wanted.add((key, unit, where, due_on or NEVER, number, order, on_board, is_late, handed_in_at))
    return {row[0] for row in kept ^ wanted}
