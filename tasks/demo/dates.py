"""When the demonstration plays: its periods, and dates that stand where a story needs them on a given day. Pure."""

import datetime

from tasks.calendar import ONE_DAY, ProposedPeriod, WorkCalendar, end_of_span, proposed_period

QUARTER = 3
WORKDAYS_TO_CLOSE = 10  # after a period is due: the last reports are decided on, then it is frozen


def periods_before(today: datetime.date, count: int, calendar: WorkCalendar) -> list[ProposedPeriod]:
    """The last `count` quarters whose reports are all decided on by a day, the oldest first."""
    found: list[ProposedPeriod] = []
    as_of = quarter_before(today)
    while len(found) < count:
        period = proposed_period("quarterly", as_of - ONE_DAY, calendar)
        if calendar.workdays_after(period.due_on, WORKDAYS_TO_CLOSE) < today:
            found.append(period)
        as_of = quarter_before(as_of)
    return found[::-1]


def quarter_before(day: datetime.date) -> datetime.date:
    """The last end of a quarter before the one in which a day lies."""
    first = end_of_span(day, QUARTER).replace(day=1)
    return end_of_span((first - 62 * ONE_DAY).replace(day=1) - ONE_DAY, QUARTER)


def quarter_after(day: datetime.date, count: int) -> datetime.date:
    """The count-th end of a quarter more than 30 days behind a day."""
    end = end_of_span(day + 31 * ONE_DAY, QUARTER)
    for _ in range(count - 1):
        end = end_of_span(end + ONE_DAY, QUARTER)
    return end


def start_before(first: ProposedPeriod) -> datetime.date:
    """A New Year's Day, half a year at least before the first period ends."""
    return datetime.date(first.as_of.year - (first.as_of.month < 9), 1, 1)
