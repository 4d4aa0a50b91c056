"""The queue of a person who decides: what waits, how much of it changed, and what stands beside one report."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tasks.choices import Confidence, ReportState
from tasks.models import Attachment, Duty, ProgressReport, Review
from tasks.permissions import visible_to
from tasks.queries.reports import awaiting_decision_by, still_open
from tasks.textdiff import extent
from units.choices import Role
from units.models import AuditEvent, User

TEXTS = ("progress", "risk", "problems", "coordination_request", "next_steps")
RANK = {value: rank for rank, value in enumerate(Confidence.values)}
BY_SIZE, BY_TIME = "size", "time"
AT_ONCE = 100  # reports compared with those before them, for one page of the queue: a day's work of one person
REPORT_JOINS = (
    "duty__unit",
    "duty__measure__main_task__plan",
    "period__plan",
    "coordination_unit",
    "written_by__unit",
    "submitted_by__unit",
    "corrects",
)


class Change(NamedTuple):
    """How far a report is from the one before it. `worse` counts steps of 研判, `size` characters."""

    is_first: bool
    worse: int
    percent: int | None
    size: int

    @property
    def is_none(self) -> bool:
        return not (self.is_first or self.worse or self.percent or self.size)


class Entry(NamedTuple):
    """One report in the queue."""

    key: int
    version: int
    submitted_at: datetime.datetime
    is_unchanged: bool
    change: Change


FACTS = ("pk", "before", "version", "submitted_at", "is_unchanged", "confidence", "percent_complete", *TEXTS)


def queue(user: User, sort: str = BY_SIZE) -> list[Entry]:
    """What this person is to decide first: the `AT_ONCE` that wait longest, or by the size of their change. Two queries."""
    waiting = awaiting_decision_by(user).order_by("submitted_at", "pk").annotate(before=before_key())
    before = ProgressReport.objects.filter(pk__in=waiting.values("before")[:AT_ONCE]).order_by()
    facts = {key: content for key, *content in before.values_list("pk", *FACTS[5:])}
    entries = [
        Entry(key, version, submitted_at, is_unchanged, changed(facts.get(earlier), content))
        for key, earlier, version, submitted_at, is_unchanged, *content in waiting.values_list(*FACTS)[:AT_ONCE]
    ]
    return entries if sort == BY_TIME else sorted(entries, key=lambda entry: by_size(entry.change))


def is_waiting(user: User, report: ProgressReport) -> bool:
    return awaiting_decision_by(user).filter(pk=report.pk).exists()


def before_key() -> Coalesce:
    """The report a report is compared with: the one it corrects, else the newest approved one of an earlier period."""
    earlier = ProgressReport.objects.filter(
        duty=OuterRef("duty"), state=ReportState.APPROVED, period__as_of__lt=OuterRef("period__as_of")
    ).order_by("-period__as_of", "-id")
    return Coalesce("corrects_id", Subquery(earlier.values("pk")[:1]))


def changed(before: Sequence | None, now: Sequence) -> Change:
    confidence, percent, *texts = now
    if before is None:
        return Change(True, RANK.get(confidence, 0), None, sum(map(len, texts)))
    confidence_before, percent_before, *texts_before = before
    moved = None if None in (percent, percent_before) else percent - percent_before
    size = sum(extent(old, new) for old, new in zip(texts_before, texts, strict=True))
    return Change(False, RANK.get(confidence, 0) - RANK.get(confidence_before, 0), moved, size)


def by_size(change: Change) -> tuple[int, bool, int]:
    """Worse confidence first, then a percentage that fell, then the most text."""
    return -change.worse, (change.percent or 0) >= 0, -change.size - abs(change.percent or 0)


def queue_rows(keys: Sequence[int]) -> dict[int, ProgressReport]:
    """What the lines of one page show."""
    joins = ("duty__unit", "duty__measure__main_task", "period")
    return ProgressReport.objects.select_related(*joins).in_bulk(keys)


def reviewable(user: User) -> QuerySet[ProgressReport]:
    """The reports this person may open on the review page: what they see of their unit, or of all for the Office."""
    reports = visible_to(user, ProgressReport).exclude(state=ReportState.DRAFT)
    if user.role == Role.UNIT_REVIEWER:
        reports = reports.filter(duty__unit_id=user.unit_id)
    return reports.select_related(*REPORT_JOINS)


def returned(user: User) -> QuerySet[ProgressReport]:
    """退回中: returned and not handed in again."""
    reports = reviewable(user).filter(still_open(), state=ReportState.RETURNED)
    return reports.order_by("period", "duty__measure__main_task__number", "duty__measure__order", "duty")


def compared_with(report: ProgressReport) -> ProgressReport | None:
    """The report this one is compared with, as in the queue."""
    key = ProgressReport.objects.filter(pk=report.pk).order_by().annotate(before=before_key()).values("before")
    return ProgressReport.objects.filter(pk=Subquery(key)).select_related("period", "coordination_unit").first()


def reviews_of(report: ProgressReport) -> list[Review]:
    return list(report.reviews.select_related("decided_by__unit"))


@dataclass(frozen=True, slots=True)
class OtherDuty:
    """Another unit's part in the measure, and of its report in the same period what this person sees."""

    duty: Duty
    report: ProgressReport | None


