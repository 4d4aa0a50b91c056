"""What the Office's pages of periods say beside the filing board."""

from functools import partial

from django.db.models import Count, QuerySet

from tasks.choices import ReportState, Stage
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.queries.states import once, state_of_plan


def listed(plan: Plan) -> list[tuple[ReportingPeriod, int]]:
    """A plan's periods, the newest first, each with how many reports were approved in it, counted once in each state."""
    counts = once(state_of_plan(plan.pk), ("approved", plan.pk), partial(approved_by_period, plan.pk))
    return [(period, counts.get(period.pk, 0)) for period in plan.periods.order_by("-as_of")]


def approved_by_period(plan: int) -> dict[int, int]:
    approved = ProgressReport.objects.filter(period__plan=plan, corrects=None, state=ReportState.APPROVED)
    return dict(approved.order_by().values_list("period").annotate(Count("pk")))


def frozen_stages(period: ReportingPeriod) -> list[tuple[str, int]]:
    """How many measures stood in which stage when the period was frozen."""
    found = dict(period.frozen_measures.order_by().values_list("stage").annotate(Count("pk")))
    return [(stage.label, found[stage]) for stage in Stage if stage in found]


def corrections(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    joins = ("duty__unit", "duty__measure__main_task", "written_by", "approved_by")
    found = ProgressReport.objects.filter(period=period, corrects__isnull=False).select_related(*joins)
    return found.order_by("-created_at", "-id")
