"""Working days, against the State Council's notices for 2024 to 2026."""

import datetime

import pytest

from tasks.calendar import WorkCalendar
from tasks.queries.workdays import workdays

DAY = datetime.date


class TestWorkdays:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (DAY(2024, 2, 9), True), (DAY(2024, 2, 12), False), (DAY(2024, 2, 18), True),
            (DAY(2024, 9, 14), True), (DAY(2024, 9, 16), False), (DAY(2024, 10, 12), True),
            (DAY(2025, 1, 26), True), (DAY(2025, 1, 28), False), (DAY(2025, 2, 5), True),
            (DAY(2025, 10, 8), False), (DAY(2025, 10, 11), True), (DAY(2025, 6, 2), False),
            (DAY(2026, 1, 2), False), (DAY(2026, 1, 4), True), (DAY(2026, 2, 23), False),
            (DAY(2026, 2, 28), True), (DAY(2026, 9, 20), True), (DAY(2026, 10, 10), True),
            (DAY(2026, 10, 11), False), (DAY(2026, 10, 8), True),
        ],
    )  # fmt: skip
    def test_days(self, day, works):
        assert workdays().calendar.is_workday(day) == works

    @pytest.mark.parametrize(("year", "off", "worked"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)])
    def test_a_year_has_as_many_days_as_its_notice(self, year, off, worked):
        calendar: WorkCalendar = workdays().calendar
        assert sum(day.year == year for day in calendar.holidays) == off
        assert sum(day.year == year for day in calendar.worked) == worked

    def test_no_holiday_is_worked_and_only_weekends_are_worked_up(self):
        calendar = workdays().calendar
        assert calendar.holidays & calendar.worked == frozenset()
        assert {day.weekday() for day in calendar.worked} == {5, 6}
