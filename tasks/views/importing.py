"""Checking an allocation table in the browser: what the reader finds in it. Nothing is kept."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.allocation.intake import MOST_BYTES, TOO_LARGE, RefusedError, taken
from tasks.allocation.table import DraftPlan, draft_plan
from tasks.queries.comparison import names_in
from units.permissions import Permission, require
from units.queries import name_book


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def allocation_check(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.EDIT_PLAN)
    if request.method != "POST":
        return render(request, "tasks/importing/check.html")
    try:
        context = checked(request)
    except RefusedError as refused:
        context = {"refusal": str(refused)}
    return render(request, "tasks/importing/check.html", context)


def checked(request: HttpRequest) -> dict[str, object]:
    file = request.FILES.get("file")
    if file is None:
        raise RefusedError("请选择一个文件。")
    if file.size > MOST_BYTES:
        raise RefusedError(TOO_LARGE)
    book = name_book(timezone.localdate())
    document = taken(file.name, file.read())
    draft = draft_plan(document, book)
    rows = {row.line: row for row in document.rows}
    found = sorted(draft.findings, key=lambda finding: (not finding.is_error, finding.line))
    unknown = [name for name in names_in(draft) if not book.knows(name)]
    return {
        "name": file.name,
        "draft": draft,
        "measures": measures_in(draft),
        "lines": [(finding, rows.get(finding.line)) for finding in found],
        "unknown": unknown,
    }


def measures_in(draft: DraftPlan) -> int:
    return sum(len(task.measures) for task in draft.tasks)
