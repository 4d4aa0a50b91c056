"""What an outsider sees of the reports. This module alone decides it; see docs/decisions/0003.

White-listed columns of published reports, and nothing else: the measure's code, the unit, the period with its day,
progress, percentage, confidence in one word, and the day of publication. Never: risk, problems, coordination, next
steps, the reason of a fall or of a correction, what is unchanged and until when, names of persons, attachments,
reviews, claims, drafts, whatever is not published, and the computed stage, which would tell of what is not published.

Figures count measures by the same published reports. What is not published counts as 未公开, whether it was reported or
not. Before anything is published, one thing more is told: the day on which the first period falls due.
"""

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from tasks.choices import Confidence, ReportState
from tasks.models import Measure, Plan, ProgressReport, ReportingPeriod
from units.choices import UnitKind
from units.prepared import prepared

ANY, NONE = "any", "none"
CHOICES = (
    (ANY, "已公开"),
    *((word.value, f"已公开，研判{word.label}") for word in Confidence),
    (NONE, "未公开"),
)
FROM_WORST = (Confidence.BEHIND, Confidence.AT_RISK, Confidence.ON_TRACK)
BY_FIELD, BY_CITY = "published_by_field", "published_by_city"
FIELD, UNIT = "duty__measure__main_task__field__position", "duty__measure__duties__unit"
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
    reports = made_public()
    return reports.exclude(Exists(reports.filter(corrects=OuterRef("pk"))))


def made_public() -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(state=ReportState.APPROVED, published_at__isnull=False)


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
    later = made_public().filter(duty=OuterRef("duty"), period__as_of__gt=OuterRef("period__as_of"))
    return published().exclude(Exists(later))


def published_as(value: str) -> Q:
    """A condition on Measure, for one of `CHOICES`. A measure's word is the worst among its units' newest."""
    if value in (ANY, NONE):  # of what is corrected and public, the correction is
        found = has(made_public())
        return found if value == ANY else ~found
    worse = FROM_WORST[: FROM_WORST.index(Confidence(value))]
    return has(newest().filter(confidence=value)) & ~has(newest().filter(confidence__in=worse))


def has(reports: QuerySet[ProgressReport]) -> Q:
    """By EXISTS: of NOT IN, PostgreSQL may read all reports again for each measure."""
    return Q(Exists(reports.filter(duty__measure=OuterRef("pk"))))


class Published(NamedTuple):
    """How many measures have something published, and how many of them by each word. A joint measure counts once."""

    any: int = 0
    on_track: int = 0
    at_risk: int = 0
    behind: int = 0


def nested_counts() -> dict[str, Count]:
    """Distinct measures with any report, and with any of the worst one, two, three words."""
    worst = {word.value: Q(confidence__in=FROM_WORST[: at + 1]) for at, word in enumerate(FROM_WORST)}
    counts = {name: Count("duty__measure", distinct=True, filter=condition) for name, condition in worst.items()}
    return {ANY: Count("duty__measure", distinct=True), **counts}


def as_published(any_report: int, behind: int, behind_or_at_risk: int, with_word: int) -> Published:
    """Each measure under its worst word: what has a word as bad as this, less what has a worse one."""
    return Published(any_report, with_word - behind_or_at_risk, behind_or_at_risk - behind, behind)


@prepared
def field_rows(plan_id: int, *measures: int) -> QuerySet[ProgressReport]:
    """Position of a field, then the nested counts."""
    counts = nested_counts()
    return newest_of(plan_id, measures).values(FIELD).annotate(**counts).values_list(FIELD, *counts)


@prepared
def city_rows(plan_id: int, *measures: int) -> QuerySet[ProgressReport]:
    """Slug of a city, then the nested counts of the measures it has a duty in."""
    counts = nested_counts()
    rows = newest_of(plan_id, measures).filter(**{f"{UNIT}__kind": UnitKind.CITY})
    return rows.values(f"{UNIT}__slug").annotate(**counts).values_list(f"{UNIT}__slug", *counts)


def newest_of(plan_id: int, measures: tuple[int, ...]) -> QuerySet[ProgressReport]:
    """Those of a whole plan, or of some measures."""
    reports = newest().filter(duty__measure__main_task__plan=plan_id).order_by()
    return reports.filter(duty__measure__in=measures) if measures else reports


def counted(plan_id: int, *measures: int) -> dict[str, list[Any]]:
    """The rows a `Progress` is made of, of plain values: of a plan, or what these measures are in them. Two queries."""
    rows = field_rows(plan_id, *measures), city_rows(plan_id, *measures)
    return {name: sorted(map(list, found), key=str) for name, found in zip((BY_FIELD, BY_CITY), rows, strict=True)}


class Progress(NamedTuple):
    """A plan's published progress: by field (position, None for no field), by city (slug), and as of when."""

    as_of: datetime.date
    fields: dict[int | None, Published]
    cities: dict[str, Published]

    @property
    def all(self) -> Published:
        """No measure stands in two fields, so the fields add up."""
        return Published(*map(sum, zip(*self.fields.values(), strict=True)))


def progress(plan: Plan, counts: Mapping[str, Any]) -> Progress | None:
    """From what `counted` gives, anew or kept as JSON. One query; none, and None, before anything is published."""
    if not counts[BY_FIELD]:
        return None
    by_field, by_city = ({key: as_published(*row) for key, *row in counts[name]} for name in (BY_FIELD, BY_CITY))
    return Progress(as_of(plan.pk)[0][0], by_field, by_city)


@prepared
def as_of(plan_id: int) -> QuerySet[ReportingPeriod]:
    """The newest day of which something is published."""
    found = Subquery(published().filter(period=OuterRef("pk")).order_by("published_at").values("pk")[:1])
    return (
        ReportingPeriod.objects.filter(plan=plan_id)
        .alias(found=found)
        .filter(found__isnull=False)
        .order_by("-as_of")
        .values_list("as_of")[:1]
    )


def first_due_on(plan: Plan) -> datetime.date | None:
    """When the plan's first period falls due, for the time before anything is published. One query."""
    return ReportingPeriod.objects.filter(plan=plan).order_by("as_of").values_list("due_on", flat=True).first()
