"""Charts as inline SVG, from the very rows of the table beside them. Attributes only: the site allows no style in markup.

Every drawing says all its values in words; a bar is known by its hatching as well as by its colour. A page has a hundred
parts: texts from data go through `escape` where they are put in, the whole alone is called safe.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django import template
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
    room, x, rects = BAR_WIDTH - GAP * (len(shown) - 1), 0.0, ""
    for segment in shown:
        width = room * segment.count / whole
        rects += f'<rect class="p-{segment.css}" x="{x:.1f}" width="{width:.1f}" height="{BAR_HEIGHT}"/>'
        x += width + GAP
    return SafeString(drawing("bar", BAR_WIDTH, BAR_HEIGHT, in_words(shown), rects))


def linked(name: str, segments: Sequence[Segment], whole: int = 0) -> SafeString:
    """The same bar at any width, each part with its number printed in it where there is room, and a link to its rows."""
    shown = [segment for segment in segments if segment.count]
    whole = whole or sum(segment.count for segment in shown)
    room, x, parts, named = 100 - PART_GAP * (len(shown) - 1), 0.0, "", escape(name)
    for segment in shown:
        width = room * segment.count / whole
        parts += part(named, segment, x, width)
        x += width + PART_GAP
    label = f"{named}：{escape(in_words(shown))}"
    return SafeString(f'<svg class="parts" role="group" aria-label="{label}">{parts}</svg>')


def in_words(segments: Sequence[Segment]) -> str:
    return "，".join(f"{segment.label} {segment.count}" for segment in segments) or "没有举措"


def part(named: str, segment: Segment, x: float, width: float) -> str:
    """`named` is escaped already."""
    css = segment.css
    inside = f'<rect class="p-{css}" x="{x:.2f}%" width="{width:.2f}%" height="100%"/>'
    if width >= DIGIT * len(str(segment.count)):
        inside += f'<text class="on-{css}" x="{x + width / 2:.2f}%" y="50%">{segment.count}</text>'
    label = f"{named}：{escape(segment.label)} {segment.count} 项"
    return f'<a href="{escape(segment.url)}" aria-label="{label}">{inside}</a>'


@register.simple_tag
def column(one: Column) -> SafeString:
    height = TALL * one.count / one.whole if one.whole else 0
    bar = rect(one.css, 6, height, 32)
    value = text(22, TOP + TALL - height - 5, one.count)
    return SafeString(
        drawing("chart", WIDTH, TOP + TALL + FOOT, f"{one.label} {one.count} 项", bar + value + axis(one.label))
    )


@register.simple_tag
def pair(one: Pair) -> SafeString:
    done, planned = TALL * one.percent / 100, TALL * one.scheduled / 100
    bars = rect("done", 3, done, 18) + rect("plan", 23, planned, 18)
    values = text(12, TOP + TALL - done - 5, one.percent) + text(32, TOP + TALL - planned - 5, one.scheduled)
    label = f"{one.label}：平均完成率 {one.percent}%，平均序时进度 {one.scheduled}%，{one.measures} 项举措"
    return SafeString(drawing("chart", WIDTH, TOP + TALL + FOOT, label, bars + values + axis(one.label)))


@register.filter
def values(columns: Sequence[Column]) -> str:
    """Every value of a small multiple, in words."""
    return "，".join(f"{one.label} {one.count}" for one in columns)


def drawing(css: str, width: int, height: int, label: str, content: str) -> str:
    return f'<svg class="{css}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{content}</svg>'


def rect(css: str, x: int, height: float, width: int) -> str:
    return f'<rect class="p-{css}" x="{x}" y="{TOP + TALL - height:.1f}" width="{width}" height="{height:.1f}"/>'


def text(x: float, y: float, words: object, css: str = "") -> str:
    return f'<text class="{css}" x="{x}" y="{y:.1f}">{escape(str(words))}</text>'


@lru_cache
def axis(label: str) -> str:
    """The base line and the name beneath it: what comes after the year first, the year below."""
    found = re.fullmatch(r"(\d{4})年(.+)", label)
    year, name = found.groups() if found else ("", label)
    base = TOP + TALL
    return (
        f'<path class="axis" d="M0 {base}H{WIDTH}"/>{text(22, base + 14, name[:4], "quiet")}'
        f"{text(22, base + 27, year, 'quiet')}"
    )
