"""阶段, computed: how far a measure is, from claims, reports and what the Office halted."""

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.choices import ClaimState, ReportState, Stage
from tasks.models import CompletionClaim, Measure, ProgressReport


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What decides the stages of many measures, fetched once: two queries however many measures."""

    completed: frozenset[int]
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


def stage_facts(measures: Iterable[Measure]) -> StageFacts:
    keys = [measure.pk for measure in measures]
    claims = CompletionClaim.objects.filter(measure__in=keys)
    reported = ProgressReport.objects.filter(duty__measure__in=keys, state=ReportState.APPROVED)
    return facts_of(claims, reported.order_by().values_list("duty__measure_id", flat=True).distinct())


def facts_of(claims: Iterable[CompletionClaim], reported: Iterable[int]) -> StageFacts:
    """From claims that are at hand, and the keys of the measures with an approved report."""
    by_state: dict[str, set[int]] = {}
    for claim in claims:
        if claim.reopened_at is None:
            by_state.setdefault(claim.state, set()).add(claim.measure_id)
    return StageFacts(
        frozenset(by_state.get(ClaimState.GRANTED, ())),
        frozenset(by_state.get(ClaimState.PENDING, ())),
        frozenset(reported),
    )
