"""需协调事项: what approved reports ask of others, and has not been answered by an instruction.

How many there are is kept with the figures (`figures.ASKED`); here are the matters themselves.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from tasks.choices import ReportState
from tasks.models import Duty, Instruction, ProgressReport, ReportingPeriod
from tasks.queries.reports import counting, counting_reports
from units.permissions import NOTHING
from units.prepared import prepared

URGENT = ("coordination_due_on", "duty_id")
SHOWN = ("duty", "duty__measure", "duty__measure__main_task", "duty__unit", "coordination_unit", "period")


ANY = Q(coordination_unit__isnull=False)


def asking(unit: int | None) -> Q:
    """What asks one unit; of somebody without a unit nothing is asked. Not `ANY` as well: PostgreSQL would multiply the shares,
    expect few and sort them all.
    """
    return Q(coordination_unit=unit) if unit is not None else NOTHING


def open_matters(periods: Collection[ReportingPeriod], kind: Q = ANY) -> QuerySet[ProgressReport]:
    """The newest approved report of each duty in the periods that count today, where it asks somebody for something."""
    matters = unanswered(periods, kind)
    if len(periods) < 2:
        return matters  # in one period no report is newer than another of its duty
    return without(matters, approved_in(periods).filter(period__as_of__gt=OuterRef("period__as_of")))


def unanswered(periods: Collection[ReportingPeriod | int], kind: Q) -> QuerySet[ProgressReport]:
    return counting_reports(periods).filter(kind).exclude(Exists(answers()))


def answers() -> QuerySet[Instruction]:
    """The instructions on what a duty said in a period: on the report, or on what it corrects."""
    return Instruction.objects.filter(report__duty=OuterRef("duty"), report__period=OuterRef("period"))


def asked_by(matters: QuerySet[ProgressReport], unit: int) -> QuerySet[ProgressReport]:
    """Those of one unit. Asked of each by itself, in an index: joined, PostgreSQL would read everything the unit has to do."""
    own = Duty.objects.order_by().filter(pk=OuterRef("duty"), unit=unit)
    return matters.alias(own=Subquery(own.values("pk")[:1])).filter(own__isnull=False)


def without(matters: QuerySet[ProgressReport], newer: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """Those with nothing newer. Asked of each by itself: by NOT EXISTS PostgreSQL would read the whole newer period."""
    return matters.alias(newer=Subquery(newer.values("pk")[:1])).filter(newer=None)


def approved_in(periods: Collection[ReportingPeriod | int]) -> QuerySet[ProgressReport]:
    """What the same duty says in these periods. Where there is a correction there is what it corrects."""
    said = ProgressReport.objects.filter(duty=OuterRef("duty"), period__in=list(periods), corrects=None)
    return said.filter(state=ReportState.APPROVED).order_by()


def asked_units(measures: Collection[int], periods: Collection[ReportingPeriod]) -> dict[int, list[int]]:
    """Measure key -> the unit asked by each of its open matters, in the order of keys. One query."""
    found: dict[int, list[int]] = defaultdict(list)
    matters = open_matters(periods).filter(duty__measure__in=measures).order_by("coordination_unit_id")
    for measure, unit in matters.values_list("duty__measure_id", "coordination_unit_id"):
        found[measure].append(unit)
    return found


def asked_in(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    """What a frozen period asks and had not been answered when it was frozen."""
    asking = ProgressReport.objects.filter(period=period, state=ReportState.APPROVED, coordination_unit__isnull=False)
    return counting(asking).exclude(Exists(answers().filter(given_at__lte=period.frozen_at)))


def in_order(matters: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """With all that a line shows, the most urgent answer first. One query."""
    return matters.select_related(*SHOWN).order_by(*URGENT)


class Matter(NamedTuple):
    """需协调事项, as a line shows it."""

    report: int
    duty: int
    period: int
    label: str
    number: int
    order: int
    title: str
    unit: str
    problems: str
    request: str
    asked: str
    due_on: datetime.date | None  # always given where a report was handed in

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


OF_MATTER = (
    "pk", "duty_id", "period_id", "period__label", "duty__measure__main_task__number", "duty__measure__order",
    "duty__measure__main_task__title", "duty__unit__name", "problems", "coordination_request", "coordination_unit__name",
    "coordination_due_on",
)  # fmt: skip


def place(matter: Matter) -> str:
    """Where a matter stands among `most_urgent`, for the address of the page that begins behind it."""
    return f"{matter.due_on}.{matter.duty}"


def behind(place: str) -> Q:
    """The matters after a place; all of them where it is none."""
    day, _, duty = place.partition(".")
    try:
        due_on, key = datetime.date.fromisoformat(day), int(duty)
    except ValueError:
        return Q()
    return Q(coordination_due_on__gte=due_on) & (Q(coordination_due_on__gt=due_on) | Q(duty__gt=key))


def most_urgent(periods: Collection[ReportingPeriod], kind: Q, count: int, *, by: int | None = None) -> list[Matter]:
    """The first open matters of a kind, or of these what one unit asks, as `in_order`. One query."""
    newest_first = tuple(period.pk for period in sorted(periods, key=lambda period: period.as_of, reverse=True))
    return [Matter(*row) for row in first_matters(newest_first, kind, by, count)] if periods else []


@prepared
def first_matters(newest_first: tuple[int, ...], kind: Q, by: int | None, count: int) -> QuerySet[ProgressReport]:
    """Of each period the first by an index, then of these."""
    parts = []
    for at, period in enumerate(newest_first):
        matters = unanswered([period], kind)
        matters = matters if by is None else asked_by(matters, by)
        matters = without(matters, approved_in(newest_first[:at])) if at else matters
        parts.append(matters.order_by(*URGENT).values("pk")[:count])
    chosen = ProgressReport.objects.filter(pk__in=parts[0])
    if len(parts) > 1:
        firsts = [ProgressReport.objects.order_by().filter(pk__in=part).values("pk") for part in parts]
        chosen = ProgressReport.objects.filter(pk__in=firsts[0].union(*firsts[1:]))
    return chosen.order_by(*URGENT).values_list(*OF_MATTER)[:count]
