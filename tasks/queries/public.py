"""What an outsider sees of the reports. This module alone decides it; see docs/decisions/0003.

White-listed columns of published reports, and nothing else: the measure's code, the unit, the period with its day,
progress, percentage, confidence in one word, and the day of publication. Never: risk, problems, coordination, next
steps, the reason of a fall or of a correction, what is unchanged and until when, names of persons, attachments,
reviews, claims, drafts, whatever is not published, and the computed stage, which would tell of what is not published.
"""

import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from tasks.choices import Confidence, ReportState
from tasks.models import Measure, Plan, ProgressReport

COLUMNS = (
    "duty__measure__main_task__number",
    "duty__measure__order",
    "duty__unit__name",
    "duty__unit__slug",
    "period__label",
    "period__as_of",
    "progress",
    "percent_complete",
    "confidence",
    "published_at",
)


class PublicReport(NamedTuple):
    """A published report as an outsider sees it."""

    number: int
    order: int
    unit: str
    unit_slug: str
    period: str
    as_of: datetime.date
    progress: str
    percent: int | None
    confidence: str
    published_at: datetime.datetime | None

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"

    @property
    def published_on(self) -> datetime.date | None:
        return self.published_at and timezone.localdate(self.published_at)

    @property
    def word(self) -> str:
        """研判 in one word; nothing where none was given."""
        return Confidence(self.confidence).label if self.confidence else ""


def published() -> QuerySet[ProgressReport]:
    """The published reports that stand. A correction, once published itself, takes the place of what it corrects."""
    reports = ProgressReport.objects.filter(state=ReportState.APPROVED, published_at__isnull=False)
    return reports.exclude(Exists(reports.filter(corrects=OuterRef("pk"))))


def as_public(reports: QuerySet[ProgressReport]) -> list[PublicReport]:
    return [PublicReport(*row) for row in reports.values_list(*COLUMNS)]


def progress_of(measure: Measure) -> list[PublicReport]:
    """A measure's published progress, the newest period first, units in the order of the source. One query."""
    return as_public(published().filter(duty__measure=measure).order_by("-period__as_of", "duty__position"))


def latest(plan: Plan, count: int) -> list[PublicReport]:
    """What was published last in a plan. One query."""
    of_plan = published().filter(duty__measure__main_task__plan=plan)
    return as_public(of_plan.order_by("-published_at", "-id")[:count])


def preview(keys: list[int]) -> dict[int, PublicReport]:
    """Approved reports as an outsider would see them, were they published: for those who decide on it."""
    reports = ProgressReport.objects.filter(pk__in=keys, state=ReportState.APPROVED)
    return {key: PublicReport(*row) for key, *row in reports.values_list("pk", *COLUMNS)}
