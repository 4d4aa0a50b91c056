"""What one person has to write now: their duties in every open period, each pair in exactly one list.

How long a list is stands in what is kept (`UnitFiling`); of its rows only those of a page are read. Where nothing is kept,
because the table changed a moment ago, the database counts. The number of queries grows neither with duties nor with periods.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from tasks.choices import OBLIGED_ROLES, DutyRole, ReportState
from tasks.models import Duty, ProgressReport, ReportingPeriod, Review, StandingSummary, UnitFiling
from tasks.queries.filing import count_units
from tasks.queries.reports import needs_no_report, written_by
from units.choices import Role
from units.models import User

HANDED_IN = (ReportState.SUBMITTED, ReportState.FORWARDED, ReportState.APPROVED)
FALLING_DUE = 10  # measures named in the calendar: what a person keeps in mind
COUNTED = ("obliged", "approved", "in_review", "returned", "cooperating", "needless")


class DutyFacts(NamedTuple):
    """A duty with what a line shows of it."""

    key: int
    role: str
    number: int
    order: int
    text: str
    due_on: datetime.date | None
    is_ongoing: bool
    unit: str

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"

    @property
    def is_obliged(self) -> bool:
        return self.role in OBLIGED_ROLES


class ReportFacts(NamedTuple):
    key: int
    state: str
    saved_at: datetime.datetime
    submitted_at: datetime.datetime | None
    is_late: bool
    is_unchanged: bool


MEASURE_COLUMNS = ("main_task__number", "order", "text", "due_on", "is_ongoing")
REPORT_COLUMNS = ("pk", "state", "saved_at", "submitted_at", "is_late", "is_unchanged")


def duty_columns(prefix: str = "") -> list[str]:
    """The columns of `DutyFacts`; `prefix` leads to the duty from another model."""
    return [
        f"{prefix}{name}" for name in ("pk", "role", *(f"measure__{one}" for one in MEASURE_COLUMNS), "unit__name")
    ]


class Row(NamedTuple):
    """One duty in one open period, with its report if there is one."""

    duty: DutyFacts
    period: ReportingPeriod
    report: ReportFacts | None
    mend_by: datetime.date | None = None

    @property
    def due_on(self) -> datetime.date:
        """When this must be done: the day the reviewer set, else the period's."""
        return self.mend_by or self.period.due_on

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
    """One list: `found` in its order, as long as was `counted`. Only the rows of a page are read."""

    bench: "Workbench"
    found: QuerySet[Any]
    counted: int

    def __len__(self) -> int:
        return self.counted

    def __getitem__(self, part: slice) -> list[Row]:
        return [self.bench.row(values) for values in self.found[part]] if self.counted else []

    def index(self, duty: int, period: int) -> int | None:
        """Where in the list a duty of a period stands."""
        keys = self.found.values_list(self.bench.duty_key(self.found), "in_period") if self.counted else []
        return next((at for at, key in enumerate(keys) if key == (duty, period)), None)


