"""What the Office can publish, and what it has."""

from functools import partial
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.queries.public import published as public_reports
from tasks.queries.states import once, state_of_plan

ORDER = ("duty__measure__main_task__number", "duty__measure__order", "duty__position", "id")


class Counts(NamedTuple):
    """Of a period: how many reports `unpublished` lists, and how many `published`."""

    unpublished: int
    published: int


def of_plan(plan: Plan) -> QuerySet[ProgressReport]:
    """Every approved report of a plan."""
    joins = ("duty__unit", "duty__measure__main_task", "period", "published_by")
    reports = ProgressReport.objects.filter(duty__measure__main_task__plan=plan, state=ReportState.APPROVED)
    return reports.select_related(*joins).order_by(*ORDER)


def has_approved_correction() -> Exists:
    return Exists(ProgressReport.objects.filter(corrects=OuterRef("pk"), state=ReportState.APPROVED))


def stands() -> Q:
    """What has an approved correction has given way to it, unless it is public still."""
    return ~has_approved_correction() | Q(published_at__isnull=False)


def approved(plan: Plan) -> QuerySet[ProgressReport]:
    """Approved reports that stand."""
    return of_plan(plan).filter(stands())


def unpublished(period: ReportingPeriod | None) -> QuerySet[ProgressReport]:
    if period is None:
        return ProgressReport.objects.none()
    return approved(period.plan).filter(period=period, published_at=None)


def published(period: ReportingPeriod | None) -> QuerySet[ProgressReport]:
    """What an outsider sees of the period: exactly the reports `public.published` gives."""
    if period is None:
        return ProgressReport.objects.none()
    return approved(period.plan).filter(period=period, pk__in=public_reports().values("pk"))


def periods_with_counts(plan: Plan) -> list[tuple[ReportingPeriod, Counts]]:
    """The plan's periods, the newest first, counted once in each state of the plan."""
    counts = once(state_of_plan(plan.pk), ("publishing", plan.pk), partial(counts_by_period, plan))
    periods = plan.periods.select_related("plan").order_by("-as_of")
    return [(period, counts.get(period.pk, Counts(0, 0))) for period in periods]


def counts_by_period(plan: Plan) -> dict[int, Counts]:
    """Two queries: of each period as many as the lists have, without walking the table for it."""
    reports = ProgressReport.objects.order_by().filter(stands(), period__plan=plan, state=ReportState.APPROVED)
    unpublished, published = (
        dict(found.values_list("period").annotate(Count("pk")))
        for found in (reports.filter(published_at=None), reports.filter(pk__in=public_reports().values("pk")))
    )
    return {
        period: Counts(unpublished.get(period, 0), published.get(period, 0))
        for period in unpublished.keys() | published.keys()
    }
