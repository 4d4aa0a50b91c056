"""需协调事项: what approved reports ask of others, and has not been answered by an instruction.

How many there are is kept with the figures (`figures.ASKED`); here are the matters themselves.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Instruction, ProgressReport, ReportingPeriod
from tasks.queries.reports import counting, counting_reports

URGENT = ("coordination_due_on", "duty_id")


def open_matters(periods: Iterable[ReportingPeriod]) -> QuerySet[ProgressReport]:
    """The newest approved report of each duty in the periods that count today, where it asks somebody for something."""
    kept = list(periods)
    asking = counting_reports(kept).filter(coordination_unit__isnull=False)
    answered = Instruction.objects.filter(Q(report=OuterRef("pk")) | Q(report=OuterRef("corrects")))
    asking = asking.exclude(Exists(answered))
    if len(kept) < 2:
        return asking  # in one period no report is newer than another of its duty
    newer = ProgressReport.objects.filter(
        duty=OuterRef("duty"), state=ReportState.APPROVED, period__in=kept, period__as_of__gt=OuterRef("period__as_of")
    )
    return asking.exclude(Exists(newer))


def asked_units(measures: Collection[int], periods: Iterable[ReportingPeriod]) -> dict[int, list[int]]:
    """Measure key -> the unit asked by each of its open matters, in the order of keys. One query."""
    found: dict[int, list[int]] = defaultdict(list)
    matters = open_matters(periods).filter(duty__measure__in=measures).order_by("coordination_unit_id")
    for measure, unit in matters.values_list("duty__measure_id", "coordination_unit_id"):
        found[measure].append(unit)
    return found


def asked_in(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    """What a frozen period asks and had not been answered when it was frozen."""
    answers = Instruction.objects.filter(Q(report=OuterRef("pk")) | Q(report=OuterRef("corrects")))
    asking = ProgressReport.objects.filter(period=period, state=ReportState.APPROVED, coordination_unit__isnull=False)
    return counting(asking).exclude(Exists(answers.filter(given_at__lte=period.frozen_at)))


def in_order(matters: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """With all that a line shows, the most urgent answer first. One query."""
    joins = ("duty__measure__main_task", "duty__unit", "coordination_unit", "period")
    return matters.select_related(*joins).order_by(*URGENT)


def place(matter: ProgressReport) -> str:
    """Where a matter stands among `in_order`, for the address of the page that begins behind it."""
    return f"{matter.coordination_due_on}.{matter.duty_id}"


def behind(place: str) -> Q:
    """The matters after a place; all of them where it is none."""
    day, _, duty = place.partition(".")
    try:
        due_on, key = datetime.date.fromisoformat(day), int(duty)
    except ValueError:
        return Q()
    return Q(coordination_due_on__gte=due_on) & (Q(coordination_due_on__gt=due_on) | Q(duty__gt=key))


def most_urgent(periods: Collection[ReportingPeriod], condition: Q, count: int) -> QuerySet[ProgressReport]:
    """The first open matters of a kind, as `in_order`. One query: of each period the first by an index, then of these."""
    if not periods:
        return ProgressReport.objects.none()
    matters = open_matters(periods).filter(condition)
    parts = [
        ProgressReport.objects.order_by().filter(
            pk__in=matters.filter(period=period).order_by(*URGENT).values("pk")[:count]
        )
        for period in periods
    ]
    chosen = parts[0].values("pk").union(*(part.values("pk") for part in parts[1:])) if parts[1:] else parts[0]
    return in_order(ProgressReport.objects.filter(pk__in=chosen.values("pk")))[:count]
