"""What administrators and auditors do across both apps: handing over a post, taking the audit trail along."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.excel.tables import audit_export
from tasks.permissions import visible_to
from tasks.queries.handover import open_items
from tasks.services.handover import hand_over
from tasks.views.handing_out import hand_out
from units.forms import AuditFilterForm, HandoverForm
from units.models import User
from units.permissions import Permission, require
from units.queries import audit_events, successors
from units.views.audit import COUNTED, said

AUDIT_COLUMNS = {
    "number": "序号",
    "at": "时间",
    "actor": "操作人",
    "role": "角色",
    "unit": "单位",
    "verb": "操作",
    "subject_kind": "对象类别",
    "subject": "对象",
    "before": "原来",
    "after": "现在",
    "address": "来源地址",
    "hash": "校验值",
}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """移交: first who takes over, then the exact list, then the act on exactly that list."""
    require(request.user, Permission.MANAGE_ACCOUNTS)
    person = get_object_or_404(visible_to(request.user, User).select_related("unit"), pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    form = HandoverForm(given or None, successors=successors(person), initial={"switch_off": True})
    if request.method == "POST" and handed_over(request, person, form):
        moved = f"已移交给 {form.cleaned_data['successor'].name_and_account}。"
        messages.success(request, moved if request.POST.getlist("item") else "没有要移交的事项，账号已停用。")
        return redirect("admin:units_user_change", pk)
    form.leave_focus_to_errors()
    context = {
        "person": person,
        "form": form,
        "items": open_items(person),
        "is_preview": form.is_bound and not form.errors.get("successor"),
    }
    return render(request, "units/handover.html", context)


def handed_over(request: HttpRequest, person: User, form: HandoverForm) -> bool:
    if not form.is_valid():
        return False
    chosen = form.cleaned_data
    try:
        hand_over(
            request.user,
            person=person,
            successor=chosen["successor"],
            keys=request.POST.getlist("item"),
            ends_account=chosen["switch_off"],
            now=timezone.now(),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@login_required
@never_cache
@require_safe
def export_audit(request: HttpRequest, extension: str) -> HttpResponse | FileResponse:
    """The events asked for, newest first; taking them is an event too."""
    require(request.user, Permission.READ_AUDIT_TRAIL)
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")
    rows = list(audit_events(request.user, form.question()).values_list(*AUDIT_COLUMNS)[: COUNTED + 1])
    if len(rows) > COUNTED:
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")
    labels = list(AUDIT_COLUMNS.values())
    export = audit_export(labels, [readable(row) for row in rows], form.in_words(), timezone.localdate())
    return hand_out(request, export, extension)


def readable(row: tuple) -> list:
    """What was before and after in lines, as the page shows it."""
    at = {name: place for place, name in enumerate(AUDIT_COLUMNS)}
    cells = list(row)
    for name in ("before", "after"):
        parts = said(row[at[name]]).items()
        cells[at[name]] = "\n".join(f"{label}：{words}" if label else words for label, words in parts)
    return cells
