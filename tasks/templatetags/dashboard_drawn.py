"""Rows of the dashboard's tables, drawn in Python: a template takes ten times as long for hundreds of cells.

Text from data goes through `escape` where it is put between tags; the whole alone is called safe.
"""

import datetime
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from tasks.lights import DeadlineLight
from tasks.models import Plan
from tasks.queries.attention import Attended, Said
from tasks.queries.dashboard import Filed
from tasks.templatetags.changes import confidence, state
from tasks.templatetags.charts import linked, stacked
from tasks.views.dashboard_figures import Cell, Group, Line
from tasks.views.light_tags import DEADLINE_TAGS, PROGRESS_TAGS, deadline_tag
from tasks.views.report_rows import CONFIDENCE_TAGS

register = template.Library()

WHY = 48  # characters of a reason that stand in a row
NAMED = 3  # units named before the rest is counted


@lru_cache
def address(name: str, *of: object) -> str:
    """Of a page; asked for by every table of a dashboard."""
    return reverse(name, args=of)


def progress_sign(light: str) -> SafeString:
    return state(PROGRESS_TAGS.get(light))


def deadline_sign(light: str, due_on: datetime.date | None, today: datetime.date) -> SafeString:
    """With the days past or left where they matter; a date far ahead needs no sign beside it."""
    if light not in DEADLINE_TAGS or light == DeadlineLight.AHEAD:
        return SafeString()
    return state(deadline_tag(DeadlineLight(light), due_on, today))


def some_units(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:NAMED])}等 {len(names)} 家"


def units_of(plan: Plan) -> str:
    """What stands before the unit in the address of its dashboard."""
    return address("unit-dashboard", plan.slug, "x").removesuffix("x/")


def measures_of(plan: Plan) -> str:
    """What stands before the code of a measure in its address."""
    return address("measure", plan.slug, 0, 0).removesuffix("0-0/")


def reports() -> str:
    """What stands before duty and period in the address of a report."""
    return address("report", 0, 0).removesuffix("0/0/")


def cell(one: Cell) -> str:
    count = f'<a href="{escape(one.url)}">{one.count}</a>' if one.count and one.url else str(one.count)
    return f'<td class="n num {one.css}">{count}</td>'


@register.simple_tag
def cells(line: Line) -> SafeString:
    """A row of figures: its name, then each with the rows it counts."""
    return SafeString(f'<th scope="row">{escape(line.name)}</th>{"".join([cell(one) for one in line.cells])}')


@register.simple_tag
def bars(lines: Iterable[Line]) -> SafeString:
    """The same rows as bars: name, parts, sum."""
    return SafeString("".join([bar(line) for line in lines]))


def bar(line: Line) -> str:
    count = f'<a href="{escape(line.all.url)}">{line.all.count}</a>' if line.all.count else "0"
    parts = linked(line.name, line.segments, line.whole)
    return f'<p><span>{escape(line.name)}</span>{parts}<span class="num">{count}</span></p>'


@register.simple_tag
def groups_of_columns(groups: Iterable[Group]) -> SafeString:
    return SafeString(
        "".join(
            [
                f'<th scope="colgroup" colspan="{len(group.kinds)}" class="grp">{escape(group.label)}</th>'
                for group in groups
            ]
        )
    )


@register.simple_tag
def names_of_columns(groups: Iterable[Group]) -> SafeString:
    """The first of each group is set off."""
    return SafeString(
        "".join(
            [
                f'<th scope="col" class="n{"" if at else " grp"}">{escape(kind.label)}</th>'
                for group in groups
                for at, kind in enumerate(group.kinds)
            ]
        )
    )


@register.simple_tag
def city_rows(lines: Sequence[Line], plan: Plan) -> SafeString:
    """The cities and, as the foot of the table, what they carry jointly; each with its bar behind the number of measures."""
    unit_url = units_of(plan)
    rows = [f"<tr>{city(line, unit_url)}</tr>" for line in lines]
    return SafeString(f"<tbody>{''.join(rows[:-1])}</tbody><tfoot>{rows[-1]}</tfoot>")


def city(line: Line, unit_url: str) -> str:
    name = f'<a href="{unit_url}{line.url}/">{escape(line.name)}</a>' if line.url else escape(line.name)
    first, *others = map(cell, line.cells)
    parts = f'<td class="keep"><a href="{escape(line.all.url)}">{stacked(line.segments, line.whole)}</a></td>'
    return f'<th scope="row">{name}</th>{first}{parts}{"".join(others)}'


@register.simple_tag
def filed_rows(rows: Iterable[Filed], plan: Plan, filing_url: str) -> SafeString:
    """Units that have not handed in everything; `filing_url` is where the rows behind a number stand."""
    unit_url = units_of(plan)
    return SafeString("".join([filed_row(row, f"{unit_url}{row.slug}/", filing_url) for row in rows]))


