"""需协调事项: what approved reports ask of others, and has not been answered by an instruction."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Instruction, ProgressReport, ReportingPeriod
from tasks.queries.reports import counting
from tasks.queries.standing import counting_reports
from units.models import Unit


class Matters(NamedTuple):
    """How many are addressed to a unit, and how many to any other."""

    own: int
    others: int


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


URGENT = ("coordination_due_on", "duty_id")


def asked_in(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    """What a frozen period asks and had not been answered when it was frozen."""
    answers = Instruction.objects.filter(Q(report=OuterRef("pk")) | Q(report=OuterRef("corrects")))
    asking = ProgressReport.objects.filter(period=period, state=ReportState.APPROVED, coordination_unit__isnull=False)
    return counting(asking).exclude(Exists(answers.filter(given_at__lte=period.frozen_at)))


def in_order(matters: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """With all that a line shows, the most urgent answer first. One query."""
    joins = ("duty__measure__main_task", "duty__unit", "coordination_unit", "period")
    return matters.select_related(*joins).order_by(*URGENT)


def most_urgent(matters: QuerySet[ProgressReport], count: int) -> QuerySet[ProgressReport]:
    """The first of `in_order`, chosen before anything is joined to them. One query."""
    return in_order(ProgressReport.objects.filter(pk__in=matters.order_by(*URGENT).values("pk")[:count]))


def counted(matters: QuerySet[ProgressReport], unit: Unit | int | None) -> Matters:
    """One query."""
    to_unit = Q(coordination_unit=unit)
    return Matters(**matters.aggregate(own=Count("pk", filter=to_unit), others=Count("pk", filter=~to_unit)))
