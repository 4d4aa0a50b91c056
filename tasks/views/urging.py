"""催办: the words with which the Office reminds units of what they have not handed in, to be copied into a message."""

import datetime
from collections import defaultdict

from django.core.paginator import Page

from tasks.queries.filing import DRAFTED, RETURNED, UNFINISHED, RowsBehind

WHAT_TO_DO = {RETURNED: "（已退回，改好再交）", DRAFTED: "（草稿没有提交）"}


def urging(behind: RowsBehind, page: Page, today: datetime.date) -> str:
    """A sentence, then one line a unit with the codes of its measures; with how many where one page does not hold them all.

    No spaces around numbers: these words leave the site, for a letter.
    """
    units = [unit for unit in behind.units if unit.count(UNFINISHED)]
    lines = {unit.unit: f"{unit.count(UNFINISHED)}项" for unit in units}
    if not page.has_other_pages():
        codes = defaultdict(list)
        for row in page:
            codes[row.unit].append(row.code + WHAT_TO_DO.get(row.state, ""))
        lines = {unit: "、".join(found) for unit, found in codes.items()}
    who = f"以下{len(units)}个单位还有{len(behind)}项" if len(units) > 1 else f"{units[0].name}还有{len(behind)}项"
    first = f"{behind.period.label}填报{ends(behind.period.due_on, today)}，{who}没有报送，请尽快登录系统办理："
    return "\n".join([first, *(f"{unit.name}：{lines[unit.unit]}" for unit in units)])


def ends(due_on: datetime.date, today: datetime.date) -> str:
    if due_on == today:
        return "今天截止"
    return f"{'已' if due_on < today else '将'}于{due_on.month}月{due_on.day}日截止"
