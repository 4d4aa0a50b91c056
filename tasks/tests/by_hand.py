"""Both lights worked out again from nothing but the words of their explanation, as a person with a pencil would.

Knows the rule of the domain and where the pages are, and nothing of `tasks.lights`.
"""

import datetime
import re
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from django.test import Client
from lxml import html

from tasks.models import Measure, Plan

WORST_LAST = ["正常", "有风险", "滞后"]


@dataclass(frozen=True)
class Read:
    """One explanation as it stands on the page."""

    sign: str
    arithmetic: str
    inputs: dict[str, str]
    duties: list[str]
    clause: str

    @property
    def concluded(self) -> str:
        """What the arithmetic ends in."""
        return self.arithmetic.rsplit(" → ", 1)[1]

    def day(self, label: str) -> datetime.date | None:
        text = self.inputs.get(label, "")
        return datetime.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None

    def numbers(self, pattern: str) -> list[int]:
        (found,) = re.findall(pattern, self.clause)
        return [int(number) for number in found]


def read(page: str, anchor: str) -> Read:
    (part,) = html.fromstring(page).xpath(f"//section[@aria-labelledby='{anchor}']")
    tables = part.xpath(".//table")
    cells = [[text(cell) for cell in row] for row in tables[0].iter("tr")]
    said = [text(cell) for cell in tables[1].iter("td")] if len(tables) > 1 else []
    (sign,), (line,), (clause,) = (
        part.xpath(path) for path in (".//h2/span", "./p[@class='sum']", ".//span[@class='clause']")
    )
    return Read(text(sign), text(line), dict(cells), said, text(clause))


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def progress_light(told: Read) -> str:
    if told.inputs["阶段"] == "已办结":
        return "已办结"
    if told.inputs["阶段"] in ("暂停", "终止"):
        return "不研判"
    if "依据期次" not in told.inputs:
        return "待填报"
    counted = [said for said in told.duties if said != "不计入"]
    if not counted:
        return "不研判"
    if "没有已通过的填报" in counted:
        return "本期未报" if told.day("判定日") > told.day("填报截止") else "待填报"
    percents = [int(number) for said in counted for number in re.findall(r"完成率 (\d+)%", said)]
    scheduled = schedule(told)
    if scheduled is None or not percents:
        return max((said.split("，")[0] for said in counted), key=WORST_LAST.index)
    behind = scheduled - floor(Fraction(sum(percents), len(percents)))
    risk, late = told.numbers(r"(\d+) 至 (\d+) 个百分点为有风险")
    return "正常" if behind < risk else "有风险" if behind <= late else "滞后"


def schedule(told: Read) -> int | None:
    starts_on, due_on = told.day("开始日期"), told.day("完成时限")
    if starts_on is None or due_on is None:
        return None
    day = told.day("截至日期")
    if told.day("判定日") > due_on or day >= due_on:
        return 100
    return max(0, floor(Fraction(100 * (day - starts_on).days, (due_on - starts_on).days)))


def deadline_light(told: Read) -> str:
    due_on = told.day("完成时限")
    if told.inputs["阶段"] in ("暂停", "终止"):
        return "不计时限"
    if due_on is None:
        return "长期坚持" if told.inputs["完成时限"] == "长期坚持" else "未设时限"
    if told.inputs["阶段"] == "已办结":
        return "逾期办结" if told.day("办结日期") > due_on else "按期办结"
    left = (due_on - told.day("判定日")).days
    near, far = told.numbers(r"还有 (\d+) 天以内为临期（黄），(\d+) 天以内为临期（蓝）")
    if left < 0:
        return "逾期"
    return "临期（黄）" if left <= near else "临期（蓝）" if left <= far else "未到期"


def explained(client: Client, plan: Plan) -> dict[int, tuple[Read, Read]]:
    """What the pages of every measure say of its progress light and of its deadline light, by measure."""
    found = {}
    for measure in Measure.objects.filter(main_task__plan=plan).select_related("main_task"):
        page = client.get(f"/plans/{plan.slug}/measures/{measure.code}/lights/").content.decode()
        found[measure.pk] = read(page, "progress-light"), read(page, "deadline-light")
    return found
