"""Compositions as bars: inline SVG from the very row whose numbers stand beside it."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tasks.queries.overview import RoleCount

WIDTH, HEIGHT, GAP = 300, 14, 2


def bar(roles: Iterable[RoleCount]) -> SafeString:
    """One segment a role that occurs, as wide as its share; the label carries every number."""
    shown = [role for role in roles if role.count]
    label = "，".join(f"{role.label} {role.count}" for role in shown) or "没有职责"
    return format_html(
        '<svg class="bar" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>', WIDTH, HEIGHT, label, segments(shown)
    )


def segments(shown: list[RoleCount]) -> SafeString:
    total, room, x, parts = sum(role.count for role in shown), WIDTH - GAP * (len(shown) - 1), 0.0, []
    for role in shown:
        width = room * role.count / total
        parts.append((role.role, f"{x:.1f}", f"{width:.1f}", HEIGHT))
        x += width + GAP
    return format_html_join("", '<rect class="f-{}" x="{}" width="{}" height="{}"/>', parts)
