"""Charts as inline SVG, from the very rows of the table beside them. Attributes only: the site allows no style in markup.

Every drawing says all its values in words; a bar is known by its hatching as well as by its colour.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

BAR_WIDTH, BAR_HEIGHT, GAP = 300, 14, 2
PART_GAP, DIGIT = 0.5, 3.5  # of a bar in percent of its width: between its parts, and room for a digit on a phone
WIDTH, TOP, TALL, FOOT = 44, 18, 60, 32  # of a column: room for its number, the bar, its name in two lines


class Segment(NamedTuple):
    """A part of a stacked bar; `css` is its fill (`p-…`)."""

    label: str
    css: str
    count: int
    url: str = ""


class Column(NamedTuple):
    """One column of a small multiple, on the scale of `whole`; a link to its rows."""

    label: str
    count: int
    whole: int
    css: str
    url: str


class Pair(NamedTuple):
    """完成率 beside 序时进度, in percent, of so many measures."""

    label: str
    percent: int
    scheduled: int
    measures: int
    url: str


@register.simple_tag
def stacked(segments: Sequence[Segment], whole: int = 0) -> SafeString:
    """A bar as long as its sum is of `whole`, or full."""
    shown = [segment for segment in segments if segment.count]
    whole = whole or sum(segment.count for segment in shown)
    label = "，".join(f"{segment.label} {segment.count}" for segment in shown) or "没有举措"
    room, x, parts = BAR_WIDTH - GAP * (len(shown) - 1), 0.0, []
    for segment in shown:
        width = room * segment.count / whole
        parts.append((segment.css, f"{x:.1f}", f"{width:.1f}", BAR_HEIGHT))
        x += width + GAP
    rects = format_html_join("", '<rect class="p-{}" x="{}" width="{}" height="{}"/>', parts)
    return drawing("bar", BAR_WIDTH, BAR_HEIGHT, label, rects)


@register.simple_tag
def linked(name: str, segments: Sequence[Segment], whole: int = 0) -> SafeString:
    """The same bar at any width, each part with its number printed in it where there is room, and a link to its rows."""
    shown = [segment for segment in segments if segment.count]
    whole = whole or sum(segment.count for segment in shown)
    room, x, parts = 100 - PART_GAP * (len(shown) - 1), 0.0, SafeString()
    for segment in shown:
        width = room * segment.count / whole
        parts += part(name, segment, x, width)
        x += width + PART_GAP
    label = "，".join(f"{segment.label} {segment.count}" for segment in shown) or "没有举措"
    return format_html('<svg class="parts" role="group" aria-label="{}：{}">{}</svg>', name, label, parts)


def part(name: str, segment: Segment, x: float, width: float) -> SafeString:
    middle, wide = f"{x + width / 2:.2f}", f"{width:.2f}"
    inside = format_html('<rect class="p-{}" x="{}%" width="{}%" height="100%"/>', segment.css, f"{x:.2f}", wide)
    if width >= DIGIT * len(str(segment.count)):
        inside += format_html('<text class="on-{}" x="{}%" y="50%">{}</text>', segment.css, middle, segment.count)
    words = f"{name}：{segment.label} {segment.count} 项"
    return format_html('<a href="{}" aria-label="{}">{}</a>', segment.url, words, inside)


@register.simple_tag
def column(one: Column) -> SafeString:
    height = TALL * one.count / one.whole if one.whole else 0
    bar = rect(one.css, 6, height, 32)
    value = text(22, TOP + TALL - height - 5, one.count)
    return drawing("chart", WIDTH, TOP + TALL + FOOT, f"{one.label} {one.count} 项", bar + value + axis(one.label))


@register.simple_tag
def pair(one: Pair) -> SafeString:
    done, planned = TALL * one.percent / 100, TALL * one.scheduled / 100
    bars = rect("done", 3, done, 18) + rect("plan", 23, planned, 18)
    values = text(12, TOP + TALL - done - 5, one.percent) + text(32, TOP + TALL - planned - 5, one.scheduled)
    label = f"{one.label}：平均完成率 {one.percent}%，平均序时进度 {one.scheduled}%，{one.measures} 项举措"
    return drawing("chart", WIDTH, TOP + TALL + FOOT, label, bars + values + axis(one.label))


@register.filter
def values(columns: Sequence[Column]) -> str:
    """Every value of a small multiple, in words."""
    return "，".join(f"{one.label} {one.count}" for one in columns)


def drawing(css: str, width: int, height: int, label: str, content: SafeString) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>', css, width, height, label, content
    )


def rect(css: str, x: int, height: float, width: int) -> SafeString:
    return format_html(
        '<rect class="p-{}" x="{}" y="{}" width="{}" height="{}"/>',
        css,
        x,
        f"{TOP + TALL - height:.1f}",
        width,
        f"{height:.1f}",
    )


def text(x: float, y: float, words: object, css: str = "") -> SafeString:
    return format_html('<text class="{}" x="{}" y="{}">{}</text>', css, x, f"{y:.1f}", words)


def axis(label: str) -> SafeString:
    """The base line and the name beneath it: what comes after the year first, the year below."""
    found = re.fullmatch(r"(\d{4})年(.+)", label)
    year, name = found.groups() if found else ("", label)
    base = TOP + TALL
    line = format_html('<path class="axis" d="M0 {}H{}"/>', base, WIDTH)
    return line + text(22, base + 14, name[:4], "quiet") + text(22, base + 27, year, "quiet")
