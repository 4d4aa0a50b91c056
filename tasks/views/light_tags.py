"""Both lights and the stage as signs: a word and a shape, the colour last. Found by the value as stored, too."""

import datetime
from typing import NamedTuple

from tasks.choices import Stage
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.views.report_rows import Tag

PROGRESS_SIGNS = {  # class and shape
    ProgressLight.ON_TRACK: ("conf-ok", "ok"),
    ProgressLight.AT_RISK: ("conf-risk", "risk"),
    ProgressLight.BEHIND: ("conf-late", "late"),
    ProgressLight.NOT_REPORTED: ("conf-gap", "gap"),
    ProgressLight.AWAITED: ("conf-na", ""),
    ProgressLight.COMPLETED: ("stage stage-done", "done"),
    ProgressLight.NOT_JUDGED: ("conf-na", ""),
}
DEADLINE_SIGNS = {
    DeadlineLight.OVERDUE: ("due-over", "over"),
    DeadlineLight.URGENT: ("due-soon", "clock"),
    DeadlineLight.SOON: ("due-near", "clock"),
    DeadlineLight.AHEAD: ("due-far", ""),
    DeadlineLight.ONGOING: ("due-long", "long"),
    DeadlineLight.UNDATED: ("due-far", ""),
    DeadlineLight.DONE_ON_TIME: ("due-far", "done"),
    DeadlineLight.DONE_LATE: ("due-over", "done"),
    DeadlineLight.HALTED: ("due-far", "paused"),
}
STAGE_ICONS = {
    Stage.NOT_STARTED: "none",
    Stage.IN_PROGRESS: "doing",
    Stage.AWAITING_VERIFICATION: "verify",
    Stage.COMPLETED: "done",
    Stage.SUSPENDED: "paused",
    Stage.CANCELLED: "paused",
}
PROGRESS_TAGS = {light: Tag(*sign, PROGRESS_WORDS[light]) for light, sign in PROGRESS_SIGNS.items()}
DEADLINE_TAGS = {light: Tag(*sign, DEADLINE_WORDS[light]) for light, sign in DEADLINE_SIGNS.items()}
STAGE_TAGS = {stage.value: Tag(f"stage stage-{icon}", icon, stage.label) for stage, icon in STAGE_ICONS.items()}
COUNTED_IN_DAYS = (DeadlineLight.OVERDUE, DeadlineLight.URGENT, DeadlineLight.SOON, DeadlineLight.AHEAD)


def deadline_tag(light: DeadlineLight, due_on: datetime.date | None, today: datetime.date) -> Tag:
    """时限灯, with the days where days are counted."""
    return Tag(*DEADLINE_SIGNS[light], deadline_words(light, due_on, today))


def deadline_words(light: DeadlineLight, due_on: datetime.date | None, today: datetime.date) -> str:
    if due_on is None or light not in COUNTED_IN_DAYS:
        return DEADLINE_WORDS[light]
    days = (due_on - today).days
    if light == DeadlineLight.OVERDUE:
        return f"逾期 {-days} 天"
    if light == DeadlineLight.AHEAD:
        return f"时限 {due_on}"
    return f"临期 {days} 天" if days else "今天到期"


class Quick(NamedTuple):
    """A count that leads to exactly its rows."""

    words: str
    count: int
    link: str
    is_current: bool
