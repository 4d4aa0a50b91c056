"""Working days, with the holidays and the worked weekends (调休) of `fixtures/workdays.json`. Pure."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ONE_DAY = datetime.timedelta(days=1)
# 全国年节及纪念日放假办法: of these days no notice has to be awaited. 春节, 清明, 端午 and 中秋 follow the moon.
EVERY_YEAR = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6}


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off on weekdays and days worked on weekends; every other day follows the week and the holidays of every year."""

    holidays: frozenset[datetime.date] = frozenset()
    worked: frozenset[datetime.date] = frozenset()

    @classmethod
    def from_data(cls, years: Iterable[Mapping[str, Iterable[str]]]) -> "WorkCalendar":
        holidays, worked = set(), set()
        for year in years:
            holidays |= {datetime.date.fromisoformat(day) for day in year["holidays"]}
            worked |= {datetime.date.fromisoformat(day) for day in year["worked"]}
        return cls(frozenset(holidays), frozenset(worked))

    def is_workday(self, day: datetime.date) -> bool:
        is_free = day in self.holidays or (day.month, day.day) in EVERY_YEAR
        return day in self.worked or (day.weekday() < 5 and not is_free)

    def workday_from(self, day: datetime.date) -> datetime.date:
        """The day itself, or the first working day behind it."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def workdays_after(self, day: datetime.date, count: int) -> datetime.date:
        """The count-th working day behind a day."""
        for _ in range(count):
            day = self.workday_from(day + ONE_DAY)
        return day


@dataclass(frozen=True, slots=True)
class ProposedPeriod:
    label: str
    as_of: datetime.date
    opens_on: datetime.date
    due_on: datetime.date


def proposed_period(cadence: str, after: datetime.date, calendar: WorkCalendar, workdays: int = 10) -> ProposedPeriod:
    """The first whole month, quarter or half-year that ends behind a day, due `workdays` working days after its end."""
    as_of = end_of_span(after + ONE_DAY, MONTHS[cadence])
    opens_on = calendar.workday_from(as_of + ONE_DAY)
    return ProposedPeriod(label(cadence, as_of), as_of, opens_on, calendar.workdays_after(as_of, workdays))


def end_of_span(day: datetime.date, months: int) -> datetime.date:
    """The last day of the month, quarter or half-year in which a day lies."""
    last = (day.month - 1) // months * months + months
    first_after = datetime.date(day.year + last // 12, last % 12 + 1, 1)
    return first_after - ONE_DAY


def label(cadence: str, as_of: datetime.date) -> str:
    if cadence == "monthly":
        return f"{as_of.year}年{as_of.month}月"
    if cadence == "quarterly":
        return f"{as_of.year}年{'一二三四'[as_of.month // 3 - 1]}季度"
    return f"{as_of.year}年{'上' if as_of.month == 6 else '下'}半年"
