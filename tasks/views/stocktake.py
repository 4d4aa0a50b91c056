"""汇报稿: choose a period, see what will be in it, take it away as Word, Excel or both; the Office's words around it."""

from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.excel.book import as_xlsx
from tasks.excel.stocktake import stocktake_export
from tasks.forms_stocktake import WordingForm
from tasks.models import Plan, ReportingPeriod
from tasks.queries.counted import Figure
from tasks.queries.stocktake import Stocktake, frozen_with_figures
from tasks.queries.wording import wording_of
from tasks.services.wording import save_wording
from tasks.views.addresses import ledger_url
from tasks.views.handing_out import NOT_IN_FILE_NAMES, download, maker_of
from tasks.views.kept import login_keeps_text, typed
from tasks.word.stocktake import stocktake_docx
from tasks.wording import FIGURES, SECTIONS, TEXTS
from units.permissions import Permission, require
from units.views.taken import note_export

FILES, BOTH = ("docx", "xlsx"), "zip"


class Shown(NamedTuple):
    """A figure on the page, with the ledger of its rows."""

    label: str
    count: int
    url: str


class Content(NamedTuple):
    """A section as it will be: its heading, the Office's words, and what follows them."""

    label: str
    words: str
    holds: str


@login_keeps_text
@never_cache
@require_safe
def stocktake(request: HttpRequest, slug: str) -> HttpResponse:
    pack, frozen = asked_pack(request, slug)
    context = {
        "plan": pack.plan,
        "pack": pack,
        "frozen": frozen,
        "query": f"?period={pack.period.pk}" if pack.period else "",
        "everything": shown(pack, pack.everything),
        "groups": [(label, [shown(pack, one) for one in figures]) for label, figures in pack.groups.items()],
        "contents": contents(pack),
        "title": pack.said("title"),
    }
    return render(request, "tasks/stocktake/stocktake.html", context)


@login_keeps_text
@never_cache
@require_safe
def stocktake_file(request: HttpRequest, slug: str, extension: str) -> FileResponse:
    pack, _ = asked_pack(request, slug)
    if extension not in (*FILES, BOTH):
        raise Http404(f"汇报稿没有 {extension} 格式，请用 docx、xlsx 或 zip。")
    file = both(request, pack) if extension == BOTH else written(request, pack, extension)
    conditions = f"{pack.label}，{'按冻结时' if pack.period else '现在'}的情况"
    note_export(request, file=f"{pack.name}.{extension}", rows=pack.everything.count, conditions=conditions)
    return download(BytesIO(file), pack.name, extension)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stocktake_wording(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.WRITE_STOCKTAKE)
    plan = get_object_or_404(Plan, slug=slug)
    form = WordingForm(typed(request), stored=wording_of(plan))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            changed = save_wording(request.user, plan=plan, changes=form.changes, now=timezone.now())
            labels = "、".join(SECTIONS[name].label for name in changed)
            messages.success(request, f"已保存汇报稿的文字：{labels}。" if changed else "文字没有改动。")
            return redirect("stocktake", slug)
    context = {"plan": plan, "form": form, "texts": TEXTS.items(), "figures": FIGURES.items()}
    return render(request, "tasks/stocktake/wording.html", context)


def asked_pack(request: HttpRequest, slug: str) -> tuple[Stocktake, list[ReportingPeriod]]:
    """The pack of the period in the address, of the present without one, and the frozen periods to choose from."""
    require(request.user, Permission.READ_SUBMITTED)
    plan = get_object_or_404(Plan, slug=slug)
    frozen = frozen_with_figures(plan.pk)
    known = {str(period.pk): period for period in frozen}
    asked = request.GET.get("period", "")
    if asked and asked not in known:
        raise Http404("没有这个期次，或者它还没有冻结。")
    return Stocktake(plan, timezone.localdate(), request.user, known.get(asked)), frozen


def written(request: HttpRequest, pack: Stocktake, extension: str) -> bytes:
    if extension == "docx":
        return stocktake_docx(pack).getvalue()
    export = stocktake_export(pack)
    return b"".join(as_xlsx(export, maker_of(request, export)))


def both(request: HttpRequest, pack: Stocktake) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for extension in FILES:
            name = NOT_IN_FILE_NAMES.sub("_", f"{pack.name}.{extension}")
            archive.writestr(name, written(request, pack, extension))
    return file.getvalue()


def shown(pack: Stocktake, figure: Figure) -> Shown:
    name, _, value = figure.key.partition(":")
    asked: dict[str, Any] = {} if name == "measures" else {name: value or 1}
    of_period = {"period": pack.period.pk} if pack.period else {}
    return Shown(figure.label, figure.count, ledger_url(pack.plan, **asked, **of_period))


def contents(pack: Stocktake) -> list[Content]:
    holds = {
        "overview": f"{sum(map(len, pack.groups.values()))} 个数字",
        "fields": f"表：{len(pack.fields)} 个领域",
        "units": f"表：{len(pack.units)} 个单位",
        "behind": f"表：{pack.lengths.behind} 项举措",
        "problems": f"表：{pack.lengths.problems} 条",
        "decisions": f"表：{pack.lengths.matters} 件",
        "changes": f"与{pack.before.basis.period.label}相比" if pack.before else "此前没有冻结的期次，无从比较",
    }
    return [
        Content(SECTIONS[name].label, pack.said(name), holds.get(name, "")) for name in SECTIONS if name != "title"
    ]
