"""需协调事项: what approved reports ask of others, and has not been answered by an instruction."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Instruction, ProgressReport, ReportingPeriod
from tasks.queries.reports import counting
from units.models import Unit


class Matters(NamedTuple):
    """How many are addressed to a unit, and how many to any other."""

    own: int
    others: int


def open_matters(periods: Iterable[ReportingPeriod]) -> QuerySet[ProgressReport]:
    """The newest approved report of each duty in the periods that count today, where it asks somebody for something."""
    kept = list(periods)
    newer = ProgressReport.objects.filter(  # found by its duty; named by period, each would cost a look through it
        duty=OuterRef("duty"), state=ReportState.APPROVED, period__as_of__gt=OuterRef("period__as_of")
    )
    answered = Instruction.objects.filter(Q(report=OuterRef("pk")) | Q(report=OuterRef("corrects")))
    asking = ProgressReport.objects.filter(
        period__in=kept, state=ReportState.APPROVED, coordination_unit__isnull=False
    )
    return counting(asking).exclude(Exists(newer)).exclude(Exists(answered))


def in_order(matters: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """With all that a line shows, the most urgent answer first. One query."""
    joins = ("duty__measure__main_task", "duty__unit", "coordination_unit", "period")
    return matters.select_related(*joins).order_by("coordination_due_on", "duty_id")


def counted(matters: QuerySet[ProgressReport], unit: Unit | int | None) -> Matters:
    """One query."""
    to_unit = Q(coordination_unit=unit)
    return Matters(**matters.aggregate(own=Count("pk", filter=to_unit), others=Count("pk", filter=~to_unit)))
