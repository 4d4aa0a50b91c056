"""导入分工表, its steps: what was read, new names, doubtful rows, the difference. Each is a page that can be left."""

import difflib
from collections import defaultdict
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.allocation.decisions import UNIT, Meaning
from tasks.allocation.findings import Finding
from tasks.allocation.rows import Row
from tasks.allocation.table import DraftMeasure, DraftTask
from tasks.forms_importing import MeaningForm, PlacesForm, WriteForm
from tasks.models import TableImport
from tasks.permissions import visible_to
from tasks.queries.difference import Change, Placed, in_words, kind_of
from tasks.queries.intake import Examined, examine, units_to_name
from tasks.services import importing
from tasks.textdiff import Piece, text_diff, two_texts
from tasks.views.importing import of_own_table
from tasks.views.kept import login_keeps_text, typed
from units.permissions import Permission, require

OVERTAKEN = "在您核对期间，分工表或您的认定又有改动，还没有写入。下面是现在的差异，请再核对一次。"
PAGES = {
    "read": "tasks/importing/read.html",
    "names": "tasks/importing/names.html",
    "places": "tasks/importing/places.html",
    "difference": "tasks/importing/difference.html",
}
NEARLY = 3  # names that look like an unknown one
AT_ONCE = 50  # names or rows to be decided on; the next come when these are
MOST_COMPARED = 30_000_000  # characters of one side times those of the other, a second for all changes of a page


class ReadMeasure(NamedTuple):
    """`moved_from`: the main task that the contract's rule 6 gives it, where it is another than it stands under."""

    code: str
    measure: DraftMeasure
    duties: str
    moved_from: int | None
    findings: list[Finding]

    @property
    def is_noted(self) -> bool:
        return bool(self.findings or self.moved_from)


class ReadTask(NamedTuple):
    """A main task as read, each measure with what the reader found in its row; those of the task's row stand above."""

    task: DraftTask
    findings: list[Finding]
    measures: list["ReadMeasure"]

    @property
    def found(self) -> int:
        return len(self.findings) + sum(len(one.findings) for one in self.measures)


class Difference(NamedTuple):
    """One change with the number it will have, and its two sides in pieces."""

    number: int | None
    change: Change
    before: list[Piece]
    after: list[Piece]


