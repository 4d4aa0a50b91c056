"""Rows of what can be published and of what is, drawn in Python: see `dashboard_drawn`."""

from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from tasks.models import Plan
from tasks.queries.publishing import Line
from tasks.templatetags.changes import confidence
from tasks.templatetags.dashboard_drawn import measures_of

register = template.Library()

CORRECTED = '<span class="role">更正</span>'


@register.simple_tag
def unpublished_lines(lines: Iterable[Line], all_ticked: bool) -> SafeString:
    """With a box to tick, and the way to all that the unit wrote."""
    url, ticked = reverse("review-report", args=[0]).removesuffix("0/"), " checked" if all_ticked else ""
    return SafeString("".join([unpublished_line(line, url, ticked) for line in lines]))


def unpublished_line(line: Line, url: str, ticked: str) -> str:
    code, unit = line.code, escape(line.unit)
    percent = "" if line.percent is None else f'<span class="num">{line.percent}%</span>'
    return (
        f'<li><input class="form-check-input mt-2" type="checkbox" data-code="{code}" name="report" value="{line.key}" '
        f'aria-label="选择 {code} {unit}"{ticked}><div class="grow"><p class="line"><span class="num">{code}</span>'
        f'<strong class="text-body">{unit}</strong>{confidence(line.confidence)}{percent}'
        f'{CORRECTED if line.corrects else ""}<a class="more" href="{url}{line.key}/">看全部内容'
        f'<span class="visually-hidden"> {code} {unit}</span></a></p><p class="text mb-0">{escape(line.progress)}</p>'
        f"</div></li>"
    )


@register.simple_tag
def published_rows(lines: Iterable[Line], plan: Plan) -> SafeString:
    """With who made it public, and the way to take it down."""
    measures, down = measures_of(plan), reverse("unpublish", args=[plan.slug, 0]).rsplit("0", 1)
    return SafeString("".join([published_row(line, measures, down) for line in lines]))


def published_row(line: Line, measures: str, down: list[str]) -> str:
    code, unit, on = line.code, escape(line.unit), timezone.localdate(line.published_at)
    return (
        f'<tr role="row"><td role="cell" class="num nowrap" data-l="编号"><span><a href="{measures}{code}/">{code}</a>'
        f'</span></td><th role="rowheader" scope="row">{unit}</th><td role="cell" data-l="进展"><span class="text">'
        f'{escape(line.progress)}</span></td><td role="cell" class="nowrap" data-l="公开"><span>{on:%Y-%m-%d} '
        f'{escape(line.publisher)}</span></td><td role="cell" class="nowrap" data-l="撤下"><span>'
        f'<a href="{str(line.key).join(down)}">撤下…<span class="visually-hidden"> {code} {unit}</span></a></span></td></tr>'
    )
