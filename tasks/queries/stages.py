"""阶段, computed: how far a measure is, from claims, reports and what the Office halted."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from tasks.choices import ClaimState, ReportState, Stage
from tasks.models import CompletionClaim, Measure, ProgressReport
from units.prepared import prepared


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What decides the stages of many measures, fetched once: two queries however many measures.

    `completed` says on which day.
    """

    completed: Mapping[int, datetime.date]
    awaiting: frozenset[int]
    reported: frozenset[int]

    def stage(self, measure: Measure) -> Stage:
        if measure.halted:
            return Stage(measure.halted)
        if measure.pk in self.completed:
            return Stage.COMPLETED
        if measure.pk in self.awaiting:
            return Stage.AWAITING_VERIFICATION
        return Stage.IN_PROGRESS if measure.pk in self.reported else Stage.NOT_STARTED


def stage_facts(measures: Iterable[Measure], known_reported: Iterable[int] = ()) -> StageFacts:
    """`known_reported`: measures known to have an approved report; after the others is asked, if there are any."""
    keys = [measure.pk for measure in measures]
    rows = claims_on(*keys) if keys else []
    reported = set(known_reported)
    return StageFacts(
        {key: day for key, state, day in rows if state == ClaimState.GRANTED},
        frozenset(key for key, state, _ in rows if state == ClaimState.PENDING),
        frozenset(reported | with_report([key for key in keys if key not in reported])),
    )


@prepared
def claims_on(*measures: int) -> QuerySet[CompletionClaim]:
    claims = CompletionClaim.objects.filter(measure__in=measures, reopened_at=None).order_by()
    return claims.values_list("measure_id", "state", "completed_on")


def with_report(keys: Collection[int]) -> set[int]:
    """Which of these measures have an approved report. The database stops at the first of each."""
    return {key for (key,) in reported(*keys)} if keys else set()


@prepared
def reported(*measures: int) -> QuerySet[Measure]:
    approved = ProgressReport.objects.filter(duty__measure=OuterRef("pk"), state=ReportState.APPROVED)
    return Measure.objects.filter(Exists(approved), pk__in=measures).order_by().values_list("pk")


def completion_days(keys: Collection[int]) -> dict[int, datetime.date]:
    """Measure key -> the day on which it was completed. One query."""
    return {key: day for key, state, day in claims_on(*keys) if state == ClaimState.GRANTED} if keys else {}
