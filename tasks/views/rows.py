"""Rows of measures as HTML, drawn in Python: fifty rows in a template cost four times what the rest of the page does.

Text from data goes through `escape` where it is put between tags; the whole alone is called safe.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django_tables2.rows import BoundRow

from tasks.choices import DutyRole
from tasks.queries.measures import MeasureLine, Tally
from tasks.tables import MeasureTable, Party, by_role
from units.choices import UnitKind

ROLE_LABELS = dict(DutyRole.choices)
GROUPED = ("number", "task")  # span their measures, as in the source


class MeasureRows:
    """Draws the body of one table, in these columns. `group_sizes` tells when a group stands whole, `tallies` what a filter hides."""

    table_class = MeasureTable

    def __init__(
        self,
        columns: Collection[str],
        plan_slug: str,
        group_sizes: Mapping[str, int],
        tallies: Mapping[int, Tally] | None = None,
    ) -> None:
        self.group_sizes = group_sizes
        self.tallies = tallies or {}
        self.measure_url = reverse("measure", args=[plan_slug, 0, 0]).removesuffix("0-0/")
        self.task_url = reverse("task", args=[plan_slug, 0]).removesuffix("0/")
        self.unit_url = reverse("unit", args=["x"]).removesuffix("x/")
        self.chips: dict[str, str] = {}
        names = [name for name in self.table_class.base_columns if name in columns]
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

    @cached_property
    def table(self) -> MeasureTable:
        """Only for its way from a line to the values of a sheet."""
        return self.table_class([], self.table_class.base_columns)

    def plain(self, name: str) -> Callable[[MeasureLine], str]:
        """A cell that says exactly what the sheet says."""
        column = self.table_class.base_columns[name]
        label, css = escape(column.verbose_name), column.attrs["td"]["class"]

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
