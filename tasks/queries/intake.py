"""An uploaded allocation table examined: what it says, what a person has yet to decide, what it would change.

The one reader, the one grammar and the one comparison of `import_allocation`, with the decisions kept beside the file.
"""

import datetime
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db import models, router
from django.db.models.deletion import Collector

from tasks.allocation.corrections import Corrections, FieldOfTasks, Slip
from tasks.allocation.decisions import Decisions, Doubtful, drafted
from tasks.allocation.reader import read_table
from tasks.allocation.rows import Document
from tasks.allocation.snapshot import draft_of, slips_of
from tasks.allocation.table import DraftPlan
from tasks.models import Duty, Field, Measure, TableImport
from tasks.queries.difference import NEW_UNIT, TITLE, Change, Comparison, compare
from units.models import Unit
from units.names import NameBook
from units.queries import name_book

SETTINGS = ("starts_on", "due_on", "original_due_on", "is_ongoing", "roll_up", "halted")
NAMED = 20  # names in a sentence
NO_TITLE = "表格上方没有标题。请在表格上方写上标题，重新上传。"
NO_TASKS = "没有读到任何一项主要任务。请确认各栏是序号、主要任务、具体举措、责任单位，重新上传。"


@dataclass
class Examined:
    """`unknown`: names no unit bears and nobody has decided on. `kept_down`: why some removals cannot be."""

    table: TableImport
    decisions: Decisions
    draft: DraftPlan
    book: NameBook
    found: Comparison
    unknown: list[str]
    doubts: list[Doubtful]
    kept_down: list[str]
    document: Document | None = None

    @property
    def open_places(self) -> list[Doubtful]:
        return [one for one in self.doubts if not one.is_decided]

    @property
    def changes(self) -> list[Change]:
        """What becomes an amendment. Units are no part of the plan: they were decided on before."""
        return [change for change in self.found.changes if not change.subject.startswith(NEW_UNIT)]

    @property
    def is_first(self) -> bool:
        """Whether this table is the plan's first, so that nothing is amended by it."""
        return not self.found.tasks

    @property
    def hindrances(self) -> list[str]:
        """Everything that stands in the way of writing, each as a sentence that says what to do."""
        said = []
        if errors := self.draft.errors:
            said.append(f"表中有 {len(errors)} 处错误。请在原文件里改好，重新上传。")
        if not self.draft.tasks:
            said.append(NO_TASKS)
        if not self.draft.title:
            said.append(NO_TITLE)
        if self.unknown:
            more = "等" if len(self.unknown) > NAMED else ""
            said.append(f"还有 {len(self.unknown)} 个名称没有认定：{'、'.join(self.unknown[:NAMED])}{more}。")
        if self.open_places:
            said.append(f"还有 {len(self.open_places)} 段没有确认归属。")
        return [*said, *self.kept_down]

    @property
    def digest(self) -> str:
        """What a page showed: the plan as it is and all that would be written. Other rows, other decisions: another."""
        rows = [item.row for item in self.found.placed if item.row] + self.found.removed
        plan = self.found.plan
        present = [
            (row.pk, row.code, row.text, row.responsibility_text, [as_kept(duty) for duty in row.duties.all()])
            for row in sorted(rows, key=lambda row: row.pk)
        ]
        wanted = [
            (
                item.code,
                item.row and item.row.pk,
                item.draft.text,
                item.draft.responsibility_text,
                item.draft.assignments,
            )
            for item in self.found.placed
        ]
        said = [
            plan and (plan.title, plan.subject),
            present,
            wanted,
            self.decisions.to_json(),
            *map(str, self.changes),
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, default=str).encode()).hexdigest()


def as_kept(duty: Duty) -> tuple[Any, ...]:
    return duty.pk, duty.unit_id, duty.role, duty.position, duty.via_group_id


def examine(table: TableImport, today: datetime.date) -> Examined:
    """Read the kept file again, with what was decided. As many queries however long the table."""
    base, decisions = name_book(today), Decisions.from_json(table.decided)
    document, doubts, book = None, list[Doubtful](), base
    if table.draft:
        draft = draft_of(table.draft)
    else:
        with table.file.open() as file:
            document = read_table(file.read())
        draft, book, decisions, doubts = drafted(document, base, decisions, places_of_texts(table.slug))
    found = compare(table.slug, draft, Corrections())
    if found.plan and not draft.title:
        found.draft = draft = replace(draft, title=found.plan.title)
        found.changes = [change for change in found.changes if change.subject != TITLE]
    found.corrections = kept_corrections(found, table)
    unknown = [name for name in draft.names if not book.knows(name)]
    return Examined(table, decisions, draft, book, found, unknown, doubts, kept_down(found), document)


def places_of_texts(slug: str) -> dict[str, int]:
    """Text of a measure -> its main task in the present plan."""
    known = Measure.objects.filter(main_task__plan__slug=slug)
    return dict(known.values_list("text", "main_task__number"))


