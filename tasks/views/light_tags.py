"""Both lights as they are shown: a word and a shape, colour last."""

import datetime

from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.views.report_rows import Tag

PROGRESS_TAGS = {
    ProgressLight.ON_TRACK: Tag("conf-ok", "ok", PROGRESS_WORDS[ProgressLight.ON_TRACK]),
    ProgressLight.AT_RISK: Tag("conf-risk", "risk", PROGRESS_WORDS[ProgressLight.AT_RISK]),
    ProgressLight.BEHIND: Tag("conf-late", "late", PROGRESS_WORDS[ProgressLight.BEHIND]),
    ProgressLight.NOT_REPORTED: Tag("conf-gap", "gap", PROGRESS_WORDS[ProgressLight.NOT_REPORTED]),
    ProgressLight.AWAITED: Tag("conf-na", "", PROGRESS_WORDS[ProgressLight.AWAITED]),
    ProgressLight.COMPLETED: Tag("stage stage-done", "done", PROGRESS_WORDS[ProgressLight.COMPLETED]),
    ProgressLight.NOT_JUDGED: Tag("conf-na", "", PROGRESS_WORDS[ProgressLight.NOT_JUDGED]),
}
DEADLINE_SIGNS = {  # class and shape
    DeadlineLight.OVERDUE: ("due-over", "over"),
    DeadlineLight.URGENT: ("due-soon", "clock"),
    DeadlineLight.SOON: ("due-near", "clock"),
    DeadlineLight.AHEAD: ("due-far", ""),
    DeadlineLight.ONGOING: ("due-long", "long"),
    DeadlineLight.UNDATED: ("due-far", ""),
    DeadlineLight.DONE_ON_TIME: ("due-far", ""),
    DeadlineLight.DONE_LATE: ("due-over", "over"),
    DeadlineLight.HALTED: ("due-far", ""),
}


def deadline_tag(light: DeadlineLight, due_on: datetime.date | None, today: datetime.date) -> Tag:
    """时限灯, with the days where days are counted."""
    return Tag(*DEADLINE_SIGNS[light], deadline_words(light, due_on, today))


def deadline_words(light: DeadlineLight, due_on: datetime.date | None, today: datetime.date) -> str:
    if due_on is None or light not in (
        DeadlineLight.OVERDUE,
        DeadlineLight.URGENT,
        DeadlineLight.SOON,
        DeadlineLight.AHEAD,
    ):
        return DEADLINE_WORDS[light]
    days = (due_on - today).days
    if light == DeadlineLight.OVERDUE:
        return f"逾期 {-days} 天"
    if light == DeadlineLight.AHEAD:
        return f"时限 {due_on}"
    return f"临期 {days} 天" if days else "今天到期"
