"""What the Office can publish, and what it has."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.queries.public import published as public_reports

ORDER = ("duty__measure__main_task__number", "duty__measure__order", "duty__position", "id")


def approved(plan: Plan) -> QuerySet[ProgressReport]:
    """Approved reports that stand: one with an approved correction has given way to it, unless it is public still."""
    corrected = ProgressReport.objects.filter(corrects=OuterRef("pk"), state=ReportState.APPROVED)
    reports = ProgressReport.objects.filter(duty__measure__main_task__plan=plan, state=ReportState.APPROVED)
    joins = ("duty__unit", "duty__measure__main_task", "period", "published_by")
    standing = reports.filter(~Exists(corrected) | Q(published_at__isnull=False))
    return standing.select_related(*joins).order_by(*ORDER)


def unpublished(period: ReportingPeriod | None) -> QuerySet[ProgressReport]:
    if period is None:
        return ProgressReport.objects.none()
    return approved(period.plan).filter(period=period, published_at=None)


def published(period: ReportingPeriod | None) -> QuerySet[ProgressReport]:
    """What an outsider sees of the period: exactly the reports `public.published` gives."""
    if period is None:
        return ProgressReport.objects.none()
    return approved(period.plan).filter(period=period, pk__in=public_reports().values("pk"))


def periods_with_counts(plan: Plan) -> list[ReportingPeriod]:
    """The plan's periods, the newest first, each with `approved_count` and `public_count`."""
    is_approved = Q(reports__state=ReportState.APPROVED)
    counts = {
        "approved_count": Count("reports", filter=is_approved & Q(reports__published_at=None)),
        "public_count": Count("reports", filter=is_approved & Q(reports__published_at__isnull=False)),
    }
    return list(plan.periods.select_related("plan").annotate(**counts).order_by("-as_of"))
