"""The stage of the demonstration: its people, its clock, its dice, and the order in which everybody acts."""

import datetime
import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils import timezone

from tasks.calendar import ONE_DAY, ProposedPeriod
from tasks.demo.dates import periods_before
from tasks.models import Duty, Plan
from tasks.queries.workdays import workdays
from units.choices import UnitKind
from units.models import User

Script = Iterator[datetime.datetime]  # yields the moment of its next act, then acts


@dataclass
class Stage:
    """Everybody, what they know of dates and percentages so far, and the dice that decide."""

    plan: Plan
    seed: int
    today: datetime.date
    password: str
    tell: Callable[[str], None]
    periods: int = 8
    office: list[User] = field(default_factory=list)
    leader: User | None = None
    reporters: dict[int, User] = field(default_factory=dict)  # by unit
    reviewers: dict[int, User] = field(default_factory=dict)  # by unit
    starts_on: datetime.date = datetime.date.min
    due: dict[str, datetime.date] = field(default_factory=dict)  # by measure code: the due date in the end
    percents: dict[int, int] = field(default_factory=dict)  # by duty: as approved last

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - invented data, not a secret
        self.calendar = workdays().calendar
        self.spans: list[ProposedPeriod] = periods_before(self.today, self.periods, self.calendar)
        self.waiting: list[tuple[datetime.datetime, int, Script]] = []
        self.turn = itertools.count()

    def moment(self, day: datetime.date, hour: int | None = None) -> datetime.datetime:
        """Some minute of a day, in office hours unless the hour is given."""
        time = datetime.time(hour or self.dice.randint(9, 16), self.dice.randint(0, 59))
        return timezone.make_aware(datetime.datetime.combine(day, time))

    def later(self, moment: datetime.datetime, most: int = 2) -> datetime.datetime:
        """A moment one working day later, or at most so many."""
        return self.moment(self.calendar.workdays_after(timezone.localdate(moment), self.dice.randint(1, most)))

    def workday_before(self, day: datetime.date) -> datetime.date:
        day -= ONE_DAY
        while not self.calendar.is_workday(day):
            day -= ONE_DAY
        return day

    def writer(self, duty: Duty) -> User:
        return self.office[1] if duty.unit.kind == UnitKind.GROUP else self.reporters[duty.unit_id]

    def add(self, script: Script) -> None:
        moment = next(script, None)
        if moment is not None:
            heapq.heappush(self.waiting, (moment, next(self.turn), script))

    def run(self) -> None:
        """Let everybody act in the order of their moments, so that the audit trail reads like one of real work."""
        while self.waiting:
            self.add(heapq.heappop(self.waiting)[2])
