"""Texts with their changes marked or their dates in one piece, people by name, states as shape and word."""

import re
from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from tasks.textdiff import Piece
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag
from units.models import User

register = template.Library()

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MARKS = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}


@register.simple_tag
def marked(pieces: Sequence[Piece], arrow: bool = False) -> SafeString:
    """The text with <del> and <ins>; line ends stay. An arrow stands where one value gave way to another."""
    parts = [MARKS[kind].format(escape(text)) for kind, text in pieces]
    return mark_safe((" → " if arrow else "").join(parts))  # noqa: S308 - every part is escaped above


@register.filter
def whole_days(text: str) -> SafeString:
    """The text, escaped; a line never ends within a date such as 2026-09-30."""
    return mark_safe(DAY.sub(r'<span class="nowrap">\g<0></span>', escape(text)))  # noqa: S308 - escaped, and digits


@register.filter
def named(person: User | None) -> str:
    return person.display_name if person else ""


@register.simple_tag
def state(tag: Tag | None) -> SafeString:
    return SafeString(tag.drawn() if tag else "")


@register.simple_tag
def confidence(value: str) -> SafeString:
    """研判 as shape and word; nothing where none was given."""
    return state(CONFIDENCE_TAGS.get(value))
