"""What an explanation says, word for word, for every way in which a light can come about."""

import datetime
import re

import pytest

from tasks.choices import RollUp
from tasks.explaining import ROLL_UP_WORDS, Explanation, Row, explain_deadline, explain_progress
from tasks.lights import COMPLETED, FIRST_RULE, LEAD_DECIDES, Rule, deadline_light, progress_light
from tasks.tests.facts import DUE, ONE_DAY, TODAY, facts, period, silent, word

NEXT = {"label": "2026年3月", "as_of": datetime.date(2026, 3, 31), "due_on": datetime.date(2026, 4, 20)}


def progress(found, today: datetime.date = TODAY, rule: Rule = FIRST_RULE) -> Explanation:
    return explain_progress(found, progress_light(found, rule, today), rule, today)


def deadline(found, today: datetime.date = TODAY, rule: Rule = FIRST_RULE) -> Explanation:
    return explain_deadline(found, deadline_light(found, rule, today), rule, today)


class TestInputs:
    def test_every_date_the_roll_up_and_what_the_units_declared(self) -> None:
        assert progress(facts(word(50), word(40, "on_track", "青岛海关"))).inputs == (
            Row("判定日", "2026-03-20"),
            Row("阶段", "推进中"),
            Row("开始日期", "2026-01-01"),
            Row("完成时限", "2026-04-11"),
            Row("依据期次", "2026年2月"),
            Row("截至日期", "2026-03-02"),
            Row("填报截止", "2026-03-16"),
            Row("汇总规则", "取最差"),
            Row("单位自评", "正常，好于推算的有风险"),
        )

    def test_every_unit_and_what_it_said(self) -> None:
        said = [word(50), word(None, "behind", "省发展改革委"), silent()]
        assert progress(facts(*said)).duties == (
            Row("省交通运输厅", "正常，完成率 50%"),
            Row("省发展改革委", "滞后，没有填完成率"),
            Row("青岛海关", "没有已通过的填报"),
        )

    def test_who_does_not_count_where_the_lead_decides(self) -> None:
        found = progress(facts(word(60, is_lead=True), silent(), roll_up=LEAD_DECIDES))
        assert found.duties == (Row("省交通运输厅（牵头）", "正常，完成率 60%"), Row("青岛海关", "不计入"))
        assert Row("汇总规则", "以牵头单位为准") in found.inputs

    def test_all_count_where_no_lead_is_named(self) -> None:
        found = progress(facts(word(60), roll_up=LEAD_DECIDES))
        assert Row("汇总规则", "以牵头单位为准；没有牵头单位，各单位都计入") in found.inputs

    def test_what_is_being_filed_beside_it(self) -> None:
        found = facts(periods=[period(word(90), silent(), **NEXT), period(word(60), word(60))])
        row = Row("正在填报", "2026年3月，2026-04-20 截止，已通过 1/2，通过齐了才作为依据")
        assert progress(found).inputs[-1] == row

    def test_the_version_and_its_day(self) -> None:
        rule = Rule(3, datetime.date(2026, 2, 1), 15, 40, 5, 20)
        found = progress(facts(word()), rule=rule)
        assert found.rule == "判定规则第 3 版，2026-02-01 起施行"
        assert "落后不到 15 个百分点为正常，15 至 40 个百分点为有风险，超过 40 个百分点为滞后" in found.clause
        assert (
            "还有 5 天以内为临期（黄），20 天以内为临期（蓝），超过 20 天为未到期"
            in deadline(facts(), rule=rule).clause
        )

    def test_roll_ups_are_called_as_everywhere(self) -> None:
        assert {value: str(label) for value, label in RollUp.choices} == ROLL_UP_WORDS


