"""What an outsider sees of the reports. This module alone decides it; see docs/decisions/0003.

White-listed columns of published reports, and nothing else: the measure's code, the unit, the period with its day,
progress, percentage, confidence in one word, and the day of publication. Never: risk, problems, coordination, next
steps, the reason of a fall or of a correction, what is unchanged and until when, names of persons, attachments,
reviews, claims, drafts, whatever is not published, and the computed stage, which would tell of what is not published.

Figures count measures by the same published reports. What is not published counts as 未公开, whether it was reported or
not. Before anything is published, one thing more is told: the day on which the first period falls due.
"""

import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from tasks.choices import Confidence, ReportState
from tasks.models import Measure, Plan, ProgressReport, ReportingPeriod
from units.choices import UnitKind

ANY, NONE = "any", "none"
CHOICES = (
    (ANY, "已公开"),
    *((word.value, f"已公开，研判{word.label}") for word in Confidence),
    (NONE, "未公开"),
)
FROM_WORST = (Confidence.BEHIND, Confidence.AT_RISK, Confidence.ON_TRACK)
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


def newest() -> QuerySet[ProgressReport]:
    """Of each duty the report published for its newest period: what an outsider takes for its state."""
    later = ProgressReport.objects.filter(
        duty=OuterRef("duty"),
        state=ReportState.APPROVED,
        published_at__isnull=False,
        period__as_of__gt=OuterRef("period__as_of"),
    )
    return published().exclude(Exists(later))


def published_as(value: str) -> Q:
    """A condition on Measure, for one of `CHOICES`. A measure's word is the worst among its units' newest."""
    if value in (ANY, NONE):
        found = Q(pk__in=newest().values("duty__measure"))
        return found if value == ANY else ~found
    worse = FROM_WORST[: FROM_WORST.index(Confidence(value))]
    has_it = Q(pk__in=newest().filter(confidence=value).values("duty__measure"))
    return has_it & ~Q(pk__in=newest().filter(confidence__in=worse).values("duty__measure"))


class Published(NamedTuple):
    """How many measures have something published, and how many of them by each word. A joint measure counts once."""

    any: int = 0
    on_track: int = 0
    at_risk: int = 0
    behind: int = 0


def words_counted(measure: str) -> dict[str, Count]:
    """Distinct measures (by a path to them) with any of the worst one, two, three words, and with any report."""
    nested = {word.value: Q(confidence__in=FROM_WORST[: at + 1]) for at, word in enumerate(FROM_WORST)}
    counts = {name: Count(measure, distinct=True, filter=condition) for name, condition in nested.items()}
    return {**counts, ANY: Count(measure, distinct=True)}


def as_counted(row: dict) -> Published:
    """Each measure under its worst word: what has a word as bad as this, less what has a worse one."""
    behind, at_worst_at_risk, with_word = (row[word.value] for word in FROM_WORST)
    return Published(row[ANY], with_word - at_worst_at_risk, at_worst_at_risk - behind, behind)


class Progress(NamedTuple):
    """A plan's published progress: by field (position, None for no field), by city (slug), and as of when."""

    as_of: datetime.date
    fields: dict[int | None, Published]
    cities: dict[str, Published]

    @property
    def all(self) -> Published:
        """No measure stands in two fields, so the fields add up."""
        return Published(*map(sum, zip(*self.fields.values(), strict=True)))


def progress(plan: Plan) -> Progress | None:
    """Two queries; one, and None, before anything is published."""
    field, city = "duty__measure__main_task__field__position", "duty__measure__duties__unit"
    reports = newest().filter(duty__measure__main_task__plan=plan).order_by()
    counts = words_counted("duty__measure")
    by_field = list(reports.values(field).annotate(as_of=Max("period__as_of"), **counts))
    if not by_field:
        return None
    by_city = reports.filter(**{f"{city}__kind": UnitKind.CITY}).values(f"{city}__slug").annotate(**counts)
    return Progress(
        max(row["as_of"] for row in by_field),
        {row[field]: as_counted(row) for row in by_field},
        {row[f"{city}__slug"]: as_counted(row) for row in by_city},
    )


def first_due_on(plan: Plan) -> datetime.date | None:
    """When the plan's first period falls due, for the time before anything is published. One query."""
    return ReportingPeriod.objects.filter(plan=plan).order_by("as_of").values_list("due_on", flat=True).first()
