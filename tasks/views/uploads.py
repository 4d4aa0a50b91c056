"""往返填报, its ends: a unit's workbook to take away, and the page where returned ones come in."""

import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.excel.incoming import RefusedFileError
from tasks.excel.returned import read_back
from tasks.excel.unit_workbook import unit_workbook
from tasks.models import ChangeSet, ReportingPeriod, Upload
from tasks.permissions import visible_to
from tasks.queries.roundtrip import Difference, compared, unit_lines, units_to_ask
from tasks.queries.workbench import workbooks
from tasks.roundtrip import Returned
from tasks.services import roundtrip
from tasks.views.handing_out import download
from units.choices import Role
from units.models import Unit
from units.permissions import Permission, require
from units.views.taken import note_export

MOST_FILES = 30
SHOWN = 20  # change sets
NOWHERE = "这份填报表所属的期次已不在系统里。"


class Arrival(NamedTuple):
    """What became of one file of an upload: kept and compared, or refused with a sentence."""

    name: str
    upload: Upload | None = None
    difference: Difference | None = None
    refusal: str = ""


@login_required
@never_cache
@require_safe
def unit_workbook_file(request: HttpRequest, slug: str, pk: int, unit: str) -> FileResponse:
    """For those who write for the unit, and the Office, which sees in it no more than on pages."""
    require(request.user, Permission.WRITE_REPORTS)
    now = timezone.now()
    periods = visible_to(request.user, ReportingPeriod).open_on(timezone.localdate(now)).select_related("plan")
    period = get_object_or_404(periods, pk=pk, plan__slug=slug)
    found = get_object_or_404(Unit, slug=unit)
    if request.user.role != Role.OFFICE and request.user.unit_id != found.pk:
        raise PermissionDenied("只能下载本单位的填报表。")
    lines = unit_lines(request.user, period, found)
    if not lines:
        raise Http404("这个单位在本期没有可以填报的职责。")
    file = unit_workbook(period, found, lines, units_to_ask(), timezone.localtime(now))
    name = f"{found}_{period}填报表"
    note_export(request, file=f"{name}.xlsx", rows=len(lines))
    return download(file, name, "xlsx")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: HttpRequest) -> HttpResponse:
    """Bring files, and see what is where: those waiting for a decision, and what was written."""
    require(request.user, Permission.WRITE_REPORTS)
    if request.method != "POST":
        return uploads_page(request)
    files = request.FILES.getlist("files")
    if not files:
        return uploads_page(request, problem="请先选择要上传的填报表。")
    if len(files) > MOST_FILES:
        return uploads_page(request, problem=f"一次最多上传 {MOST_FILES} 份，这次选了 {len(files)} 份。请分几次上传。")
    arrivals = [arrived(request, file) for file in files]
    kept = [arrival.upload for arrival in arrivals if arrival.upload]
    if len(files) == 1 and kept:
        return redirect("upload", kept[0].pk)
    return uploads_page(request, arrivals)


def uploads_page(request: HttpRequest, arrivals: list[Arrival] | None = None, problem: str = "") -> HttpResponse:
    today = timezone.localdate()
    waiting = visible_to(request.user, Upload).select_related("unit", "period__plan")
    done = list(visible_to(request.user, ChangeSet).select_related("unit", "period")[:SHOWN])
    context = {
        "arrivals": arrivals or [],
        "problem": problem,
        "waiting": list(waiting),
        "written": {one.sha256 for one in done if not one.reverted_at},
        "change_sets": done,
        "workbooks": workbooks(request.user, list(ReportingPeriod.objects.open_on(today).select_related("plan"))),
        "most_files": MOST_FILES,
        "keep_days": settings.UPLOAD_KEEP_DAYS,
        "max_mb": settings.WORKBOOK_MAX_BYTES // 1024 // 1024,
    }
    return render(request, "tasks/roundtrip/uploads.html", context)


def arrived(request: HttpRequest, file: UploadedFile) -> Arrival:
    """Read, and keep only what is a workbook of ours. Never more of a file in memory than is allowed."""
    data = file.read(settings.WORKBOOK_MAX_BYTES + 1)
    name, now = str(file.name), timezone.now()
    try:
        returned = read_within_limits(data)
    except RefusedFileError as refused:
        return Arrival(name, refusal=refused.sentence)
    difference = compared(request.user, returned, timezone.localdate(now))
    if difference.period is None or difference.unit is None:
        return Arrival(name, refusal=NOWHERE)
    try:
        upload = roundtrip.keep_upload(
            request.user,
            period=difference.period,
            unit=difference.unit,
            name=name,
            data=data,
            made_at=datetime.datetime.fromisoformat(returned.made_at),
            now=now,
        )
    except ValidationError as refused:
        return Arrival(name, refusal="".join(refused.messages))
    return Arrival(name, upload, difference)


def read_within_limits(data: bytes) -> Returned:
    if len(data) > settings.WORKBOOK_MAX_BYTES:
        most = settings.WORKBOOK_MAX_BYTES // 1024 // 1024
        raise RefusedFileError(f"文件超过 {most} MB，不像一份填报表。请重新下载，把内容填进去再上传。")
    return read_back(data)
