"""The filing board of a period: which duties must report, and how far each is. Every duty stands in one state."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tasks.choices import OBLIGED_ROLES, ReportState, Stage
from tasks.models import Duty, FrozenMeasure, ProgressReport, ReportingPeriod
from tasks.queries.reports import Filing, obliged_duties, reports_of

APPROVED, IN_REVIEW, RETURNED, DRAFTED, MISSING = "approved", "in_review", "returned", "drafted", "missing"
FILING_STATES = {
    ReportState.APPROVED: APPROVED,
    ReportState.SUBMITTED: IN_REVIEW,
    ReportState.FORWARDED: IN_REVIEW,
    ReportState.RETURNED: RETURNED,
    ReportState.DRAFT: DRAFTED,
}
NEED_NO_REPORT = (Stage.COMPLETED, Stage.SUSPENDED, Stage.CANCELLED)


class FilingRow(NamedTuple):
    """One duty that must report, and its report if there is one."""

    duty: int
    unit: int
    unit_name: str
    unit_slug: str
    number: int
    order: int
    state: str
    report: int | None
    is_late: bool

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


@dataclass
class UnitFiling:
    name: str
    slug: str
    counts: Counter[str] = field(default_factory=Counter)
    late: int = 0

    @property
    def filing(self) -> Filing:
        counts = self.counts
        return Filing(counts.total(), counts[APPROVED], counts[IN_REVIEW], counts[RETURNED], counts[DRAFTED])


def obliged_in(period: ReportingPeriod) -> QuerySet[Duty]:
    """The duties that must report in a period; of a frozen one those it was frozen with."""
    if not period.is_frozen:
        return obliged_duties(period.plan)
    frozen = FrozenMeasure.objects.filter(period=period).exclude(stage__in=NEED_NO_REPORT)
    added_later = Duty.history.filter(history_type="+", history_date__gt=period.frozen_at)
    duties = Duty.objects.filter(measure__in=frozen.values("measure"), role__in=OBLIGED_ROLES)
    return duties.exclude(pk__in=added_later.values("id"))


def filing_rows(period: ReportingPeriod, condition: Q | None = None) -> list[FilingRow]:
    """One row a duty, by unit and then in the order of the table. Two queries. `condition` is on Duty."""
    duties = obliged_in(period).filter(condition or Q())
    columns = ("pk", "unit_id", "unit__name", "unit__slug", "measure__main_task__number", "measure__order")
    duties = duties.order_by("unit__position", "unit__name", *columns[-2:]).values_list(*columns)
    found = {duty: report for duty, *report in filed(period)}
    none = (None, MISSING, False)
    rows = []
    for duty in duties:
        report, state, is_late = found.get(duty[0], none)
        rows.append(FilingRow(*duty, FILING_STATES.get(state, MISSING), report, is_late))
    return rows


def filed(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    return reports_of(period).order_by().values_list("duty_id", "pk", "state", "is_late")


def by_unit(rows: list[FilingRow]) -> list[UnitFiling]:
    units: dict[int, UnitFiling] = {}
    for row in rows:
        unit = units.setdefault(row.unit, UnitFiling(row.unit_name, row.unit_slug))
        unit.counts[row.state] += 1
        unit.late += row.is_late
    return list(units.values())


def total(rows: list[FilingRow]) -> UnitFiling:
    return UnitFiling("合计", "", Counter(row.state for row in rows), sum(row.is_late for row in rows))
