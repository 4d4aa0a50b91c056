"""Rows of measures as HTML, drawn in Python: fifty rows in a template cost four times what the rest of the page does.

Text from data goes through `escape` where it is put between tags; the whole alone is called safe.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django_tables2.columns import BoundColumn
from django_tables2.rows import BoundRow

from tasks.choices import DutyRole
from tasks.queries.measures import MeasureLine, Tally
from tasks.tables import MeasureTable, Party, by_role
from units.choices import UnitKind

ROLE_LABELS = dict(DutyRole.choices)
GROUPED = ("number", "task")  # span their measures, as in the source


def heads(table: MeasureTable, sort: str = "", kept: str | None = None) -> SafeString:
    """The row of column heads. Given the sort in force and the query string to keep, each head is a link that sorts."""
    if kept is None:
        cells = map(plain_head, table.columns)
    else:
        address = escape(f"?{kept}&sort=" if kept else "?sort=")
        cells = (sorting_head(head, sort, address) if head.orderable else plain_head(head) for head in table.columns)
    return SafeString(f'<tr role="row">{"".join(cells)}</tr>')


def plain_head(column: BoundColumn) -> str:
    return f'<th role="columnheader" scope="col" class="{head_css(column)} still">{escape(column.verbose_name)}</th>'


def sorting_head(column: BoundColumn, sort: str, address: str) -> str:
    """Says the order in force (aria-sort, and an arrow) and asks for the other one, or for upward order at first."""
    name, is_sorted, is_downward = column.name, sort.removeprefix("-") == column.name, sort.startswith("-")
    state = f' aria-sort="{"descending" if is_downward else "ascending"}"' if is_sorted else ""
    arrow = ("↓" if is_downward else "↑") if is_sorted else "↕"
    wanted = f"-{name}" if is_sorted and not is_downward else name
    link = f'<a href="{address}{wanted}">{escape(column.verbose_name)}'
    way = f'<span class="way" aria-hidden="true">{arrow}</span></a>'
    return f'<th role="columnheader" scope="col" class="{head_css(column)}"{state}>{link}{way}</th>'


def head_css(column: BoundColumn) -> str:
    return column.column.attrs["td"]["class"].removeprefix("g ")


class MeasureRows:
    """Draws the body of one table. `group_sizes` tells when a group stands whole, `tallies` what a filter hides."""

    def __init__(
        self,
        table: MeasureTable,
        plan_slug: str,
        group_sizes: Mapping[str, int],
        tallies: Mapping[int, Tally] | None = None,
    ) -> None:
        self.table = table
        self.group_sizes = group_sizes
        self.tallies = tallies or {}
        self.measure_url = reverse("measure", args=[plan_slug, 0, 0]).removesuffix("0-0/")
        self.task_url = reverse("task", args=[plan_slug, 0]).removesuffix("0/")
        self.unit_url = reverse("unit", args=["x"]).removesuffix("x/")
        self.chips: dict[str, str] = {}
        names = [column.name for column in table.columns]
        self.grouped = [name for name in names if name in GROUPED]
        self.cells = [self.drawing(name) for name in names if name not in GROUPED]

    def body(self, lines: Iterable[MeasureLine]) -> SafeString:
        """One `tbody` for each run of measures of the same main task."""
        runs = groupby(lines, key=lambda line: line.main_task_id)
        return SafeString("".join(self.run(list(run)) for _, run in runs))

    def run(self, lines: list[MeasureLine]) -> str:
        first, *rest = [self.measure(line) for line in lines]
        rows = "".join([f'<tr role="row">{cells}</tr>' for cells in rest])
        head = self.head(lines[0], len(lines))
        return f'<tbody role="rowgroup"><tr role="row" class="first">{head}{first}</tr>{rows}</tbody>'

    def head(self, line: MeasureLine, span: int) -> str:
        """Number and title, spanning the run. The title is the row group's header."""
        cells = ""
        if "number" in self.grouped:
            alone = "" if "task" in self.grouped else " alone"
            cells = f'<td role="cell" class="g seq{alone}" rowspan="{span}"><div>{line.number}</div></td>'
        if "task" in self.grouped:
            link = f'<a href="{self.task_url}{line.number}/">{escape(line.title)}</a>{self.share(line)}'
            cells += f'<th role="rowheader" scope="rowgroup" class="g task" rowspan="{span}"><div>{link}</div></th>'
        return cells

    def share(self, line: MeasureLine) -> str:
        """What a filter left of the main task."""
        if not self.tallies:
            return ""
        matched, total = self.tallies[line.main_task_id]
        return f"<small>本任务{f'全部 {total} 项' if matched == total else f' {total} 项中的 {matched} 项'}</small>"

    def measure(self, line: MeasureLine) -> str:
        return "".join([draw(line) for draw in self.cells])

    def drawing(self, name: str) -> Callable[[MeasureLine], str]:
        return {"code": self.code, "text": self.text, "units": self.units}.get(name) or self.plain(name)

    def code(self, line: MeasureLine) -> str:
        return f'<td role="cell" class="code">{line.code}</td>'

    def text(self, line: MeasureLine) -> str:
        link = f'<a href="{self.measure_url}{line.code}/">{escape(line.text)}</a>'
        return f'<td role="cell" class="mtext">{link}</td>'

    def units(self, line: MeasureLine) -> str:
        return f'<td role="cell" class="units"><div>{self.duties(line)}</div></td>'

    def duties(self, line: MeasureLine) -> str:
        """One line a role: the role in words, then its units as chips."""
        return "".join(
            f'<div class="unit-line"><span class="role role-{role}">{ROLE_LABELS[role]}</span>'
            f"{''.join([self.party(party) for party in parties])}</div>"
            for role, parties in by_role(line.duties).items()
        )

    def party(self, party: Party) -> str:
        """A unit, or a closed group: folded where every member came through it, else its members one by one."""
        if not party.members:
            return self.chip(party.slug, party.name)
        members = "".join(self.chip(duty.slug, duty.name) for duty in party.members)
        if len(party.members) != self.group_sizes.get(party.slug):
            return members
        word = "市" if all(duty.kind == UnitKind.CITY for duty in party.members) else "家"
        name = f"{escape(party.name)}（{len(party.members)} {word}）"
        return f'<details class="members"><summary class="unit">{name}</summary><div>{members}</div></details>'

    def chip(self, slug: str, name: str) -> str:
        if slug not in self.chips:
            self.chips[slug] = f'<a class="unit" href="{self.unit_url}{slug}/">{escape(name)}</a>'
        return self.chips[slug]

    def plain(self, name: str) -> Callable[[MeasureLine], str]:
        """A cell that says exactly what the sheet says."""
        column = self.table.columns[name]
        label, css = escape(str(column.header)), column.column.attrs["td"]["class"]

        def draw(line: MeasureLine) -> str:
            value = shown(BoundRow(line, self.table).get_cell_value(name))
            return f'<td role="cell" class="{css}" data-l="{label}">{value}</td>'

        return draw


def shown(value: Any) -> str:
    if value is None or value == "":
        return '<span class="muted">未设定</span>'
    if isinstance(value, datetime.date):
        return f'<time datetime="{value:%Y-%m-%d}">{value:%Y-%m-%d}</time>'
    return f"<span>{escape(str(value))}</span>"
