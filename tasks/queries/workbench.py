"""What one person has to write now: their duties in every open period, each pair in exactly one list.

How long a list is stands in what is kept (`UnitFiling`); of its rows only those of a page are read. Where nothing is kept,
because the table changed a moment ago, the database counts. The number of queries grows neither with duties nor with periods.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from tasks.choices import HANDED_IN, OBLIGED_ROLES, DutyRole, ReportState, WorkList
from tasks.models import Duty, Plan, ReportingPeriod, StandingSummary, UnitFiling
from tasks.queries import work_lists
from tasks.queries import workbench_rows as asked
from tasks.queries.filing import count_units
from tasks.queries.reports import needs_no_report, written_by
from tasks.queries.workbench_rows import (
    DUTY_WIDTH,
    REPORT_WIDTH,
    DutyFacts,
    LastWord,
    ReportFacts,
    ReturnFacts,
)
from units.choices import Role
from units.models import User
from units.prepared import columns_of, made, prepared

FALLING_DUE = 10  # measures named in the calendar: what a person keeps in mind
COUNTED = ("obliged", "approved", "in_review", "returned", "cooperating", "needless")
OBLIGED, COOPERATING = Q(role__in=OBLIGED_ROLES), Q(role=DutyRole.COOPERATE)


class Row(NamedTuple):
    """One duty in one open period, with its report if there is one and the review that returned it."""

    duty: DutyFacts
    period: ReportingPeriod
    report: ReportFacts | None
    returned: ReturnFacts | None = None

    @property
    def due_on(self) -> datetime.date:
        """When this must be done: the day the reviewer set, else the period's."""
        return (self.returned and self.returned.mend_by) or self.period.due_on

    @property
    def is_handed_in(self) -> bool:
        return self.report is not None and self.report.state in HANDED_IN


@dataclass
class Share:
    """How far a unit is in one period, by duties."""

    period: ReportingPeriod
    counts: Counter[str]

    @property
    def obliged(self) -> int:
        return self.counts["obliged"]

    @property
    def handed_in(self) -> int:
        return self.counts["approved"] + self.counts["in_review"]

    @property
    def due(self) -> int:
        return self.obliged - self.handed_in - self.counts["returned"]


@dataclass
class Rows:
    """One list: as long as was `counted`, of which only the rows of a page are `read`, from and to a position."""

    bench: "Workbench"
    counted: int
    read: Callable[..., list[tuple[Any, ...]]]
    every: Callable[..., QuerySet[Any]]
    of: tuple[Any, ...]

    def __len__(self) -> int:
        return self.counted

    def __getitem__(self, part: slice) -> list[Row]:
        return (
            [self.bench.row(values) for values in self.read(part.start, part.stop, *self.of)] if self.counted else []
        )

    def index(self, duty: int, period: int) -> int | None:
        """Where in the list a duty of a period stands."""
        rows = self.every(*self.of) if self.counted else []
        return next((at for at, row in enumerate(rows) if (row[0], row[DUTY_WIDTH]) == (duty, period)), None)