def others(report: ProgressReport, user: User) -> list[OtherDuty]:
    """The other duties of the report's measure, in their order. Two queries."""
    duties = Duty.objects.filter(measure=report.duty.measure_id).exclude(pk=report.duty_id).select_related("unit")
    seen = visible_to(user, ProgressReport).filter(duty__measure=report.duty.measure_id, period=report.period_id)
    by_duty = {one.duty_id: one for one in seen.order_by("id")}  # a correction comes after what it corrects
    return [OtherDuty(duty, by_duty.get(duty.pk)) for duty in duties]


class File(NamedTuple):
    """An attachment, and where the very same file was handed in before."""

    attachment: Attachment
    seen_in: list[str]


def files_of(report: ProgressReport, user: User) -> list[File]:
    """The report's attachments, each known again by its hash among those this person sees. Two queries."""
    own = list(report.attachments.all())
    if not own:
        return []
    same = visible_to(user, Attachment).filter(sha256__in=[one.sha256 for one in own]).exclude(report=report)
    joins = ("report__period", "report__duty__unit", "report__duty__measure__main_task")
    places: dict[str, list[str]] = {}
    for one in same.select_related(*joins).order_by("-report__period__as_of", "id"):
        place = f"{one.report.period.label} {one.report.duty.measure.code} {one.report.duty.unit.name}"
        places.setdefault(one.sha256, []).append(place)
    return [File(one, places.get(one.sha256, [])) for one in own]


def words_at(report: ProgressReport, moment: datetime.datetime, now: dict[str, str]) -> dict[str, str]:
    """The report's content as it was at a moment: `now`, in words by label, with every later change taken back.

    The audit trail keeps what each act replaced, so the earliest later event that names a label has its old words.
    """
    later = AuditEvent.objects.filter(
        subject_kind=report._meta.verbose_name, subject_key=str(report.pk), at__gt=moment, before__startswith="{"
    )
    words = dict(now)
    for before in later.order_by("-number").values_list("before", flat=True):
        words |= {label: text for label, text in json.loads(before).items() if label in words}
    return words


def last_return(reviews: Sequence[Review]) -> Review | None:
    return next((review for review in reversed(reviews) if not review.is_passed), None)


def returns_of(reports: Sequence[ProgressReport]) -> dict[int, Review]:
    """Report key -> the review that returned it last."""
    reviews = Review.objects.filter(report__in=reports, is_passed=False).select_related("decided_by__unit")
    return {one.report_id: one for one in reviews.order_by("decided_at", "id")}
