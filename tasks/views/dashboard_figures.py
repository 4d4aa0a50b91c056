"""The figures of a dashboard as shown: each with the address of the rows it counts.

Templates ask for what they draw, and keep the drawing under `Dashboard.key`: what is asked for inside a kept piece is not
made at all while the piece stands.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tasks.choices import Stage
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.models import ReportingPeriod
from tasks.queries.dashboard import CityTable, Dashboard, FieldCounts, Filed, Point, UnitCounts
from tasks.queries.ledger import NO_FIELD, UNJUDGED
from tasks.templatetags.charts import Column, Pair, Segment
from tasks.views.addresses import of_ledger
from tasks.views.light_tags import STAGE_ICONS


class Kind(NamedTuple):
    """One value that is counted: its key in the figures, the ledger's parameter, its word, sign and fill."""

    name: str
    value: str
    label: str
    icon: str = ""
    css: str = ""

    @property
    def key(self) -> str:
        return f"{self.name}:{self.value}"


STAGES = [Kind("stage", stage.value, stage.label, STAGE_ICONS[stage]) for stage in Stage]
SIGNS = {
    ProgressLight.ON_TRACK: ("ok", ""),
    ProgressLight.AT_RISK: ("risk", "warm"),
    ProgressLight.BEHIND: ("late", "hot"),
    ProgressLight.NOT_REPORTED: ("gap", "pale"),
    ProgressLight.AWAITED: ("", ""),
}
LIGHTS = [Kind("progress", light.value, PROGRESS_WORDS[light], *SIGNS[light]) for light in SIGNS]
DUE_SIGNS = {
    DeadlineLight.OVERDUE: ("over", "hot"),
    DeadlineLight.URGENT: ("clock", "warm"),
    DeadlineLight.SOON: ("clock", ""),
    DeadlineLight.AHEAD: ("", ""),
    DeadlineLight.ONGOING: ("long", ""),
    DeadlineLight.UNDATED: ("", ""),
    DeadlineLight.DONE_LATE: ("", ""),
}
DEADLINES = [Kind("deadline", light.value, DEADLINE_WORDS[light], *DUE_SIGNS[light]) for light in DUE_SIGNS]
BY_KEY = {kind.key: kind for kind in (*STAGES, *LIGHTS, *DEADLINES)}
CARDS = (
    "stage:completed", "stage:in_progress", "stage:awaiting_verification",
    "progress:at_risk", "progress:behind", "progress:not_reported",
)  # fmt: skip
IN_TREND = {
    "stage:completed": "done",
    "progress:at_risk": "risk",
    "progress:behind": "late",
    "progress:not_reported": "gap",
}
COMPOSITION = {
    "stage:completed": "done",
    "progress:on_track": "ok",
    "progress:at_risk": "risk",
    "progress:behind": "late",
    "progress:not_reported": "gap",
}
OTHERS = Kind("progress", UNJUDGED, "其他")  # what is left of a composition


class Cell(NamedTuple):
    count: int
    url: str
    css: str = ""


class Card(NamedTuple):
    kind: Kind
    count: int
    url: str
    change: str


class Line(NamedTuple):
    """A row of a table of figures and the same row as a bar of `whole`; `all` is the cell that the segments add up to."""

    name: str
    url: str
    cells: list[Cell]
    all: Cell
    segments: list[Segment]
    whole: int = 0


class Group(NamedTuple):
    label: str
    kinds: list[Kind]


@dataclass
class Matrix:
    groups: list[Group]
    lines: list[Line]
    total: Line
    left_out: list[Cell]

    @property
    def kinds(self) -> list[Kind]:
        return [kind for group in self.groups for kind in group.kinds]


class Small(NamedTuple):
    """One of the small multiples."""

    kind: Kind
    css: str
    columns: list[Column]


class TrendRow(NamedTuple):
    """The same columns, period by period."""

    label: str
    columns: list[Column]


class ByFiling(NamedTuple):
    incomplete: list[Filed]
    complete: list[Filed]


