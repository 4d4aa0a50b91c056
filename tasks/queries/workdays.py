"""The working-day calendar of `fixtures/workdays.json`: the State Council's arrangements, one entry a year."""

import datetime
import json
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from tasks.calendar import MONTHS, ONE_DAY, ProposedPeriod, WorkCalendar, end_of_span, proposed_period
from tasks.models import Plan


@dataclass(frozen=True, slots=True)
class Workdays:
    """The calendar, and for which years it knows the notice; in others it goes by weekends and fixed holidays."""

    calendar: WorkCalendar
    years: frozenset[int]

    def unknown_years(self, *days: datetime.date) -> list[int]:
        return sorted({day.year for day in days} - self.years)


@cache
def workdays() -> Workdays:
    """Read once a process: the file changes once a year, with a release."""
    years = json.loads((settings.BASE_DIR / "fixtures" / "workdays.json").read_text(encoding="utf-8"))
    return Workdays(WorkCalendar.from_data(years), frozenset(year["year"] for year in years))


def next_proposal(plan: Plan, today: datetime.date) -> ProposedPeriod:
    """The period behind the plan's last one; for a plan without any, the last one that has ended."""
    last = plan.periods.order_by("-as_of").values_list("as_of", flat=True).first()
    return proposed_period(plan.cadence, last or before_the_last_span(plan.cadence, today), workdays().calendar)


def before_the_last_span(cadence: str, today: datetime.date) -> datetime.date:
    """A day inside the last month, quarter or half-year that has ended."""
    months = MONTHS[cadence]
    day = today
    while end_of_span(day, months) >= today:
        day = day.replace(day=1) - ONE_DAY
    return day - ONE_DAY
