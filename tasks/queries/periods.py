"""What the Office's pages of periods say beside the filing board."""

from collections import Counter
from functools import partial

from django.db.models import Count, QuerySet

from tasks.choices import ReportState, Stage
from tasks.models import Plan, ProgressReport, ReportingPeriod, StandingSummary
from tasks.queries.figures import as_figures
from tasks.queries.states import once, state_of_plan


def listed(plan: Plan) -> list[tuple[ReportingPeriod, int]]:
    """A plan's periods, the newest first, each with how many reports were approved in it, counted once in each state."""
    counts = once(state_of_plan(plan.pk), ("approved", plan.pk), partial(approved_by_period, plan.pk))
    return [(period, counts.get(period.pk, 0)) for period in plan.periods.order_by("-as_of")]


def approved_by_period(plan: int) -> Counter[int]:
    """Without corrections, which are counted apart: of a million reports an index alone tells period and state."""
    approved = ProgressReport.objects.filter(period__plan=plan, state=ReportState.APPROVED)
    return by_period(approved) - by_period(approved.filter(corrects__isnull=False))


def by_period(reports: QuerySet[ProgressReport], period: str = "period") -> Counter[int]:
    """Period key -> how many of the reports are of it; `period` leads to it."""
    return Counter(dict(reports.order_by().values_list(period).annotate(count=Count("*"))))


def frozen_stages(period: ReportingPeriod) -> list[tuple[str, int]]:
    """How many measures stood in which stage when the period was frozen, as its summary has it."""
    summary = StandingSummary.objects.filter(period=period).first()
    if summary is None:  # frozen before there were any
        counts = Counter(dict(period.frozen_measures.order_by().values_list("stage").annotate(Count("pk"))))
    else:
        figures = as_figures(summary.figures)["all"]
        counts = Counter({stage.value: figures[f"stage:{stage.value}"] for stage in Stage})
    return [(stage.label, counts[stage.value]) for stage in Stage if counts[stage.value]]


def corrections(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    joins = ("duty__unit", "duty__measure__main_task", "written_by", "approved_by")
    found = ProgressReport.objects.filter(period=period, corrects__isnull=False).select_related(*joins)
    return found.order_by("-created_at", "-id")
