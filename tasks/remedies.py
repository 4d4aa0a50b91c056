"""What would turn a light green: one Chinese sentence for every way a light can have come about."""

import datetime
from collections.abc import Callable

from tasks import lights
from tasks.lights import STAGE_WORDS, DeadlineLight, MeasureFacts, ProgressLight, Rule, Verdict


def cure_of_schedule(facts: MeasureFacts, verdict: Verdict, rule: Rule, today: datetime.date) -> str:
    if verdict.scheduled is None or verdict.period is None:
        return cure_of_confidence(facts, verdict)
    needed = needed_percent(verdict.scheduled, rule)
    if verdict.light == ProgressLight.ON_TRACK:
        return f"现在是正常。完成率不低于 {needed}% 的都是正常。"
    ways = [f"完成率达到 {needed}%（{verdict.scheduled}% − {needed}% 小于 {rule.risk_points} 个百分点）即为正常"]
    ways += [
        f"下次填报（{period.label}）须达到 {needed_percent(scheduled, rule)}%"
        for period in lights.being_filed(facts, verdict.period)
        if (scheduled := lights.schedule_for(facts, period, today)) is not None
    ]
    return f"{'；'.join(ways)}。延期获批的，按新的完成时限推算；办结并通过核验的，转为已办结。"


def needed_percent(scheduled: int, rule: Rule) -> int:
    """The lowest percentage that is 正常."""
    return max(0, scheduled - rule.risk_points + 1)


def cure_of_confidence(facts: MeasureFacts, verdict: Verdict) -> str:
    if verdict.light == ProgressLight.ON_TRACK:
        return "现在是正常。计入的单位都研判为正常的，保持正常。"
    assert verdict.period is not None
    worse = [
        duty.unit
        for duty in lights.judged(verdict.period.duties, facts.roll_up)
        if duty.confidence != ProgressLight.ON_TRACK
    ]
    return f"{'、'.join(worse)}的填报研判为正常并通过以后，转为正常；办结并通过核验的，转为已办结。"


def cure_of_missing(facts: MeasureFacts, verdict: Verdict, rule: Rule, today: datetime.date) -> str:
    period = verdict.period
    if period is None:
        return "期次开放、各单位的填报通过以后推算。"
    missing = "、".join(duty.unit for duty in lights.judged(period.duties, facts.roll_up) if not duty.confidence)
    if verdict.light == ProgressLight.AWAITED:
        return f"{missing}的填报通过以后推算；{period.due_on} 以后还缺的，为本期未报。"
    if period.is_frozen:
        return f"{period.label}已冻结，不再接受补报；下一期各单位的填报都通过以后，按下一期推算。"
    scheduled = lights.schedule_for(facts, period, today)
    if scheduled is None:
        return f"{missing}补报并通过以后，各单位都研判为正常的，为正常。"
    return f"{missing}补报并通过以后，完成率达到 {needed_percent(scheduled, rule)}% 的，为正常。"


def cure_of_unjudged(facts: MeasureFacts, verdict: Verdict, rule: Rule, today: datetime.date) -> str:
    if verdict.light == ProgressLight.COMPLETED:
        return "已办结，不再推算。重新打开的，恢复推算。"
    if facts.stage in lights.HALTED:
        return f"恢复推进（不再{STAGE_WORDS[facts.stage]}）以后重新推算。"
    return "分工表中列入须填报的责任单位以后推算。"


CURES: dict[ProgressLight, Callable[[MeasureFacts, Verdict, Rule, datetime.date], str]] = {
    ProgressLight.ON_TRACK: cure_of_schedule,
    ProgressLight.AT_RISK: cure_of_schedule,
    ProgressLight.BEHIND: cure_of_schedule,
    ProgressLight.NOT_REPORTED: cure_of_missing,
    ProgressLight.AWAITED: cure_of_missing,
    ProgressLight.COMPLETED: cure_of_unjudged,
    ProgressLight.NOT_JUDGED: cure_of_unjudged,
}


def for_progress(facts: MeasureFacts, verdict: Verdict, rule: Rule, today: datetime.date) -> str:
    return CURES[verdict.light](facts, verdict, rule, today)


def for_deadline(facts: MeasureFacts, light: DeadlineLight, rule: Rule, today: datetime.date) -> str:
    if light in (DeadlineLight.OVERDUE, DeadlineLight.URGENT, DeadlineLight.SOON):
        far = today + (rule.soon_days + 1) * lights.ONE_DAY
        done = f"办结并通过核验的，办结日期不晚于 {facts.due_on} 为按期办结，晚于的为逾期办结"
        return f"{done}；完成时限经批准延到 {far} 或以后的，为未到期。"
    if light == DeadlineLight.AHEAD and facts.due_on is not None:
        return f"现在是未到期；{facts.due_on - rule.soon_days * lights.ONE_DAY} 起为临期（蓝）。"
    if light == DeadlineLight.HALTED:
        return f"恢复推进（不再{STAGE_WORDS[facts.stage]}）以后按完成时限判定。"
    if light in (DeadlineLight.ONGOING, DeadlineLight.UNDATED):
        return "设定完成时限以后按时限判定。"
    return "已办结，不再变化。重新打开的，按完成时限判定。"
