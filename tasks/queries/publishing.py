"""What the Office can publish, and what it has."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from tasks.choices import ReportState
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.queries.periods import by_period
from tasks.queries.public import published as public_reports
from tasks.queries.states import once, state_of_plan
from units.models.user import person_name
from units.prepared import prepared

ORDER = ("duty__measure__main_task__number", "duty__measure__order", "duty__position", "id")


class Counts(NamedTuple):
    """Of a period: how many reports `unpublished` lists, and how many `published`."""

    unpublished: int
    published: int


class Line(NamedTuple):
    """A report as the lists show it."""

    key: int
    number: int
    order: int
    unit: str
    confidence: str
    percent: int | None
    corrects: int | None
    progress: str
    published_at: datetime.datetime | None
    family_name: str | None
    given_name: str | None
    account: str | None

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"

    @property
    def publisher(self) -> str:
        return person_name(self.family_name, self.given_name, self.account)


COLUMNS = (
    "pk", "duty__measure__main_task__number", "duty__measure__order", "duty__unit__name", "confidence",
    "percent_complete", "corrects_id", "progress", "published_at", "published_by__last_name", "published_by__first_name",
    "published_by__username",
)  # fmt: skip


def of_plan(plan: Plan | int) -> QuerySet[ProgressReport]:
    """Every approved report of a plan."""
    joins = ("duty__unit", "duty__measure__main_task", "period", "published_by")
    reports = ProgressReport.objects.filter(duty__measure__main_task__plan=plan, state=ReportState.APPROVED)
    return reports.select_related(*joins).order_by(*ORDER)


def has_approved_correction() -> Exists:
    return Exists(ProgressReport.objects.filter(corrects=OuterRef("pk"), state=ReportState.APPROVED))


def stands() -> Q:
    """What has an approved correction has given way to it, unless it is public still."""
    return ~has_approved_correction() | Q(published_at__isnull=False)


def approved(plan: Plan | int) -> QuerySet[ProgressReport]:
    """Approved reports that stand."""
    return of_plan(plan).filter(stands())


@dataclass(frozen=True)
class Lines:
    """One list of a period: as long as was `counted`, of which only the lines of a page are `read`, from and to a position."""

    period: ReportingPeriod | None
    counted: int
    read: Callable[..., list[tuple[Any, ...]]]

    def __len__(self) -> int:
        return self.counted

    def __getitem__(self, part: slice) -> list[Line]:
        if self.period is None or not self.counted:
            return []
        rows = self.read(self.period.plan_id, self.period.pk, part.start, part.stop)
        return [Line(*row) for row in rows]


@prepared
def unpublished(plan: int, period: int, start: int, stop: int) -> QuerySet[ProgressReport]:
    return of_period(plan, period).filter(published_at=None).values_list(*COLUMNS)[start:stop]


@prepared
def published(plan: int, period: int, start: int, stop: int) -> QuerySet[ProgressReport]:
    """What an outsider sees of the period: exactly the reports `public.published` gives."""
    public = public_reports().values("pk")
    return of_period(plan, period).filter(pk__in=public).values_list(*COLUMNS)[start:stop]


def of_period(plan: int, period: int) -> QuerySet[ProgressReport]:
    return approved(plan).filter(period=period)


def periods_with_counts(plan: Plan) -> list[tuple[ReportingPeriod, Counts]]:
    """The plan's periods, the newest first, counted once in each state of the plan."""
    counts = once(state_of_plan(plan.pk), ("publishing", plan.pk), partial(counts_by_period, plan))
    periods = plan.periods.select_related("plan").order_by("-as_of")
    return [(period, counts.get(period.pk, Counts(0, 0))) for period in periods]


def counts_by_period(plan: Plan) -> dict[int, Counts]:
    """Of each period as many as the lists have. Four queries: what has given way to its correction is counted from the corrections,
    and taken off; of a million reports an index alone tells how many are approved and how many are public.
    """
    approved = ProgressReport.objects.filter(period__plan=plan, state=ReportState.APPROVED)
    given_way = approved.filter(
        corrects__isnull=False, corrects__state=ReportState.APPROVED, corrects__published_at=None
    )
    unpublished = by_period(approved) - by_period(approved.filter(published_at__isnull=False))
    unpublished -= by_period(given_way, "corrects__period")
    published = by_period(approved.filter(stands(), pk__in=public_reports().values("pk")))
    periods = unpublished.keys() | published.keys()
    return {period: Counts(unpublished[period], published[period]) for period in periods}
