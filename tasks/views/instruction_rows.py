"""Dates and instructions (批示) as lists show them: state as shape and word, the days that are left."""

import datetime
from typing import NamedTuple

from tasks.choices import InstructionState
from tasks.lights import DeadlineLight
from tasks.models import Instruction
from tasks.views.light_tags import deadline_tag
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
    """As a measure's 时限灯 is drawn."""
    days = (due_on - today).days
    near = DeadlineLight.URGENT if days <= NEAR else DeadlineLight.AHEAD
    return deadline_tag(DeadlineLight.OVERDUE if days < 0 else near, due_on, today)