@login_keeps_text
@never_cache
@require_safe
def table_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What was read, or what came of it."""
    require(request.user, Permission.IMPORT_TABLES)
    table = get_object_or_404(visible_to(request.user, TableImport).select_related("plan", "applied_by__unit"), pk=pk)
    if table.applied_at:
        return render(request, "tasks/importing/written.html", {"table": table, "plan": table.plan})
    examined = examine(table, timezone.localdate())
    tasks, strays = read_tasks(examined)
    errors = examined.draft.errors
    context = {
        "tasks": tasks,
        "strays": strays,
        "measures": sum(len(task.task.measures) for task in tasks),
        "duties": sum(len(one.measure.assignments) for task in tasks for one in task.measures),
        "errors": errors,
        "warnings": examined.draft.warnings,
        "following": following(examined),
    }
    return step(request, "read", examined, **context)


def read_tasks(examined: Examined) -> tuple[list[ReadTask], list[tuple[Finding, Row | None]]]:
    """The findings go to the first measure of their row, else to the task of their row, else to no task."""
    findings: dict[int, list[Finding]] = defaultdict(list)
    for finding in examined.draft.findings:
        findings[finding.line].append(finding)
    moved = {one.place: one.by_rule for one in examined.doubts if one.right != one.by_rule}
    tasks = []
    for task in examined.draft.tasks:
        measures = [
            ReadMeasure(
                f"{task.number}-{order}",
                measure,
                duties_of(measure),
                moved.get((measure.line, measure.paragraph)),
                findings.pop(measure.line, []),
            )
            for order, measure in enumerate(task.measures, start=1)
        ]
        tasks.append(ReadTask(task, findings.pop(task.line, []), measures))
    rows = {row.line: row for row in examined.document.rows} if examined.document else {}
    strays = [(finding, rows.get(line)) for line, left in findings.items() for finding in left]
    return tasks, sorted(strays, key=lambda stray: (not stray[0].is_error, stray[0].line))


def duties_of(measure: DraftMeasure) -> str:
    return "、".join(f"{one.unit}（{in_words(one.role, one.via_group)}）" for one in measure.assignments)


def step(request: HttpRequest, here: str, examined: Examined, template: str = "", **context: Any) -> HttpResponse:
    plan = examined.found.plan
    given = {"table": examined.table, "revised": plan, "examined": examined, "here": here}
    if plan:  # otherwise the menu finds the first there is
        given["plan"] = plan
    return render(
        request, f"tasks/importing/{template or here}.html", {**given, "stages": stages(examined), **context}
    )


def stages(examined: Examined) -> list[tuple[str, str, str, int]]:
    """Key, route, name of each step, and how much is open in it. A return has nothing but its difference."""
    last = ("difference", "table-difference", "核对差异并写入", 0)
    if examined.table.draft:
        return [last]
    return [
        ("read", "table-import", "核对读到的内容", len(examined.draft.errors)),
        ("names", "table-names", "认定新单位", len(examined.unknown)),
        ("places", "table-places", "确认归属", len(examined.open_places)),
        last,
    ]


def onward(examined: Examined) -> HttpResponse:
    route, _ = following(examined)
    return redirect(route, examined.table.pk)


def following(examined: Examined) -> tuple[str, str]:
    """Route and name of the first step where something is open, else of the last."""
    *others, last = stages(examined)
    return next((one[1:3] for one in others if one[3] and one[0] != "read"), last[1:3])


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_own_table
def table_names(request: HttpRequest, table: TableImport) -> HttpResponse:
    examined = examine(table, timezone.localdate())
    posted = request.POST if request.method == "POST" else None
    units = units_to_name()
    spelled = {unit.name: unit.name for unit in units} | {
        name: name for name, meaning in examined.decisions.names.items() if meaning.is_a == UNIT
    }
    names = [*examined.decisions.names, *examined.unknown[:AT_ONCE]]
    forms = [
        MeaningForm(
            posted, name=name, units=without(spelled, name), initial=initial(examined.decisions.names.get(name), name)
        )
        for name in names
    ]
    are_valid = [form.is_valid() for form in forms]  # each of them, so that each says what to mend
    if posted is not None and all(are_valid):
        meanings = {form.name: form.meaning for form in forms if form.meaning}
        importing.decide_names(request.user, table=table, names=meanings, now=timezone.now())
        table.refresh_from_db()
        examined = examine(table, timezone.localdate())
        if left := len(examined.unknown):
            messages.success(request, f"选好的已保存，还有 {left} 个名称没有认定。都认定以后才能写入分工表。")
        return onward(examined)
    places = places_of_names(examined.found.placed, names)
    lines = [
        (form, places.get(form.name, []), difflib.get_close_matches(form.name, without(spelled, form.name), NEARLY))
        for form in forms
    ]
    context = {"units": units, "has_errors": any(form.errors for form in forms)}
    later = max(0, len(examined.unknown) - AT_ONCE)
    return step(request, "names", examined, lines=lines, later=later, **context)


def without(names: dict[str, str], one: str) -> dict[str, str]:
    return {name: unit for name, unit in names.items() if name != one}


def initial(meaning: Meaning | None, name: str) -> dict[str, str]:
    if meaning is None:
        return {"kind": kind_of(name)}
    return {
        "is_a": meaning.is_a,
        "kind": meaning.kind or kind_of(name),
        "stands_for": meaning.stands_for,
        "members": "、".join(meaning.members),
    }


def places_of_names(placed: list[Placed], names: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Name -> code and statement of the measures whose statement has it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in placed:
        units = {one.unit for one in item.draft.assignments}
        for name in names:
            if name in units or name in item.draft.responsibility_text:
                found[name].append((item.code, item.draft.responsibility_text))
    return found


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_own_table
def table_places(request: HttpRequest, table: TableImport) -> HttpResponse:
    examined = examine(table, timezone.localdate())
    now = {one.place for one in examined.open_places[:AT_ONCE]}
    doubts = [one for one in examined.doubts if one.is_decided or one.place in now]
    form = PlacesForm(request.POST if request.method == "POST" else None, doubts=doubts, tasks=examined.draft.tasks)
    if request.method == "POST" and form.is_valid():
        importing.place_rows(request.user, table=table, places=form.places, now=timezone.now())
        table.refresh_from_db()
        return onward(examine(table, timezone.localdate()))
    titles = {task.number: task.title for task in examined.draft.tasks}
    return step(request, "places", examined, form=form, titles=titles, later=len(examined.doubts) - len(doubts))


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_own_table
def table_difference(request: HttpRequest, table: TableImport) -> HttpResponse:
    form = WriteForm(typed(request))
    refusals: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            done = importing.apply_table(request.user, table=table, **form.cleaned_data, now=timezone.now())
        except importing.OvertakenError:
            refusals = [OVERTAKEN]
        except ValidationError as refused:
            refusals = refused.messages
        else:
            messages.success(request, said(done))
            return redirect("table-import", done.pk)
    examined = examine(table, timezone.localdate())
    return step(request, "difference", examined, form=form, refusals=refusals, **differences(examined))


def said(table: TableImport) -> str:
    return f"分工表已写入，形成调整{table.numbers}。" if table.numbers else "分工表已写入。"


def differences(examined: Examined) -> dict[str, Any]:
    """The changes under the numbers they will have, what goes first for the eye."""
    plan = examined.found.plan
    newest = plan.amendments.order_by("-number").values_list("number", flat=True).first() if plan else None
    first = None if examined.is_first else (newest or 0) + 1
    lines, compared = [], 0
    for at, change in enumerate(examined.changes):
        compared += len(change.before) * len(change.after)
        both = sides(change, in_pieces=compared <= MOST_COMPARED)
        lines.append(Difference(None if first is None else first + at, change, *both))
    return {
        "groups": [
            (sign, name, [line for line in lines if line.change.sign == sign])
            for sign, name in (("-", "删去"), ("~", "改动"), ("+", "增加"))
        ],
        "lines": lines,
        "first": first,
        "last": first + len(lines) - 1 if first and lines else None,
    }


def sides(change: Change, *, in_pieces: bool) -> tuple[list[Piece], list[Piece]]:
    if change.sign != "~" or not in_pieces:
        return [("same", change.before)], [("same", change.after)]
    return two_texts(text_diff(change.before, change.after))
