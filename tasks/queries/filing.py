"""The filing board of a period: which duties must report, and how far each is. Every duty stands in one state."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from tasks.choices import OBLIGED_ROLES, ReportState, Stage
from tasks.models import Duty, FrozenMeasure, ReportingPeriod, UnitFiling
from tasks.queries.reports import Filing, obliged_duties, reports_of

APPROVED, IN_REVIEW, RETURNED, DRAFTED, MISSING = "approved", "in_review", "returned", "drafted", "missing"
KEPT_STATES = (APPROVED, IN_REVIEW, RETURNED, DRAFTED)
OBLIGED, LATE = "obliged", "late"
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
class UnitFiled:
    """A unit's obliged duties by state, each in one; `late` of them came late."""

    unit: int | None
    name: str
    slug: str
    counts: Counter[str] = field(default_factory=Counter)
    late: int = 0

    @property
    def filing(self) -> Filing:
        counts = self.counts
        return Filing(counts.total(), counts[APPROVED], counts[IN_REVIEW], counts[RETURNED], counts[DRAFTED])

    def count(self, state: str) -> int:
        """Of a state, of `OBLIGED` or of `LATE`."""
        return {OBLIGED: self.counts.total(), LATE: self.late}.get(state, self.counts[state])


def obliged_in(period: ReportingPeriod) -> QuerySet[Duty]:
    """The duties that must report in a period; of a frozen one those it was frozen with."""
    if not period.is_frozen:
        return obliged_duties(period.plan)
    frozen = FrozenMeasure.objects.filter(period=period).exclude(stage__in=NEED_NO_REPORT)
    added_later = Duty.history.filter(history_type="+", history_date__gt=period.frozen_at)
    duties = Duty.objects.filter(measure__in=frozen.values("measure"), role__in=OBLIGED_ROLES)
    return duties.exclude(pk__in=added_later.values("id"))


def filing_rows(period: ReportingPeriod, units: Collection[int] | None = None) -> list[FilingRow]:
    """One row a duty, by unit and then in the order of the table; of all units or of these. Two queries."""
    duties, reports = obliged_in(period), reports_of(period).order_by()
    if units is not None:
        duties, reports = duties.filter(unit__in=units), reports.filter(duty__unit__in=units)
    columns = ("pk", "unit_id", "unit__name", "unit__slug", "measure__main_task__number", "measure__order")
    duties = duties.order_by("unit__position", "unit__name", *columns[-2:]).values_list(*columns)
    found = {duty: report for duty, *report in reports.values_list("duty_id", "pk", "state", "is_late")}
    none = (None, MISSING, False)
    rows = []
    for duty in duties:
        report, state, is_late = found.get(duty[0], none)
        rows.append(FilingRow(*duty, FILING_STATES.get(state, MISSING), report, is_late))
    return rows


def is_in(row: FilingRow, state: str) -> bool:
    return state == OBLIGED or row.state == state or (state == LATE and row.is_late)


def board(period: ReportingPeriod) -> list[UnitFiled]:
    """Every unit that must report, in the order of units. One query where the counts are kept."""
    columns = ("unit_id", "unit__name", "unit__slug", *KEPT_STATES, "obliged", "late")
    kept = UnitFiling.objects.filter(period=period).order_by("unit__position", "unit__name").values_list(*columns)
    rows = []
    for unit, name, slug, *numbers, obliged, late in kept:
        counts = Counter(dict(zip(KEPT_STATES, numbers, strict=True)))
        counts[MISSING] = obliged - counts.total()
        rows.append(UnitFiled(unit, name, slug, counts, late))
    return [row for row in rows if row.counts.total()] if rows else by_unit(filing_rows(period))


def by_unit(rows: list[FilingRow]) -> list[UnitFiled]:
    units: dict[int, UnitFiled] = {}
    for row in rows:
        unit = units.setdefault(row.unit, UnitFiled(row.unit, row.unit_name, row.unit_slug))
        unit.counts[row.state] += 1
        unit.late += row.is_late
    return list(units.values())


def total(units: Iterable[UnitFiled]) -> UnitFiled:
    every = UnitFiled(None, "合计", "")
    for unit in units:
        every.counts += unit.counts
        every.late += unit.late
    return every


@dataclass
class RowsBehind:
    """The rows behind one number of the board, read only where they are asked for: of a page those of its units."""

    period: ReportingPeriod
    state: str
    units: list[UnitFiled]

    def __len__(self) -> int:
        return sum(unit.count(self.state) for unit in self.units)

    def __getitem__(self, part: slice) -> list[FilingRow]:
        first, touched, begins = 0, [], 0
        for unit in self.units:
            ends = begins + unit.count(self.state)
            if ends > part.start and begins < part.stop:
                first = first if touched else begins
                touched.append(unit.unit)
            begins = ends
        rows = [row for row in filing_rows(self.period, touched) if is_in(row, self.state)]
        return rows[part.start - first : part.stop - first]
