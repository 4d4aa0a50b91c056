"""The content of a report: what its unit writes in it, and what a new one opens with."""

from typing import Any

from tasks.models import ProgressReport
from tasks.roundtrip import EDITABLE

CONTENT_FIELDS = EDITABLE  # all of it can be filled in offline
WITHOUT_TEXT = ("percent_complete", "coordination_unit", "coordination_due_on")
EMPTY: dict[str, Any] = {name: None if name in WITHOUT_TEXT else "" for name in CONTENT_FIELDS}


def content_of(report: ProgressReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in CONTENT_FIELDS}


def repeated(last: ProgressReport) -> dict[str, Any]:
    """The last approved content said again. Why the percentage fell was said of that period only."""
    return {**content_of(last), "fall_reason": ""}


def baseline(last: ProgressReport | None) -> dict[str, Any]:
    """What a new report starts from, and what a change is a change of."""
    return repeated(last) if last else dict(EMPTY)


def opening(report: ProgressReport | None, last: ProgressReport | None) -> dict[str, Any]:
    """What a form or a row of a workbook opens with: the report, else what it starts from."""
    return content_of(report) if report else baseline(last)
