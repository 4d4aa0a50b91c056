"""The working-day calendar, against the State Council General Office's notices for 2024 to 2026."""

import datetime
import json

import pytest
from django.conf import settings

from tasks.queries.workdays import workdays

DAY = datetime.date
# 放假, as the notices put it: first and last day of each holiday, 元旦 to 国庆节.
SPANS = {
    2024: [("01-01", "01-01"), ("02-10", "02-17"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-10", "06-10"),
           ("09-15", "09-17"), ("10-01", "10-07")],
    2025: [("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"),
           ("10-01", "10-08")],
    2026: [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
           ("09-25", "09-27"), ("10-01", "10-07")],
}  # fmt: skip
WORKED = {
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
NOTICES = [
    (2024, "国务院办公厅关于2024年部分节假日安排的通知（国办发明电〔2023〕7号）"),
    (2025, "国务院办公厅关于2025年部分节假日安排的通知（国办发明电〔2024〕12号）"),
    (2026, "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"),
]


def days_between(year: int, first: str, last: str) -> set[datetime.date]:
    start, end = DAY.fromisoformat(f"{year}-{first}"), DAY.fromisoformat(f"{year}-{last}")
    return {start + datetime.timedelta(days=number) for number in range((end - start).days + 1)}


def test_each_year_names_its_notice():
    years = json.loads((settings.BASE_DIR / "fixtures" / "workdays.json").read_text(encoding="utf-8"))
    assert [(year["year"], year["source"]) for year in years] == NOTICES


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_days_off_and_days_worked_are_the_notice_s(year):
    calendar = workdays().calendar
    assert {day for day in calendar.holidays if day.year == year} == set().union(
        *(days_between(year, *span) for span in SPANS[year])
    )
    assert sorted(f"{day:%m-%d}" for day in calendar.worked if day.year == year) == WORKED[year]


def test_a_year_without_a_notice_goes_by_weekends_and_the_holidays_of_every_year():
    assert workdays().unknown_years(DAY(2026, 12, 31), DAY(2027, 1, 4)) == [2027]
    free = {DAY(2027, 1, 1), DAY(2027, 10, 1), DAY(2027, 10, 2)}
    days = free | {DAY(2027, 1, 4), DAY(2027, 9, 30), DAY(2027, 10, 8)}
    assert {day for day in days if not workdays().calendar.is_workday(day)} == free


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
def test_days(day, works):
    assert workdays().calendar.is_workday(day) == works


@pytest.mark.parametrize(("year", "off", "worked"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)])
def test_a_year_has_as_many_days_as_its_notice(year, off, worked):
    calendar = workdays().calendar
    assert sum(day.year == year for day in calendar.holidays) == off
    assert sum(day.year == year for day in calendar.worked) == worked


def test_no_holiday_is_worked_and_only_weekends_are_worked_up():
    calendar = workdays().calendar
    assert calendar.holidays & calendar.worked == frozenset()
    assert {day.weekday() for day in calendar.worked} == {5, 6}
