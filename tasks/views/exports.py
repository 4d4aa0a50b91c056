"""The plan as files: the table as issued, and the list as shown. Open to everybody, as the plan is."""

from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tasks.excel.measures import list_export
from tasks.excel.original_table import original_table
from tasks.models import Measure, Plan
from tasks.tables import select_measures
from tasks.views.handing_out import WRITERS, download, hand_out
from units.views.taken import note_export

ONLY_ON_SCREEN = ("page", "per_page", "after", "before")


@require_safe
@cache_control(no_cache=True)
def export_original(request: HttpRequest, slug: str) -> FileResponse:
    plan = get_object_or_404(Plan, slug=slug)
    file = original_table(plan)
    note_export(request, file=f"{plan.title}.xlsx", rows=Measure.objects.filter(main_task__plan=plan).count())
    return download(file, plan.title, "xlsx")


@require_safe
@cache_control(private=True, no_store=True)
def export_list(request: HttpRequest, slug: str, extension: str) -> FileResponse:
    """The whole list at this URL, in its columns and order, whatever page is on the screen."""
    if extension not in WRITERS:
        raise Http404(f"任务清单没有 {extension} 格式，请用 xlsx 或 csv。")
    plan, today = get_object_or_404(Plan, slug=slug), timezone.localdate()
    selection = select_measures(plan, rows_asked(request), today)
    return hand_out(request, list_export(selection, today), extension)


def rows_asked(request: HttpRequest) -> QueryDict:
    """The URL without what says which page of the rows is on the screen."""
    params = request.GET.copy()
    for name in ONLY_ON_SCREEN:
        params.pop(name, None)
    return params
