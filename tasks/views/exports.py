"""The plan as files: the table as issued, and the list as shown."""

import re
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tasks.excel.ledger import ledger_csv, ledger_xlsx
from tasks.excel.original_table import original_table
from tasks.models import Measure, Plan
from tasks.tables import select_measures
from units.views.taken import note_export

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OF_THE_LEDGER = ("csv", "xlsx")
ONLY_ON_SCREEN = ("page", "per_page")
NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@require_safe
@cache_control(no_cache=True)
def export_original(request: HttpRequest, slug: str) -> FileResponse:
    plan = get_object_or_404(Plan, slug=slug)
    file = original_table(plan)
    note_export(request, file=f"{plan.title}.xlsx", rows=Measure.objects.filter(main_task__plan=plan).count())
    return download(file, plan.title, "xlsx")


@require_safe
@cache_control(private=True, no_store=True)
def export_ledger(request: HttpRequest, slug: str, extension: str) -> FileResponse:
    """The whole list at this URL, in its columns and order, whatever page is on the screen."""
    if extension not in OF_THE_LEDGER:
        raise Http404(f"台账没有 {extension} 格式，请用 xlsx 或 csv。")
    plan = get_object_or_404(Plan, slug=slug)
    params, today = request.GET.copy(), timezone.localdate()
    for name in ONLY_ON_SCREEN:
        params.pop(name, None)
    selection = select_measures(plan, params, today)
    file = ledger_csv(selection) if extension == "csv" else ledger_xlsx(selection, today)
    name, found = f"{plan.title}（台账）", selection.filter
    conditions = "；".join(found.in_words(condition) for condition in found.asked)
    note_export(request, file=f"{name}.{extension}", rows=selection.measure_count, conditions=conditions)
    return download(file, name, extension)


def download(file: BytesIO, name: str, extension: str) -> FileResponse:
    name = NOT_IN_FILE_NAMES.sub("_", f"{name}.{extension}")
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[extension])
