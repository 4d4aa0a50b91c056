"""A report as rows: the last approved text on the left, this period's on the right, and whether it was changed.

The form, the page that only shows, and the page of two versions are drawn from the same rows.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django.forms import BoundField

from tasks.choices import Confidence
from tasks.forms import ReportForm
from tasks.models import ProgressReport
from tasks.queries.content import EMPTY, baseline, content_of
from units.models import Unit

# The rows, in the order in which they are written; what is written together stands together.
GROUPS = (
    ("progress",),
    ("percent_complete",),
    ("confidence",),
    ("risk",),
    ("problems",),
    ("coordination_request", "coordination_unit", "coordination_due_on"),
    ("next_steps",),
    ("fall_reason",),
)
LABELS = {name: field.label for name, field in ReportForm.base_fields.items()} | {"progress": "进展"}


class Tag(NamedTuple):
    """A state as shown: class, icon, words."""

    css: str
    icon: str
    text: str

    def drawn(self) -> str:
        """As HTML."""
        return drawn(self)


@lru_cache(maxsize=512)  # there are few, and days
def drawn(tag: Tag) -> str:
    kind = "conf " if tag.css.startswith("conf") else ""
    icon = f'<svg class="ic" aria-hidden="true"><use href="#i-{tag.icon}"/></svg>' if tag.icon else ""
    return f'<span class="tag {kind}{tag.css}">{icon}{escape(tag.text)}</span>'


CONFIDENCE_TAGS = {
    Confidence.ON_TRACK: Tag("conf-ok", "ok", "正常"),
    Confidence.AT_RISK: Tag("conf-risk", "risk", "有风险"),
    Confidence.BEHIND: Tag("conf-late", "late", "滞后"),
}


class Shown(NamedTuple):
    """One value as text, with what a template needs to draw it otherwise."""

    name: str
    label: str
    text: str
    percent: int | None
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class Row:
    """What stands together in one row: form fields (none on a page that only shows), values of then and of now."""

    name: str
    label: str
    fields: list[BoundField]
    before: list[Shown]
    now: list[Shown]
    is_changed: bool


def shown(name: str, value: Any) -> Shown:
    percent = value if name == "percent_complete" and isinstance(value, int) else None
    tag = CONFIDENCE_TAGS.get(value) if name == "confidence" else None
    if percent is not None:
        return Shown(name, LABELS[name], f"{percent}%", percent, None)
    return Shown(name, LABELS[name], tag.text if tag else str(value or ""), None, tag)


def form_rows(form: ReportForm, last: ProgressReport | None) -> list[Row]:
    """The rows of the form. Each input carries its value of last period, so that a script can compare and restore."""
    before, typed = baseline(last), values(form)
    for name, value in before.items():
        form.fields[name].widget.attrs["data-last"] = as_posted(value)
    return [row(group, before, typed, last is not None, form) for group in GROUPS]


def shown_rows(report: ProgressReport, last: ProgressReport | None) -> list[Row]:
    """The rows of a page that only shows; what is empty then and now is left out."""
    now, before = content_of(report), baseline(last)
    groups = [group for group in GROUPS if any(as_posted(then[name]) for name in group for then in (now, before))]
    return [row(group, before, now, last is not None, None) for group in groups]


def row(
    group: tuple[str, ...],
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    has_last: bool,
    form: ReportForm | None,
) -> Row:
    return Row(
        group[0],
        LABELS[group[0]],
        [form[name] for name in group] if form else [],
        [shown(name, before[name]) for name in group],
        [shown(name, now[name]) for name in group],
        has_last and any(before[name] != now[name] for name in group),
    )


def values(form: ReportForm) -> dict[str, Any]:
    """What the form holds: as values where it can be read, as typed where it cannot."""
    if not form.is_bound:
        return {name: form.initial.get(name, empty) for name, empty in EMPTY.items()}
    wrong = form.errors  # reading it validates
    return {name: form.data.get(name, "") if name in wrong else form.cleaned_data[name] for name in EMPTY}


def changed_labels(form: ReportForm, last: ProgressReport | None) -> list[str]:
    """Labels of what differs from the last period, field by field."""
    before, typed = baseline(last), values(form)
    return [LABELS[name] for name in EMPTY if typed[name] != before[name]]


def as_posted(value: Any) -> str:
    """A value as its input would send it."""
    if value is None:
        return ""
    if isinstance(value, Unit):
        return str(value.pk)
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
