"""Rows of the ledger as HTML: the list's own rows, with what was reported and computed."""

import datetime
from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import NamedTuple

from django.db.models import Model
from django.urls import reverse

from tasks.choices import DutyRole
from tasks.lights import DeadlineLight
from tasks.queries.basis import Basis
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.measures import Tally
from tasks.queries.told import Told
from tasks.tables_ledger import LedgerTable
from tasks.views.light_tags import DEADLINE_TAGS, PROGRESS_TAGS, STAGE_TAGS, deadline_tag
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag
from tasks.views.rows import MeasureRows, shown

SHORT = 60  # characters of a report that stand open in a row; the rest is one click away
NOTHING = '<span class="muted">—</span>'
TEXT_COLUMNS = {"told": "progress", "problems": "problems", "next_steps": "next_steps"}


class Look(NamedTuple):
    """What the cells of a line depend on beside the line."""

    plan: str
    columns: tuple[str, ...]
    group_sizes: frozenset[tuple[str, int]]
    day: datetime.date
    is_present: bool


MOST_DRAWN = 1000  # lines of about ten kilobytes
DRAWN: dict[tuple[Look, LedgerLine], str] = {}  # lines that this process has drawn, emptied when it is full


class LedgerRows(MeasureRows):
    """The rows of one basis. A light of the present leads to its explanation."""

    table_class = LedgerTable

    def __init__(
        self,
        columns: Collection[str],
        basis: Basis,
        group_sizes: Mapping[str, int],
        tallies: Mapping[int, Tally] | None = None,
    ) -> None:
        self.day, self.is_present = basis.day, basis.period is None
        self.report_url = reverse("report", args=[0, 0]).removesuffix("0/0/")
        slug, sizes = basis.plan.slug, frozenset(group_sizes.items())
        self.look = Look(slug, tuple(columns), sizes, basis.day, self.is_present)
        super().__init__(columns, slug, group_sizes, tallies)

    def measure(self, line: LedgerLine) -> str:
        """Drawn once for all who look at the same values. Not where the standing is a model: two models with one key are equal
        whatever their values, and a line drawn earlier would be taken for this one.
        """
        if isinstance(line.standing, Model):
            return super().measure(line)
        cells = DRAWN.get((self.look, line))
        if cells is None:
            if len(DRAWN) >= MOST_DRAWN:
                DRAWN.clear()
            cells = DRAWN[self.look, line] = super().measure(line)
        return cells

    def drawing(self, name: str) -> Callable[[LedgerLine], str]:
        own = {
            "lead": self.lead,
            "due_on": self.due_on,
            "percent": self.percent,
            "progress": self.progress,
            "deadline": self.deadline,
            "stage": self.stage,
            "coordination": self.coordination,
            "reviewer": self.reviewer,
            "reported": self.reported,
        }
        if name in TEXT_COLUMNS:
            return self.texts(name, TEXT_COLUMNS[name])
        draw = own.get(name)
        return self.cell(name, draw) if draw else super().drawing(name)

    def cell(self, name: str, draw: Callable[[LedgerLine], str]) -> Callable[[LedgerLine], str]:
        column = self.table_class.base_columns[name]
        label, css = escape(column.verbose_name), column.attrs["td"]["class"]

        def drawn(line: LedgerLine) -> str:
            return f'<td role="cell" class="{css}" data-l="{label}"><div>{draw(line)}</div></td>'

        return drawn

    def lead(self, line: LedgerLine) -> str:
        return (
            "".join([self.chip(duty.slug, duty.name) for duty in line.duties if duty.role == DutyRole.LEAD]) or NOTHING
        )

    def due_on(self, line: LedgerLine) -> str:
        if line.is_ongoing:
            return "长期坚持"
        said = shown(line.due_on)
        if line.original_due_on and line.original_due_on != line.due_on:
            said += f"<small>原定 {line.original_due_on:%Y-%m-%d}</small>"
        return said + (f"<small>调整 {line.moves} 次</small>" if line.moves else "")

    def percent(self, line: LedgerLine) -> str:
        standing = line.standing
        if standing is None or standing.percent is None:
            return NOTHING
        scheduled = "" if standing.scheduled is None else f"<small>序时 {standing.scheduled}%</small>"
        return f"{standing.percent}%{scheduled}"

    def progress(self, line: LedgerLine) -> str:
        """The light; beside it how many of how many have reported, and the units' own word where it is a better one."""
        standing = line.standing
        if standing is None or not standing.progress_light:
            return NOTHING
        said = self.explained(line, PROGRESS_TAGS[standing.progress_light])
        if standing.reported < standing.counted:
            said += f"<small>已报 {standing.reported}/{standing.counted}</small>"
        if standing.is_disagreement:
            said += f"<small>自评 {CONFIDENCE_TAGS[standing.confidence].text}</small>"
        return said

    def deadline(self, line: LedgerLine) -> str:
        light = line.standing.deadline_light if line.standing else ""
        if not light:
            return NOTHING
        is_far = light == DeadlineLight.AHEAD  # its date stands in a column of its own
        tag = DEADLINE_TAGS[light] if is_far else deadline_tag(DeadlineLight(light), line.due_on, self.day)
        return self.explained(line, tag)

    def explained(self, line: LedgerLine, tag: Tag) -> str:
        if not self.is_present:
            return tag.drawn()
        return f'<a class="why" href="{self.measure_url}{line.code}/lights/">{tag.drawn()}</a>'

    def stage(self, line: LedgerLine) -> str:
        return STAGE_TAGS[line.standing.stage].drawn() if line.standing else NOTHING

    def reported(self, line: LedgerLine) -> str:
        standing = line.standing
        return f"{standing.reported}/{standing.counted}" if standing and standing.counted else NOTHING

    def texts(self, name: str, attribute: str) -> Callable[[LedgerLine], str]:
        def draw(line: LedgerLine) -> str:
            texts = [(told, getattr(told, attribute)) for told in line.reports]
            return self.said(line, texts, is_linked=attribute == "progress")

        return self.cell(name, draw)

    def coordination(self, line: LedgerLine) -> str:
        return self.said(line, [(told, told.coordination_in_words) for told in line.reports])

    def said(self, line: LedgerLine, texts: list[tuple[Told, str]], *, is_linked: bool = False) -> str:
        """Each unit's text; the unit is named where more than one has to report. Once in a row each leads to its report."""
        names = len(line.duties) > 1
        saying = [self.one(line, told, text, is_named=names, is_linked=is_linked) for told, text in texts if text]
        return "".join([f'<div class="saying">{one}</div>' for one in saying]) or NOTHING

    def one(self, line: LedgerLine, told: Told, text: str, *, is_named: bool, is_linked: bool) -> str:
        marks = "".join([f'<em class="mark">{word}</em>' for word in told.marks])
        unit, said = escape(told.unit), f"{marks}{shortened(text)}"
        if not is_linked:
            return f"<b>{unit}</b> {said}" if is_named else said
        code = f'<span class="visually-hidden"> {line.code}</span>'
        url = f"{self.report_url}{told.duty_id}/{told.period_id}/"
        if is_named:
            return f'<a href="{url}"><b>{unit}</b>{code}</a> {said}'
        return f'{said} <a href="{url}" class="nowrap no-print">填报{code}</a>'

    def reviewer(self, line: LedgerLine) -> str:
        return escape(line.reviewers) or NOTHING


def shortened(text: str) -> str:
    """The beginning, and the whole one click away; on paper, where nothing can be opened, the whole."""
    if len(text) <= SHORT:
        return f"<span>{escape(text)}</span>"
    begins, whole = escape(text[:SHORT].rstrip()), escape(text)
    details = f'<details class="rest no-print"><summary>{begins}…</summary><p>{whole}</p></details>'
    return f'{details}<span class="print-only">{whole}</span>'
