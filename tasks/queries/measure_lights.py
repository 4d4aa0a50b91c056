"""Both lights of one measure with everything they rest on, and how its percentage went from period to period."""

import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from tasks import lights
from tasks.lights import DeadlineLight, MeasureFacts, ProgressLight, Rule, Verdict
from tasks.models import FrozenMeasure, Measure
from tasks.queries.standing import facts_of, relevant_periods, rule_on
from units.prepared import prepared_rows

POINTS_SHOWN = 8


class MeasureLights(NamedTuple):
    """What decides a measure's lights on a day, and the lights."""

    facts: MeasureFacts
    rule: Rule
    verdict: Verdict
    deadline: DeadlineLight


class Point(NamedTuple):
    """A period of the trend. `percent` is None where it was not reported or nothing was given.

    `light` is empty for a period that was frozen before lights were kept.
    """

    label: str
    as_of: datetime.date
    light: str
    percent: int | None
    scheduled: int | None


def lights_of(measure: Measure, today: datetime.date, stage: str | None = None) -> MeasureLights:
    """From the facts, whatever is kept. Five queries at most. Needs `main_task.plan`."""
    rule, periods = rule_on(today), relevant_periods(measure.main_task.plan, today)
    facts = facts_of([measure], periods, None if stage is None else {measure.pk: stage})[measure.pk]
    verdict = lights.progress_light(facts, rule, today)
    return MeasureLights(facts, rule, verdict, lights.deadline_light(facts, rule, today))


def trend(measure: Measure, now: MeasureLights) -> list[Point]:
    """The last periods, the oldest first: frozen ones as frozen, then the one the present rests on. One query."""
    points = [frozen_point(row) for row in last_frozen(measure.pk)][::-1]
    period = now.verdict.period
    if period is not None and period.as_of not in {point.as_of for point in points}:
        light, facts = now.verdict.light, now.facts
        percent = now.verdict.rolled_up.percent if now.verdict.rolled_up.is_complete else None
        scheduled = scheduled_on(facts.starts_on, facts.due_on, period.as_of)
        points.append(Point(period.label, period.as_of, light, percent, scheduled))
    return points[-POINTS_SHOWN:]


@prepared_rows(FrozenMeasure, "period", by_key=True)
def last_frozen(measure: int) -> QuerySet[FrozenMeasure]:
    return FrozenMeasure.objects.filter(measure=measure).order_by("-period__as_of")[:POINTS_SHOWN]


def frozen_point(row: FrozenMeasure) -> Point:
    light = row.progress_light
    percent = None if light == ProgressLight.NOT_REPORTED else row.percent  # of some units only
    scheduled = scheduled_on(row.starts_on, row.due_on, row.period.as_of)
    return Point(row.period.label, row.period.as_of, light, percent, scheduled)


def scheduled_on(starts_on: datetime.date | None, due_on: datetime.date | None, day: datetime.date) -> int | None:
    return None if starts_on is None or due_on is None else lights.scheduled_percent(starts_on, due_on, day)
