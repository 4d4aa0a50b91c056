"""The filing board of a period: which duties must report, and how far each is. Every duty stands in one state."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tasks.choices import OBLIGED_ROLES, DutyRole, FilingState, ReportState, Stage
from tasks.models import Duty, DutyFiling, FrozenMeasure, ProgressReport, ReportingPeriod, StandingSummary, UnitFiling
from tasks.queries.reports import Filing, needs_no_report, obliged_duties, reports_of
from tasks.queries.states import keeping, once, state_of_writing
from units.prepared import prepared

APPROVED, IN_REVIEW, RETURNED, DRAFTED, MISSING = FilingState
KEPT_STATES = (APPROVED, IN_REVIEW, RETURNED, DRAFTED)
OBLIGED, LATE, UNFINISHED = "obliged", "late", "unfinished"
WITH_THE_UNIT = (MISSING, RETURNED, DRAFTED)  # what is unfinished: it is the unit that has to act
FILING_STATES = {
    ReportState.APPROVED: APPROVED,
    ReportState.SUBMITTED: IN_REVIEW,
    ReportState.FORWARDED: IN_REVIEW,
    ReportState.RETURNED: RETURNED,
    ReportState.DRAFT: DRAFTED,
}
REPORTED = {name: [state for state, kept in FILING_STATES.items() if kept == name] for name in KEPT_STATES}
EVERY = Q()
NEED_NO_REPORT = (Stage.COMPLETED, Stage.SUSPENDED, Stage.CANCELLED)


DUTY_COLUMNS = (
    "pk", "unit_id", "unit__name", "unit__slug", "measure__main_task__number", "measure__order", "measure__text"
)  # fmt: skip


KEPT_COLUMNS = ("duty_id", "unit_id", "unit__name", "unit__slug", "number", "order", "duty__measure__text")


class FilingRow(NamedTuple):
    """One duty that must report, and its report if there is one."""

    duty: int
    unit: int
    unit_name: str
    unit_slug: str
    number: int
    order: int
    text: str
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
        """Of a state, of `OBLIGED`, `UNFINISHED` or `LATE`."""
        if state == UNFINISHED:
            return sum(self.counts[one] for one in WITH_THE_UNIT)
        return {OBLIGED: self.counts.total(), LATE: self.late}.get(state, self.counts[state])


def obliged_in(period: ReportingPeriod) -> QuerySet[Duty]:
    """The duties that must report in a period; of a frozen one those it was frozen with."""
    if not period.is_frozen:
        return obliged_duties(period.plan)
    frozen = FrozenMeasure.objects.filter(period=period).exclude(stage__in=NEED_NO_REPORT)
    later = Duty.history.filter(history_date__gt=period.frozen_at)
    known = Duty.history.filter(id=OuterRef("pk"), history_date__lte=period.frozen_at).order_by("-history_date")
    role_then = Coalesce(Subquery(known.values("role")[:1]), F("role"))  # an invented plan has no history
    # Asked of those alone that were written since: of a role looked up for every duty PostgreSQL expects one in a hundred.
    written_later = Q(pk__in=later.values("id"))
    obliged = Q(role__in=OBLIGED_ROLES) & ~written_later | written_later & Q(role_then__in=OBLIGED_ROLES)
    duties = Duty.objects.filter(measure__in=frozen.values("measure")).alias(role_then=role_then)
    return duties.filter(obliged).exclude(pk__in=later.filter(history_type="+").values("id"))


def filing_rows(period: ReportingPeriod) -> list[FilingRow]:
    """One row a duty, by unit and then in the order of the table. Two queries."""
    duties = obliged_in(period).order_by("unit__position", "unit__name", *DUTY_COLUMNS[4:6])
    return with_reports(duties.values_list(*DUTY_COLUMNS), reports_of(period))


def with_reports(duties: Iterable[tuple[Any, ...]], reports: QuerySet[ProgressReport]) -> list[FilingRow]:
    found = {duty: rest for duty, *rest in reports.order_by().values_list("duty_id", "pk", "state", "is_late")}
    none = (None, MISSING, False)
    rows = []
    for duty in duties:
        report, state, is_late = found.get(duty[0], none)
        rows.append(FilingRow(*duty, FILING_STATES.get(state, MISSING), report, is_late))
    return rows


def board(period: ReportingPeriod) -> list[UnitFiled]:
    """Every unit that must report, in the order of units. One query where the counts are kept: those of an open period go with
    the plan's summary, whose table may have changed.
    """
    rows = []
    for unit, name, slug, *numbers, obliged, late in kept_counts(period.plan_id, period.pk):
        counts = Counter(dict(zip(KEPT_STATES, numbers, strict=True)))
        counts[MISSING] = obliged - counts.total()
        rows.append(UnitFiled(unit, name, slug, counts, late))
    return [row for row in rows if row.counts.total()] if rows else by_unit(filing_rows(period))


@prepared
def kept_counts(plan: int, period: int) -> QuerySet[UnitFiling]:
    kept = UnitFiling.objects.filter(Q(period__frozen_at__isnull=False) | is_known(plan), period=period)
    columns = ("unit_id", "unit__name", "unit__slug", *KEPT_STATES, "obliged", "late")
    return kept.order_by("unit__position", "unit__name").values_list(*columns)


def is_known(plan: int) -> Exists:
    """Whether what is kept of the plan is right: it is forgotten where the table changes."""
    return Exists(StandingSummary.objects.filter(plan=plan, period=None))


def count_units(period: ReportingPeriod, kind: Q = EVERY) -> dict[int, UnitFiling]:
    """Unit key -> its counts, anew and unsaved; `kind` says whose, of what has a `unit`. Four queries, counted by the
    database."""
    kept: dict[int, UnitFiling] = {}

    def of(unit: int) -> UnitFiling:
        return kept.setdefault(unit, UnitFiling(period=period, unit_id=unit))

    every = Duty.objects.order_by().filter(kind, measure__main_task__plan=period.plan_id)
    helping = every.filter(role=DutyRole.COOPERATE).exclude(needs_no_report())
    obliged = obliged_in(period).order_by().filter(kind)
    for name, duties in (
        ("obliged", obliged),
        ("cooperating", helping),
        ("needless", every.filter(needs_no_report())),
    ):
        for unit, count in duties.values_list("unit_id").annotate(Count("pk")):
            setattr(of(unit), name, count)
    counts = reports_of(period).filter(duty__in=obliged.values("pk")).order_by()
    counts = counts.values_list("duty__unit_id", "state").annotate(count=Count("pk"))
    for unit, state, count, late in counts.annotate(late=Count("pk", filter=Q(is_late=True))):
        name = FILING_STATES[state]
        setattr(of(unit), name, getattr(of(unit), name) + count)
        of(unit).late += late
    return kept


def turned_counts(period: ReportingPeriod, needless: Mapping[int, bool]) -> dict[int, Counter[str]]:
    """Unit key -> by how much its counts change as these measures come to need no report (key -> True) or need one again.
    Two queries.
    """
    reports = reports_of(period).filter(duty__measure__in=needless).order_by()
    said = {duty: rest for duty, *rest in reports.values_list("duty_id", "state", "is_late")}
    steps: dict[int, Counter[str]] = defaultdict(Counter)
    duties = Duty.objects.filter(measure__in=needless).order_by().values_list("pk", "unit_id", "role", "measure_id")
    for duty, unit, role, measure in duties:
        counts, step = steps[unit], 1 if needless[measure] else -1
        counts["needless"] += step
        if role == DutyRole.COOPERATE:
            counts["cooperating"] -= step
            continue
        counts[OBLIGED] -= step
        if duty in said:
            state, is_late = said[duty]
            counts[FILING_STATES[state]] -= step
            counts[LATE] -= step * is_late
    return steps


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


kept = keeping(32)  # pages of a hundred rows, sixty kilobytes each


@dataclass
class RowsBehind:
    """The rows behind one number of the board, by unit and then as their duties were entered. Of a page only its own are read;
    they stand in the order of the table where they are of one unit.
    """

    period: ReportingPeriod
    state: str
    units: list[UnitFiled]

    def __len__(self) -> int:
        return sum(unit.count(self.state) for unit in self.units)

    def __getitem__(self, part: slice) -> list[FilingRow]:
        """Those of a page, read once until somebody writes."""
        counted = tuple((unit.unit, unit.count(self.state)) for unit in self.units)
        question = (self.period.pk, self.state, counted, part.start, part.stop)
        return once(state_of_writing(), question, partial(self.read, part), kept)

    def read(self, part: slice) -> list[FilingRow]:
        """Two queries; one more where the rows kept are not those that were counted."""
        first, touched, begins = 0, [], 0
        for unit in self.units:
            ends = begins + unit.count(self.state)
            if ends > part.start and begins < part.stop:
                first = first if touched else begins
                touched.append(unit.unit)
            begins = ends
        of_units = slice(part.start - first, part.stop - first)
        duties = self.kept(touched, of_units)
        if len(duties) < min(part.stop, begins) - part.start:
            duties = list(self.duties(touched).values_list(*DUTY_COLUMNS)[of_units])
        at = {unit: place for place, unit in enumerate(touched)}
        found = sorted(duties, key=lambda duty: (at[duty[1]], *duty[4:6]))
        return with_reports(found, reports_of(self.period).filter(duty__in=[duty[0] for duty in found]))

    def kept(self, units: list[int], part: slice) -> list[tuple[Any, ...]]:
        """From `DutyFiling`, in the order of an index where they are of one unit and in one state. Nothing of a frozen period, nor
        where all that must report are asked for: those are the unit's duties, which are in order themselves.
        """
        if self.period.is_frozen or self.state == OBLIGED:
            return []
        wanted = Q(is_late=True) if self.state == LATE else Q(state__in=self.states)
        rows = DutyFiling.objects.filter(is_known(self.period.plan_id), wanted, period=self.period, unit__in=units)
        by_unit = () if len(units) == 1 else ("unit__position", "unit__name")
        return list(rows.order_by(*by_unit, "duty_id").values_list(*KEPT_COLUMNS)[part])

    @property
    def states(self) -> tuple[str, ...]:
        return WITH_THE_UNIT if self.state == UNFINISHED else (self.state,)

    def duties(self, units: list[int]) -> QuerySet[Duty]:
        """The same from the facts."""
        order = ("pk",) if len(units) == 1 else ("unit__position", "unit__name", "pk")
        duties = obliged_in(self.period).filter(unit__in=units).order_by(*order)
        if self.state == OBLIGED:
            return duties
        reported = [state for one in self.states for state in REPORTED.get(one, ())]
        column, wanted = ("is_late", Q(said=True)) if self.state == LATE else ("state", Q(said__in=reported))
        if MISSING in self.states:
            wanted |= Q(said=None)
        said = reports_of(self.period).filter(duty=OuterRef("pk")).order_by().values(column)[:1]
        return duties.alias(said=Subquery(said)).filter(wanted)  # of each by itself: see docs/performance.md
