"""Dates and instructions (批示) as lists show them: state as shape and word, the days that are left."""

import datetime
from typing import NamedTuple

from tasks.choices import InstructionState
from tasks.models import Instruction
from tasks.views.report_rows import Tag

NEAR = 30  # days in which a due date is near
STATE_TAGS = {
    InstructionState.OPEN: Tag("stage", "doing", "办理中"),
    InstructionState.ANSWERED: Tag("stage", "verify", "已反馈"),
    InstructionState.CLOSED: Tag("stage", "done", "已办结"),
}


class Line(NamedTuple):
    """An instruction as lists show it; `due` only while somebody still has to answer."""

    one: Instruction
    state: Tag
    due: Tag | None


def instruction_line(one: Instruction, today: datetime.date) -> Line:
    is_open = one.state == InstructionState.OPEN
    return Line(one, STATE_TAGS[one.state], due_tag(one.due_on, today) if is_open else None)


def due_tag(due_on: datetime.date, today: datetime.date) -> Tag:
    days = (due_on - today).days
    if days < 0:
        return Tag("due-over", "over", f"逾期 {-days} 天")
    if days <= NEAR:
        return Tag("due-soon", "clock", f"临期 {days} 天" if days else "今天到期")
    return Tag("due-far", "", f"时限 {due_on}")
