"""Invented words for the demonstration, from dice: the same dice, the same words. Pure.

They speak of the measure's own subject, name no person, and say 演示 themselves, for whoever quotes or copies them.
"""

import datetime
import random
import re
from typing import Any

OPENINGS = (
    "{month}月{day}日召开专题会议，研究“{subject}”有关工作，明确 {count} 项具体事项。",
    "“{subject}”本期新落实 {count} 项工作，{month}月{day}日完成一次调度。",
    "围绕“{subject}”，{month}月{day}日印发工作方案，列出 {count} 项清单。",
)
MIDDLES = (
    "列入清单的 {total} 项工作已完成 {done} 项。（演示）",
    "{total} 个事项中 {done} 个已办结，其余按时间节点办理。（演示）",
    "累计完成 {done}/{total} 项。（演示）",
)
RISKS = (
    "部分事项的前置手续仍在办理，可能影响下一节点。（演示）",
    "两个事项的资金计划尚未下达，存在推迟一个季度的风险。（演示）",
)
PROBLEMS = (
    "两个事项的前置审批没有按期完成，后续工作无法开展。（演示）",
    "用地、用海手续补正后仍未批复，实施单位等待开工。（演示）",
)
NEXT_STEPS = ("{next}月底前完成剩余事项中的 {count} 项。", "{next}月底前组织一次现场核查，并补齐文件。")
FALL_REASON = "核对口径后按实际完成数更正。（演示）"


def subject_of(text: str) -> str:
    """The first clause of a measure, short enough to be quoted."""
    clause = re.split(r"[，。；、]", text.replace("“", "").replace("”", ""))[0]
    return clause if len(clause) <= 18 else clause[:17] + "…"


def content(
    dice: random.Random, text: str, as_of: datetime.date, percent: int, confidence: str, fell: bool
) -> dict[str, Any]:
    """The fields of one invented report, complete by the rules of submission."""
    total = 5 + len(text) % 10  # the same in every period
    words = {
        "month": as_of.month,
        "day": dice.randint(1, 28),
        "subject": subject_of(text),
        "count": dice.randint(2, 4),
        "total": total,
        "done": total * percent // 100,
        "next": (as_of.month + 2) % 12 + 1,
    }
    return {
        "progress": dice.choice(OPENINGS).format(**words) + dice.choice(MIDDLES).format(**words),
        "percent_complete": percent,
        "confidence": confidence,
        "risk": dice.choice(RISKS) if confidence == "at_risk" else "",
        "problems": dice.choice(PROBLEMS) if confidence == "behind" else "",
        "coordination_request": "",
        "coordination_unit": None,
        "coordination_due_on": None,
        "next_steps": dice.choice(NEXT_STEPS).format(**words),
        "fall_reason": FALL_REASON if fell else "",
    }
