"""Invented words for the demonstration, from a seed: the same seed, the same words. Pure.

They speak of the measure's own subject, name no person, and stand under a banner that says 演示数据.
"""

import datetime
import random
import re
from dataclasses import dataclass
from typing import Any

OPENINGS = (
    "{month}月{day}日召开专题会议，研究“{subject}”有关工作，明确 {count} 项具体事项。",
    "“{subject}”本期新落实 {count} 项工作，{month}月{day}日完成一次调度。",
    "围绕“{subject}”，{month}月{day}日印发工作方案，列出 {count} 项清单。",
)
MIDDLES = (
    "列入清单的 {total} 项工作已完成 {done} 项。",
    "{total} 个事项中 {done} 个已办结，其余按时间节点办理。",
    "累计完成 {done}/{total} 项，较上期增加 {more} 项。",
)
RISKS = ("部分事项的前置手续仍在办理，可能影响下一节点。", "两个事项的资金计划尚未下达，存在推迟一个季度的风险。")
PROBLEMS = ("两个事项的前置审批没有按期完成，后续工作无法开展。", "用地、用海手续补正后仍未批复，实施单位已停工等待。")
ASKS = ("请协调加快前置审批。", "请协调明确资金渠道和下达时间。", "请牵头研究统一的技术标准。")
NEXT_STEPS = ("{month}月底前完成剩余事项中的 {count} 项。", "{month}月底前组织一次现场核查，并补齐文件。")


@dataclass(frozen=True, slots=True)
class Course:
    """How one duty goes through the periods: a percentage and a word of confidence for each."""

    percents: tuple[int, ...]
    confidences: tuple[str, ...]


def course(dice: random.Random, periods: int) -> Course:
    """A slow rise with now and then a stumble that is caught up later."""
    percent, percents, confidences = dice.randint(4, 18), [], []
    for _ in range(periods):
        mood = dice.choices(["on_track", "at_risk", "behind"], [82, 13, 5])[0]
        percent = min(
            96, percent + {"on_track": dice.randint(6, 13), "at_risk": dice.randint(2, 6), "behind": 0}[mood]
        )
        percents.append(percent)
        confidences.append(mood)
    return Course(tuple(percents), tuple(confidences))


def subject_of(text: str) -> str:
    """The first clause of a measure, short enough to be quoted."""
    clause = re.split(r"[，。；、]", text.replace("“", "").replace("”", ""))[0]
    return clause if len(clause) <= 18 else clause[:17] + "…"


def content(
    dice: random.Random, text: str, as_of: datetime.date, percent: int, confidence: str, fell: bool
) -> dict[str, Any]:
    """The fields of one invented report, complete by the rules of submission."""
    total = dice.randint(5, 14)
    done = round(total * percent / 100)
    words = {
        "month": as_of.month,
        "day": dice.randint(1, 28),
        "subject": subject_of(text),
        "count": dice.randint(2, 6),
        "total": total,
        "done": done,
        "more": max(1, min(done, dice.randint(1, 3))),
    }
    late = confidence == "behind"
    return {
        "progress": dice.choice(OPENINGS).format(**words) + dice.choice(MIDDLES).format(**words),
        "percent_complete": percent,
        "confidence": confidence,
        "risk": dice.choice(RISKS) if confidence == "at_risk" else "",
        "problems": dice.choice(PROBLEMS) if late else "",
        "coordination_request": "",
        "coordination_unit": None,
        "coordination_due_on": None,
        "next_steps": dice.choice(NEXT_STEPS).format(
            month=as_of.month % 12 + 3 if as_of.month < 10 else 3, count=words["count"]
        ),
        "fall_reason": "核对口径后按实际完成数更正。" if fell else "",
    }


def period_ends(today: datetime.date, count: int) -> list[datetime.date]:
    """The last `count` ends of quarters before a day, the oldest first."""
    year, quarter = today.year, (today.month - 1) // 3
    ends = []
    for _ in range(count):
        if quarter == 0:
            year, quarter = year - 1, 4
        ends.append(datetime.date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - datetime.timedelta(days=1))
        quarter -= 1
    return ends[::-1]
