"""Why a light is what it is: the rule, its inputs, the arithmetic as one line, and what would turn it green.

Everything is text that a person can redo by hand, and a test does so for every light of a plan. Percentages are whole,
rounded down; days are calendar days.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tasks import lights, remedies
from tasks.lights import (
    DEADLINE_WORDS,
    LEAD_DECIDES,
    PROGRESS_WORDS,
    STAGE_WORDS,
    DeadlineLight,
    DutyWord,
    MeasureFacts,
    PeriodWord,
    ProgressLight,
    Rule,
    Verdict,
)

ROLL_UP_WORDS = {"worst": "取最差", LEAD_DECIDES: "以牵头单位为准"}


class Row(NamedTuple):
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One light explained. `duties`: each obliged unit of the period it rests on and what it says there."""

    word: str
    rule: str
    clause: str
    inputs: tuple[Row, ...]
    duties: tuple[Row, ...]
    arithmetic: str
    cure: str


def explain_progress(facts: MeasureFacts, verdict: Verdict, rule: Rule, today: datetime.date) -> Explanation:
    period = verdict.period
    return Explanation(
        word=PROGRESS_WORDS[verdict.light],
        rule=version(rule),
        clause=progress_clause(rule),
        inputs=tuple(progress_inputs(facts, verdict, today)),
        duties=tuple(duty_rows(facts, period)) if period else (),
        arithmetic=f"{progress_arithmetic(facts, verdict, rule, today)} → {PROGRESS_WORDS[verdict.light]}",
        cure=remedies.for_progress(facts, verdict, rule, today),
    )


def explain_deadline(facts: MeasureFacts, light: DeadlineLight, rule: Rule, today: datetime.date) -> Explanation:
    return Explanation(
        word=DEADLINE_WORDS[light],
        rule=version(rule),
        clause=deadline_clause(rule),
        inputs=tuple(deadline_inputs(facts, today)),
        duties=(),
        arithmetic=f"{deadline_arithmetic(facts, light, rule, today)} → {DEADLINE_WORDS[light]}",
        cure=remedies.for_deadline(facts, light, rule, today),
    )


def version(rule: Rule) -> str:
    return f"判定规则第 {rule.number} 版，{rule.since_on} 起施行"


def progress_clause(rule: Rule) -> str:
    return (
        f"有开始日期和完成时限的，按序时进度推算：落后不到 {rule.risk_points} 个百分点为正常，"
        f"{rule.risk_points} 至 {rule.late_points} 个百分点为有风险，超过 {rule.late_points} 个百分点为滞后；"
        "完成时限已过的，应完成 100%。没有这两个日期或没有填完成率的，以单位的研判为准。"
        "填报截止以后还缺已通过填报的，为本期未报。已办结、暂停、终止的不再推算。"
    )


def deadline_clause(rule: Rule) -> str:
    return (
        f"过了完成时限为逾期；还有 {rule.urgent_days} 天以内为{DEADLINE_WORDS[DeadlineLight.URGENT]}，"
        f"{rule.soon_days} 天以内为{DEADLINE_WORDS[DeadlineLight.SOON]}，超过 {rule.soon_days} 天为未到期。长期坚持或没有完成时限的不计。"
        "办结日期晚于完成时限的为逾期办结。暂停、终止的不计时限。"
    )


# What goes in


def progress_inputs(facts: MeasureFacts, verdict: Verdict, today: datetime.date) -> Iterator[Row]:
    yield Row("判定日", str(today))
    yield Row("阶段", STAGE_WORDS[facts.stage])
    yield Row("开始日期", str(facts.starts_on or "未设定"))
    yield due_row(facts)
    if verdict.period is None:
        return
    yield Row("依据期次", verdict.period.label)
    yield Row("截至日期", str(verdict.period.as_of))
    yield Row("填报截止", str(verdict.period.due_on))
    yield Row("汇总规则", roll_up_words(facts, verdict.period))
    if verdict.rolled_up.is_complete:
        yield Row("单位自评", declared(verdict))
    for period in lights.being_filed(facts, verdict.period):
        found = lights.rolled_up(period.duties, facts.roll_up)
        count = f"已通过 {found.reported}/{found.obliged}"
        yield Row("正在填报", f"{period.label}，{period.due_on} 截止，{count}，通过齐了才作为依据")


def due_row(facts: MeasureFacts) -> Row:
    return Row("完成时限", "长期坚持" if facts.is_ongoing else str(facts.due_on or "未设定"))


def roll_up_words(facts: MeasureFacts, period: PeriodWord) -> str:
    if facts.roll_up == LEAD_DECIDES and not any(duty.is_lead for duty in period.duties):
        return f"{ROLL_UP_WORDS[LEAD_DECIDES]}；没有牵头单位，各单位都计入"
    return ROLL_UP_WORDS[facts.roll_up]


def declared(verdict: Verdict) -> str:
    word = PROGRESS_WORDS[ProgressLight(verdict.rolled_up.confidence)]
    if verdict.is_disagreement:
        return f"{word}，好于推算的{PROGRESS_WORDS[verdict.light]}"
    return word


def duty_rows(facts: MeasureFacts, period: PeriodWord) -> Iterator[Row]:
    counted = lights.judged(period.duties, facts.roll_up)
    for duty in period.duties:
        label = f"{duty.unit}（牵头）" if duty.is_lead else duty.unit
        yield Row(label, said(duty) if duty in counted else "不计入")


