"""Compositions as bars: inline SVG from the very counts that stand beside it."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tasks.queries.overview import RoleCount

register = template.Library()

WIDTH, HEIGHT, GAP = 300, 14, 2


@register.simple_tag
def bar(roles: Sequence[RoleCount], whole: int = 0) -> SafeString:
    """One segment a role that occurs, as wide as its share of `whole`, or of their sum. The label has every number."""
    shown = [role for role in roles if role.count]
    label = "，".join(f"{role.label} {role.count}" for role in shown) or "没有职责"
    whole = whole or sum(role.count for role in shown)
    return format_html(
        '<svg class="bar" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        segments(shown, whole),
    )


def segments(shown: Sequence[RoleCount], whole: int) -> SafeString:
    room, x, parts = WIDTH - GAP * (len(shown) - 1), 0.0, []
    for role in shown:
        width = room * role.count / whole
        parts.append((role.role, f"{x:.1f}", f"{width:.1f}", HEIGHT))
        x += width + GAP
    return format_html_join("", '<rect class="f-{}" x="{}" width="{}" height="{}"/>', parts)
