"""进度灯 and 时限灯: pure functions of dates, approved reports, a rule and an explicit day. Two lights, never mixed.

A measure is judged by the newest period in which every unit that counts has an approved report; a period whose due
date has passed without that is 本期未报. Why a light is what it is tells `tasks.explaining`, from the same facts.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

ONE_DAY = datetime.timedelta(days=1)


class ProgressLight(StrEnum):
    """进度灯. 本期未报 is grey and never green; 已办结 is a sign of its own."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BEHIND = "behind"
    NOT_REPORTED = "not_reported"
    AWAITED = "awaited"
    COMPLETED = "completed"
    NOT_JUDGED = "not_judged"


class DeadlineLight(StrEnum):
    """时限灯."""

    OVERDUE = "overdue"
    URGENT = "urgent"
    SOON = "soon"
    AHEAD = "ahead"
    ONGOING = "ongoing"
    UNDATED = "undated"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    HALTED = "halted"


PROGRESS_WORDS = {
    ProgressLight.ON_TRACK: "正常",
    ProgressLight.AT_RISK: "有风险",
    ProgressLight.BEHIND: "滞后",
    ProgressLight.NOT_REPORTED: "本期未报",
    ProgressLight.AWAITED: "待填报",
    ProgressLight.COMPLETED: "已办结",
    ProgressLight.NOT_JUDGED: "不研判",
}
DEADLINE_WORDS = {
    DeadlineLight.OVERDUE: "逾期",
    DeadlineLight.URGENT: "临期（黄）",
    DeadlineLight.SOON: "临期（蓝）",
    DeadlineLight.AHEAD: "未到期",
    DeadlineLight.ONGOING: "长期坚持",
    DeadlineLight.UNDATED: "未设时限",
    DeadlineLight.DONE_ON_TIME: "按期办结",
    DeadlineLight.DONE_LATE: "逾期办结",
    DeadlineLight.HALTED: "不计时限",
}
STAGE_WORDS = {
    "not_started": "未启动",
    "in_progress": "推进中",
    "awaiting_verification": "待核验",
    "completed": "已办结",
    "suspended": "暂停",
    "cancelled": "终止",
}
SEVERITY = {  # from best to worst; what is not judged at all has no place in it
    ProgressLight.AWAITED: 0,
    ProgressLight.ON_TRACK: 1,
    ProgressLight.AT_RISK: 2,
    ProgressLight.BEHIND: 3,
    ProgressLight.NOT_REPORTED: 4,
}
COMPLETED, HALTED = "completed", ("suspended", "cancelled")  # stages
LEAD_DECIDES = "lead_decides"


@dataclass(frozen=True, slots=True)
class Rule:
    """判定规则: one version of the thresholds, and the day from which it holds. Points of percent, calendar days."""

    number: int = 1
    since_on: datetime.date = datetime.date(2020, 1, 1)
    risk_points: int = 10
    late_points: int = 30
    urgent_days: int = 7
    soon_days: int = 30


FIRST_RULE = Rule()


@dataclass(frozen=True, slots=True)
class DutyWord:
    """What one obliged duty says in a period by its approved report; `confidence` empty: there is none."""

    unit: str
    is_lead: bool
    confidence: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodWord:
    label: str
    as_of: datetime.date
    due_on: datetime.date
    duties: tuple[DutyWord, ...]
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """All that decides a measure's lights. `periods`: those opened so far, the newest first; two are enough."""

    stage: str
    starts_on: datetime.date | None = None
    due_on: datetime.date | None = None
    is_ongoing: bool = False
    completed_on: datetime.date | None = None
    roll_up: str = "worst"
    periods: tuple[PeriodWord, ...] = ()


@dataclass(frozen=True, slots=True)
class RolledUp:
    """A measure's figure from its duties. `percent` is the mean of those given, rounded down."""

    obliged: int
    reported: int
    confidence: str
    percent: int | None

    @property
    def is_complete(self) -> bool:
        return self.obliged > 0 and self.reported == self.obliged


@dataclass(frozen=True, slots=True)
class Verdict:
    """A progress light and what it rests on. `scheduled` is None where confidence alone decided."""

    light: ProgressLight
    period: PeriodWord | None = None
    rolled_up: RolledUp = RolledUp(0, 0, "", None)
    scheduled: int | None = None

    @property
    def gap(self) -> int | None:
        """Points behind schedule; negative where ahead."""
        percent = self.rolled_up.percent
        return None if self.scheduled is None or percent is None else self.scheduled - percent

    @property
    def is_disagreement(self) -> bool:
        """研判 declared better than the light computed."""
        declared, light = self.rolled_up.confidence, self.light
        if self.scheduled is None or light not in (ProgressLight.AT_RISK, ProgressLight.BEHIND) or not declared:
            return False
        return SEVERITY[ProgressLight(declared)] < SEVERITY[light]


