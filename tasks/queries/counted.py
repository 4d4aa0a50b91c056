"""The measures behind the figures: each count of a basis with the codes of what it counts.

The counts are those of `tasks.queries.figures`, as kept; the codes are looked up in as many queries however long the plan.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple

from tasks.choices import OBLIGED_ROLES, Stage
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.queries.basis import Basis
from tasks.queries.figures import Figures, Placed, counted
from tasks.queries.measures import SOURCE_ORDER

BEHIND, OVERDUE = f"progress:{ProgressLight.BEHIND}", f"deadline:{DeadlineLight.OVERDUE}"
IN_TABLES = {  # the columns of 分领域 and 分单位; the first is the sum of those up to 其他
    "举措": ("measures",),
    "已办结": ("stage:completed",),
    "正常": ("progress:on_track",),
    "有风险": ("progress:at_risk",),
    "滞后": (BEHIND,),
    "本期未报": ("progress:not_reported",),
    "其他": ("progress:awaited", "progress:not_judged"),
    "逾期": (OVERDUE,),
}
STAGES = {stage.label: (f"stage:{stage.value}",) for stage in Stage}
LIGHTS = {PROGRESS_WORDS[light]: (f"progress:{light}",) for light in ProgressLight}
DEADLINES = {DEADLINE_WORDS[light]: (f"deadline:{light}",) for light in DeadlineLight}


@dataclass(frozen=True)
class Figure:
    """A count. The codes of what it counts, in source order, are looked up by whoever names them. `unit` is its measure word."""

    label: str
    count: int
    find: Callable[[], list[str]] = field(compare=False, repr=False)
    unit: str = "项"
    key: str = ""  # of `tasks.queries.figures`, where it is one of them

    @cached_property
    def codes(self) -> list[str]:
        return self.find()


class Line(NamedTuple):
    """One field or one unit."""

    name: str
    figures: list[Figure]


class Row(NamedTuple):
    """A measure and where it counts: the buckets and keys of `tasks.queries.figures`."""

    code: str
    buckets: frozenset[str]
    keys: frozenset[str]


@dataclass
class Counted:
    """The figures of a basis and the measures behind them."""

    basis: Basis

    @cached_property
    def figures(self) -> Figures:
        return self.basis.figures

    @cached_property
    def rows(self) -> list[Row]:
        """In source order. Four queries."""
        found = self.basis.measures.order_by(*SOURCE_ORDER)
        measures = list(found.values_list("pk", *SOURCE_ORDER, "main_task__field_id"))
        standings = self.basis.standings([key for key, *_ in measures])
        moved = self.basis.moves(standings)
        units: dict[int, list[int]] = {}
        for duties in self.basis.duty_sources():
            obliged = duties.filter(measure__in=standings, role__in=OBLIGED_ROLES)
            for measure, unit in obliged.values_list("measure_id", "unit_id"):
                units.setdefault(measure, []).append(unit)
        return [
            Row(
                f"{number}-{order}",
                frozenset(Placed(field, tuple(units.get(key, ()))).buckets()),
                frozenset(name for name, _ in counted(standings[key], moved.get(key, 0))),
            )
            for key, number, order, field in measures
        ]

    def figure(self, label: str, *keys: str, bucket: str = "all") -> Figure:
        counts = self.figures[bucket]
        return Figure(label, sum(counts[key] for key in keys), partial(self.codes, keys, bucket), key=keys[0])

    def codes(self, keys: tuple[str, ...], bucket: str) -> list[str]:
        return [row.code for row in self.rows if bucket in row.buckets and not row.keys.isdisjoint(keys)]

    def line(self, name: str, bucket: str) -> Line:
        return Line(name, [self.figure(label, *keys, bucket=bucket) for label, keys in IN_TABLES.items()])

    def occurring(self, named: Mapping[str, tuple[str, ...]]) -> list[Figure]:
        return [one for label, keys in named.items() if (one := self.figure(label, *keys)).count]