@dataclass
class Workbench:
    """The lists, each in the order in which to work on it. 配合 may report: apart, and in no count of what is due."""

    user: User
    today: datetime.date

    @cached_property
    def periods(self) -> list[ReportingPeriod]:
        return list(self.is_kept)

    @cached_property
    def is_kept(self) -> dict[ReportingPeriod, bool]:
        """Those open, and whether anything is kept of them."""
        found: dict[ReportingPeriod, bool] = {}
        width = len(ReportingPeriod._meta.concrete_fields)
        for row in open_periods(self.today):
            period = made(ReportingPeriod, row[:width])
            period.plan = made(Plan, row[width:-2])
            found[period] = row[-2] and row[-1]
        return found

    @cached_property
    def keys(self) -> tuple[int, ...]:
        return tuple(period.pk for period in self.periods)

    @cached_property
    def by_key(self) -> dict[int, ReportingPeriod]:
        return dict(zip(self.keys, self.periods, strict=True))

    @cached_property
    def shares(self) -> list[Share]:
        """One query where the counts are kept."""
        counts: dict[int, Counter[str]] = {key: Counter() for key in self.keys}
        writer, kept = written_by(self.user), tuple(period.pk for period, is_kept in self.is_kept.items() if is_kept)
        for period, *numbers in kept_counts(writer, kept):
            counts[period].update(dict(zip(COUNTED, numbers, strict=True)))
        for period in (period for period, is_kept in self.is_kept.items() if not is_kept):
            for row in count_units(period, writer).values():
                counts[period.pk].update({name: getattr(row, name) for name in COUNTED})
        return [Share(period, counts[period.pk]) for period in self.periods]

    def count(self, name: str) -> int:
        return sum(share.counts[name] for share in self.shares)

    @cached_property
    def returned(self) -> list[Row]:
        """All of them, the day set for mending first: what is returned is little. One query."""
        found = {}
        for values in asked.rows_returned(written_by(self.user, "duty__"), self.keys) if self.keys else ():
            row = self.row(values)
            found[row.duty.key, row.period.pk] = row  # the last review last
        return sorted(found.values(), key=by_date)

    @cached_property
    def due(self) -> Rows:
        count = sum(share.due for share in self.shares)
        if self.is_listed:
            return self.listed(WorkList.DUE, count)
        return self.pairs(OBLIGED, count, ReportState.DRAFT)

    @cached_property
    def submitted(self) -> Rows:
        count = self.count("approved") + self.count("in_review")
        if self.is_listed:
            return self.listed(WorkList.HANDED_IN, count)
        return Rows(self, count, asked.rows_handed_in, asked.handed_in, (written_by(self.user, "duty__"), self.keys))

    @cached_property
    def cooperating(self) -> Rows:
        returned = sum(row.duty.role == DutyRole.COOPERATE for row in self.returned)
        count = self.count("cooperating") - returned
        if self.is_listed:
            return self.listed(WorkList.HELPING, count)
        return self.pairs(COOPERATING, count, ReportState.DRAFT, *HANDED_IN)

    @property
    def is_listed(self) -> bool:
        return all(self.is_kept.values())

    def listed(self, work_list: WorkList, count: int) -> Rows:
        return Rows(self, count, asked.rows_listed, asked.listed, (written_by(self.user), self.keys, work_list.value))

    def pairs(self, role: Q, count: int, *states: str) -> Rows:
        """Of those duties the ones not begun, and those whose report is in one of the states."""
        of = (written_by(self.user), self.keys, role, (asked.NOT_BEGUN, *states))
        return Rows(self, count, asked.rows_of_pairs, asked.pairs, of)

    @property
    def left(self) -> int:
        return len(self.returned) + len(self.due)

    @property
    def approved(self) -> int:
        return self.count("approved")

    @property
    def needless(self) -> int:
        return self.count("needless")

    def row(self, values: Sequence[Any]) -> Row:
        """From the columns of a duty and of its period, and of what was reported and where it was returned of the review."""
        duty, period, report = values[:DUTY_WIDTH], values[DUTY_WIDTH], values[DUTY_WIDTH + 1 :][:REPORT_WIDTH]
        review = values[DUTY_WIDTH + 1 + REPORT_WIDTH :]
        return Row(
            DutyFacts(*duty),
            self.by_key[period],
            ReportFacts(*report) if report else None,
            ReturnFacts(*review) if review and review[0] else None,
        )

    def begun(self, rows: Collection[Row]) -> list[Row]:
        """The rows with their reports, where there are any. One query."""
        duties = tuple({row.duty.key for row in rows})
        found = {(duty, period): ReportFacts(*rest) for duty, period, *rest in asked.reports_on(duties, self.keys)}
        return [row._replace(report=found.get((row.duty.key, row.period.pk))) for row in rows]

    def last_words(self, rows: Collection[Row]) -> dict[tuple[int, int], LastWord]:
        """Duty and period key -> what was approved last before it. One query."""
        duties = tuple({row.duty.key for row in rows})
        before = tuple((one.plan_id, one.as_of) for one in self.periods)
        found: dict[tuple[int, int], LastWord] = {}
        for duty, *word in asked.last_words(duties, before) if rows else ():
            for one in self.periods:
                if word[0] < one.as_of:
                    found[duty, one.pk] = LastWord(*word)
        return found

    def falling_due(self, days: int) -> list[tuple[datetime.date, str]]:
        """The obliged measures that fall due within so many days, the first of them: day and code. One query."""
        last = self.today + datetime.timedelta(days=days)
        find = work_lists.falling_due if self.is_listed else asked.falling_due
        rows = find(written_by(self.user), self.keys, self.today, last, FALLING_DUE) if self.keys else []
        return [(day, f"{number}-{order}") for day, number, order in rows]


def by_date(row: Row) -> tuple:
    return row.due_on, row.duty.due_on or datetime.date.max, row.duty.number, row.duty.order


@prepared
def open_periods(today: datetime.date) -> QuerySet[ReportingPeriod]:
    """Each with its plan, and the two things without which its counts are not kept."""
    counted = Exists(UnitFiling.objects.filter(period=OuterRef("pk")))
    known = Exists(StandingSummary.objects.filter(plan=OuterRef("plan"), period=None))
    periods = ReportingPeriod.objects.open_on(today).annotate(counted=counted, known=known).order_by(*asked.BY_PERIOD)
    return periods.values_list(*columns_of(ReportingPeriod), *columns_of(Plan, "plan__"), "counted", "known")


@prepared
def kept_counts(writer: Q, periods: tuple[int, ...]) -> QuerySet[UnitFiling]:
    return UnitFiling.objects.filter(writer, period__in=periods).order_by().values_list("period_id", *COUNTED)


class Offline(NamedTuple):
    """A workbook this person may fill in offline."""

    period: ReportingPeriod
    unit: str
    slug: str


def workbooks(user: User, periods: Sequence[ReportingPeriod]) -> list[Offline]:
    """One a period of the own unit; for the Office, in one query, of each open group, which it writes for."""
    if user.role != Role.OFFICE:
        return [Offline(period, user.unit.name, user.unit.slug) for period in periods] if user.unit else []
    plans = {period.plan_id for period in periods}
    duties = Duty.objects.filter(written_by(user, ""), measure__main_task__plan__in=plans).exclude(needs_no_report())
    groups = list(
        duties.order_by("unit__position")
        .values_list("measure__main_task__plan", "unit__name", "unit__slug")
        .distinct()
    )
    return [Offline(one, name, slug) for one in periods for plan, name, slug in groups if plan == one.plan_id]


def next_period(today: datetime.date) -> ReportingPeriod | None:
    """The next period to open, where one is set up already."""
    return ReportingPeriod.objects.filter(opens_on__gt=today).order_by("opens_on").first()
