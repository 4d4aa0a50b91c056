"""The named workbooks of a plan: one page that lists them with their rows, and each as a file."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from tasks.choices import ExportKind
from tasks.excel.book import Export
from tasks.excel.changes import changes_export
from tasks.excel.cities import cities_export
from tasks.excel.figures import figures_export
from tasks.excel.progress import progress_export, unfinished_export
from tasks.excel.tables import amendments_export, instructions_export
from tasks.models import Plan
from tasks.queries import closing
from tasks.queries import instructions as queries
from tasks.queries.basis import Basis
from tasks.queries.comparing import KINDS, Compared, Pair
from tasks.queries.dashboard import Dashboard
from tasks.queries.options import field_options
from tasks.queries.public_figures import whole
from tasks.queries.reports import frozen_periods
from tasks.tables_ledger import LedgerSelection, select_ledger
from tasks.textdiff import Piece, two_texts
from tasks.views.comparing import Sides, block, sides_asked
from tasks.views.exports import rows_asked
from tasks.views.handing_out import hand_out
from tasks.views.instructions import conditions, in_words
from units.permissions import Permission, may, require


@dataclass
class Asked:
    """A request for a workbook of a plan."""

    request: HttpRequest
    plan: Plan

    @cached_property
    def today(self) -> datetime.date:
        return timezone.localdate()

    @cached_property
    def selection(self) -> LedgerSelection:
        fields = field_options(self.plan)
        return select_ledger(self.plan, self.request.user, rows_asked(self.request), self.today, fields)

    @property
    def basis(self) -> Basis:
        return self.selection.basis

    @property
    def sides(self) -> Sides | None:
        periods = frozen_periods(self.plan.pk)
        return sides_asked(self.plan, periods, self.request, [])


def progress(asked: Asked) -> Export:
    return progress_export(asked.selection, asked.today)


def unfinished(asked: Asked) -> Export:
    return unfinished_export(asked.basis, asked.request.user, asked.today)


def changes(asked: Asked) -> Export | None:
    """None where no period is frozen: there is nothing to compare with."""
    sides = asked.sides
    if sides is None:
        return None
    kind = asked.request.GET.get("kind", "")
    return changes_export(
        Compared(*sides), asked.request.user, kind if kind in KINDS else "", asked.today, changed_rows
    )


def changed_rows(pair: Pair) -> list[tuple[str, str, str]]:
    """What the page marks, as before and after."""
    both = [(row.label, *two_texts(row.pieces)) for row in block(pair).rows]
    return [(label, as_text(before), as_text(after)) for label, before, after in both]


def as_text(pieces: list[Piece]) -> str:
    return "".join(text for _, text in pieces)


def cities(asked: Asked) -> Export:
    return cities_export(asked.basis, asked.today)


def figures(asked: Asked) -> Export | None:
    """None before the first period: the dashboard has no figures yet either."""
    board = Dashboard(asked.plan, asked.today)
    return figures_export(board) if board.current else None


def amendments(asked: Asked) -> Export:
    found = closing.amendments(asked.plan, asked.request.user)
    return amendments_export(asked.plan, found, found.count(), asked.today)


def instructions(asked: Asked) -> Export:
    """Those of the list at this URL, as this person may see it."""
    user, plan, today = asked.request.user, asked.plan, asked.today
    owners = dict(queries.owners(plan, user))
    used = conditions(asked.request.GET, owners).values
    found = queries.selected(plan, user, today, used.get("state", ""), used.get("owner", ""), "overdue" in used)
    return instructions_export(plan, found, in_words(used, owners), urlencode(used), today)


class Named(NamedTuple):
    """A workbook: who may take it (those who may open the page with its rows), what it is, whether a CSV says it all."""

    permission: Permission
    make: Callable[[Asked], Export | None]
    told: str
    has_csv: bool = True


WORKBOOKS = {
    ExportKind.PROGRESS: Named(
        Permission.SEE_STAFF_NOTES, progress, "台账现在的筛选、列和顺序；序号和任务合并，A3 横向"
    ),
    ExportKind.UNFINISHED: Named(Permission.SEE_STAFF_NOTES, unfinished, "没有办结也没有终止的举措，按完成时限"),
    ExportKind.CHANGES: Named(Permission.SEE_STAFF_NOTES, changes, "最近冻结的一期到现在，逐项列出原来和现在"),
    ExportKind.FIGURES: Named(
        Permission.READ_SUBMITTED, figures, "领域与灯、单位与填报两张表，附 Excel 图表", has_csv=False
    ),
    ExportKind.CITIES: Named(Permission.READ_SUBMITTED, cities, "各市在每项任务中须填报的举措和进度灯"),
    ExportKind.INSTRUCTIONS: Named(Permission.SEE_INSTRUCTIONS, instructions, "领导的批示和办理情况"),
    ExportKind.AMENDMENTS: Named(Permission.SEE_STAFF_NOTES, amendments, "分工表印发以后的每一项调整"),
}


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def export_workbook(request: HttpRequest, slug: str, kind: str, extension: str) -> FileResponse:
    named = WORKBOOKS.get(kind)
    if named is None:
        raise Http404(f"没有名为 {kind} 的表。")
    require(request.user, named.permission)
    export = named.make(Asked(request, get_object_or_404(Plan, slug=slug)))
    if export is None:
        raise Http404(f"{ExportKind(kind).label}现在还没有内容。")
    return hand_out(request, export, extension)


class Offer(NamedTuple):
    label: str
    told: str
    period: str
    rows: str
    xlsx: str
    csv: str


@login_required
@never_cache
@require_safe
def export_menu(request: HttpRequest, slug: str) -> HttpResponse:
    """导出: every workbook this person may take, with its rows; the first is the ledger at the URL one comes from."""
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan = get_object_or_404(Plan, slug=slug)
    asked = Asked(request, plan)
    selection = asked.selection
    context: dict[str, Any] = {
        "plan": plan,
        "period": selection.basis.period,
        "periods": selection.periods,
        "kept": selection.params,
        "conditions": [selection.filter.in_words(name) for name in selection.filter.asked],
        "offers": [
            offer(asked, kind, named) for kind, named in WORKBOOKS.items() if may(request.user, named.permission)
        ],
        "measure_count": whole(plan.pk).measures,
    }
    return render(request, "tasks/exports/menu.html", context)


def offer(asked: Asked, kind: str, named: Named) -> Offer | None:
    export = named.make(asked)
    if export is None:
        return None
    urls = [address(asked, export, extension) for extension in ("xlsx", "csv")]
    return Offer(
        export.kind.label,
        named.told,
        export.period.label if export.period else "",
        f"{export.row_count} {export.unit}",
        urls[0],
        urls[1] if named.has_csv else "",
    )


def address(asked: Asked, export: Export, extension: str) -> str:
    """With the conditions of this workbook alone."""
    url = reverse("export-workbook", args=[asked.plan.slug, export.kind.value, extension])
    query = export.query or (f"period={export.period.pk}" if export.period else "")
    return f"{url}?{query}" if query else url
