"""A plan written down as JSON, to be gone back to: the draft that would restore it. Pure.

{"title", "subject", "source_name", "source_sha256", "tasks": [{"number", "title", "field", "measures": [{"text",
"statement", "line", "paragraph", "duties": [[unit, role, group or null]], "slips": [[as written, probably, remark]],
"settings": {…}}]}]}
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.allocation.corrections import Slip
from tasks.allocation.grammar import Assignment
from tasks.allocation.table import DraftMeasure, DraftPlan, DraftTask


def draft_of(data: Mapping[str, Any]) -> DraftPlan:
    tasks = tuple(
        DraftTask(item["number"], item["title"], 0, [draft_measure(measure) for measure in item["measures"]])
        for item in data["tasks"]
    )
    return DraftPlan(data["title"], tasks, ())


def draft_measure(item: Mapping[str, Any]) -> DraftMeasure:
    assignments = tuple(Assignment(unit, role, group) for unit, role, group in item["duties"])
    return DraftMeasure(item["text"], item["statement"], item["line"], item["paragraph"], assignments)


def slips_of(data: Mapping[str, Any]) -> Iterator[Slip]:
    for task in data["tasks"]:
        for item in task["measures"]:
            for slip in item["slips"]:
                yield Slip(item["line"], *slip)


def settings_of(data: Mapping[str, Any]) -> dict[tuple[int, int], Mapping[str, Any]]:
    """Number and order -> the settings of the measure that stood there."""
    return {
        (task["number"], order): item["settings"]
        for task in data["tasks"]
        for order, item in enumerate(task["measures"], start=1)
    }
