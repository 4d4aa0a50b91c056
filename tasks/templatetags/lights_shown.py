"""Both lights as signs, and units in few words."""

import datetime
from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from tasks.templatetags.changes import state
from tasks.views.light_tags import DEADLINE_TAGS, PROGRESS_TAGS

register = template.Library()

NAMED = 3  # units named before the rest is counted
WITH_DAYS = {"overdue": "逾期 {} 天", "urgent": "临期 {} 天", "soon": "临期 {} 天"}


@register.simple_tag
def progress_sign(light: str) -> SafeString:
    return state(PROGRESS_TAGS.get(light))


@register.simple_tag
def deadline_sign(light: str, due_on: datetime.date | None, today: datetime.date) -> SafeString:
    """With the days past or left where they matter; a date far ahead needs no sign beside it."""
    tag = DEADLINE_TAGS.get(light)
    if tag is None or light == "ahead":
        return SafeString()
    if due_on is not None and light in WITH_DAYS:
        tag = tag._replace(text=WITH_DAYS[light].format(abs((due_on - today).days)))
    return state(tag)


@register.filter
def some_units(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:NAMED])}等 {len(names)} 家"
