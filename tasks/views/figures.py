"""Tables of figures: each number with the address of exactly the rows it counts, each row with its composition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from tasks.queries.overview import FieldRow, GroupRow, KindRow, Overview, RoleCount, UnitRow


class Cell(NamedTuple):
    """A number; `url` is empty where it has no rows of its own to show."""

    count: int
    url: str = ""


class Line(NamedTuple):
    """A row. `roles`, if any, are drawn as a bar, whose full length is `whole`, or their sum."""

    name: str
    cells: list[Cell]
    roles: list[RoleCount]
    url: str = ""
    note: str = ""
    whole: int = 0


@dataclass
class FigureTable:
    """`heads` name the columns before those of the roles. `notes` explain why a column need not add up."""

    anchor: str
    title: str
    counted: str
    heads: list[str]
    roles: list[RoleCount]
    lines: list[Line]
    last: Line
    notes: list[str]


class KindLines(NamedTuple):
    """The units of a kind, under a line with their sums."""

    anchor: str
    head: Line
    lines: list[Line]


class Figures:
    """The tables of one plan. Their columns are the roles that occur in it, no others.

    `in_plan` is what an address of units needs to stay in the plan.
    """

    def __init__(self, overview: Overview, in_plan: str = "") -> None:
        self.overview = overview
        self.in_plan = in_plan
        self.list_url = reverse("plan-tasks", args=[overview.plan.slug])
        self.units_url = reverse("unit-list") + in_plan
        self.roles = self.in_use(overview.roles)

    def in_use(self, roles: Iterable[RoleCount]) -> list[RoleCount]:
        return [role for role in roles if role.role in self.overview.roles_in_use]

    def unit_url(self, slug: str) -> str:
        return reverse("unit", args=[slug]) + self.in_plan

    def measures_url(self, **params: Any) -> str:
        return f"{self.list_url}?{urlencode(params)}" if params else self.list_url

    def linked(self, roles: list[RoleCount], **params: Any) -> list[Cell]:
        """Measures in each role, linked to the list filtered by `params` and the role."""
        return [Cell(role.count, self.measures_url(**params, role=role.role)) for role in self.in_use(roles)]

    def plain(self, roles: list[RoleCount], url: str = "") -> list[Cell]:
        return [Cell(role.count, url) for role in self.in_use(roles)]

    def by_field(self) -> FigureTable:
        found = self.overview
        return FigureTable(
            anchor="by-field",
            title="按领域",
            counted="点击数字查看对应的举措",
            heads=["领域", "举措"],
            roles=self.roles,
            lines=[self.field_line(row) for row in found.fields],
            last=Line("合计", [Cell(found.measure_count, self.list_url), *self.linked(found.roles)], found.roles),
            notes=["领域由本系统归纳，原表没有这一栏。", *self.notes_on_roles()],
        )

    def field_line(self, row: FieldRow) -> Line:
        if row.position is None:  # the list has no filter for it
            cells = [Cell(row.measures), *self.plain(row.roles)]
            return Line("未分领域", cells, row.roles, note=tasks_in_words(row))
        url = self.measures_url(field=row.position)
        cells = [Cell(row.measures, url), *self.linked(row.roles, field=row.position)]
        return Line(row.name, cells, row.roles, url=url, note=tasks_in_words(row))

    def notes_on_roles(self) -> list[str]:
        found, notes = self.overview, []
        if sum(role.count for role in found.roles) > found.measure_count - found.without_duty_count:
            notes.append("一项举措有几种职责的，在各栏分别计数，举措只计一次。")
        if found.without_duty_count:
            notes.append(f"有 {found.without_duty_count} 项举措没有读出责任单位。")
        return notes

    def by_kind(self) -> FigureTable:
        found, url = self.overview, f"{self.units_url}#total"
        counts = (found.unit_count, found.measure_count - found.without_duty_count, found.duty_count)
        return FigureTable(
            anchor="by-kind",
            title="按单位类别",
            counted="点击数字查看对应的单位",
            heads=["类别", "单位", "举措", "职责"],
            roles=self.roles,
            lines=[self.kind_line(row) for row in found.kinds],
            last=Line("合计", [Cell(n, url) for n in counts] + self.plain(found.duty_roles, url), found.duty_roles),
            notes=[
                "一项举措由几个单位承担，就有几项职责，职责构成按职责计数。",
                "一项举措由几类单位共同承担的，在各类分别计数，合计只计一次。",
            ],
        )

    def kind_line(self, row: KindRow) -> Line:
        url = f"{self.units_url}#{row.kind}"
        counts = (len(row.units), row.measures, row.duties)
        return Line(row.label, [Cell(n, url) for n in counts] + self.plain(row.roles, url), row.roles, url=url)

    def by_member(self) -> list[FigureTable]:
        """A table for each closed group: by city, where its members are cities."""
        return [self.members_of(group) for group in self.overview.groups]

    def members_of(self, group: GroupRow) -> FigureTable:
        name, each = ("城市", "每个市") if group.is_of_cities else ("成员", "每个成员")
        url = self.measures_url(unit=group.slug)
        shared = [Cell(group.measures, url), *self.linked(group.roles, unit=group.slug)]
        return FigureTable(
            anchor=f"by-{group.slug}",
            title=f"按{name}",
            counted=f"{group.name}的 {len(group.members)} 个成员",
            heads=[name, "举措"],
            roles=self.roles,
            lines=[self.unit_line(member) for member in group.members],
            last=Line("共同承担", shared, group.roles),
            notes=[f"{group.name}共同承担的举措在{each}各计一次，全表总数只计一次。"],
        )

    def unit_line(self, unit: UnitRow, whole: int = 0) -> Line:
        all_of_it = Cell(unit.duties, self.measures_url(unit=unit.slug))
        cells = [all_of_it, *self.linked(unit.roles, unit=unit.slug)]
        return Line(unit.name, cells, unit.roles, url=self.unit_url(unit.slug), whole=whole)

    def units_by_kind(self) -> list[KindLines]:
        """Every unit, its bar as long as its duties are many."""
        longest = max((unit.duties for unit in self.overview.units), default=0)
        return [
            KindLines(
                kind.kind,
                self.sums(kind.label, len(kind.units), kind.measures, kind.duties, kind.roles),
                [self.unit_line(unit, whole=longest) for unit in kind.units],
            )
            for kind in self.overview.kinds
        ]

    def all_units(self) -> Line:
        found = self.overview
        measures = found.measure_count - found.without_duty_count
        return self.sums("合计", found.unit_count, measures, found.duty_count, found.duty_roles)

    def sums(self, name: str, units: int, measures: int, duties: int, roles: list[RoleCount]) -> Line:
        """A line of sums. It has no bar: on the scale of single units it would not fit."""
        return Line(
            name,
            [Cell(duties), *self.plain(roles)],
            [],
            note=f"{units}\N{NO-BREAK SPACE}个单位，{measures}\N{NO-BREAK SPACE}项举措",
        )


def tasks_in_words(row: FieldRow) -> str:
    if not row.is_one_run:
        return f"{row.tasks} 项任务"
    return f"任务 {row.first}" if row.tasks == 1 else f"任务 {row.first}—{row.last}"
