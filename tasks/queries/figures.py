"""Figures as sums: every number of a dashboard is a count of standings in a bucket, added once and nowhere else.

Buckets are `all`, `field:<key>` (`field:None` for what stands in no field), `unit:<key>` and `group:<key>`; a measure
counts once in `all`, in its field and in each closed group that carries it jointly, and once for each unit that must
report on it. Keys are `measures`, `progress:<light>`,
`stage:<stage>`, `deadline:<light>`, `disagreement`, `moved` (measures whose due date was moved), `moves`, and for the
trend against schedule `scheduled_measures`, `scheduled_sum`, `percent_sum`. Matters that wait for an answer (需协调事项) are
counted beside them, by whom they ask: `ASKED` of the buckets `asked` and `asked:<unit key>`. What a unit must report on is
counted by field apart from these, in buckets `field:<key>` of its own: only that unit's page reads them.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple, TypeVar

from django.db.models import FilteredRelation, Q

from tasks.choices import OBLIGED_ROLES
from tasks.models import FrozenMeasure, Measure, MeasureStanding

ASKED = "matters"
AT_ONCE = 2000  # measures looked at together
Figures = dict[str, Counter[str]]
Row = TypeVar("Row")


class Shown(dict[str, Counter[str]]):
    """Figures that many read at once: asking for a bucket that is not there puts none in."""

    def __missing__(self, bucket: str) -> Counter[str]:
        return Counter()


def nothing() -> Figures:
    return defaultdict(Counter)


class Placed(NamedTuple):
    """Where a measure counts."""

    field: int | None
    units: tuple[int, ...]
    groups: tuple[int, ...] = ()

    def buckets(self) -> list[str]:
        units, groups = (f"unit:{unit}" for unit in self.units), (f"group:{group}" for group in self.groups)
        return ["all", self.of_field, *units, *groups]

    @property
    def of_field(self) -> str:
        return f"field:{self.field}"


@dataclasses.dataclass
class Sums:
    """The figures of a plan, and by unit key those of what the unit must report on, by field."""

    plan: Figures = dataclasses.field(default_factory=nothing)
    by_unit: dict[int, Figures] = dataclasses.field(default_factory=lambda: defaultdict(nothing))

    def add(self, standing: MeasureStanding, placed: Placed, times: int = 1) -> None:
        """Count a standing in all its buckets, or take it out again with `times` -1."""
        places = [self.plan[bucket] for bucket in placed.buckets()]
        places += [self.by_unit[unit][placed.of_field] for unit in placed.units]
        for key, count in counted(standing, standing.due_moves):
            for counts in places:
                counts[key] += count * times
        for unit in standing.asked:
            for bucket in ("asked", f"asked:{unit}"):
                self.plan[bucket][ASKED] += times


def counted(standing: MeasureStanding | FrozenMeasure, moves: int) -> Iterator[tuple[str, int]]:
    """The keys in which a measure counts. `moves`: how often its due date was moved; a frozen row does not say it."""
    yield "measures", 1
    yield f"progress:{standing.progress_light}", 1
    yield f"stage:{standing.stage}", 1
    yield f"deadline:{standing.deadline_light}", 1
    if standing.is_disagreement:
        yield "disagreement", 1
    if moves:
        yield "moved", 1
        yield "moves", moves
    if standing.scheduled is not None and standing.percent is not None:
        yield "scheduled_measures", 1
        yield "scheduled_sum", standing.scheduled
        yield "percent_sum", standing.percent


def in_parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """`AT_ONCE` at a time, so that a large plan needs little memory."""
    remaining = iter(rows)
    while part := list(islice(remaining, AT_ONCE)):
        yield part


def places(keys: Iterable[int]) -> dict[int, Placed]:
    """Measure key -> field, obliged units and the groups that brought them in: where it counts. One query."""
    obliged = FilteredRelation("duties", condition=Q(duties__role__in=OBLIGED_ROLES))
    rows = Measure.objects.filter(pk__in=keys).annotate(obliged=obliged).order_by()
    fields: dict[int, int | None] = {}
    units: dict[int, list[int]] = defaultdict(list)
    groups: dict[int, set[int]] = defaultdict(set)
    columns = ("pk", "main_task__field_id", "obliged__unit_id", "obliged__via_group_id")
    for key, field, unit, group in rows.values_list(*columns):
        fields[key] = field
        if unit is not None:
            units[key].append(unit)
        if group is not None:
            groups[key].add(group)
    return {key: Placed(field, tuple(units[key]), tuple(groups[key])) for key, field in fields.items()}


def summed(standings: Iterable[MeasureStanding]) -> Sums:
    """The figures of any number of standings, read once and in parts."""
    sums = Sums()
    for part in in_parts(standings):
        where = places([row.measure_id for row in part])
        for row in part:
            sums.add(row, where[row.measure_id])
    return sums


def moved_by(figures: Figures, steps: Figures) -> Figures:
    """The same figures after some counts went up or down."""
    for bucket, counts in steps.items():
        figures[bucket].update(counts)
    return figures


def as_figures(kept: Mapping[str, Mapping[str, int]]) -> Figures:
    """From the JSON of a summary."""
    return defaultdict(Counter, {bucket: Counter(counts) for bucket, counts in kept.items()})


def as_kept(figures: Figures) -> dict[str, dict[str, int]]:
    """For the JSON of a summary: without zeros, so that equal figures are equal JSON."""
    return {
        bucket: {key: count for key, count in sorted(counts.items()) if count}
        for bucket, counts in sorted(figures.items())
        if any(counts.values())
    }
