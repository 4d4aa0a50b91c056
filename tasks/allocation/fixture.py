"""A draft plan as a Django fixture with natural keys: the same bytes for the same table and decisions. Pure."""

import json
from collections.abc import Iterator
from typing import Any

from tasks.allocation.corrections import Corrections, FieldOfTasks, Slip
from tasks.allocation.table import DraftMeasure, DraftPlan, DraftTask


def fixture_text(draft: DraftPlan, corrections: Corrections, slug: str, source_name: str, source_sha256: str) -> str:
    """One object a line, so that a change of the table is a readable difference."""
    plan = {
        "slug": slug,
        "title": draft.title,
        "subject": corrections.subject,
        "source_name": source_name,
        "source_sha256": source_sha256,
    }
    objects = [("plan", plan), *described(draft, corrections, slug)]
    lines = (json.dumps({"model": f"tasks.{model}", "fields": row}, ensure_ascii=False) for model, row in objects)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def described(draft: DraftPlan, corrections: Corrections, slug: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for position, field in enumerate(corrections.fields, start=1):
        yield "field", {"plan": [slug], "position": position, "name": field.name, "basis": field.basis}
    for task in draft.tasks:
        field_of_task = field_for(task, corrections.fields)
        yield (
            "maintask",
            {
                "plan": [slug],
                "number": task.number,
                "title": task.title,
                "field": [slug, field_of_task.name] if field_of_task else None,
            },
        )
        for order, measure in enumerate(task.measures, start=1):
            yield from described_measure([slug, task.number], order, measure, corrections.slips)


def described_measure(
    task_key: list[Any], order: int, measure: DraftMeasure, slips: tuple[Slip, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    key = [*task_key, order]
    yield (
        "measure",
        {
            "main_task": task_key,
            "order": order,
            "text": measure.text,
            "responsibility_text": measure.responsibility_text,
            "source_line": measure.line,
            "source_paragraph": measure.paragraph,
        },
    )
    for position, assignment in enumerate(measure.assignments, start=1):
        yield (
            "duty",
            {
                "measure": key,
                "unit": [assignment.unit],
                "role": assignment.role,
                "position": position,
                "via_group": [assignment.via_group] if assignment.via_group else None,
            },
        )
    for slip in slips_in(measure, slips):
        row = {"measure": key, "as_written": slip.as_written, "probably": slip.probably, "remark": slip.remark}
        yield "probableslip", row


def field_for(task: DraftTask, fields: tuple[FieldOfTasks, ...]) -> FieldOfTasks | None:
    return next((field for field in fields if field.first <= task.number <= field.last), None)


def slips_in(measure: DraftMeasure, slips: tuple[Slip, ...]) -> list[Slip]:
    """The slips that speak of this measure: those of its line whose words stand in its text or statement."""
    texts = measure.text + "\n" + measure.responsibility_text
    return [slip for slip in slips if slip.line == measure.line and slip.as_written in texts]