def judged(duties: Iterable[DutyWord], roll_up: str) -> list[DutyWord]:
    """The duties that count: all, or under 以牵头单位为准 the leads where there are any."""
    every = list(duties)
    leads = [duty for duty in every if duty.is_lead] if roll_up == LEAD_DECIDES else []
    return leads or every


def rolled_up(duties: Iterable[DutyWord], roll_up: str) -> RolledUp:
    """The worst confidence and the mean percentage of the duties that count."""
    counted = judged(duties, roll_up)
    words = [duty for duty in counted if duty.confidence]
    percents = [duty.percent for duty in words if duty.percent is not None]
    worst = max((duty.confidence for duty in words), key=lambda word: SEVERITY[ProgressLight(word)], default="")
    return RolledUp(len(counted), len(words), worst, sum(percents) // len(percents) if percents else None)


def scheduled_percent(starts_on: datetime.date, due_on: datetime.date, day: datetime.date) -> int:
    """序时进度: linear from start to due date, rounded down; 0 up to the start, 100 from the due date on."""
    if day >= due_on:
        return 100
    if day <= starts_on:  # also where both dates are one day, which would divide by zero
        return 0
    return (day - starts_on).days * 100 // (due_on - starts_on).days


def progress_light(facts: MeasureFacts, rule: Rule, today: datetime.date) -> Verdict:
    if facts.stage == COMPLETED:
        return Verdict(ProgressLight.COMPLETED)
    if facts.stage in HALTED:
        return Verdict(ProgressLight.NOT_JUDGED)
    period = basis(facts, today)
    if period is None:
        return Verdict(ProgressLight.AWAITED)
    found = rolled_up(period.duties, facts.roll_up)
    if not found.obliged:
        return Verdict(ProgressLight.NOT_JUDGED, period)
    if not found.is_complete:
        missing = ProgressLight.NOT_REPORTED if today > period.due_on else ProgressLight.AWAITED
        return Verdict(missing, period, found)
    scheduled = schedule_for(facts, period, today)
    if scheduled is None or found.percent is None:
        return Verdict(ProgressLight(found.confidence), period, found)
    return Verdict(by_gap(scheduled - found.percent, rule), period, found, scheduled)


def basis(facts: MeasureFacts, today: datetime.date) -> PeriodWord | None:
    """The newest period that can be judged: all have reported, or its due date has passed; else the one being filed."""
    for period in facts.periods:
        if today > period.due_on or rolled_up(period.duties, facts.roll_up).is_complete:
            return period
    return facts.periods[0] if facts.periods else None


def being_filed(facts: MeasureFacts, basis: PeriodWord) -> list[PeriodWord]:
    """Periods newer than the one a light rests on."""
    return [period for period in facts.periods if period.as_of > basis.as_of]


def schedule_for(facts: MeasureFacts, period: PeriodWord, today: datetime.date) -> int | None:
    """What should be done on the day the reports speak of; all of it once the due date itself has passed."""
    if facts.starts_on is None or facts.due_on is None:
        return None
    return 100 if today > facts.due_on else scheduled_percent(facts.starts_on, facts.due_on, period.as_of)


def by_gap(gap: int, rule: Rule) -> ProgressLight:
    if gap < rule.risk_points:
        return ProgressLight.ON_TRACK
    return ProgressLight.AT_RISK if gap <= rule.late_points else ProgressLight.BEHIND


def deadline_light(facts: MeasureFacts, rule: Rule, today: datetime.date) -> DeadlineLight:
    if facts.stage in HALTED:
        return DeadlineLight.HALTED
    if facts.is_ongoing:
        return DeadlineLight.ONGOING
    if facts.due_on is None:
        return DeadlineLight.UNDATED
    if facts.stage == COMPLETED:
        is_late = facts.completed_on is not None and facts.completed_on > facts.due_on
        return DeadlineLight.DONE_LATE if is_late else DeadlineLight.DONE_ON_TIME
    left = (facts.due_on - today).days
    if left < 0:
        return DeadlineLight.OVERDUE
    if left <= rule.urgent_days:
        return DeadlineLight.URGENT
    return DeadlineLight.SOON if left <= rule.soon_days else DeadlineLight.AHEAD


def holds_until(facts: MeasureFacts, rule: Rule, today: datetime.date) -> datetime.date:
    """The last day on which both lights are surely what they are today, as far as measure and periods decide it."""
    return min(turning_days(facts, rule, today), default=datetime.date.max)


def turning_days(facts: MeasureFacts, rule: Rule, today: datetime.date) -> Iterator[datetime.date]:
    """Last days before something can turn: a period falls due, the measure's due date comes near or passes."""
    yield from (period.due_on for period in facts.periods if period.due_on >= today)
    if facts.due_on is not None:
        left = (facts.due_on - today).days
        yield from (
            today + (left - days) * ONE_DAY for days in (rule.soon_days + 1, rule.urgent_days + 1, 0) if left >= days
        )