def said(duty: DutyWord) -> str:
    if not duty.confidence:
        return "没有已通过的填报"
    word = PROGRESS_WORDS[ProgressLight(duty.confidence)]
    return f"{word}，没有填完成率" if duty.percent is None else f"{word}，完成率 {duty.percent}%"


def deadline_inputs(facts: MeasureFacts, today: datetime.date) -> Iterator[Row]:
    yield Row("判定日", str(today))
    yield Row("阶段", STAGE_WORDS[facts.stage])
    yield due_row(facts)
    if facts.stage == lights.COMPLETED and facts.completed_on is not None:
        yield Row("办结日期", str(facts.completed_on))


# The arithmetic


def progress_arithmetic(facts: MeasureFacts, verdict: Verdict, rule: Rule, today: datetime.date) -> str:
    period, found = verdict.period, verdict.rolled_up
    if verdict.light == ProgressLight.COMPLETED or facts.stage in lights.HALTED:
        return f"阶段是{STAGE_WORDS[facts.stage]}"
    if period is None:
        return "还没有开放填报的期次"
    if not found.obliged:
        return "没有须填报的责任单位"
    if not found.is_complete:
        passed = "晚于" if today > period.due_on else "不晚于"
        count = f"应报 {found.obliged} 个单位，已通过 {found.reported} 个，缺 {found.obliged - found.reported} 个"
        return f"{count}；{today} {passed}填报截止 {period.due_on}"
    if verdict.scheduled is None:
        return f"{why_by_confidence(facts)}：{worst_of(facts, period)}"
    return f"{mean_of(facts, period)}；{schedule_of(facts, period, today)}；{compared(verdict, rule)}"


def why_by_confidence(facts: MeasureFacts) -> str:
    if facts.starts_on is not None and facts.due_on is not None:
        return "没有填完成率，以研判为准"
    lacking = [name for name, day in (("开始日期", facts.starts_on), ("完成时限", facts.due_on)) if day is None]
    return f"没有{'和'.join(lacking)}，以研判为准"


def worst_of(facts: MeasureFacts, period: PeriodWord) -> str:
    counted = lights.judged(period.duties, facts.roll_up)
    words = "、".join(PROGRESS_WORDS[ProgressLight(duty.confidence)] for duty in counted)
    return f"{words}，取最差" if len(counted) > 1 else words


def mean_of(facts: MeasureFacts, period: PeriodWord) -> str:
    """`(80% + 69%) ÷ 2 → 74%`; of a single one just the percentage."""
    percents = [duty.percent for duty in lights.judged(period.duties, facts.roll_up) if duty.percent is not None]
    if len(percents) == 1:
        return f"完成率 {percents[0]}%"
    return f"({' + '.join(f'{one}%' for one in percents)}) ÷ {len(percents)} → {sum(percents) // len(percents)}%"


def schedule_of(facts: MeasureFacts, period: PeriodWord, today: datetime.date) -> str:
    start, due, as_of = facts.starts_on, facts.due_on, period.as_of
    if start is None or due is None:
        raise ValueError("only a measure with both dates has a schedule")
    if today > due:
        return f"{today} 晚于完成时限 {due} → 100%"
    if as_of >= due:
        return f"截至 {as_of} 不早于完成时限 {due} → 100%"
    if as_of <= start:
        return f"截至 {as_of} 不晚于开始日期 {start} → 0%"
    days, whole = (as_of - start).days, (due - start).days
    percent = lights.scheduled_percent(start, due, as_of)
    return f"({as_of} − {start}) ÷ ({due} − {start}) = {days} ÷ {whole} 天 → {percent}%"


def compared(verdict: Verdict, rule: Rule) -> str:
    gap = verdict.gap or 0
    where = {
        ProgressLight.ON_TRACK: f"小于 {rule.risk_points}",
        ProgressLight.AT_RISK: f"{rule.risk_points} 至 {rule.late_points} 之间",
        ProgressLight.BEHIND: f"超过 {rule.late_points}",
    }[verdict.light]
    return f"{verdict.scheduled}% − {verdict.rolled_up.percent}% = {signed(gap)} 个百分点，{where}"


def signed(number: int) -> str:
    return str(number).replace("-", "−")


def deadline_arithmetic(facts: MeasureFacts, light: DeadlineLight, rule: Rule, today: datetime.date) -> str:
    due = facts.due_on
    if light == DeadlineLight.HALTED:
        return f"阶段是{STAGE_WORDS[facts.stage]}"
    if light == DeadlineLight.ONGOING:
        return "长期坚持，没有完成时限"
    if due is None:
        return "没有设定完成时限"
    if light in (DeadlineLight.DONE_LATE, DeadlineLight.DONE_ON_TIME):
        compare = "晚于" if light == DeadlineLight.DONE_LATE else "不晚于"
        return f"办结日期 {facts.completed_on} {compare}完成时限 {due}"
    where = {
        DeadlineLight.OVERDUE: "小于 0",
        DeadlineLight.URGENT: f"0 至 {rule.urgent_days} 之间",
        DeadlineLight.SOON: f"{rule.urgent_days + 1} 至 {rule.soon_days} 之间",
        DeadlineLight.AHEAD: f"超过 {rule.soon_days}",
    }[light]
    return f"{due} − {today} = {signed((due - today).days)} 天，{where}"
