"""What needs looking at: red lights, words better than the light, moved dates. The first of each list, never all."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from itertools import takewhile
from typing import NamedTuple

from django.db.models import FilteredRelation, Q, QuerySet

from tasks.choices import OBLIGED_ROLES, ReportState
from tasks.lights import SEVERITY, DeadlineLight, ProgressLight
from tasks.models import Duty, FrozenMeasure, MeasureStanding, ReportingPeriod
from tasks.queries.standing import Present
from tasks.queries.standing_rows import KeptStanding
from units.models import Unit
from units.prepared import Literal, prepared

DATES = ("due_on", "original_due_on")
LISTED = 10  # lines of each list: what a leader reads in two minutes and two sheets hold
MOST_MOVED = 5


@dataclass
class Said:
    """What a unit has approved for the period on which the measure stands."""

    duty: int
    period: int
    confidence: str
    why: str


class Titled(NamedTuple):
    """A measure as the lists name it."""

    number: int
    order: int
    title: str
    due_on: datetime.date | None
    original_due_on: datetime.date | None

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


Standing = KeptStanding | MeasureStanding


@dataclass
class Attended:
    """A measure on one of the lists, with its units and what they say of it.

    `lasted`: of a red one, in how many periods running it has been behind, or else overdue; the present is the first.
    """

    standing: Standing
    measure: Titled
    units: list[str] = field(default_factory=list)
    by_duty: dict[int, Said] = field(default_factory=dict)
    lasted: int = 1

    @property
    def code(self) -> tuple[int, int]:
        return self.measure.number, self.measure.order

    @cached_property
    def worst(self) -> Said | None:
        """The report that says most about what is wrong: the worst word, with a problem rather than without."""
        return max(
            self.by_duty.values(),
            key=lambda one: (SEVERITY[ProgressLight(one.confidence)], bool(one.why)),
            default=None,
        )


@dataclass
class Attention:
    """`red`: what is behind, then what is overdue without being behind."""

    red: list[Attended]
    disagreeing: list[Attended]
    moved: list[Attended]


Choice = tuple[Q, str, Callable[[Standing], bool], int]
BEHIND: Choice = (
    Q(progress_light=ProgressLight.BEHIND),
    "measure_id",
    lambda row: row.progress_light == ProgressLight.BEHIND,
    LISTED,
)
OVERDUE: Choice = (
    Q(deadline_light=DeadlineLight.OVERDUE),
    "measure_id",
    lambda row: row.deadline_light == DeadlineLight.OVERDUE,
    LISTED,
)
DISAGREEING: Choice = (Q(is_disagreement=True), "measure_id", lambda row: row.is_disagreement, LISTED)
MOVED: Choice = (Q(due_moves__gt=Literal(0)), "-due_moves", lambda row: row.due_moves > 0, MOST_MOVED)
CHOICES = (BEHIND, OVERDUE, DISAGREEING, MOVED)


def attention(present: Present, periods: Collection[ReportingPeriod], unit: Unit | None = None) -> Attention:
    """The lists of a plan, or of the measures a unit must report on. Three queries beside those of `present`."""
    fresh = present.anew
    if unit is not None:
        of_unit = (
            set(obliged(unit.pk).filter(measure__in=fresh).values_list("measure_id", flat=True)) if fresh else set()
        )
        fresh = {key: row for key, row in fresh.items() if key in of_unit}
    rows: dict[int, Standing] = {row.measure_id: row for row in kept_rows(present, unit)}
    chosen = [first_of((*rows.values(), *fresh.values()), choice) for choice in CHOICES]
    seen = attended({row.measure_id: row for part in chosen for row in part}, periods)
    behind, overdue, disagreeing, moved = (
        listed(seen, part, choice) for part, choice in zip(chosen, CHOICES, strict=True)
    )
    red = behind + [line for line in overdue if line not in behind]
    tell_how_long(red)
    return Attention(red, disagreeing, moved)


def tell_how_long(red: Collection[Attended]) -> None:
    """One query, a row for each line and frozen period."""
    lights: dict[int, list[tuple[int, int, str, str]]] = defaultdict(list)
    for row in lights_then(*(line.standing.measure_id for line in red)):
        lights[row[0]].append(row)
    for line in red:
        standing = line.standing
        is_behind = standing.progress_light == ProgressLight.BEHIND
        was_red = (
            progress == ProgressLight.BEHIND if is_behind else deadline == DeadlineLight.OVERDUE
            for _, period, progress, deadline in lights[standing.measure_id]
            if period != standing.period_id
        )
        line.lasted += sum(1 for _ in takewhile(bool, was_red))


@prepared
def lights_then(*measures: int) -> QuerySet[FrozenMeasure]:
    """The newest period first."""
    frozen = FrozenMeasure.objects.filter(measure__in=measures).order_by("-period__as_of")
    return frozen.values_list("measure_id", "period_id", "progress_light", "deadline_light")


def obliged(unit: int) -> QuerySet[Duty]:
    return Duty.objects.filter(unit=unit, role__in=OBLIGED_ROLES).order_by()


def kept_rows(present: Present, unit: Unit | None) -> Iterable[KeptStanding]:
    """The first rows of each list that hold today. One query: short selections, put together by the database."""
    if present.summary is None:
        return []
    since = present.today if present.anew else None
    return [KeptStanding(*row) for row in first_kept(present.plan.pk, since, unit.pk if unit else None)]


@prepared
def first_kept(plan: int, today: datetime.date | None, unit: int | None) -> QuerySet[MeasureStanding]:
    """Of those that hold today, or of all: then they are chosen in the indexes alone."""
    holding = MeasureStanding.objects.filter(plan=plan)
    if today is not None:
        holding = holding.filter(holds_until__gte=today)
    if unit is not None:
        holding = holding.filter(measure__in=obliged(unit).values("measure"))
    parts = [
        MeasureStanding.objects.order_by()
        .filter(measure__in=holding.filter(condition).order_by(order, "measure_id").values("measure")[:limit])
        .values_list(*KeptStanding._fields)
        for condition, order, _, limit in CHOICES
    ]
    return parts[0].union(*parts[1:])


def first_of(rows: Iterable[Standing], choice: Choice) -> list[Standing]:
    """Of those kept and those judged anew, what the database would choose if all were kept."""
    _, order, belongs, limit = choice
    sign, name = (-1, order[1:]) if order.startswith("-") else (1, order)
    return nsmallest(limit, filter(belongs, rows), key=lambda row: (sign * getattr(row, name), row.measure_id))


def attended(rows: dict[int, Standing], periods: Collection[ReportingPeriod]) -> dict[int, Attended]:
    """Measure key -> its line, in the order of the table. One query, a row for each duty and approved report."""
    found: dict[int, Attended] = {}
    for key, duty, unit, *of_measure, period, confidence, problems, risk in said_of(
        tuple(rows), tuple(one.pk for one in periods)
    ):
        line = found.get(key)
        if line is None:
            line = found[key] = Attended(rows[key], Titled(*of_measure))
        if unit not in line.units:
            line.units.append(unit)
        if period and period == line.standing.period_id:
            line.by_duty[duty] = Said(duty, period, confidence, problems or risk)  # a correction last
    return found


@prepared
def said_of(measures: tuple[int, ...], periods: tuple[int, ...]) -> QuerySet[Duty]:
    approved = Q(reports__state=ReportState.APPROVED, reports__period__in=periods)
    duties = Duty.objects.filter(measure__in=measures, role__in=OBLIGED_ROLES)
    duties = duties.annotate(said=FilteredRelation("reports", condition=approved))
    of_measure = [f"measure__{name}" for name in ("main_task__number", "order", "main_task__title", *DATES)]
    of_report = [f"said__{name}" for name in ("period_id", "confidence", "problems", "risk")]
    in_order = duties.order_by(*of_measure[:2], "position", "said__pk")
    return in_order.values_list("measure_id", "pk", "unit__name", *of_measure, *of_report)


def listed(seen: dict[int, Attended], chosen: Iterable[Standing], choice: Choice) -> list[Attended]:
    """In the order of the table; what was moved, by how often."""
    keys = {row.measure_id for row in chosen}
    lines = [line for key, line in seen.items() if key in keys]
    return sorted(lines, key=lambda line: -line.standing.due_moves) if choice is MOVED else lines
