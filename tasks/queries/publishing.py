"""What the Office can publish, and what it has."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.queries.public import published as public_reports

ORDER = ("duty__measure__main_task__number", "duty__measure__order", "duty__position", "id")


def of_plan(plan: Plan) -> QuerySet[ProgressReport]:
    """Every approved report of a plan."""
    joins = ("duty__unit", "duty__measure__main_task", "period", "published_by")
    reports = ProgressReport.objects.filter(duty__measure__main_task__plan=plan, state=ReportState.APPROVED)
    return reports.select_related(*joins).order_by(*ORDER)


def has_approved_correction() -> Exists:
    return Exists(ProgressReport.objects.filter(corrects=OuterRef("pk"), state=ReportState.APPROVED))


def approved(plan: Plan) -> QuerySet[ProgressReport]:
    """Approved reports that stand: one with an approved correction has given way to it, unless it is public still."""
    return of_plan(plan).filter(~has_approved_correction() | Q(published_at__isnull=False))


def unpublished(period: ReportingPeriod | None) -> QuerySet[ProgressReport]:
    if period is None:
        return ProgressReport.objects.none()
    return approved(period.plan).filter(period=period, published_at=None)


def published(period: ReportingPeriod | None) -> QuerySet[ProgressReport]:
    """What an outsider sees of the period: exactly the reports `public.published` gives."""
    if period is None:
        return ProgressReport.objects.none()
    return approved(period.plan).filter(period=period, pk__in=public_reports().values("pk"))


def periods_with_counts(plan: Plan) -> list[tuple[ReportingPeriod, int]]:
    """The plan's periods, the newest first, each with how many reports `unpublished` lists. Two queries."""
    waiting = approved(plan).filter(published_at=None).order_by()
    counts = dict(waiting.values_list("period").annotate(Count("pk")))
    return [(period, counts.get(period.pk, 0)) for period in plan.periods.select_related("plan").order_by("-as_of")]
