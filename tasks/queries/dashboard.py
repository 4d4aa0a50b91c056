"""The figures of the dashboards: each counted here, once, whatever the page. A page links each to the rows it counts.

A measure counts once in the plan, in its field and in a group that carries it jointly, and once for each of its units;
filing counts duties. Nothing here takes longer because a plan is long: figures are sums kept in step by the verbs.
"""

import datetime
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tasks.choices import ReportState
from tasks.models import Duty, Field, Plan, ProgressReport, ReportingPeriod, StandingSummary, UnitFiling
from tasks.queries.figures import ASKED, Figures, as_figures
from tasks.queries.filing import APPROVED, DRAFTED, IN_REVIEW, MISSING, RETURNED, obliged_in
from tasks.queries.standing import Present, relevant_periods
from units.choices import UnitKind
from units.models import Unit, UnitGroup, UnitGroupMember

IN_TREND = 5  # frozen periods beside the present


class Point(NamedTuple):
    """One column of the trend; `period` None is the present."""

    period: ReportingPeriod | None
    counts: Counter[str]

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
        return list(zip((APPROVED, IN_REVIEW, RETURNED, DRAFTED, MISSING, "late"), counts, strict=True))

    @property
    def is_complete(self) -> bool:
        return self.handed_in == self.obliged


FILED_COLUMNS = ("unit__name", "unit__slug", "obliged", "approved", "in_review", "returned", "drafted", "late")


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
    def summaries(self) -> list[StandingSummary]:
        return list(StandingSummary.objects.filter(plan=self.plan).select_related("period"))

    @cached_property
    def present(self) -> Present:
        present = Present(self.plan, self.today)
        present.summary = next((one for one in self.summaries if one.period is None), None)
        return present

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

    @property
    def current(self) -> ReportingPeriod | None:
        return self.periods[0] if self.periods else None

    @cached_property
    def frozen(self) -> list[Point]:
        """Every frozen period, the oldest first."""
        kept = [(one.period, as_figures(one.figures)) for one in self.summaries if one.period is not None]
        return [Point(period, figures[self.bucket]) for period, figures in sorted(kept, key=lambda row: row[0].as_of)]

    @property
    def previous(self) -> Point | None:
        """What the present is compared with: the last frozen period before the current one."""
        before = [point for point in self.frozen if point.period != self.current]
        return before[-1] if before else None

    @property
    def trend(self) -> list[Point]:
        return [*self.frozen[-IN_TREND:], Point(None, self.counts)]

    @cached_property
    def fields(self) -> list[FieldCounts]:
        """Of a unit those in which it has to report on something."""
        if self.unit is None:
            return field_counts(self.plan, self.figures)
        return [row for row in field_counts(self.plan, self.present.fields_of(self.unit)) if row.counts["measures"]]

    @cached_property
    def cities(self) -> list[CityTable]:
        """A table for each closed group that has cities among its members and carries something. No order of merit."""
        members = UnitGroupMember.objects.on(self.today).filter(group__is_closed=True, unit__kind=UnitKind.CITY)
        tables: dict[UnitGroup, list[UnitCounts]] = {}
        for member in members.select_related("group__unit", "unit").order_by(
            "group__unit__position", "unit__position"
        ):
            tables.setdefault(member.group, []).append(self.unit_counts(member.unit, f"unit:{member.unit_id}"))
        found = [CityTable(self.unit_counts(group.unit, f"group:{group.pk}"), rows) for group, rows in tables.items()]
        return [one for one in found if any(city.counts["measures"] for city in one.cities)]

    def unit_counts(self, unit: Unit, bucket: str) -> UnitCounts:
        return UnitCounts(unit.name, unit.slug, self.figures[bucket])

    @cached_property
    def filed(self) -> list[Filed]:
        """Every unit that must report in the current period, in the order of units; of one unit only its own."""
        rows = UnitFiling.objects.filter(period=self.current, obliged__gt=0)
        if self.unit:
            rows = rows.filter(unit=self.unit)
        return [Filed(*row) for row in rows.order_by("unit__position", "unit__name").values_list(*FILED_COLUMNS)]

    @property
    def filing(self) -> Filed:
        """All units together, by duties."""
        sums = [sum(numbers) for numbers in zip(*(row[2:] for row in self.filed), strict=True)] or [0] * 6
        return Filed("合计", "", *sums)


def field_counts(plan: Plan, figures: Figures) -> list[FieldCounts]:
    """The fields in their order, then what stands in none, if anything does. One query."""
    names = [
        (one.position, one.name, f"field:{one.pk}") for one in Field.objects.filter(plan=plan).order_by("position")
    ]
    rows = [FieldCounts(position, name, figures[bucket], bucket) for position, name, bucket in names]
    rest = figures["field:None"]
    return [*rows, FieldCounts(None, "未分领域", rest, "field:None")] if rest["measures"] else rows


def outstanding(period: ReportingPeriod, unit: Unit) -> QuerySet[Duty]:
    """The unit's duties of which nothing is handed in, with the `state` of what is begun. One query."""
    begun = ProgressReport.objects.order_by().filter(duty=OuterRef("pk"), period=period, corrects=None)
    state = Subquery(begun.values("state")[:1])
    duties = obliged_in(period).filter(unit=unit).alias(known=Coalesce(state, Value(ReportState.DRAFT)))
    open_ones = duties.filter(known__in=(ReportState.DRAFT, ReportState.RETURNED)).annotate(state=state)
    joined = open_ones.select_related("measure__main_task")
    return joined.order_by("measure__main_task__number", "measure__order")
