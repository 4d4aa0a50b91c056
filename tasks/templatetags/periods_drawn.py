"""Rows of the filing board and of what stands behind its numbers, drawn in Python: see `dashboard_drawn`."""

from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from tasks.models import ReportingPeriod
from tasks.queries.filing import APPROVED, DRAFTED, MISSING, FilingRow
from tasks.templatetags.dashboard_drawn import measures_of, reports

register = template.Library()

LATE = ' <span class="role">补报</span>'


@register.simple_tag
def board_rows(lines: Iterable[dict[str, Any]], period: ReportingPeriod) -> SafeString:
    """A row each: a unit or all together, and its numbers, which lead to their rows."""
    url = reverse("period-filing", args=[period.plan.slug, period.pk])
    return SafeString("".join([board_row(line, url) for line in lines]))


def board_row(line: dict[str, Any], url: str) -> str:
    name, unit = escape(line["name"]), f"&amp;unit={line['slug']}" if line["slug"] else ""
    cells = [
        board_cell(count, state == MISSING, f"{url}?state={state}{unit}", f"{name} {label}")
        for state, label, count in line["cells"]
    ]
    return f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>'


def board_cell(count: int, is_wanting: bool, url: str, words: str) -> str:
    if not count:
        return '<td class="n zero">0</td>'
    css = "n wanting" if is_wanting else "n"
    return f'<td class="{css}"><a href="{url}">{count}<span class="visually-hidden"> {words}</span></a></td>'


@register.simple_tag
def filing_rows(
    lines: Iterable[tuple[FilingRow, str]], period: ReportingPeriod, permits: Collection[str]
) -> SafeString:
    """A duty each, with its state in words: who reviews is led to the review, anybody else to the report."""
    reviews = "REVIEW_AT_OFFICE" in permits
    review, correct = (
        reverse(name, args=[0]).split("/0/") if reviews else None for name in ("review-report", "report-correct")
    )
    measures, written = measures_of(period.plan), reports()
    rows = []
    for row, state in lines:
        url = f"/{row.report}/".join(review) if review else f"{written}{row.duty}/{period.pk}/"
        cells = filing_row(row, state, f"{measures}{row.code}/", url)
        rows.append(f"{cells}{correction(row, correct) if correct and period.is_frozen else ''}</tr>")
    return SafeString("".join(rows))


def filing_row(row: FilingRow, state: str, measure: str, report: str) -> str:
    unit = escape(row.unit_name)
    if row.report and row.state != DRAFTED:
        state = f'<a href="{report}">{state}<span class="visually-hidden"> {row.code} {unit}</span></a>'
    return (
        f'<tr role="row"><td role="cell" class="num nowrap" data-l="编号"><span>{row.code}</span></td>'
        f'<th role="rowheader" scope="row"><a class="mt" href="{measure}">{escape(row.text)}</a></th>'
        f'<td role="cell" class="nowrap" data-l="单位"><span>{unit}</span></td>'
        f'<td role="cell" class="nowrap" data-l="状态"><span>{state}{LATE if row.is_late else ""}</span></td>'
    )


def correction(row: FilingRow, url: list[str]) -> str:
    """Of what is frozen and approved."""
    said = "—"
    if row.state == APPROVED:
        hidden = f'<span class="visually-hidden"> {row.code} {escape(row.unit_name)}</span>'
        said = f'<a href="{f"/{row.report}/".join(url)}">更正{hidden}</a>'
    return f'<td role="cell" class="nowrap" data-l="更正"><span>{said}</span></td>'
