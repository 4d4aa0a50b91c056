"""The rows of the workbench as the database is asked for them: plain values, SQL written once.

`writer` is `written_by` of the person, `periods` are keys of those open; both say whose rows.
"""

import datetime
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tasks.choices import HANDED_IN, OBLIGED_ROLES, ReportState
from tasks.models import Duty, ProgressReport
from tasks.queries.reports import needs_no_report, newest_approved
from tasks.queries.work_lists import kept
from units.choices import Role
from units.models.user import person_name
from units.prepared import prepared

ROLE_WORDS = dict(Role.choices)
NOT_BEGUN = ""  # the state of a report that is not there
BY_PERIOD = ("due_on", "-as_of")
BY_MEASURE = ("measure__main_task__number", "measure__order")
Keys = tuple[int, ...]


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


class ReturnFacts(NamedTuple):
    """The review that returned a report last."""

    decided_at: datetime.datetime
    mend_by: datetime.date | None
    remark: str
    unit: str | None
    role: str
    family_name: str
    given_name: str
    username: str

    @property
    def by(self) -> str:
        name = person_name(self.family_name, self.given_name, self.username)
        return f"{self.unit or ''} {ROLE_WORDS[self.role]} {name}"


class LastWord(NamedTuple):
    """What was approved last of a duty, before an open period."""

    as_of: datetime.date
    percent_complete: int | None
    confidence: str


MEASURE_COLUMNS = ("main_task__number", "order", "text", "due_on", "is_ongoing")
REPORT_COLUMNS = ("pk", "state", "saved_at", "submitted_at", "is_late", "is_unchanged")
RETURN_COLUMNS = (
    "decided_at", "mend_by", "remark", "decided_by__unit__name", "decided_by__role",
    "decided_by__last_name", "decided_by__first_name", "decided_by__username",
)  # fmt: skip
DUTY_WIDTH, REPORT_WIDTH = len(DutyFacts._fields), len(ReportFacts._fields)


def duty_columns(prefix: str = "") -> list[str]:
    """The columns of `DutyFacts`; `prefix` leads to the duty from another model."""
    return [
        f"{prefix}{name}" for name in ("pk", "role", *(f"measure__{one}" for one in MEASURE_COLUMNS), "unit__name")
    ]


def pairs(writer: Q, periods: Keys, role: Q, wanted: tuple[str, ...]) -> QuerySet[Any]:
    """Duty and period, in order, of which the report is in one of the states, `NOT_BEGUN` where there is none.

    The state is asked of each by itself: as a join PostgreSQL would read every report of the period.
    """
    of_measures = "measure__main_task__plan__periods"
    duties = Duty.objects.filter(writer, role, **{f"{of_measures}__in": periods})
    duties = duties.exclude(needs_no_report()).annotate(in_period=F(of_measures))
    begun = ProgressReport.objects.order_by().filter(duty=OuterRef("pk"), period=OuterRef("in_period"), corrects=None)
    duties = duties.alias(known=Coalesce(Subquery(begun.values("state")[:1]), Value(NOT_BEGUN)))
    order = [f"{'-' * name.startswith('-')}{of_measures}__{name.lstrip('-')}" for name in BY_PERIOD]
    in_order = duties.filter(known__in=wanted).order_by(
        *order, F("measure__due_on").asc(nulls_last=True), *BY_MEASURE, "pk"
    )
    return in_order.values_list(*duty_columns(), "in_period")


def handed_in(writer: Q, periods: Keys) -> QuerySet[Any]:
    """`writer` leads from a report. What was handed in last stands first."""
    obliged = of_state(writer, periods, *HANDED_IN).filter(duty__role__in=OBLIGED_ROLES, submitted_at__isnull=False)
    return obliged.order_by("-submitted_at", "duty_id").values_list(
        *duty_columns("duty__"), "period_id", *REPORT_COLUMNS
    )


@prepared
def rows_of_pairs(start: int, stop: int, *of: Any) -> QuerySet[Any]:
    return pairs(*of)[start:stop]


def listed(writer: Q, periods: Keys, work_list: int) -> QuerySet[Any]:
    """`pairs` as they are kept."""
    return kept(writer, periods, work_list, columns=(*duty_columns("duty__"), "period_id"))


@prepared
def rows_listed(start: int, stop: int, *of: Any) -> QuerySet[Any]:
    return listed(*of)[start:stop]


@prepared
def rows_handed_in(start: int, stop: int, *of: Any) -> QuerySet[Any]:
    return handed_in(*of)[start:stop]


@prepared
def rows_returned(writer: Q, periods: Keys) -> QuerySet[Any]:
    """A row for each review that returned one of them, the last review last."""
    refused = FilteredRelation("reviews", condition=Q(reviews__is_passed=False))
    reports = of_state(writer, periods, ReportState.RETURNED).annotate(refused=refused)
    columns = [f"refused__{name}" for name in RETURN_COLUMNS]
    in_order = reports.order_by("refused__decided_at", "refused__pk")
    return in_order.values_list(*duty_columns("duty__"), "period_id", *REPORT_COLUMNS, *columns)


def of_state(writer: Q, periods: Keys, *states: str) -> QuerySet[ProgressReport]:
    reports = ProgressReport.objects.filter(writer, period__in=periods, corrects=None, state__in=states)
    return reports.exclude(needs_no_report("duty__")).order_by()


@prepared
def reports_on(duties: Keys, periods: Keys) -> QuerySet[ProgressReport]:
    """Duty and period key, then `ReportFacts`."""
    reports = ProgressReport.objects.filter(duty__in=duties, period__in=periods, corrects=None).order_by()
    return reports.values_list("duty_id", "period_id", *REPORT_COLUMNS)


@prepared
def last_words(duties: Keys, before: tuple[tuple[int, datetime.date], ...]) -> QuerySet[ProgressReport]:
    """Duty key and `LastWord` of the newest report before each day of a plan, the newest last."""
    rows = newest_approved(duties, before).order_by("period__as_of", "id")
    return rows.values_list("duty_id", "period__as_of", "percent_complete", "confidence")


@prepared
def falling_due(writer: Q, periods: Keys, first: datetime.date, last: datetime.date, count: int) -> QuerySet[Any]:
    """Day, number and order of the obliged measures that fall due between two days, the first of them."""
    duties = Duty.objects.filter(
        writer,
        role__in=OBLIGED_ROLES,
        measure__due_on__range=(first, last),
        measure__main_task__plan__periods__in=periods,
    )
    duties = duties.exclude(needs_no_report()).order_by("measure__due_on", *BY_MEASURE)
    return duties.values_list("measure__due_on", *BY_MEASURE).distinct()[:count]
