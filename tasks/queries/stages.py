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
    claims = CompletionClaim.objects.filter(measure__in=keys, reopened_at=None).values_list("measure_id", "state")
    reported = ProgressReport.objects.filter(duty__measure__in=keys, state=ReportState.APPROVED)
    by_state: dict[str, set[int]] = {}
    for key, state in claims:
        by_state.setdefault(state, set()).add(key)
    return StageFacts(
        frozenset(by_state.get(ClaimState.GRANTED, ())),
        frozenset(by_state.get(ClaimState.PENDING, ())),
        frozenset(reported.order_by().values_list("duty__measure_id", flat=True).distinct()),
    )