SCHEDULE = "(2026-03-02 − 2026-01-01) ÷ (2026-04-11 − 2026-01-01) = 60 ÷ 100 天 → 60%"
AFTERWARDS = "延期获批的，按新的完成时限推算；办结并通过核验的，转为已办结。"
LAGGING = facts(periods=[period(word(90), silent(), **NEXT), period(word(29))])
PROGRESS = {
    "on track by schedule": (
        facts(word(51)),
        f"完成率 51%；{SCHEDULE}；60% − 51% = 9 个百分点，小于 10 → 正常",
        "现在是正常。完成率不低于 51% 的都是正常。",
    ),
    "ahead of schedule": (
        facts(word(90), word(95)),
        f"(90% + 95%) ÷ 2 → 92%；{SCHEDULE}；60% − 92% = −32 个百分点，小于 10 → 正常",
        "现在是正常。完成率不低于 51% 的都是正常。",
    ),
    "at risk by schedule": (
        facts(word(50)),
        f"完成率 50%；{SCHEDULE}；60% − 50% = 10 个百分点，10 至 30 之间 → 有风险",
        f"完成率达到 51%（60% − 51% 小于 10 个百分点）即为正常。{AFTERWARDS}",
    ),
    "behind by schedule, the next period being filed": (
        LAGGING,
        f"完成率 29%；{SCHEDULE}；60% − 29% = 31 个百分点，超过 30 → 滞后",
        f"完成率达到 51%（60% − 51% 小于 10 个百分点）即为正常；下次填报（2026年3月）须达到 80%。{AFTERWARDS}",
    ),
    "due on the day the reports speak of": (
        facts(word(95), due_on=datetime.date(2026, 3, 2), completed_on=None),
        "完成率 95%；2026-03-20 晚于完成时限 2026-03-02 → 100%；100% − 95% = 5 个百分点，小于 10 → 正常",
        "现在是正常。完成率不低于 91% 的都是正常。",
    ),
    "reported for a day behind the due date": (
        facts(periods=[period(word(70), as_of=DUE + ONE_DAY, due_on=DUE)]),
        "完成率 70%；截至 2026-04-12 不早于完成时限 2026-04-11 → 100%；100% − 70% = 30 个百分点，10 至 30 之间 → 有风险",
        f"完成率达到 91%（100% − 91% 小于 10 个百分点）即为正常。{AFTERWARDS}",
    ),
    "not started yet by schedule": (
        facts(word(0), starts_on=TODAY),
        "完成率 0%；截至 2026-03-02 不晚于开始日期 2026-03-20 → 0%；0% − 0% = 0 个百分点，小于 10 → 正常",
        "现在是正常。完成率不低于 0% 的都是正常。",
    ),
    "by confidence without a due date": (
        facts(word(10), word(10, "behind", "青岛海关"), due_on=None),
        "没有完成时限，以研判为准：正常、滞后，取最差 → 滞后",
        "青岛海关的填报研判为正常并通过以后，转为正常；办结并通过核验的，转为已办结。",
    ),
    "by confidence without either date": (
        facts(word(10), starts_on=None, due_on=None),
        "没有开始日期和完成时限，以研判为准：正常 → 正常",
        "现在是正常。计入的单位都研判为正常的，保持正常。",
    ),
    "by confidence without a percentage": (
        facts(word(None, "at_risk")),
        "没有填完成率，以研判为准：有风险 → 有风险",
        "省交通运输厅的填报研判为正常并通过以后，转为正常；办结并通过核验的，转为已办结。",
    ),
    "not reported": (
        facts(word(60), word(60), silent()),
        "应报 3 个单位，已通过 2 个，缺 1 个；2026-03-20 晚于填报截止 2026-03-16 → 本期未报",
        "青岛海关补报并通过以后，完成率达到 51% 的，为正常。",
    ),
    "not reported, without dates": (
        facts(silent(), due_on=None),
        "应报 1 个单位，已通过 0 个，缺 1 个；2026-03-20 晚于填报截止 2026-03-16 → 本期未报",
        "青岛海关补报并通过以后，各单位都研判为正常的，为正常。",
    ),
    "not reported, and the period is frozen": (
        facts(periods=[period(silent(), is_frozen=True)]),
        "应报 1 个单位，已通过 0 个，缺 1 个；2026-03-20 晚于填报截止 2026-03-16 → 本期未报",
        "2026年2月已冻结，不再接受补报；下一期各单位的填报都通过以后，按下一期推算。",
    ),
    "awaited": (
        facts(periods=[period(silent(), due_on=TODAY)]),
        "应报 1 个单位，已通过 0 个，缺 1 个；2026-03-20 不晚于填报截止 2026-03-20 → 待填报",
        "青岛海关的填报通过以后推算；2026-03-20 以后还缺的，为本期未报。",
    ),
    "before the first period": (
        facts(periods=[]),
        "还没有开放填报的期次 → 待填报",
        "期次开放、各单位的填报通过以后推算。",
    ),
    "completed": (
        facts(stage=COMPLETED, completed_on=DUE),
        "阶段是已办结 → 已办结",
        "已办结，不再推算。重新打开的，恢复推算。",
    ),
    "halted": (
        facts(word(0), stage="suspended"),
        "阶段是暂停 → 不研判",
        "恢复推进（不再暂停）以后重新推算。",
    ),
    "nobody must report": (
        facts(),
        "没有须填报的责任单位 → 不研判",
        "分工表中列入须填报的责任单位以后推算。",
    ),
}
IN_TIME = "办结并通过核验的，办结日期不晚于 {} 为按期办结，晚于的为逾期办结；完成时限经批准延到 2026-04-20 或以后的，为未到期。"
DEADLINE = {
    "overdue": (
        facts(due_on=TODAY - ONE_DAY),
        "2026-03-19 − 2026-03-20 = −1 天，小于 0 → 逾期",
        IN_TIME.format("2026-03-19"),
    ),
    "urgent": (
        facts(due_on=TODAY),
        "2026-03-20 − 2026-03-20 = 0 天，0 至 7 之间 → 临期（黄）",
        IN_TIME.format("2026-03-20"),
    ),
    "soon": (
        facts(),
        "2026-04-11 − 2026-03-20 = 22 天，8 至 30 之间 → 临期（蓝）",
        IN_TIME.format("2026-04-11"),
    ),
    "ahead": (
        facts(due_on=datetime.date(2026, 12, 31)),
        "2026-12-31 − 2026-03-20 = 286 天，超过 30 → 未到期",
        "现在是未到期；2026-12-01 起为临期（蓝）。",
    ),
    "ongoing": (
        facts(due_on=None, is_ongoing=True),
        "长期坚持，没有完成时限 → 长期坚持",
        "设定完成时限以后按时限判定。",
    ),
    "undated": (facts(due_on=None), "没有设定完成时限 → 未设时限", "设定完成时限以后按时限判定。"),
    "done on time": (
        facts(stage=COMPLETED, completed_on=DUE),
        "办结日期 2026-04-11 不晚于完成时限 2026-04-11 → 按期办结",
        "已办结，不再变化。重新打开的，按完成时限判定。",
    ),
    "done late": (
        facts(stage=COMPLETED, completed_on=DUE + ONE_DAY),
        "办结日期 2026-04-12 晚于完成时限 2026-04-11 → 逾期办结",
        "已办结，不再变化。重新打开的，按完成时限判定。",
    ),
    "halted": (
        facts(stage="cancelled"),
        "阶段是终止 → 不计时限",
        "恢复推进（不再终止）以后按完成时限判定。",
    ),
}


@pytest.mark.parametrize("case", PROGRESS)
def test_progress_light(case: str) -> None:
    found, arithmetic, cure = PROGRESS[case]
    explained = progress(found)
    assert (explained.arithmetic, explained.cure) == (arithmetic, cure)


@pytest.mark.parametrize("case", DEADLINE)
def test_deadline_light(case: str) -> None:
    found, arithmetic, cure = DEADLINE[case]
    explained = deadline(found)
    assert (explained.arithmetic, explained.cure) == (arithmetic, cure)


@pytest.mark.parametrize("percent", [0, 29, 50])
def test_the_remedy_is_true(percent: int) -> None:
    """What is said to turn the light green does, and one point less does not."""
    (needed,) = re.findall(r"完成率达到 (\d+)%", progress(facts(word(percent))).cure)
    assert [progress(facts(word(int(needed) - less))).word for less in (0, 1)] == ["正常", "有风险"]
