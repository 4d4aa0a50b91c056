"""How the measures go on in the demonstration beside their reports: due dates, claims, extensions, a suspension, 批示."""

import datetime
from collections.abc import Iterator

from django.utils import timezone

from tasks.choices import Halt
from tasks.demo import story
from tasks.demo.dates import quarter_after, start_before
from tasks.demo.stage import Script, Stage
from tasks.demo.words import subject_of
from tasks.models import Duty, Measure
from tasks.services import closing, instructing
from tasks.services.amending import amend_measure

DAYS = datetime.timedelta


def set_dates(stage: Stage, now: datetime.datetime) -> None:
    """Every measure's dates, by the Office, before the first period; those that are extended later get the old ones."""
    stage.starts_on = start_before(stage.spans[0])
    for measure in Measure.objects.filter(main_task__plan=stage.plan).select_related("main_task"):
        changes: dict[str, object] = {"is_ongoing": True}
        if measure.code not in story.ONGOING:
            stage.due[measure.code] = due_date(stage, measure.code)
            changes = {"starts_on": stage.starts_on, "due_on": first_due_date(stage, measure.code)}
        amend_measure(stage.office[0], measure=measure, changes=changes, reason="年度工作计划（演示）", now=now)


def due_date(stage: Stage, code: str) -> datetime.date:
    """The due date as it is in the end."""
    days = (story.OVERDUE | story.DUE_SOON).get(code)
    if days is not None:
        return stage.today + DAYS(days)
    if code in story.COMPLETED:
        return completed_on(stage) + DAYS(story.COMPLETED[code])
    if code in story.BEHIND_SCHEDULE:
        return quarter_after(stage.today, 3)
    return quarter_after(stage.today, stage.dice.choice([2, 3, 5, 7, 9]))


def first_due_date(stage: Stage, code: str) -> datetime.date:
    if code in story.EXTENDED_ONCE:
        return stage.spans[-2].due_on + DAYS(40)
    if code == story.EXTENDED_TWICE:
        return stage.spans[-3].due_on + DAYS(45)
    return stage.due[code]


def completed_on(stage: Stage) -> datetime.date:
    return claimed_on(stage) - DAYS(2)


def claimed_on(stage: Stage) -> datetime.date:
    return stage.workday_before(stage.workday_before(stage.today))


def endings(stage: Stage, duties: list[Duty]) -> Iterator[Script]:
    first = {duty.measure.code: duty for duty in reversed(duties)}  # of each measure the first duty
    for number, code in enumerate([*story.COMPLETED, story.CLAIM_WAITS], start=1):
        yield completion(stage, first[code], number)
    asked_on = stage.spans[-2].due_on
    for code in sorted(story.EXTENDED_ONCE):
        yield extension(stage, first[code], asked_on, stage.due[code])
    twice = first[story.EXTENDED_TWICE]
    yield extension(stage, twice, stage.spans[-3].due_on, asked_on + DAYS(20))
    yield extension(stage, twice, asked_on, stage.due[story.EXTENDED_TWICE])
    waits = story.EXTENSION_WAITS
    yield extension(stage, first[waits], claimed_on(stage), stage.due[waits] + DAYS(90), is_granted=False)
    yield suspension(stage, first[story.SUSPENDED].measure)
    for duty in duties:
        if told := story.TOLD.get((duty.measure.code, duty.unit.slug)):
            yield instruction(stage, duty, told)


def completion(stage: Stage, duty: Duty, number: int) -> Script:
    now = stage.moment(claimed_on(stage))
    yield now
    claim = closing.claim_completion(
        stage.writer(duty),
        duty=duty,
        result=f"“{subject_of(duty.measure.text)}”已按要求完成（演示）。",
        document=f"演示文件第 {number} 号",
        completed_on=completed_on(stage),
        now=now,
    )
    if duty.measure.code == story.CLAIM_WAITS:
        return
    now = stage.later(now, 1)
    yield now
    closing.verify_completion(stage.office[0], claim=claim, now=now)


def extension(
    stage: Stage, duty: Duty, asked_on: datetime.date, new_due_on: datetime.date, *, is_granted: bool = True
) -> Script:
    now = stage.moment(asked_on)
    yield now
    request = closing.request_extension(
        stage.writer(duty), duty=duty, new_due_on=new_due_on, reason="前置审批未完成（演示）。", now=now
    )
    if is_granted:
        now = stage.later(now)
        yield now
        closing.grant_extension(stage.office[0], request=request, now=now, document="演示文件（延期）")


def instruction(stage: Stage, duty: Duty, told: story.Told) -> Script:
    """Hours are fixed: the dice belong to the reports."""
    now = at_ten(stage.today + DAYS(told.given))
    yield now
    given = instructing.give_instruction(
        stage.leader, plan=stage.plan, text=told.text, owner=duty.unit, due_on=stage.today + DAYS(told.due),
        measure=duty.measure, now=now,
    )  # fmt: skip
    if told.answer:
        now += DAYS(told.answered)
        yield now
        given = instructing.answer_instruction(
            stage.writer(duty), instruction=given, text=told.answer, seen_at=None, now=now
        )
    if told.closed:
        now += DAYS(told.closed)
        yield now
        instructing.close_instruction(stage.leader, instruction=given, seen_at=given.answered_at, now=now)


def at_ten(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(10)))


def suspension(stage: Stage, measure: Measure) -> Script:
    now = stage.moment(claimed_on(stage))
    yield now
    amend_measure(
        stage.office[0],
        measure=measure,
        changes={"halted": Halt.SUSPENDED},
        reason="上位规划调整，待明确后恢复（演示）。",
        now=now,
    )
