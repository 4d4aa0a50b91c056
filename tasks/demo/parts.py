"""What each duty does in a period: as the story says for the latest one, by the dice for those before."""

from dataclasses import dataclass

from tasks.demo import story
from tasks.demo.stage import Stage
from tasks.demo.story import Ask
from tasks.lights import scheduled_percent
from tasks.models import Duty

APPROVED, UNFILED, AT_UNIT, AT_OFFICE, RETURNED = "approved", "unfiled", "at unit", "at office", "returned"
EARLIER_ASK = Ask("（演示）请协调加快两个事项的前置审批。", story.OFFICE_UNIT, 30)
STORIED = {
    *(story.ASKS.keys() | story.UNFILED | story.LATE | story.AT_UNIT_REVIEW | story.AT_OFFICE_REVIEW),
    *(story.RETURNED | story.UNCHANGED | story.FALLEN),
}


@dataclass(slots=True)
class Part:
    """One duty in one period. `fate` is how far its report comes."""

    fate: str = APPROVED
    confidence: str = "on_track"
    is_late: bool = False
    is_unchanged: bool = False
    fell: bool = False
    ask: Ask | None = None


def key(duty: Duty) -> tuple[str, str]:
    return duty.measure.code, duty.unit.slug


def latest_part(duty: Duty) -> Part:
    fates = {
        **dict.fromkeys(story.UNFILED, UNFILED),
        **dict.fromkeys(story.AT_UNIT_REVIEW, AT_UNIT),
        **dict.fromkeys(story.AT_OFFICE_REVIEW, AT_OFFICE),
        **dict.fromkeys(story.RETURNED, RETURNED),
    }
    name, code = key(duty), duty.measure.code
    _, word = gap_and_word(code)
    return Part(
        fate=fates.get(name, APPROVED),
        confidence=story.ONGOING_WORD.get(code, word),
        is_late=name in story.LATE,
        is_unchanged=name in story.UNCHANGED,
        fell=name in story.FALLEN,
        ask=story.ASKS.get(name),
    )


def earlier_parts(stage: Stage, duties: list[Duty], number: int) -> dict[int, Part]:
    """By duty. Those the story needs later go as planned; the last period before it knows what is coming."""
    parts = {duty.pk: Part() for duty in duties}
    for duty in duties:
        if number == stage.periods - 2:
            parts[duty.pk].confidence = gap_and_word(duty.measure.code)[1]
    free = [duty.pk for duty in duties if key(duty) not in STORIED and gap_and_word(duty.measure.code)[0] == 0]
    for pk in stage.dice.sample(free, story.EARLIER_UNFILED):
        parts[pk].fate = UNFILED
    for pk in stage.dice.sample(free, story.EARLIER_LATE):
        parts[pk].is_late = True
    for pk in stage.dice.sample(free, story.EARLIER_AT_RISK):
        parts[pk].confidence = "at_risk"
    known = [pk for pk in free if pk in stage.percents]
    if known:
        for pk in stage.dice.sample(known, story.EARLIER_UNCHANGED):
            parts[pk].is_unchanged = True
        for pk in stage.dice.sample([pk for pk in known if not parts[pk].is_unchanged], story.EARLIER_FALLEN):
            parts[pk].fell = True
    asking = stage.dice.choice([duty.pk for duty in duties if key(duty) in story.ASKS])
    parts[asking].ask = EARLIER_ASK
    return parts


def gap_and_word(code: str) -> tuple[int, str]:
    """How many points a measure is behind its schedule in the latest period, and its unit's word for it."""
    if code in story.OVERDUE:
        return story.OVERDUE_GAP
    return story.BEHIND_SCHEDULE.get(code, (0, "on_track"))


def percent(stage: Stage, duty: Duty, number: int, part: Part) -> int:
    """A percentage near the schedule: a little ahead of it, or behind by the story's gap, which grows over time."""
    code, last = duty.measure.code, stage.percents.get(duty.pk)
    if part.fell and last is not None:
        return last - stage.dice.randint(4, 8)
    if code not in stage.due:  # ongoing: no schedule
        return min(95, (last or stage.dice.randint(25, 45)) + stage.dice.randint(1, 5))
    gap, _ = gap_and_word(code)
    scheduled = scheduled_percent(stage.starts_on, stage.due[code], stage.spans[number].as_of)
    behind = round(gap * (1 + (number + 1) / stage.periods) / 2)
    ahead = 0 if gap else stage.dice.randint(2, 6)
    return max(last or 0, min(97, scheduled + ahead - behind))
