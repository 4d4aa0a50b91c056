"""Facts of measures for tests of lights: one period, one measure, and what its units say."""

import datetime
from collections.abc import Sequence

from tasks.lights import DutyWord, MeasureFacts, PeriodWord

START, DUE = datetime.date(2026, 1, 1), datetime.date(2026, 4, 11)  # 100 days, so a day is a percent
AS_OF, CLOSES = datetime.date(2026, 3, 2), datetime.date(2026, 3, 16)  # 60 % of the time is over
TODAY = datetime.date(2026, 3, 20)
ONE_DAY = datetime.timedelta(days=1)


def word(percent: int | None = 60, confidence: str = "on_track", unit: str = "省交通运输厅", **given) -> DutyWord:
    return DutyWord(unit, given.get("is_lead", False), confidence, percent)


def silent(unit: str = "青岛海关", **given) -> DutyWord:
    return DutyWord(unit, given.get("is_lead", False))


def period(*duties: DutyWord, as_of: datetime.date = AS_OF, due_on: datetime.date = CLOSES, **given) -> PeriodWord:
    return PeriodWord(given.get("label", "2026年2月"), as_of, due_on, duties, given.get("is_frozen", False))


def facts(*duties: DutyWord, periods: Sequence[PeriodWord] | None = None, **given) -> MeasureFacts:
    """A measure in progress with a schedule, reported on in one period."""
    usual = {"stage": "in_progress", "starts_on": START, "due_on": DUE}
    return MeasureFacts(**usual | {"periods": (period(*duties),) if periods is None else tuple(periods)} | given)
