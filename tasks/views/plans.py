"""The living table of a plan."""

from collections.abc import Collection
from html import escape
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from tasks.queries.options import plan_with_fields
from tasks.tables import FIXED_COLUMNS, PER_PAGE, MeasureTable, Selection, select_measures
from tasks.views.rows import MeasureRows, heads

PER_PAGE_WORDS = {key: f"{key} 项" if size else "全部" for key, size in PER_PAGE.items()}


class Condition(NamedTuple):
    """A filter in force, in words, and the link that takes it away."""

    name: str
    words: str
    link: str


@require_safe
def task_list(request: HttpRequest, slug: str) -> HttpResponse:
    found = plan_with_fields(slug)
    if found is None:
        raise Http404(f"没有网址名为 {slug} 的分工表。")
    plan, fields = found
    selection = select_measures(plan, request.GET, timezone.localdate(), fields)
    return render(request, "tasks/plans/tasks.html", list_context(selection))


def list_context(selection: Selection) -> dict[str, Any]:
    page, params, found = selection.page, selection.params, selection.filter
    sizes = {unit.slug: unit.members for unit in selection.units if unit.members}
    table = MeasureTable(selection.lines, selection.columns)
    rows = MeasureRows(table, selection.plan.slug, sizes, selection.tallies if found.asked else None)
    conditions = [
        Condition(name, found.in_words(name), f"?{without(params, name).urlencode()}") for name in found.asked
    ]
    return {
        "plan": selection.plan,
        "selection": selection,
        "q": found.data.get("q", ""),
        "selects": [(found.filters[name].label, name, found.select(name)) for name in ("field", "unit", "role")],
        "page": page,
        "pages": list(page.paginator.get_elided_page_range(page.number)),
        "params": params,
        "kept_by_filters": pairs(without(params, *found.filters)),
        "kept_by_columns": pairs(without(params, "cols")),
        "conditions": conditions,
        "ways_out": ways_out(selection, conditions),
        "heads": heads(table, selection.sort, without(params, "sort").urlencode()),
        "body": rows.body(selection.lines),
        "column_boxes": column_boxes(selection.columns),
        "query": params.urlencode(),
        "per_page_links": per_page_links(without(params, "per_page").urlencode(), selection.per_page),
    }


def per_page_links(kept: str, current: str) -> list[tuple[str, str, bool]]:
    """Words, query string and whether it is the one in force."""
    start = f"?{kept}&" if kept else "?"
    return [(words, f"{start}per_page={key}", key == current) for key, words in PER_PAGE_WORDS.items()]


def without(params: QueryDict, *names: str) -> QueryDict:
    rest = params.copy()
    for name in names:
        rest.pop(name, None)
    return rest


def pairs(params: QueryDict) -> list[tuple[str, str]]:
    """For hidden inputs: what a form that changes something else must keep."""
    return [(name, value) for name, values in params.lists() for value in values]


def ways_out(selection: Selection, conditions: list[Condition]) -> list[tuple[Condition, int]]:
    """Where nothing is found: the conditions whose removal would find something, with how much."""
    if selection.measure_count or not conditions:
        return []
    left = selection.left_without()
    return [(condition, left[condition.name]) for condition in conditions if left[condition.name]]


def column_boxes(shown: Collection[str]) -> SafeString:
    """A checkbox for each column; those always shown are checked and fixed."""
    boxes = (
        column_box(name, column.verbose_name, name in shown, name in FIXED_COLUMNS)
        for name, column in MeasureTable.base_columns.items()
    )
    return SafeString("".join(boxes))


def column_box(name: str, label: str, is_shown: bool, is_fixed: bool) -> str:
    state = f"{' checked' if is_shown else ''}{' disabled' if is_fixed else ''}"
    note = '<span class="muted small">（始终显示）</span>' if is_fixed else ""
    box = f'<input type="checkbox" name="cols" value="{name}"{state}>'
    return f'<label class="tick">{box}{escape(label)}{note}</label>'