class DashboardFigures:
    def __init__(self, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        unit, self.slug = dashboard.unit, dashboard.plan.slug
        self.always = (("unit", unit.slug), ("role", "obliged")) if unit else ()

    def url(self, **params: Any) -> str:
        return of_ledger(self.slug, (*self.always, *params.items()))

    def cell(self, counts: Counter[str], kind: Kind, **params: Any) -> Cell:
        count = counts[kind.key]
        return Cell(count, self.url(**params, **{kind.name: kind.value}), kind.css if count else "zero")

    def cards(self) -> list[Card]:
        found, before = self.dashboard.counts, self.dashboard.previous
        kinds = [BY_KEY[key] for key in CARDS]
        changes = [changed(found[kind.key], before.counts[kind.key]) if before else "" for kind in kinds]
        cells = [self.cell(found, kind) for kind in kinds]
        return [
            Card(kind, cell.count, cell.url, change) for kind, cell, change in zip(kinds, cells, changes, strict=True)
        ]

    @cached_property
    def everything(self) -> Cell:
        return Cell(self.dashboard.counts["measures"], self.url())

    @cached_property
    def disagreements(self) -> Cell:
        return Cell(self.dashboard.counts["disagreement"], self.url(disagreement=1))

    @cached_property
    def behind(self) -> Cell:
        return self.cell(self.dashboard.counts, BY_KEY["progress:behind"])

    @cached_property
    def unreported(self) -> Cell:
        return self.cell(self.dashboard.counts, BY_KEY["progress:not_reported"])

    @cached_property
    def overdue(self) -> Cell:
        return self.cell(self.dashboard.counts, BY_KEY["deadline:overdue"])

    @cached_property
    def moved(self) -> Cell:
        return Cell(self.dashboard.counts["moved"], self.url(moved=1))

    def matrix(self) -> Matrix:
        """Fields by lights. Only columns in which anything stands; what is settled is counted under 阶段 alone."""
        total = self.dashboard.counts
        named = (("进度灯", LIGHTS), ("阶段", STAGES), ("时限灯", DEADLINES))
        groups = [Group(label, [kind for kind in kinds if total[kind.key]]) for label, kinds in named]
        groups = [group for group in groups if group.kinds]
        kinds = [kind for group in groups for kind in group.kinds]
        left_out = [
            self.cell(total, Kind("progress", light.value, PROGRESS_WORDS[light]))
            for light in (ProgressLight.COMPLETED, ProgressLight.NOT_JUDGED)
        ]
        lines = [self.field_line(row, kinds) for row in self.dashboard.fields]
        return Matrix(groups, lines, self.line("合计", "", total, kinds), left_out)

    def field_line(self, row: FieldCounts, kinds: list[Kind]) -> Line:
        return self.line(row.name, "", row.counts, kinds, field=NO_FIELD if row.position is None else row.position)

    def line(
        self, name: str, url: str, counts: Counter[str], kinds: Iterable[Kind], whole: int = 0, **params: Any
    ) -> Line:
        cells = {kind.key: self.cell(counts, kind, **params) for kind in kinds}
        every = Cell(counts["measures"], self.url(**params))
        return Line(name, url, [*cells.values(), every], every, self.composition(counts, cells, **params), whole)

    def composition(self, counts: Counter[str], cells: dict[str, Cell], **params: Any) -> list[Segment]:
        """A row as a bar: settled, then by light; the rest is what is awaited or not judged. `cells` are those it has."""
        found = []
        for key, css in COMPOSITION.items():
            cell = cells.get(key) or self.cell(counts, BY_KEY[key], **params)
            found.append(Segment(BY_KEY[key].label, css, cell.count, cell.url))
        rest = counts["measures"] - sum(segment.count for segment in found)
        return [*found, Segment(OTHERS.label, "other", rest, self.url(**params, **{OTHERS.name: OTHERS.value}))]

    def city_tables(self) -> list[tuple[CityTable, list[Line]]]:
        return [(table, self.cities(table)) for table in self.dashboard.cities]

    def cities(self, table: CityTable) -> list[Line]:
        """The cities, then what the group carries jointly; bars on one scale."""
        kinds = [BY_KEY[key] for key in COMPOSITION]
        rows: list[UnitCounts] = [*table.cities, table.group]
        whole = max(row.counts["measures"] for row in rows)
        return [self.city(row, kinds, whole, row is not table.group) for row in rows]

    def city(self, row: UnitCounts, kinds: list[Kind], whole: int, is_unit: bool) -> Line:
        params = {"unit": row.slug, "role": "obliged"}
        name, url = (row.name, row.slug) if is_unit else ("共同承担", "")
        line = self.line(name, url, row.counts, kinds, whole, **params)
        others = line.segments[-1]
        last = Cell(others.count, others.url, "" if others.count else "zero")
        return line._replace(cells=[line.all, *line.cells[:-1], last])

    @cached_property
    def smalls(self) -> list[Small]:
        """The trend of four figures, on one scale."""
        points = self.dashboard.trend
        whole = max((point.counts[key] for point in points for key in IN_TREND), default=0)
        return [
            Small(BY_KEY[key], css, [self.column(point, BY_KEY[key], css, whole) for point in points])
            for key, css in IN_TREND.items()
        ]

    def column(self, point: Point, kind: Kind, css: str, whole: int) -> Column:
        url = self.url(**{kind.name: kind.value}, **of_period(point.period))
        return Column(
            name_of(point.period), point.counts[kind.key], whole, css if point.period is None else "prev", url
        )

    def trend_rows(self) -> list[TrendRow]:
        return [
            TrendRow(columns[0].label, list(columns))
            for columns in zip(*(small.columns for small in self.smalls), strict=True)
        ]

    def filed(self) -> ByFiling:
        rows = self.dashboard.filed
        return ByFiling([row for row in rows if not row.is_complete], [row for row in rows if row.is_complete])

    def schedule(self) -> list[Pair]:
        """The mean percentage beside the mean schedule, for the periods in which both are known."""
        return [
            Pair(
                name_of(point.period),
                point.percent,
                point.scheduled,
                point.counts["scheduled_measures"],
                self.url(schedule=1, **of_period(point.period)),
            )
            for point in self.dashboard.trend
            if point.percent is not None and point.scheduled is not None
        ]


def changed(now: int, before: int) -> str:
    """`较上期 +2`; the sign before a smaller number is a minus, not a hyphen."""
    step = now - before
    if not step:
        return "与上期持平"
    return f"较上期 {'+' if step > 0 else '−'}{abs(step)}"


def name_of(period: ReportingPeriod | None) -> str:
    return period.label if period else "现在"


def of_period(period: ReportingPeriod | None) -> dict[str, int]:
    return {"period": period.pk} if period else {}
