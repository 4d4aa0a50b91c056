"""导入分工表, its ends: bring a file, see what was brought and what was written, take a file back, abandon or return."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.allocation.intake import RefusedError, taken, too_large
from tasks.forms_importing import TableForm
from tasks.models import Plan, TableImport
from tasks.permissions import visible_to
from tasks.services import importing
from units.permissions import Permission, require

SHOWN = 50  # tables that were written


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def table_imports(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.IMPORT_TABLES)
    plans = list(Plan.objects.all())
    form = TableForm(request.POST if request.method == "POST" else None, plans=plans)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("table-import", brought(request, form).pk)
        except RefusedError as refused:
            refusal = str(refused)
        except ValidationError as refused:
            refusal = "".join(refused.messages)
    known = visible_to(request.user, TableImport)
    titles = {plan.slug: plan.title for plan in plans}
    context = {
        "form": form,
        "refusal": refusal,
        "waiting": [
            (one, titles.get(one.slug, one.slug)) for one in known.filter(owner=request.user, applied_at=None)
        ],
        "written": list(known.filter(applied_at__isnull=False).select_related("plan", "applied_by")[:SHOWN]),
        "keep_days": settings.UPLOAD_KEEP_DAYS,
        "max_mb": settings.TABLE_MAX_BYTES // 1024 // 1024,
    }
    return render(request, "tasks/importing/tables.html", context)


def brought(request: HttpRequest, form: TableForm) -> TableImport:
    """Keep a file that can be read at all. Raises RefusedError, and then nothing is kept."""
    file = request.FILES.get("file")
    if file is None:
        raise RefusedError("请选择一个文件。")
    data = whole(file)
    taken(str(file.name), data)
    slug, subject = form.chosen
    return importing.keep_table(
        request.user, slug=slug, subject=subject, name=str(file.name), data=data, now=timezone.now()
    )


def whole(file: UploadedFile) -> bytes:
    """Never more of a file in memory than is allowed."""
    data = file.read(settings.TABLE_MAX_BYTES + 1)
    if len(data) > settings.TABLE_MAX_BYTES:
        raise RefusedError(too_large(settings.TABLE_MAX_BYTES))
    return data


def of_own_table(
    view: Callable[[HttpRequest, TableImport], HttpResponse],
) -> Callable[[HttpRequest, int], HttpResponse]:
    """Give a view the table that this person brought; only its owner finds it. One that is written can no longer be
    worked on: a second click and the way back lead to what was written.
    """

    @wraps(view)
    def of_table(request: HttpRequest, pk: int) -> HttpResponse:
        require(request.user, Permission.IMPORT_TABLES)
        table = get_object_or_404(visible_to(request.user, TableImport), pk=pk, owner=request.user)
        return redirect("table-import", pk) if table.applied_at else view(request, table)

    return of_table


@login_required
@require_POST
@of_own_table
def table_abandon(request: HttpRequest, table: TableImport) -> HttpResponse:
    importing.abandon_table(request.user, table=table, now=timezone.now())
    messages.success(request, f"“{table.name}”已放弃，没有写入任何内容。")
    return redirect("table-imports")


@login_required
@require_POST
def table_return(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, Permission.IMPORT_TABLES)
    table = get_object_or_404(visible_to(request.user, TableImport), pk=pk)
    try:
        made = importing.begin_return(request.user, table=table, now=timezone.now())
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
        return redirect("table-import", table.pk)
    return redirect("table-difference", made.pk)


@login_required
@never_cache
@require_safe
def table_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was brought."""
    require(request.user, Permission.IMPORT_TABLES)
    table = get_object_or_404(visible_to(request.user, TableImport), pk=pk)
    if not table.file:
        raise Http404("恢复没有上传的文件。")
    return FileResponse(
        table.file.open(), as_attachment=True, filename=table.name, content_type="application/octet-stream"
    )
