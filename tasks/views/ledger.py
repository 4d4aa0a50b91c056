"""台账: the working table of staff."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.permissions import visible_reports
from tasks.queries.measures import OBLIGED
from tasks.queries.saved_views import usable_by
from tasks.queries.states import keeping, once, with_trail
from tasks.tables_ledger import LAST, LEDGER_PER_PAGE, LedgerSelection, LedgerTable, select_ledger
from tasks.views.controls import address, chip, column_boxes, heads, per_page_links, without
from tasks.views.found import plan_with_fields_or_404
from tasks.views.ledger_rows import LedgerRows
from tasks.views.light_tags import Quick
from tasks.views.plans import in_force, pairs, ways_out
from units.permissions import Permission, require

SELECTS = ("progress", "deadline", "stage", "field", "unit", "role", "disagreement", "moved", "schedule")
QUICK = (
    ("滞后", {"progress": "behind"}, "progress:behind"),
    ("有风险", {"progress": "at_risk"}, "progress:at_risk"),
    ("本期未报", {"progress": "not_reported"}, "progress:not_reported"),
    ("逾期", {"deadline": "overdue"}, "deadline:overdue"),
    ("自评好于推算", {"disagreement": "1"}, "disagreement"),
)
kept = keeping(32)  # pages of rows, a hundred kilobytes each
PLACE = ("after", "before", "page")  # parameters that say which page, not which rows


@login_required
@never_cache
@require_safe
def ledger(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan, fields = plan_with_fields_or_404(slug)
    selection = select_ledger(plan, request.user, request.GET, timezone.localdate(), fields)
    return render(request, "tasks/ledger/ledger.html", context(selection))


def context(selection: LedgerSelection) -> dict[str, Any]:
    params, found, columns, page = selection.params, selection.filter, selection.columns, selection.kept.page
    conditions = in_force(found, params)
    return {
        "plan": selection.plan,
        "selection": selection,
        "period": selection.basis.period,
        "q": found.data.get("q", ""),
        "selects": [(found.filters[name].label, name, found.select(name)) for name in SELECTS],
        "params": params,
        "kept_by_filters": pairs(without(params, *found.filters, "period")),
        "kept_by_columns": pairs(without(params, "cols")),
        "conditions": conditions,
        "all_conditions_off": without(params, *found.filters).urlencode(),
        "ways_out": ways_out(selection, conditions),
        "period_off": without(params, "period").urlencode(),
        "quick": quick(selection),
        "heads": heads(columns, selection.sort, params, LedgerTable),
        "body": body(selection),
        "column_boxes": column_boxes(columns, LedgerTable),
        "per_page_links": per_page_links(selection.per_page, params, LEDGER_PER_PAGE),
        "page_links": page_links(selection),
        "page": page,
        "query": params.urlencode(),
        "views": [(view, view.query == params.urlencode()) for view in usable_by(selection.user, selection.plan)],
    }


def body(selection: LedgerSelection) -> SafeString:
    """The rows of the page, drawn once for all who see the same reports, until somebody writes."""
    columns, sizes = selection.columns, {unit.slug: unit.members for unit in selection.units if unit.members}

    def draw() -> SafeString:
        return LedgerRows(columns, selection.basis, sizes, selection.kept.tallies).body(selection.rows)

    question = (*selection.kept.question, visible_reports(selection.user), columns, *sizes.items())
    return once(with_trail(selection.state), question, draw, kept)


def quick(selection: LedgerSelection) -> list[Quick]:
    """Counts of the whole basis, each a link to its rows; the order and the columns stay."""
    figures, found = selection.basis.figures, selection.filter
    rest = without(selection.params, *found.filters)
    links = [(words, asked, "all", key) for words, asked, key in QUICK]
    unit = selection.user.unit
    if unit is not None and any(option.slug == unit.slug for option in selection.units):
        links.append(("与本单位有关", {"unit": unit.slug, "role": OBLIGED}, f"unit:{unit.pk}", "measures"))
    return [
        Quick(words, figures[bucket][key] if bucket in figures else 0, link(rest, asked), found.asked == asked)
        for words, asked, bucket, key in links
    ]


def link(rest: QueryDict, asked: dict[str, str]) -> str:
    params = rest.copy()
    params.update(asked)
    return f"?{params.urlencode()}"


def page_links(selection: LedgerSelection) -> SafeString:
    """First, back, on, last: by the row at the edge of the page, so that a deep page costs what the first does."""
    page, params = selection.kept.page, without(selection.params, *PLACE)
    if not page.rows or not (page.has_previous or page.has_next):
        return SafeString("")
    links = []
    if page.has_previous:
        links.append(chip(f"?{params.urlencode()}".replace("&", "&amp;"), "首页"))
        links.append(chip(f"{address(params, 'before')}{page.rows[0].pk}", "上一页", ' rel="prev"'))
    if page.has_next:
        links.append(chip(f"{address(params, 'after')}{page.rows[-1].pk}", "下一页", ' rel="next"'))
        links.append(chip(f"{address(params, 'before')}{LAST}", "末页"))
    return SafeString(f'<nav aria-label="分页"><ul class="chips">{"".join(links)}</ul></nav>')