def filed_row(row: Filed, unit_url: str, filing_url: str) -> str:
    drawn = [
        f'<tr><th scope="row"><a href="{unit_url}">{escape(row.name)}</a></th>'
        f'<td class="n num strong nowrap"><a href="{filing_url}?unit={row.slug}">{row.handed_in} / {row.obliged}</a></td>'
    ]
    for where, count in row.states:
        link = f'<a href="{filing_url}?state={where}&amp;unit={row.slug}">{count}</a>'
        drawn.append(f'<td class="n num{"" if count else " zero"}">{link if count else count}</td>')
    return "".join([*drawn, "</tr>"])


@register.simple_tag
def filed_chips(rows: Iterable[Filed], plan: Plan) -> SafeString:
    unit_url = units_of(plan)
    return SafeString(
        "".join(
            [
                f'<li><a class="unit" href="{unit_url}{row.slug}/">{escape(row.name)} '
                f'<span class="num muted">{row.handed_in}/{row.obliged}</span></a></li>'
                for row in rows
            ]
        )
    )


def shortened(text: str) -> str:
    return text if len(text) <= WHY else f"{text[: WHY - 1]}…"


class Rows:
    """Measures that need looking at, in a table: each named by a link, its units, and what the table asks for."""

    def __init__(self, plan: Plan) -> None:
        self.measure_url, self.report_url = measures_of(plan), reports()

    def head(self, line: Attended) -> str:
        measure = line.measure
        link = f'<a href="{self.measure_url}{measure.code}/"><span class="num">{measure.code}</span> '
        units = escape(some_units(line.units))
        return (
            f'<tr role="row"><th role="rowheader" scope="row" class="head">{link}{escape(measure.title)}</a></th>'
            f'<td role="cell" data-l="单位"><span>{units}</span></td>'
        )

    def red(self, line: Attended, today: datetime.date) -> str:
        measure, standing = line.measure, line.standing
        day = "" if measure.due_on is None else f"{measure.due_on:%Y-%m-%d}"
        until = f'<time class="num" datetime="{day}">{day}</time> ' if day else ""
        return (
            f'{self.head(line)}<td role="cell" data-l="原因"><span>{self.why(line.worst, measure.code)}</span></td>'
            f'<td role="cell" class="half" data-l="进度灯"><span>{progress_sign(standing.progress_light)}</span></td>'
            f"{rate(standing.percent, standing.scheduled)}"
            f'<td role="cell" class="nowrap" data-l="时限"><div>{until}'
            f"{deadline_sign(standing.deadline_light, measure.due_on, today)}</div></td>"
            f'<td role="cell" class="nowrap" data-l="持续"><span>'
            f"{f'连续 {line.lasted} 期' if line.lasted > 1 else '首次'}</span></td></tr>"
        )

    def why(self, said: Said | None, code: str) -> str:
        """The reason given in the worst report, with the way to it."""
        if said is None:
            return "—"
        unsaid = f'<span class="muted">没有写问题，自评{CONFIDENCE_TAGS[said.confidence].text}</span>'
        return f"{escape(shortened(said.why)) if said.why else unsaid} {self.report_link(said, code)}"

    def report_link(self, said: Said, code: str) -> str:
        url = f"{self.report_url}{said.duty}/{said.period}/"
        return f'<a class="nowrap no-print" href="{url}">填报<span class="visually-hidden"> {code}</span></a>'

    def moved(self, line: Attended) -> str:
        measure = line.measure
        days = [f"{on:%Y-%m-%d}" if on else "—" for on in (measure.original_due_on, measure.due_on)]
        return (
            f'<tr><th scope="row"><a href="{self.measure_url}{measure.code}/"><span class="num">{measure.code}</span> '
            f'{escape(measure.title)}</a></th><td class="num nowrap">{days[0]}</td><td class="num nowrap">{days[1]}</td>'
            f'<td class="n num">{line.standing.due_moves}</td></tr>'
        )

    def disagreeing(self, line: Attended) -> str:
        standing, said = line.standing, line.worst
        own = f"{confidence(standing.confidence)}{f' {self.report_link(said, line.measure.code)}' if said else ''}"
        return (
            f'{self.head(line)}<td role="cell" data-l="自评"><span>{own}</span></td>'
            f'<td role="cell" class="half" data-l="推算"><span>{progress_sign(standing.progress_light)}</span></td>'
            f"{rate(standing.percent, standing.scheduled)}</tr>"
        )


def red_rows(lines: Iterable[Attended], plan: Plan, today: datetime.date) -> SafeString:
    rows = Rows(plan)
    return SafeString("".join([rows.red(line, today) for line in lines]))


def disagreeing_rows(lines: Iterable[Attended], plan: Plan) -> SafeString:
    rows = Rows(plan)
    return SafeString("".join([rows.disagreeing(line) for line in lines]))


def moved_rows(lines: Iterable[Attended], plan: Plan) -> SafeString:
    rows = Rows(plan)
    return SafeString("".join([rows.moved(line) for line in lines]))


def rate(percent: int | None, scheduled: int | None) -> str:
    done, planned = ("—" if one is None else f"{one}%" for one in (percent, scheduled))
    return f'<td role="cell" class="n num nowrap half" data-l="完成率"><span>{done} / {planned}</span></td>'
