"""The queue of a person who decides: what waits, how much of it changed, and what stands beside one report."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tasks.choices import Confidence, ReportState
from tasks.models import Attachment, Duty, ProgressReport, Review
from tasks.permissions import seen_by, visible_to
from tasks.queries.measures import duties_of_measure
from tasks.queries.reports import awaiting_decision_by, newest_before, still_open, to_decide
from tasks.queries.reports import files_of as attachments
from tasks.queries.states import keeping, once, state_of_writing
from tasks.textdiff import extent
from units.choices import Role
from units.models import AuditEvent, User
from units.prepared import prepared, prepared_by_key, prepared_rows

TEXTS = ("progress", "risk", "problems", "coordination_request", "next_steps")
RANK = {value: rank for rank, value in enumerate(Confidence.values)}
BY_SIZE, BY_TIME = "size", "time"
AT_ONCE = 100  # reports compared with those before them, for one page of the queue: a day's work of one person
REPORT_JOINS = (
    "duty", "duty__unit", "duty__measure", "duty__measure__main_task", "duty__measure__main_task__plan",
    "period", "period__plan", "coordination_unit", "written_by", "written_by__unit",
    "submitted_by", "submitted_by__unit", "corrects",
)  # fmt: skip


kept = keeping(64)  # queues, twenty kilobytes each


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
    """What this person is to decide first: the `AT_ONCE` that wait longest, or by the size of their change. Two queries, and two
    more where somebody has written since.
    """
    waiting = to_decide(user)
    entries = once(state_of_writing(), (waiting,), partial(compared, waiting), kept)
    return entries if sort == BY_TIME else sorted(entries, key=lambda entry: by_size(entry.change))


def compared(condition: Q) -> list[Entry]:
    """What waits, each report compared with the one before it, by time."""
    waiting = waiting_facts(condition)
    before = [earlier or 0 for _, earlier, *_ in waiting]  # 0 is no report: nothing before costs as many questions
    facts = {key: content for key, *content in facts_of(*before)} if before else {}
    return [
        Entry(key, version, submitted_at, is_unchanged, changed(facts.get(earlier), content))
        for key, earlier, version, submitted_at, is_unchanged, *content in waiting
    ]


@prepared
def waiting_facts(condition: Q) -> QuerySet[ProgressReport]:
    waiting = ProgressReport.objects.filter(condition).order_by("submitted_at", "pk")
    return waiting.annotate(before=before_key()).values_list(*FACTS)[:AT_ONCE]


@prepared_by_key
def facts_of(*reports: int) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(pk__in=reports).order_by().values_list("pk", *FACTS[5:])


def is_waiting(user: User, report: ProgressReport) -> bool:
    return awaiting_decision_by(user).filter(pk=report.pk).exists()


def before_key() -> Coalesce:
    """The report a report is compared with: the one it corrects, else the newest approved one of an earlier period."""
    return Coalesce("corrects_id", newest_before("duty", OuterRef("period__plan"), OuterRef("period__as_of")))


def changed(before: Sequence | None, now: Sequence) -> Change:
    confidence, percent, *texts = now
    if before is None:
        return Change(True, RANK.get(confidence, 0), None, sum(map(len, texts)))
    confidence_before, percent_before, *texts_before = before
    moved = None if None in (percent, percent_before) else percent - percent_before
    size = sum(extent(old, new) for old, new in zip(texts_before, texts, strict=True) if old != new)
    return Change(False, RANK.get(confidence, 0) - RANK.get(confidence_before, 0), moved, size)


def by_size(change: Change) -> tuple[int, bool, int]:
    """Worse confidence first, then a percentage that fell, then the most text."""
    return -change.worse, (change.percent or 0) >= 0, -change.size - abs(change.percent or 0)


class Queued(NamedTuple):
    """What a line of the queue shows of its report, as plain values."""

    key: int
    period: int
    label: str
    number: int
    order: int
    text: str
    unit: str
    submitted_at: datetime.datetime
    confidence: str
    corrects: int | None
    is_late: bool

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


def queue_rows(keys: Sequence[int]) -> dict[int, Queued]:
    """What the lines of one page show."""
    return {row[0]: Queued(*row) for row in lines_of(*keys)} if keys else {}


@prepared_by_key
def lines_of(*reports: int) -> QuerySet[ProgressReport]:
    return (
        ProgressReport.objects.filter(pk__in=reports)
        .order_by()
        .values_list(
            "pk", "period_id", "period__label", "duty__measure__main_task__number", "duty__measure__order",
            "duty__measure__text", "duty__unit__name", "submitted_at", "confidence", "corrects_id", "is_late",
        )
    )  # fmt: skip


def reviewed_by(user: User) -> Q:
    """The reports this person may open on the review page: what they see of their unit, or of all for the Office."""
    seen = seen_by(user, ProgressReport) & ~Q(state=ReportState.DRAFT)
    return seen & Q(duty__unit_id=user.unit_id) if user.role == Role.UNIT_REVIEWER else seen


def reviewable(user: User) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(reviewed_by(user)).select_related(*REPORT_JOINS)


def report_of(user: User, key: int) -> ProgressReport | None:
    """One of the `reviewable`."""
    return next(iter(whole_report(reviewed_by(user), key)), None)


@prepared_rows(ProgressReport, *REPORT_JOINS)
def whole_report(condition: Q, key: int) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(condition, pk=key)


def is_returned(user: User) -> Q:
    return reviewed_by(user) & still_open() & Q(state=ReportState.RETURNED)


def returned(user: User) -> QuerySet[ProgressReport]:
    """退回中: returned and not handed in again."""
    reports = ProgressReport.objects.filter(is_returned(user)).select_related(*REPORT_JOINS)
    return reports.order_by("period", "duty__measure__main_task__number", "duty__measure__order", "duty")


def compared_with(report: ProgressReport) -> ProgressReport | None:
    """The report this one is compared with, as in the queue."""
    return next(iter(report_before(report.pk)), None)


@prepared_rows(ProgressReport, "period", "coordination_unit", by_key=True)
def report_before(report: int) -> QuerySet[ProgressReport]:
    key = ProgressReport.objects.filter(pk=report).order_by().annotate(before=before_key()).values("before")
    return ProgressReport.objects.filter(pk=Subquery(key)).order_by()


@dataclass(frozen=True, slots=True)
class OtherDuty:
    """Another unit's part in the measure, and of its report in the same period what this person sees."""

    duty: Duty
    report: ProgressReport | None


def others(report: ProgressReport, user: User) -> list[OtherDuty]:
    """The other duties of the report's measure, in their order. Two queries."""
    place = report.duty.measure_id, report.period_id
    by_duty = {one.duty_id: one for one in beside(seen_by(user, ProgressReport), *place)}  # a correction comes last
    duties = duties_of_measure(report.duty.measure_id)
    return [OtherDuty(duty, by_duty.get(duty.pk)) for duty in duties if duty.pk != report.duty_id]


@prepared_rows(ProgressReport)
def beside(seen: Q, measure: int, period: int) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(seen, duty__measure=measure, period=period).order_by("pk")


class File(NamedTuple):
    """An attachment, and where the very same file was handed in before."""

    attachment: Attachment
    seen_in: list[str]


def files_of(report: ProgressReport, user: User) -> list[File]:
    """The report's attachments, each known again by its hash among those this person sees. Two queries."""
    own = attachments(report.pk)
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
