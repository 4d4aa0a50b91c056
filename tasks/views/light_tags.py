"""Both lights and the stage as signs: a word and a shape, the colour last."""

from typing import NamedTuple

from tasks.choices import Stage
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.views.report_rows import Tag
from tasks.views.timeline import STAGE_ICONS

PROGRESS_TAGS = {
    light.value: Tag(css, icon, PROGRESS_WORDS[light])
    for light, css, icon in (
        (ProgressLight.ON_TRACK, "conf-ok", "ok"),
        (ProgressLight.AT_RISK, "conf-risk", "risk"),
        (ProgressLight.BEHIND, "conf-late", "late"),
        (ProgressLight.NOT_REPORTED, "conf-gap", "gap"),
        (ProgressLight.AWAITED, "conf-na", ""),
        (ProgressLight.COMPLETED, "stage stage-done", "done"),
        (ProgressLight.NOT_JUDGED, "conf-na", ""),
    )
}
DEADLINE_TAGS = {
    light.value: Tag(css, icon, DEADLINE_WORDS[light])
    for light, css, icon in (
        (DeadlineLight.OVERDUE, "due-over", "over"),
        (DeadlineLight.URGENT, "due-soon", "clock"),
        (DeadlineLight.SOON, "due-near", "clock"),
        (DeadlineLight.AHEAD, "due-far", ""),
        (DeadlineLight.ONGOING, "due-long", "long"),
        (DeadlineLight.UNDATED, "due-far", ""),
        (DeadlineLight.DONE_ON_TIME, "due-far", "done"),
        (DeadlineLight.DONE_LATE, "due-over", "done"),
        (DeadlineLight.HALTED, "due-far", "paused"),
    )
}
STAGE_TAGS = {
    stage.value: Tag(f"stage stage-{STAGE_ICONS[stage]}", STAGE_ICONS[stage], stage.label) for stage in Stage
}


class Quick(NamedTuple):
    """A count that leads to exactly its rows."""

    words: str
    count: int
    link: str
    is_current: bool
