"""Tables of figures: each number with the address of exactly the rows it counts, each row with its composition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from tasks.queries.overview import FieldRow, GroupRow, KindRow, Overview, RoleCount, UnitRow
from tasks.views.bars import bar


class Cell(NamedTuple):
    """A number; `url` is empty where there are no rows to show."""

    count: int
    url: str = ""


class Line(NamedTuple):
    name: str
    url: str
    note: str
    cells: list[Cell]
    bar: SafeString


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


class FigureTables:
    """The overview's tables. Columns are the roles that occur in the plan, no others."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.list_url = reverse("plan-tasks", args=[overview.plan.slug])
        self.units_url = reverse("unit-list")
        self.roles = self.in_use(overview.roles)

    def in_use(self, roles: Iterable[RoleCount]) -> list[RoleCount]:
        return [role for role in roles if role.role in self.overview.roles_in_use]

    def measures_url(self, **params: Any) -> str:
        return f"{self.list_url}?{urlencode(params)}" if params else self.list_url

    def measure_cells(self, count: int, roles: list[RoleCount], **params: Any) -> list[Cell]:
        """How many measures, and how many of them in each role, linked to the list filtered by `params`."""
        cells = [Cell(count, self.measures_url(**params))]
        return cells + [Cell(role.count, self.measures_url(**params, role=role.role)) for role in self.in_use(roles)]

    def by_field(self) -> FigureTable:
        found = self.overview
        whole = self.measure_cells(found.measure_count, found.roles)
        return FigureTable(
            anchor="by-field",
            title="按领域",
            counted="点击数字查看对应的举措",
            heads=["领域", "举措"],
            roles=self.roles,
            lines=[self.field_line(row) for row in found.fields],
            last=Line("合计", "", "", whole, bar(found.roles)),
            notes=["领域由本系统归纳，原表没有这一栏。", *self.notes_on_roles()],
        )

    def notes_on_roles(self) -> list[str]:
        found = self.overview
        notes = []
        if sum(role.count for role in found.roles) > found.measure_count - found.without_duty_count:
            notes.append("一项举措有几种职责的，在各栏分别计数，举措只计一次。")
        if found.without_duty_count:
            notes.append(f"有 {found.without_duty_count} 项举措没有读出责任单位。")
        return notes

    def field_line(self, row: FieldRow) -> Line:
        if row.position is None:
            cells = [Cell(row.measures), *(Cell(role.count) for role in self.in_use(row.roles))]
            return Line("未分领域", "", tasks_in_words(row), cells, bar(row.roles))
        cells = self.measure_cells(row.measures, row.roles, field=row.position)
        return Line(row.name, self.measures_url(field=row.position), tasks_in_words(row), cells, bar(row.roles))

    def by_kind(self) -> FigureTable:
        found = self.overview
        counts = [found.unit_count, found.measure_count - found.without_duty_count, found.duty_count]
        counts += [role.count for role in self.in_use(found.duty_roles)]
        whole = [Cell(count, f"{self.units_url}#total") for count in counts]
        return FigureTable(
            anchor="by-kind",
            title="按单位类别",
            counted="点击数字查看对应的单位",
            heads=["类别", "单位", "举措", "职责"],
            roles=self.roles,
            lines=[self.kind_line(row) for row in found.kinds],
            last=Line("合计", "", "", whole, bar(found.duty_roles)),
            notes=[
                "一项举措由几个单位承担，就有几项职责，职责构成按职责计数。",
                "一项举措由几类单位共同承担的，在各类分别计数，合计只计一次。",
            ],
        )

    def kind_line(self, row: KindRow) -> Line:
        url = f"{self.units_url}#{row.kind}"
        counts = [len(row.units), row.measures, row.duties, *(role.count for role in self.in_use(row.roles))]
        return Line(row.label, url, "", [Cell(count, url) for count in counts], bar(row.roles))

    def by_member(self) -> list[FigureTable]:
        """A table for each closed group: by city, where its members are cities."""
        return [self.members_of(group) for group in self.overview.groups]

    def members_of(self, group: GroupRow) -> FigureTable:
        each = "在每个市各计一次" if group.is_of_cities else "在每个成员各计一次"
        return FigureTable(
            anchor=f"by-{group.slug}",
            title="按城市" if group.is_of_cities else f"按{group.name}成员",
            counted=f"{group.name}的 {len(group.members)} 个成员",
            heads=["城市" if group.is_of_cities else "成员", "举措"],
            roles=self.roles,
            lines=[self.member_line(member) for member in group.members],
            last=Line(
                "共同承担",
                "",
                "",
                self.measure_cells(group.measures, group.roles, unit=group.slug),
                bar(group.roles),
            ),
            notes=[f"{group.name}共同承担的举措{each}，全表总数只计一次。"],
        )

    def member_line(self, member: UnitRow) -> Line:
        cells = self.measure_cells(member.duties, member.roles, unit=member.slug)
        return Line(member.name, reverse("unit", args=[member.slug]), "", cells, bar(member.roles))


def tasks_in_words(row: FieldRow) -> str:
    if not row.is_one_run:
        return f"{row.tasks} 项任务"
    return f"任务 {row.first}" if row.tasks == 1 else f"任务 {row.first}—{row.last}"
