"""The audit trail for those who read it: filtered, newest first, page by page along the event numbers."""

import json
from itertools import chain
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from units.forms import AuditFilterForm
from units.models import AuditEvent
from units.permissions import Permission, require
from units.queries import audit_events

PER_PAGE = 50
COUNTED = 10_000  # more are neither counted, which would grow with the years, nor taken away in one file


class Line(NamedTuple):
    """One event as shown: `changes` are label, before and after where these are known by label, else one row."""

    event: AuditEvent
    changes: list[tuple[str, str, str]]

    @property
    def is_change(self) -> bool:
        """Something was one thing and became another; what is only there or gone needs no marks."""
        return bool(self.event.before and self.event.after)


class Window(NamedTuple):
    """One page of events, newest first, and the numbers from which the neighbours go on."""

    events: list[AuditEvent]
    newer: int | None
    older: int | None


@login_required
@never_cache
@require_safe
def audit_trail(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.READ_AUDIT_TRAIL)
    form = AuditFilterForm(request.GET)
    context = {"form": form, "limit": COUNTED}
    if form.is_valid():
        events = audit_events(request.user, form.question())
        window = window_of(events, whole_number(request, "before"), whole_number(request, "after"))
        context |= {
            "window": window,
            "lines": [Line(event, changes(event)) for event in window.events],
            "count": events.order_by()[: COUNTED + 1].count(),
            "in_words": form.in_words(),
        }
    form.leave_focus_to_errors()
    return render(request, "units/audit.html", context)


def whole_number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def window_of(events, before: int | None, after: int | None) -> Window:
    """The page older than `before`, or the one newer than `after`. One query; a row more tells whether it goes on."""
    if after is not None:
        found = list(events.filter(number__gt=after).order_by("number")[: PER_PAGE + 1])
        shown = found[:PER_PAGE][::-1]
        return Window(shown, shown[0].number if len(found) > PER_PAGE else None, shown[-1].number if shown else None)
    if before is not None:
        events = events.filter(number__lt=before)
    found = list(events[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    newer = shown[0].number if shown and before is not None else None
    return Window(shown, newer, shown[-1].number if len(found) > PER_PAGE else None)


def changes(event: AuditEvent) -> list[tuple[str, str, str]]:
    before, after = said(event.before), said(event.after)
    labels = dict.fromkeys(chain(before, after))
    return [(label, before.get(label, ""), after.get(label, "")) for label in labels]


def said(text: str) -> dict[str, str]:
    """What an event keeps as text: label -> words; a text that is no mapping has no label."""
    if not text:
        return {}
    try:
        found = json.loads(text) if text.startswith("{") else None
    except ValueError:
        found = None
    return {str(label): str(words) for label, words in found.items()} if isinstance(found, dict) else {"": text}