def kept_corrections(found: Comparison, table: TableImport) -> Corrections:
    """What the plan says beyond its table, so that storing keeps it: subject, fields, the notes beside texts."""
    slips = list(slips_of(table.draft)) if table.draft else []
    rows = [item.row for item in found.placed if item.row]
    models.prefetch_related_objects(rows, "probable_slips")
    for item in found.placed:
        noted = item.row.probable_slips.all() if item.row else ()
        slips += [Slip(item.draft.line, slip.as_written, slip.probably, slip.remark) for slip in noted]
    subject = found.plan.subject if found.plan else table.subject
    return Corrections(subject, (), tuple(dict.fromkeys(slips)), tuple(kept_fields(found, table)))


def kept_fields(found: Comparison, table: TableImport) -> list[FieldOfTasks]:
    """Every field in its order, one entry for each of its tasks; a task keeps the field of its title, else its number's."""
    by_title = {task.title: task.field.name for task in found.tasks.values() if task.field}
    by_number = {number: task.field.name for number, task in found.tasks.items() if task.field}
    named = {task["number"]: task["field"] for task in table.draft["tasks"]} if table.draft else {}
    wanted = {
        task.number: named.get(task.number) or by_title.get(task.title) or by_number.get(task.number)
        for task in found.draft.tasks
    }
    kept = []
    for field in Field.objects.filter(plan=found.plan):
        numbers = [number for number, name in wanted.items() if name == field.name]
        kept += [FieldOfTasks(field.name, number, number, field.basis) for number in numbers or [0]]
    return kept


def kept_down(found: Comparison) -> list[str]:
    """For each measure and duty that cannot go, what hangs on it and what to do instead."""
    duties = [duty for row in found.removed for duty in row.duties.all()]
    gone = []
    for item in found.placed:
        if item.row:
            wanted = {one.unit for one in item.draft.assignments}
            gone += [duty for duty in item.row.duties.all() if duty.unit.name not in wanted]
    codes = {row.pk: row.code for row in found.removed}
    code_of = codes | {item.row.pk: item.code for item in found.placed if item.row}
    subjects = {duty.pk: (code_of[duty.measure_id], "") for duty in duties}
    subjects |= {duty.pk: (code_of[duty.measure_id], duty.unit.name) for duty in gone}
    hanging: dict[tuple[str, str], Counter[str]] = {}
    for one in [*protected(found.removed), *protected(gone)]:
        key = getattr(one, "duty_id", None)
        subject = subjects.get(key) if key else (codes[one.measure_id], "")
        hanging.setdefault(subject, Counter())[str(one._meta.verbose_name)] += 1
    return [sentence(*subject, counts) for subject, counts in hanging.items()]


def protected(rows: list[Any]) -> list[Any]:
    """What would have to go with these rows and must not. Looked up for all of them at once."""
    if not rows:
        return []
    try:
        Collector(using=router.db_for_write(type(rows[0])), origin=rows[0]).collect(rows)
    except models.ProtectedError as error:
        return sorted(error.protected_objects, key=lambda one: (one._meta.label, one.pk))
    return []


def sentence(code: str, unit: str, counts: Counter[str]) -> str:
    hanging = "、".join(f"{name} {count} 项" for name, count in sorted(counts.items()))
    if unit:
        return (
            f"{unit}对举措 {code} 的职责不能删去：还有{hanging}。请在表中保留这个单位，不再承担的可改写为“配合”，"
            "此后不要求填报。"
        )
    return f"举措 {code} 不能删去：还有{hanging}。请在表中保留这项举措，不再推进的，写入以后在“调整时间和规则”里设为终止。"


def snapshot(found: Comparison) -> dict[str, Any]:
    """The plan as it is before storing, as `tasks.allocation.snapshot` reads it."""
    plan = found.plan
    assert plan is not None
    rows = [item.row for item in found.placed if item.row] + found.removed
    models.prefetch_related_objects(rows, "probable_slips")
    by_task: dict[int, list[Measure]] = {}
    for row in sorted(rows, key=lambda row: (row.main_task.number, row.order)):
        by_task.setdefault(row.main_task.number, []).append(row)
    tasks = [
        {
            "number": number,
            "title": task.title,
            "field": task.field and task.field.name,
            "measures": [measure_as_kept(row) for row in by_task.get(number, [])],
        }
        for number, task in sorted(found.tasks.items())
    ]
    about = {name: getattr(plan, name) for name in ("title", "subject", "source_name", "source_sha256")}
    return {**about, "tasks": tasks}


def measure_as_kept(row: Measure) -> dict[str, Any]:
    settings = {name: getattr(row, name) for name in SETTINGS}
    return {
        "text": row.text,
        "statement": row.responsibility_text,
        "line": row.source_line or 0,
        "paragraph": row.source_paragraph or 0,
        "duties": [
            [duty.unit.name, duty.role, duty.via_group and duty.via_group.unit.name]
            for duty in sorted(row.duties.all(), key=lambda duty: duty.position)
        ],
        "slips": [[slip.as_written, slip.probably, slip.remark] for slip in row.probable_slips.all()],
        "settings": {
            name: day.isoformat() if isinstance(day := settings[name], datetime.date) else day for name in settings
        },
    }


def units_to_name() -> list[Unit]:
    return list(Unit.objects.all())
