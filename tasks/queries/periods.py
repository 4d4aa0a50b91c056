"""What the Office's pages of periods say beside the filing board."""

from django.db.models import Count, Q, QuerySet

from tasks.choices import ReportState, Stage
from tasks.models import Plan, ProgressReport, ReportingPeriod


def listed(plan: Plan) -> QuerySet[ReportingPeriod]:
    """A plan's periods, the newest first, each with the `report_count` of what was approved in it."""
    approved = Q(reports__corrects=None, reports__state=ReportState.APPROVED)
    return plan.periods.annotate(report_count=Count("reports", filter=approved)).order_by("-as_of")


def frozen_stages(period: ReportingPeriod) -> list[tuple[str, int]]:
    """How many measures stood in which stage when the period was frozen."""
    found = dict(period.frozen_measures.order_by().values_list("stage").annotate(Count("pk")))
    return [(stage.label, found[stage]) for stage in Stage if stage in found]


def corrections(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    joins = ("duty__unit", "duty__measure__main_task", "written_by", "approved_by")
    found = ProgressReport.objects.filter(period=period, corrects__isnull=False).select_related(*joins)
    return found.order_by("-created_at", "-id")