@dataclass
class Workbench:
    """The lists, each in the order in which to work on it. 配合 may report: apart, and in no count of what is due."""

    user: User
    today: datetime.date

    @cached_property
    def periods(self) -> list[ReportingPeriod]:
        """Those open, with whether anything `is_kept` of them."""
        kept = Exists(UnitFiling.objects.filter(period=OuterRef("pk")))
        known = Exists(StandingSummary.objects.filter(plan=OuterRef("plan"), period=None))
        found = ReportingPeriod.objects.open_on(self.today).annotate(is_kept=Q(kept) & Q(known))
        return list(found.select_related("plan").order_by(*BY_PERIOD))

    @cached_property
    def by_key(self) -> dict[int, ReportingPeriod]:
        return {period.pk: period for period in self.periods}

    @cached_property
    def shares(self) -> list[Share]:
        """One query where the counts are kept."""
        counts: dict[int, Counter[str]] = {period.pk: Counter() for period in self.periods}
        kept = [period.pk for period in self.periods if period.is_kept]
        rows = UnitFiling.objects.filter(written_by(self.user), period__in=kept).order_by() if kept else []
        anew = [
            row
            for period in self.periods
            if not period.is_kept
            for row in count_units(period, written_by(self.user)).values()
        ]
        for row in (*rows, *anew):
            counts[row.period_id].update({name: getattr(row, name) for name in COUNTED})
        return [Share(period, counts[period.pk]) for period in self.periods]

    def count(self, name: str) -> int:
        return sum(share.counts[name] for share in self.shares)

    @cached_property
    def returned(self) -> list[Row]:
        """All of them, the day set for mending first: what is returned is little. One query."""
        if not self.periods:
            return []
        last = Review.objects.filter(report=OuterRef("pk"), is_passed=False).order_by("-decided_at", "-id")
        reports = self.reports(ReportState.RETURNED).annotate(mend_by=Subquery(last.values("mend_by")[:1]))
        columns = (*duty_columns("duty__"), "period", *REPORT_COLUMNS, "mend_by")
        return sorted((self.row(values) for values in reports.values_list(*columns)), key=by_date)

    @cached_property
    def due(self) -> Rows:
        return Rows(self, self.pairs(Q(role__in=OBLIGED_ROLES), wanted=(None, ReportState.DRAFT)), self.count_due)

    @property
    def count_due(self) -> int:
        return sum(share.due for share in self.shares)

    @cached_property
    def submitted(self) -> Rows:
        """What was handed in last stands first."""
        reports = self.reports(*HANDED_IN).filter(duty__role__in=OBLIGED_ROLES).order_by("-submitted_at", "pk")
        columns = (*duty_columns("duty__"), "in_period", *REPORT_COLUMNS)
        handed_in = self.count("approved") + self.count("in_review")
        return Rows(self, reports.annotate(in_period=F("period")).values_list(*columns), handed_in)

    @cached_property
    def cooperating(self) -> Rows:
        returned = sum(row.duty.role == DutyRole.COOPERATE for row in self.returned)
        wanted = (None, ReportState.DRAFT, *HANDED_IN)
        return Rows(self, self.pairs(Q(role=DutyRole.COOPERATE), wanted), self.count("cooperating") - returned)

    @property
    def left(self) -> int:
        return len(self.returned) + len(self.due)

    @property
    def approved(self) -> int:
        return self.count("approved")

    @property
    def needless(self) -> int:
        return self.count("needless")

    def reports(self, *states: str) -> QuerySet[ProgressReport]:
        reports = ProgressReport.objects.filter(written_by(self.user, "duty__"), period__in=self.by_key, corrects=None)
        return reports.filter(state__in=states).exclude(needs_no_report("duty__")).order_by()

    def pairs(self, kind: Q, wanted: Sequence[str | None]) -> QuerySet[Any]:
        """A row for each duty of a kind and open period whose report is in one of the states, None where there is none.

        The state is asked of each by itself: as a join PostgreSQL would read every report of the period.
        """
        of_measures = "measure__main_task__plan__periods"
        duties = Duty.objects.filter(written_by(self.user), kind, **{f"{of_measures}__in": self.by_key})
        duties = duties.exclude(needs_no_report()).annotate(in_period=F(of_measures))
        begun = ProgressReport.objects.order_by().filter(duty=OuterRef("pk"), period=OuterRef("in_period"))
        found = {name: Subquery(begun.filter(corrects=None).values(name)[:1]) for name in REPORT_COLUMNS}
        states = Q(said_state__in=[state for state in wanted if state])
        states = states | Q(said_state=None) if None in wanted else states
        duties = duties.annotate(**{f"said_{name}": one for name, one in found.items()}).filter(states)
        order = [f"{'-' * name.startswith('-')}{of_measures}__{name.lstrip('-')}" for name in BY_PERIOD]
        in_order = duties.order_by(*order, F("measure__due_on").asc(nulls_last=True), *BY_MEASURE, "pk")
        return in_order.values_list(*duty_columns(), "in_period", *(f"said_{name}" for name in REPORT_COLUMNS))

    def duty_key(self, found: QuerySet[Any]) -> str:
        return "pk" if found.model is Duty else "duty"

    def row(self, values: Sequence[Any]) -> Row:
        duty, (period, key, *report) = values[:8], values[8:15]
        facts = None if key is None else ReportFacts(key, *report)
        return Row(DutyFacts(*duty), self.by_key[period], facts, *values[15:])

    def falling_due(self, days: int) -> list[tuple[datetime.date, str]]:
        """The obliged measures that fall due within so many days, the first of them: day and code. One query."""
        last = self.today + datetime.timedelta(days=days)
        duties = Duty.objects.filter(
            written_by(self.user),
            role__in=OBLIGED_ROLES,
            measure__due_on__range=(self.today, last),
            measure__main_task__plan__in={period.plan_id for period in self.periods},
        )
        duties = duties.exclude(needs_no_report()).order_by("measure__due_on", *BY_MEASURE)
        rows = duties.values_list("measure__due_on", *BY_MEASURE).distinct()[:FALLING_DUE]
        return [(day, f"{number}-{order}") for day, number, order in rows]


BY_PERIOD = ("due_on", "-as_of")
BY_MEASURE = ("measure__main_task__number", "measure__order")


def by_date(row: Row) -> tuple:
    return row.due_on, row.duty.due_on or datetime.date.max, row.duty.number, row.duty.order


def last_returns(rows: Iterable[Row]) -> dict[int, Review]:
    """Report key -> the review that returned it last. One query."""
    keys = [row.report.key for row in rows if row.report]
    reviews = (
        Review.objects.filter(report__in=keys, is_passed=False).select_related("decided_by__unit") if keys else []
    )
    return {review.report_id: review for review in sorted(reviews, key=lambda one: (one.decided_at, one.pk))}


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
