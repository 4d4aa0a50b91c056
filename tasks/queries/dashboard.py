"""The figures of the dashboards: each counted here, once, whatever the page. A page links each to the rows it counts.

A measure counts once in the plan, in its field and in a group that carries it jointly, and once for each of its units;
filing counts duties. Nothing here takes longer because a plan is long: figures are sums kept in step by the verbs.
"""

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

from django.db.models import Case, F, Q, QuerySet, TextField, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from tasks.models import Field, Plan, ReportingPeriod, StandingSummary, UnitFiling
from tasks.queries.coordination import Matter, most_urgent
from tasks.queries.edition import public_edition
from tasks.queries.figures import ASKED, Figures
from tasks.queries.filing import APPROVED, DRAFTED, IN_REVIEW, LATE, MISSING, OBLIGED, RETURNED, board
from tasks.queries.standing import Present, relevant_periods
from tasks.queries.standing_rows import KeptSummary
from tasks.queries.states import State, keeping, once
from units.models import Unit, UnitGroupMember
from units.prepared import columns_of, made, prepared

kept_matters = keeping(64)  # lists of a page, ten kilobytes each
IN_TREND = 5  # frozen periods beside the present


@dataclass
class Point:
    """One column of the trend; `period` None is the present. A frozen one is read from its summary where it is shown."""

    period: ReportingPeriod | None
    read: Callable[[], Counter[str]]

    @cached_property
    def counts(self) -> Counter[str]:
        return self.read()

    @property
    def percent(self) -> int | None:
        """The mean percentage of the measures that have a schedule and have reported, rounded down."""
        return mean(self.counts, "percent_sum")

    @property
    def scheduled(self) -> int | None:
        return mean(self.counts, "scheduled_sum")


def mean(counts: Counter[str], key: str) -> int | None:
    return counts[key] // counts["scheduled_measures"] if counts["scheduled_measures"] else None


class FieldCounts(NamedTuple):
    """`position` is None for what stands in no field."""

    position: int | None
    name: str
    counts: Counter[str]
    bucket: str


class UnitCounts(NamedTuple):
    name: str
    slug: str
    counts: Counter[str]


class CityTable(NamedTuple):
    """The cities of a closed group, in the group's order, and what it carries jointly, counted once."""

    group: UnitCounts
    cities: list[UnitCounts]


class Matters(NamedTuple):
    """How many wait for an answer of one unit, and how many for one of any other."""

    own: int
    others: int

    @property
    def all(self) -> int:
        return self.own + self.others


class Filed(NamedTuple):
    """How far a unit's filing is, by duties. Handed in is what waits for review or is approved."""

    name: str
    slug: str
    obliged: int
    approved: int
    in_review: int
    returned: int
    drafted: int
    late: int

    @property
    def handed_in(self) -> int:
        return self.approved + self.in_review

    @property
    def unwritten(self) -> int:
        return self.obliged - self.handed_in - self.returned - self.drafted

    @property
    def states(self) -> list[tuple[str, int]]:
        """By the states of the filing board; late ones are counted in the others too."""
        counts = (self.approved, self.in_review, self.returned, self.drafted, self.unwritten, self.late)
        return list(zip((APPROVED, IN_REVIEW, RETURNED, DRAFTED, MISSING, LATE), counts, strict=True))

    @property
    def is_complete(self) -> bool:
        return self.handed_in == self.obliged


class Kept(NamedTuple):
    """A summary as it is kept; `period` None is the present. What is not shown is not taken out of its text."""

    key: int
    turn: int
    text: str | None  # None where a frozen period counted nothing in the bucket
    period: ReportingPeriod | None

    def counts(self) -> Counter[str]:
        return Counter(json.loads(self.text or "{}"))


FILED_STATES = (OBLIGED, APPROVED, IN_REVIEW, RETURNED, DRAFTED, LATE)  # as `UnitFiling` has them
FILED_COLUMNS = ("unit__name", "unit__slug", *FILED_STATES)


