"""Reporting on one duty in one period: every button of the form posts to the form's own address.

`do` names the button: `save`, `submit`, `unchanged`, `withdraw`, `merge`, `discard`, `restore:<field>`, `remove:<file>`.
Whatever the button, what was typed is saved first, as far as it can be read; the rest is shown again with its error.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tasks.choices import ReportState
from tasks.forms import ReportForm, UnchangedForm
from tasks.models import Attachment, ProgressReport
from tasks.queries.content import baseline, content_of
from tasks.services import attaching, reporting
from tasks.services.report_rules import VersionConflict, refuse_incomplete
from tasks.views import kept
from tasks.views.report_pages import (
    FOUND_AGAIN,
    PICKS,
    Spot,
    differing,
    form_page,
    merge_page,
    shown_page,
    spot_or_404,
)
from tasks.views.report_rows import GROUPS, as_posted, changed_labels
from tasks.views.workbench import bench_page
from units.keys import is_key
from units.middleware import note_refusal
from units.permissions import Permission, require

STALE = "登录状态在填写期间换过，刚才没有保存。文字都在下面，请再按一次。"
LOCKED = "这份填报已不能修改，您刚才填写的文字没有保存。"
WAITING = {
    ReportState.SUBMITTED: "等待本单位审核员初审",
    ReportState.FORWARDED: "等待督查专员复审",
}


class CsrfCheck(CsrfViewMiddleware):
    """Django's own check, answering with the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def csrf_refusal(request: HttpRequest) -> str | None:
    return CsrfCheck(lambda _: HttpResponse()).process_view(request, None, (), {})


@csrf_exempt  # checked in the view: a token that a new login has made stale must not cost anybody a text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, duty: int, period: int) -> HttpResponse:
    """The form, or the report as it stands where it cannot be written."""
    refusal = csrf_refusal(request) if request.method == "POST" else None
    if not request.user.is_authenticated:
        if refusal:
            return csrf_failure(request, reason=refusal)
        return kept.to_login(request)
    spot = spot_or_404(request.user, duty, period)
    if refusal:
        return form_page(request, spot, ReportForm(request.POST), version=request.POST.get("version"), whole=[STALE])
    return act(request, spot) if request.method == "POST" else look(request, spot)


def look(request: HttpRequest, spot: Spot) -> HttpResponse:
    data = kept.kept(request)
    form = ReportForm(data) if data is not None else None
    if not spot.is_open:
        return shown_page(request, spot, LOCKED if form else "", form)
    if form is None:
        return form_page(request, spot)
    return form_page(request, spot, form, version=data.get("version", ""), notice=FOUND_AGAIN)


def act(request: HttpRequest, spot: Spot) -> HttpResponse:
    if not spot.is_writer:
        raise PermissionDenied(reporting.OTHERS_DUTY)
    verb, _, target = request.POST.get("do", "save").partition(":")
    if verb == "discard":
        kept.forget(request)
        return redirect(request.path)
    if verb == "withdraw":
        return withdraw(request, spot)
    form = ReportForm(request.POST)
    form.is_valid()
    try:
        return VERBS.get(verb, save)(request, spot, form, target)
    except VersionConflict as conflict:
        return late(request, spot, form, conflict.current)
    except ValidationError as refused:  # the period was frozen in between
        kept.keep(request)
        return shown_page(request, spot, "".join([*refused.messages, LOCKED]), form)


def late(request: HttpRequest, spot: Spot, form: ReportForm, current: ProgressReport) -> HttpResponse:
    """Somebody was first: both texts side by side, or, where the report has gone on, what was typed beside it."""
    spot = spot._replace(report=current)
    if spot.is_open:
        return merge_page(request, spot, form, current)
    kept.keep(request)
    return shown_page(request, spot, LOCKED, form)


def kept_draft(request: HttpRequest, spot: Spot, form: ReportForm, path: str = "") -> ProgressReport:
    """Save what can be read. A field that cannot leaves the saved one as it is."""
    typed = request.POST.get("version", "")
    content: dict[str, Any] = {**spot.start, **form.valid_content()}
    draft = reporting.save_draft(
        request.user,
        duty=spot.duty,
        period=spot.period,
        content=content,
        version=int(typed) if is_key(typed) else None,
        now=timezone.now(),
    )
    kept.forget(request, path)
    return draft


def save(request: HttpRequest, spot: Spot, form: ReportForm, target: str) -> HttpResponse:
    draft = kept_draft(request, spot, form)
    files = attach(request, draft)
    if form.errors or files:
        return form_page(request, spot._replace(report=draft), form, files=files, notice="其余各栏已存为草稿。")
    messages.success(request, f"举措 {spot.duty.measure.code} 的草稿已保存。")
    return redirect(request.path)


