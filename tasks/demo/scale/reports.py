"""Reports of very many duties, period by period, and what becomes of some measures in the end."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F

from tasks.choices import OBLIGED_ROLES, ClaimState, DutyRole, ReportState
from tasks.demo.scale.storing import store
from tasks.demo.stage import Stage
from tasks.demo.words import content
from tasks.lights import scheduled_percent
from tasks.models import Amendment, CompletionClaim, Duty, FrozenMeasure, LightChange, ProgressReport, ReportingPeriod
from units.models import User

DAYS = datetime.timedelta
ASKED = ("（虚构）请协调加快前置审批。", DAYS(30))
# Of each hundred duties in the open period one has no report, and two have one that waits; all others are approved.
STATES = {0: None, 1: ReportState.SUBMITTED, 2: ReportState.FORWARDED}


class Obliged(NamedTuple):
    """A duty that must report, and what of its measure decides what it says."""

    duty: int
    unit: int
    number: int
    order: int
    text: str
    starts_on: datetime.date | None
    due_on: datetime.date | None

    @property
    def luck(self) -> int:
        """0 to 99, the same in every period: below 78 all goes well, from 92 on badly."""
        return (self.number * 37 + self.order * 17) % 100


@dataclass(frozen=True)
class Desk:
    """Who acts, by unit, and whom is asked for help."""

    reporters: dict[int, User]
    office: User
    asked: int


def obliged(stage: Stage) -> Iterator[Obliged]:
    rows = Duty.objects.filter(measure__main_task__plan=stage.plan, measure__halted="", role__in=OBLIGED_ROLES)
    columns = ("pk", "unit_id", "measure__main_task__number", "measure__order", "measure__text")
    columns = (*columns, "measure__starts_on", "measure__due_on")
    return map(Obliged._make, rows.order_by("pk").values_list(*columns).iterator())


def reports(stage: Stage, desk: Desk, period: ReportingPeriod, number: int) -> Iterator[ProgressReport]:
    """One a duty; in the period still open some are under way or missing."""
    states = STATES if number == stage.periods - 1 else {}
    for place, duty in enumerate(obliged(stage)):
        state = states.get(place % 100, ReportState.APPROVED)
        if state is not None:
            yield report(stage, desk, period, number, duty, state)


def report(
    stage: Stage, desk: Desk, period: ReportingPeriod, number: int, duty: Obliged, state: ReportState
) -> ProgressReport:
    percent, confidence = reached(stage, duty, number)
    is_late, is_approved = stage.dice.random() < 0.02, state == ReportState.APPROVED
    day = period.due_on + DAYS(2) if is_late else period.opens_on + DAYS(stage.dice.randint(0, 7))
    moment, person = stage.moment(day), desk.reporters[duty.unit]
    said = content(stage.dice, duty.text, period.as_of, percent, confidence, fell=False)
    if stage.dice.random() < 0.01:
        request, within = ASKED
        said |= {"coordination_request": request, "coordination_due_on": period.due_on + within}
        said["coordination_unit_id"] = said.pop("coordination_unit") or desk.asked
    return ProgressReport(
        **said,
        duty_id=duty.duty,
        period=period,
        state=state,
        version=3,
        is_late=is_late,
        created_at=moment,
        written_by=person,
        saved_at=moment,
        submitted_at=moment,
        submitted_by=person,
        approved_at=moment + DAYS(2) if is_approved else None,
        approved_by=desk.office if is_approved else None,
    )


def reached(stage: Stage, duty: Obliged, number: int) -> tuple[int, str]:
    """Percentage and the unit's own word: near the schedule, or behind it by luck; one in six says better than it is."""
    gap = -2 if duty.luck < 78 else duty.luck - 66 if duty.luck < 92 else duty.luck - 56
    word = "on_track" if gap < 10 else "at_risk" if gap <= 30 or duty.order == 1 else "behind"
    if duty.starts_on is None or duty.due_on is None:
        return min(97, 30 + 5 * number), word
    return max(0, min(97, scheduled_percent(duty.starts_on, duty.due_on, stage.spans[number].as_of) - gap)), word


def moves(stage: Stage, desk: Desk) -> Iterator[Amendment]:
    """Every fiftieth dated measure was given another half-year before the last period."""
    moment = stage.moment(stage.spans[-1].opens_on)
    columns = ("measure_id", "measure__main_task__number", "measure__order", "measure__due_on")
    rows = Duty.objects.filter(measure__main_task__plan=stage.plan, measure__due_on__gt=stage.today, position=1)
    for count, (key, task, order, due_on) in enumerate(rows.order_by("pk").values_list(*columns).iterator()):
        if count % 50 == 0:
            yield Amendment(
                plan=stage.plan,
                number=count // 50 + 1,
                measure_id=key,
                subject=f"举措 {task}-{order} 的完成时限",
                setting="due_on",
                before=str(due_on - DAYS(182)),
                after=str(due_on),
                reason="（虚构）年度计划调整",
                made_at=moment,
                made_by=desk.office,
            )


def completions(stage: Stage, desk: Desk) -> Iterator[CompletionClaim]:
    """Every twenty-fifth dated measure is done; its first duty said so."""
    moment = stage.moment(stage.workday_before(stage.today))
    rows = Duty.objects.filter(measure__main_task__plan=stage.plan, measure__halted="", position=1)
    rows = rows.exclude(role=DutyRole.COOPERATE).filter(measure__due_on__gt=stage.spans[-1].due_on)
    for count, (duty, key, unit) in enumerate(
        rows.order_by("pk").values_list("pk", "measure_id", "unit_id").iterator()
    ):
        if count % 25 == 0:
            yield CompletionClaim(
                measure_id=key,
                duty_id=duty,
                state=ClaimState.GRANTED,
                result="（虚构）全部事项已完成。",
                document=f"虚构〔{stage.today.year}〕{count // 25 + 1} 号",
                completed_on=stage.spans[-1].due_on,
                claimed_at=moment,
                claimed_by=desk.reporters[unit],
                decided_at=moment,
                decided_by=desk.office,
            )


def light_changes(stage: Stage, frozen: ReportingPeriod, moment: datetime.datetime) -> Iterator[LightChange]:
    """The lights that are no longer what they were when the last period was frozen."""
    rows = FrozenMeasure.objects.filter(period=frozen).annotate(present=F("measure__standing__progress_light"))
    turned = rows.exclude(progress_light=F("present")).order_by("pk")
    for key, before, after in turned.values_list("measure_id", "progress_light", "present").iterator():
        yield LightChange(plan=stage.plan, measure_id=key, at=moment, before=before, after=after)


def store_endings(stage: Stage, desk: Desk) -> None:
    store(moves(stage, desk))
    store(completions(stage, desk))
