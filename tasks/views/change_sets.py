"""What was written from one returned workbook: seen, handed in, or taken back as a whole."""

from collections.abc import Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.choices import WRITABLE
from tasks.excel.unit_workbook import LABELS
from tasks.models import ChangedReport, ChangeSet, Upload
from tasks.permissions import visible_to
from tasks.roundtrip import as_shown
from tasks.services import roundtrip
from tasks.services.report_rules import VersionConflict
from tasks.services.reporting import submit_report
from units.middleware import note_refusal
from units.permissions import Permission, require

MOVED = "写入以后又有改动，请打开核对后再提交。"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_set(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, Permission.WRITE_REPORTS)
    found = get_object_or_404(
        visible_to(request.user, ChangeSet).select_related("period__plan", "unit", "applied_by"), pk=pk
    )
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    if verb == "revert":
        return revert(request, found)
    if verb == "submit":
        return submit(request, found)
    return page(request, found)


def page(
    request: HttpRequest,
    found: ChangeSet,
    refusal: str = "",
    problems: Collection[str] = (),
    ticked: Collection[str] = (),
) -> HttpResponse:
    """`refusal` begins what `problems` say one by one; `ticked` are keys of reports whose boxes stay as they were."""
    rows = reports_of(found)
    drafts = [row for row in rows if can_hand_in(row)]
    is_all = request.method != "POST" and request.GET.get("tick") == "all"
    context = {
        "change_set": found,
        "rows": [
            (
                row,
                [(at, LABELS[name], as_shown(name, old), as_shown(name, new)) for _, at, name, old, new in row.cells],
            )
            for row in rows
        ],
        "drafts": drafts,
        "is_all": is_all,
        "ticked": [row for row in drafts if is_all or str(row.report.pk) in ticked],
        "is_whole": not any(roundtrip.is_built_on(row) for row in rows),
        "upload": visible_to(request.user, Upload).filter(sha256=found.sha256).first(),
        "refusal": refusal,
        "problems": problems,
    }
    return render(request, "tasks/roundtrip/change_set.html", context)


def reports_of(found: ChangeSet) -> list[ChangedReport]:
    rows = found.reports.select_related("duty__measure__main_task", "duty__unit", "report").order_by(
        "duty__measure__main_task__number", "duty__measure__order"
    )
    found_rows = list(rows.prefetch_related("report__attachments"))
    for row in found_rows:
        row.change_set = found
        if row.report is not None:
            row.report.duty, row.report.period = row.duty, found.period
    return found_rows


def can_hand_in(row: ChangedReport) -> bool:
    return row.report is not None and row.report.state in WRITABLE


def revert(request: HttpRequest, found: ChangeSet) -> HttpResponse:
    try:
        roundtrip.revert_changes(request.user, change_set=found, now=timezone.now())
    except (PermissionDenied, VersionConflict) as refused:
        return page(request, found, "没有撤销：", [note_refusal(request, refused)])
    except ValidationError as refused:
        return page(request, found, "没有撤销：", refused.messages)
    messages.success(request, f"已整批撤销，{found.cell_count} 处都恢复到写入以前。")
    return redirect("change-set", found.pk)


def submit(request: HttpRequest, found: ChangeSet) -> HttpResponse:
    """Hand in the drafts that were ticked, each by itself: one that is refused never holds up the others."""
    asked, problems, done = set(request.POST.getlist("report")), [], []
    for row in reports_of(found):
        if row.report is None or str(row.report.pk) not in asked:
            continue
        code = row.duty.measure.code
        if row.report.version != row.version:
            problems.append(f"{code}：{MOVED}")
            continue
        try:
            submit_report(request.user, report=row.report, version=row.version, now=timezone.now())
        except ValidationError as refused:
            problems.append(f"{code}：{''.join(refused.messages)}")
        except (PermissionDenied, VersionConflict) as refused:
            problems.append(f"{code}：{note_refusal(request, refused)}")
        else:
            done.append(code)
    if done:
        messages.success(request, f"已提交 {len(done)} 项：{'、'.join(done)}。")
    if problems or not done:
        refusal = "没有全部提交：" if done else "没有提交："
        return page(request, found, refusal, problems or ["请先勾选要提交的举措。"], asked)
    return redirect("change-set", found.pk)