def submit(request: HttpRequest, spot: Spot, form: ReportForm, target: str) -> HttpResponse:
    draft = kept_draft(request, spot, form)
    files = attach(request, draft)
    spot = spot._replace(report=draft)
    if not form.errors and not files:
        try:
            done = reporting.submit_report(request.user, report=draft, version=draft.version, now=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return handed_in(request, spot, done)
    else:
        add_missing(form, draft)
    return form_page(
        request, spot, form, files=files, whole=form.non_field_errors(), notice="所写内容已存为草稿，还没有提交。"
    )


def add_missing(form: ReportForm, draft: ProgressReport) -> None:
    """What is still to be filled in, said together with what cannot be read, so that one round of mending does."""
    try:
        refuse_incomplete(draft)
    except ValidationError as refused:
        for name in refused.error_dict.keys() - form.errors.keys():
            form.add_error(name, refused.error_dict[name])


def handed_in(request: HttpRequest, spot: Spot, done: ProgressReport) -> HttpResponse:
    late = "，标注为补报" if done.is_late else ""
    where = WAITING.get(done.state, done.get_state_display())
    messages.success(request, f"举措 {spot.duty.measure.code} 已提交{late}，{where}。")
    kept.forget(request, reverse("report", args=[spot.duty.pk, spot.period.pk]))
    return redirect("workbench")


def unchanged(request: HttpRequest, spot: Spot, form: ReportForm, target: str) -> HttpResponse:
    """本期无变化 from the form. What was changed is not thrown away without a word."""
    asked, version = UnchangedForm(request.POST, auto_id="f-%s"), request.POST.get("version")
    if changed := changed_labels(form, spot.last):
        asked.add_error(None, f"已改“{'”“'.join(changed)}”，不能报“本期无变化”。请提交所写的内容，或先恢复上期。")
    elif asked.is_valid():
        if spot.report:  # a draft that said something else says now what the form says
            spot, version = spot._replace(report=kept_draft(request, spot, form)), None
        try:
            return handed_in(request, spot, unchanged_report(request, spot, asked))
        except ValidationError as refused:
            asked.add_error(None, refused)
    return form_page(request, spot, form, version=version, unchanged=asked)


def unchanged_report(request: HttpRequest, spot: Spot, asked: UnchangedForm) -> ProgressReport:
    return reporting.submit_unchanged(
        request.user,
        duty=spot.duty,
        period=spot.period,
        change_expected_on=asked.cleaned_data["change_expected_on"],
        now=timezone.now(),
    )


def restore(request: HttpRequest, spot: Spot, form: ReportForm, target: str) -> HttpResponse:
    """恢复上期 of one row, for browsers without script: the rest is saved as typed."""
    group = next((group for group in GROUPS if group[0] == target), ())
    before = baseline(spot.last)
    data = request.POST.copy()
    for name in group:
        data[name] = as_posted(before[name])
    form = ReportForm(data)
    form.is_valid()
    return save(request, spot, form, "")


def remove(request: HttpRequest, spot: Spot, form: ReportForm, target: str) -> HttpResponse:
    """Take a file off; what was typed is saved with it. A file that is not there, or not here, is off already."""
    number = int(target) if is_key(target) else 0
    if attachment := Attachment.objects.filter(pk=number, report=spot.report).first():
        attaching.remove_attachment(request.user, attachment=attachment, now=timezone.now())
    return save(request, spot, form, "")


def merge(request: HttpRequest, spot: Spot, form: ReportForm, target: str) -> HttpResponse:
    """Save the text chosen for each field of which there were two."""
    if spot.report is None:
        return save(request, spot, form, "")
    current = content_of(spot.report)
    differences = differing(form, current, request.POST)
    if any(one.picked not in PICKS for one in differences):
        raise VersionConflict(spot.report)
    data = request.POST.copy()
    for one in differences:
        if one.picked == "theirs":
            data[one.name] = as_posted(current[one.name])
    form = ReportForm(data)
    form.is_valid()
    return save(request, spot, form, "")


VERBS: dict[str, Callable[[HttpRequest, Spot, ReportForm, str], HttpResponse]] = {
    "save": save,
    "submit": submit,
    "unchanged": unchanged,
    "restore": restore,
    "remove": remove,
    "merge": merge,
}


def withdraw(request: HttpRequest, spot: Spot) -> HttpResponse:
    if spot.report is None:
        return redirect(request.path)
    typed = request.POST.get("version", "")
    version = int(typed) if is_key(typed) else 0
    try:
        reporting.withdraw_report(request.user, report=spot.report, version=version, now=timezone.now())
    except (VersionConflict, PermissionDenied) as refused:
        note_refusal(request, refused)
        return shown_page(request, spot, "这份填报刚才有了变动，没有撤回。现在的情况如下。")
    except ValidationError as refused:
        return shown_page(request, spot, "".join(refused.messages))
    messages.success(request, f"举措 {spot.duty.measure.code} 已撤回，可以修改后再提交。")
    return redirect(request.path)


def attach(request: HttpRequest, report: ProgressReport) -> list[str]:
    """Attach what was uploaded; one sentence for each file refused. Never more of a file in memory than is allowed."""
    refusals = []
    for upload in request.FILES.getlist("files"):
        data = upload.read(settings.ATTACHMENT_MAX_BYTES + 1)
        try:
            attaching.attach_file(request.user, report=report, name=upload.name, data=data, now=timezone.now())
        except ValidationError as refused:
            refusals.append(f"{upload.name}：{''.join(refused.messages)}")
    return refusals


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_unchanged(request: HttpRequest, duty: int, period: int) -> HttpResponse:
    """本期无变化 from the workbench. What is refused is said there, at its row."""
    require(request.user, Permission.WRITE_REPORTS)
    if request.method != "POST":
        return redirect("workbench")
    spot = spot_or_404(request.user, duty, period)
    asked = UnchangedForm(request.POST, auto_id=f"u{duty}-{period}-%s")
    if asked.is_valid():
        try:
            return handed_in(request, spot, unchanged_report(request, spot, asked))
        except ValidationError as refused:
            asked.add_error(None, refused)
    return bench_page(request, (asked, (duty, period)))