@dataclass
class Dashboard:
    """A plan on a day: all of it, or with `unit` what that unit answers for."""

    plan: Plan
    today: datetime.date
    unit: Unit | None = None

    @property
    def bucket(self) -> str:
        return f"unit:{self.unit.pk}" if self.unit else "all"

    @cached_property
    def summaries(self) -> list[Kept]:
        return [
            Kept(key, turn, text, made(ReportingPeriod, row) if row[0] else None)
            for key, turn, text, *row in kept(self.plan.pk, self.bucket)
        ]

    @cached_property
    def present(self) -> Present:
        present = Present(self.plan, self.today)
        present.summary = next(
            (KeptSummary(one.key, one.turn, one.text) for one in self.summaries if one.period is None), None
        )
        return present

    @cached_property
    def state(self) -> State | None:
        """What its lists can differ in. One query."""
        present = self.present.state
        return present and (public_edition(), *present, self.today)

    @property
    def figures(self) -> Figures:
        return self.present.figures

    @property
    def counts(self) -> Counter[str]:
        return self.figures[self.bucket]

    def matters(self, unit: int | None) -> Matters:
        own, every = (self.figures[bucket][ASKED] for bucket in (f"asked:{unit}", "asked"))
        return Matters(own, every - own)

    @cached_property
    def periods(self) -> list[ReportingPeriod]:
        """Those that can decide a light today, the newest first."""
        found = relevant_periods(self.plan, self.today)
        for period in found:
            period.plan = self.plan  # nobody has to ask for it again
        return found

    def urgent(self, kind: Q, count: int, *, by: int | None = None) -> list[Matter]:
        """`most_urgent` of its periods."""
        asked = (kind, count, by, self.plan.pk, *(period.pk for period in self.periods))
        return once(self.state, asked, partial(most_urgent, self.periods, kind, count, by=by), kept_matters)

    @property
    def current(self) -> ReportingPeriod | None:
        return self.periods[0] if self.periods else None

    @cached_property
    def frozen(self) -> list[Point]:
        """Every frozen period, the oldest first."""
        frozen = [one for one in self.summaries if one.period is not None]
        return [Point(one.period, one.counts) for one in sorted(frozen, key=lambda one: one.period.as_of)]

    @property
    def previous(self) -> Point | None:
        """What the present is compared with: the last frozen period before the current one."""
        before = [point for point in self.frozen if point.period != self.current]
        return before[-1] if before else None

    @property
    def trend(self) -> list[Point]:
        return [*self.frozen[-IN_TREND:], Point(None, lambda: self.counts)]

    @cached_property
    def key(self) -> str:
        """Names everything that is drawn from figures alone: equal keys, equal drawings."""
        periods = [
            (one.period.pk, one.period.as_of, one.period.label, one.text) for one in self.summaries if one.period
        ]
        names = self.plan.slug, self.unit and self.unit.slug, self.today, self.current and self.current.pk
        figures = self.state or (self.counts, self.fields, self.unit or self.cities)
        shown = names, periods, figures, self.filed
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    @cached_property
    def fields(self) -> list[FieldCounts]:
        """Of a unit those in which it has to report on something."""
        if self.unit is None:
            return field_counts(self.plan, self.figures)
        return [row for row in field_counts(self.plan, self.present.fields_of(self.unit)) if row.counts["measures"]]

    @cached_property
    def cities(self) -> list[CityTable]:
        """A table for each closed group that has cities among its members and carries something. No order of merit."""
        tables: dict[tuple[str, str, str], list[UnitCounts]] = {}
        for name, slug, unit, group_name, group_slug, group in city_rows(self.today):
            cities = tables.setdefault((group_name, group_slug, f"group:{group}"), [])
            cities.append(UnitCounts(name, slug, self.figures[f"unit:{unit}"]))
        found = [
            CityTable(UnitCounts(name, slug, self.figures[bucket]), rows)
            for (name, slug, bucket), rows in tables.items()
        ]
        return [one for one in found if any(city.counts["measures"] for city in one.cities)]

    @cached_property
    def filed(self) -> list[Filed]:
        """Every unit that must report in the current period, in the order of units; of one unit only its own."""
        if self.current is None:
            return []
        if self.present.summary is None:
            units = [one for one in board(self.current) if self.unit is None or one.unit == self.unit.pk]
            return [Filed(one.name, one.slug, *map(one.count, FILED_STATES)) for one in units]
        return [Filed(*row) for row in filed_rows(self.current.pk, self.unit.pk if self.unit else None)]

    @property
    def filing(self) -> Filed:
        """All units together, by duties."""
        sums = [sum(numbers) for numbers in zip(*(row[2:] for row in self.filed), strict=True)] or [0] * 6
        return Filed("合计", "", *sums)


def field_counts(plan: Plan, figures: Figures) -> list[FieldCounts]:
    """The fields in their order, then what stands in none, if anything does. One query."""
    rows = [FieldCounts(at, name, figures[f"field:{key}"], f"field:{key}") for at, name, key in field_rows(plan.pk)]
    rest = figures["field:None"]
    return [*rows, FieldCounts(None, "未分领域", rest, "field:None")] if rest["measures"] else rows


@prepared
def field_rows(plan: int) -> QuerySet[Field]:
    return Field.objects.filter(plan=plan).order_by("position").values_list("position", "name", "pk")


@prepared
def kept(plan: int, bucket: str) -> QuerySet[StandingSummary]:
    """Key, turn and JSON text of each summary, of a frozen one that of one bucket; then the columns of its period."""
    whole, part = (Cast(figures, TextField()) for figures in (F("figures"), KeyTransform(bucket, "figures")))
    summaries = StandingSummary.objects.filter(plan=plan).annotate(
        text=Case(When(period=None, then=whole), default=part)
    )
    return summaries.order_by().values_list("pk", "turn", "text", *columns_of(ReportingPeriod, "period__"))


@prepared
def filed_rows(period: int, unit: int | None) -> QuerySet[UnitFiling]:
    rows = UnitFiling.objects.filter(period=period, obliged__gt=0)
    rows = rows.filter(unit=unit) if unit else rows
    return rows.order_by("unit__position", "unit__name").values_list(*FILED_COLUMNS)


@prepared
def city_rows(day: datetime.date) -> QuerySet[UnitGroupMember]:
    """Name, slug and key of each city, then of the group it is a member of."""
    members = UnitGroupMember.objects.cities_on(day)
    columns = ("unit__name", "unit__slug", "unit_id", "group__unit__name", "group__unit__slug", "group_id")
    return members.order_by("group__unit__position", "unit__position").values_list(*columns)
