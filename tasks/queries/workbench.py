"""What one person has to write now: their duties in every open period, each pair in exactly one list.

The lists hold a light row for every pair, so that counts and lists cannot differ; texts are fetched for one page of
rows at a time (`items`). The number of queries grows neither with duties nor with measures.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper

from tasks.choices import OBLIGED_ROLES, ReportState
from tasks.models import Duty, ProgressReport, ReportingPeriod, Review
from tasks.queries.reports import last_approved_of_all, needs_no_report, written_by
from units.choices import Role
from units.models import User

IN_REVIEW = (ReportState.SUBMITTED, ReportState.FORWARDED)


class ReportFacts(NamedTuple):
    """What the lists need of a report."""

    key: int
    duty: int
    period: int
    state: str
    saved_at: datetime.datetime
    submitted_at: datetime.datetime | None
    is_late: bool
    is_unchanged: bool


class DutyFacts(NamedTuple):
    key: int
    role: str
    plan: int
    number: int
    order: int
    due_on: datetime.date | None
    is_needless: bool

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"

    @property
    def is_obliged(self) -> bool:
        return self.role in OBLIGED_ROLES


class Row(NamedTuple):
    """One duty in one open period, with its report if there is one and the review that returned it."""

    duty: DutyFacts
    period: ReportingPeriod
    report: ReportFacts | None
    review: Review | None = None

    @property
    def due_on(self) -> datetime.date:
        """When this must be done: the day the reviewer set, else the period's."""
        return (self.review and self.review.mend_by) or self.period.due_on

    @property
    def is_handed_in(self) -> bool:
        return self.report is not None and self.report.state in (*IN_REVIEW, ReportState.APPROVED)


@dataclass
class Share:
    """How far a unit is in one period."""

    period: ReportingPeriod
    obliged: int = 0
    handed_in: int = 0


@dataclass
class Workbench:
    """The lists, each in the order in which to work on it. 配合 may report: apart, and in no count of what is due."""

    periods: list[ReportingPeriod]
    returned: list[Row] = field(default_factory=list)
    due: list[Row] = field(default_factory=list)
    submitted: list[Row] = field(default_factory=list)
    cooperating: list[Row] = field(default_factory=list)
    needless: list[Row] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.returned) + len(self.due)

    @property
    def approved(self) -> int:
        return sum(row.report.state == ReportState.APPROVED for row in self.submitted)

    def coming_due(self, today: datetime.date, days: int) -> list[DutyFacts]:
        """Duties whose measure falls due within so many days, each once."""
        last = today + datetime.timedelta(days=days)
        rows = [*self.returned, *self.due, *self.submitted]
        near = {row.duty for row in rows if row.duty.due_on and today <= row.duty.due_on <= last}
        return sorted(near, key=lambda duty: (duty.due_on, duty.number, duty.order))


@dataclass(frozen=True, slots=True)
class Item:
    """A row with what is shown of it."""

    row: Row
    duty: Duty
    last: ProgressReport | None

    @property
    def may_be_unchanged(self) -> bool:
        """Nothing written yet, and something approved to repeat."""
        return self.last is not None and self.row.report is None


def workbench(user: User, today: datetime.date) -> Workbench:
    """Four queries, two more where something was returned."""
    periods = list(ReportingPeriod.objects.open_on(today).select_related("plan").order_by("due_on", "-as_of"))
    bench = Workbench(periods, shares=[Share(period) for period in periods])
    if not periods:
        return bench
    duties = duty_facts(user, periods)
    reports = {(report.duty, report.period): report for report in report_facts(user, periods)}
    returns = last_returns([report.key for report in reports.values() if report.state == ReportState.RETURNED])
    for share in bench.shares:
        for duty in duties:
            if duty.plan != share.period.plan_id:
                continue
            report = reports.get((duty.key, share.period.pk))
            row = Row(duty, share.period, report, report and returns.get(report.key))
            put(bench, share, row)
    return in_order(bench)


def put(bench: Workbench, share: Share, row: Row) -> None:
    """Every row goes into one list; what is obliged counts in the share of its period too."""
    is_returned = row.report is not None and row.report.state == ReportState.RETURNED
    if row.duty.is_needless and not row.is_handed_in:
        bench.needless.append(row)
        return
    if row.duty.is_obliged:
        share.obliged += 1
        share.handed_in += row.is_handed_in
    if is_returned:
        bench.returned.append(row)
    elif not row.duty.is_obliged:
        bench.cooperating.append(row)
    elif row.is_handed_in:
        bench.submitted.append(row)
    else:
        bench.due.append(row)


def in_order(bench: Workbench) -> Workbench:
    """By due date: the report's, then the measure's; what was handed in last stands first."""
    far = datetime.date.max
    for rows in (bench.returned, bench.due, bench.cooperating):
        rows.sort(key=lambda row: (row.due_on, row.duty.due_on or far, row.duty.number, row.duty.order))
    bench.submitted.sort(key=lambda row: row.report.submitted_at, reverse=True)
    return bench


def duty_facts(user: User, periods: Iterable[ReportingPeriod]) -> list[DutyFacts]:
    plans = {period.plan_id for period in periods}
    duties = Duty.objects.filter(written_by(user), measure__main_task__plan__in=plans)
    columns = ("pk", "role", "measure__main_task__plan", "measure__main_task__number", "measure__order")
    is_needless = ExpressionWrapper(needs_no_report(), BooleanField())
    rows = duties.order_by().annotate(is_needless=is_needless)
    return [DutyFacts(*row) for row in rows.values_list(*columns, "measure__due_on", "is_needless")]


def report_facts(user: User, periods: Iterable[ReportingPeriod]) -> list[ReportFacts]:
    reports = ProgressReport.objects.filter(written_by(user, "duty__"), period__in=periods, corrects=None)
    columns = ("pk", "duty", "period", "state", "saved_at", "submitted_at", "is_late", "is_unchanged")
    return [ReportFacts(*row) for row in reports.order_by().values_list(*columns)]


def last_returns(reports: Sequence[int]) -> dict[int, Review]:
    """Report key -> the review that returned it last."""
    if not reports:
        return {}
    reviews = Review.objects.filter(report__in=reports, is_passed=False).select_related("decided_by__unit")
    return {review.report_id: review for review in reviews.order_by("decided_at", "id")}


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


def items(rows: Sequence[Row]) -> list[Item]:
    """The rows of one page with their texts. Two queries."""
    if not rows:
        return []
    duties = {row.duty.key for row in rows}
    texts = Duty.objects.select_related("measure__main_task__plan", "unit").in_bulk(duties)
    last = last_approved_of_all(duties, {row.period for row in rows})
    return [Item(row, texts[row.duty.key], last.get((row.duty.key, row.period.pk))) for row in rows]


def next_period(today: datetime.date) -> ReportingPeriod | None:
    """The next period to open, where one is set up already."""
    return ReportingPeriod.objects.filter(opens_on__gt=today).order_by("opens_on").first()
