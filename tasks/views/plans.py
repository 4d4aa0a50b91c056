"""The living table of a plan."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from tasks.filters import MeasureFilter
from tasks.models import Plan
from tasks.public_pages import public_page
from tasks.queries.measures import IDS_IN_ONE_QUERY
from tasks.queries.states import keeping, once, state_of_public
from tasks.tables import Selection, select_measures
from tasks.tables_ledger import LedgerSelection
from tasks.views.controls import column_boxes, heads, page_links, per_page_links, without
from tasks.views.found import plan_with_fields_or_404
from tasks.views.rows import MeasureRows

kept = keeping(32)  # pages of a list, a hundred kilobytes each


class Condition(NamedTuple):
    """A filter in force, in words, and the link that takes it away."""

    name: str
    words: str
    link: str


@require_safe
def tasks_of_first(request: HttpRequest) -> HttpResponse:
    """任务清单 from a page that is about no plan and asks the database for none: a refusal, the login, a failure."""
    plan = Plan.objects.first()
    return redirect("plan-tasks", plan.slug) if plan else render(request, "public/no_plan.html")


@require_safe
@public_page
def task_list(request: HttpRequest, slug: str) -> HttpResponse:
    plan, fields = plan_with_fields_or_404(slug)
    selection = select_measures(plan, request.GET, timezone.localdate(), fields)
    return render(request, "tasks/plans/tasks.html", list_context(selection))


def list_context(selection: Selection) -> dict[str, Any]:
    page, params, found, columns = selection.page, selection.params, selection.filter, selection.columns
    conditions = in_force(found, params)
    return {
        "plan": selection.plan,
        "selection": selection,
        "q": found.data.get("q", ""),
        "selects": [
            (found.filters[name].label, name, found.select(name)) for name in ("field", "unit", "role", "published")
        ],
        "page": page,
        "page_links": page_links(page, params),
        "per_page_links": per_page_links(selection.per_page, params),
        "params": params,
        "kept_by_filters": pairs(without(params, *found.filters)),
        "kept_by_columns": pairs(without(params, "cols")),
        "conditions": conditions,
        "ways_out": ways_out(selection, conditions),
        "heads": heads(columns, selection.sort, params),
        "body": body(selection),
        "column_boxes": column_boxes(columns),
        "query": params.urlencode(),
    }


def body(selection: Selection) -> SafeString:
    """The rows of the page, drawn once in each edition; what is longer than any page, each time."""
    plan, sizes = selection.plan, {unit.slug: unit.members for unit in selection.units if unit.members}

    def draw() -> SafeString:
        return MeasureRows(selection.columns, plan.slug, sizes, selection.tallies).body(selection.lines)

    positions = selection.page.object_list
    state = state_of_public(selection.edition) if len(positions) <= IDS_IN_ONE_QUERY else None
    asked = (plan.pk, selection.conditions, selection.sort, positions)
    return once(state, (*asked, selection.columns, *sizes.items()), draw, kept)


def in_force(found: MeasureFilter, params: QueryDict) -> list[Condition]:
    return [Condition(name, found.in_words(name), f"?{without(params, name).urlencode()}") for name in found.asked]


def pairs(params: QueryDict) -> list[tuple[str, str]]:
    """For hidden inputs: what a form that changes something else must keep."""
    return [(name, value) for name, values in params.lists() for value in values]


def ways_out(selection: Selection | LedgerSelection, conditions: list[Condition]) -> list[tuple[Condition, int]]:
    """Where nothing is found: the conditions whose removal would find something, with how much."""
    if selection.measure_count or not conditions:
        return []
    left = selection.left_without()
    return [(condition, left[condition.name]) for condition in conditions if left[condition.name]]
