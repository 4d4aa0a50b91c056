"""Completion claims and extension requests before the Office: a queue of each, one beside it, one decision."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.choices import ClaimState
from tasks.forms_office import ClaimDecisionForm, ReasonForm
from tasks.models import CompletionClaim, ExtensionRequest, Plan
from tasks.queries import closing as queries
from tasks.services import closing as services
from tasks.views.kept import login_keeps_text, typed
from tasks.views.review_tabs import tabs
from tasks.views.workbench_lines import deadline
from units.middleware import note_refusal
from units.models import User
from units.permissions import Permission, require

Claim = CompletionClaim | ExtensionRequest


class Kind(NamedTuple):
    """What differs between the two queues."""

    title: str
    queue: str
    item: str
    granting: str
    everything: Callable[[User], QuerySet]
    awaiting: Callable[[User], QuerySet]
    is_extension: bool


KINDS = {
    "completions": Kind(
        "办结申请",
        "completion-queue",
        "completion-claim",
        "核验通过，举措办结",
        queries.completions,
        queries.completions_awaiting,
        False,
    ),
    "extensions": Kind(
        "延期申请",
        "extension-queue",
        "extension-request",
        "同意延期",
        queries.extensions,
        queries.extensions_awaiting,
        True,
    ),
}


@login_keeps_text
@never_cache
@require_safe
def closing_queue(request: HttpRequest, kind: str) -> HttpResponse:
    require(request.user, Permission.DECIDE_CLOSING)
    return page(request, KINDS[kind], None)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def closing_item(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request.user, Permission.DECIDE_CLOSING)
    claim = get_object_or_404(KINDS[kind].everything(request.user), pk=pk)
    form = new_form(KINDS[kind], typed(request))
    if request.method == "POST":
        return decide(request, KINDS[kind], claim, form)
    return page(request, KINDS[kind], claim, form=form)


def page(request: HttpRequest, kind: Kind, claim: Claim | None, **more: Any) -> HttpResponse:
    waiting = list(kind.awaiting(request.user))
    selected = claim or (waiting[0] if waiting else None)
    at = waiting.index(selected) if selected in waiting else -1
    context = {
        "tabs": tabs(request.user, kind.queue),
        "kind": kind,
        "waiting": waiting,
        "is_item": claim is not None,
        "claim": selected,
        "following": waiting[at + 1] if 0 <= at < len(waiting) - 1 else None,
        "is_decidable": at >= 0,
        "plan": selected.measure.main_task.plan if selected else Plan.objects.first(),
        **(detail(request.user, kind, selected) if selected else {}),
        "form": new_form(kind),
        **more,
    }
    return render(request, "tasks/closing/queue.html", context)


def new_form(kind: Kind, data: Any = None) -> ClaimDecisionForm:
    check = services.refuse_unexplained
    return ClaimDecisionForm(data, granting=kind.granting, is_extension=kind.is_extension, check=check)


def detail(user: User, kind: Kind, claim: Claim) -> dict[str, Any]:
    of_measure = queries.extensions_of if kind.is_extension else queries.completions_of
    others = [other for other in of_measure(claim.measure_id, user) if other != claim]
    return {
        "standing": queries.standing(claim.measure),
        "others": others,
        "granted_before": sum(other.state == ClaimState.GRANTED for other in others),
        "deadline": deadline(claim.measure, timezone.localdate()),
    }


def decide(request: HttpRequest, kind: Kind, claim: Claim, form: ClaimDecisionForm) -> HttpResponse:
    if not form.is_valid():
        return page(request, kind, claim, form=form)
    try:
        decided = carry_out(request.user, kind, claim, form)
    except PermissionDenied as refused:
        return page(request, kind, claim, form=form, refusal=f"没有提交：{note_refusal(request, refused)}")
    except ValidationError as refused:
        form.refuse(refused)
        return page(request, kind, get_object_or_404(kind.everything(request.user), pk=claim.pk), form=form)
    outcome = kind.granting if decided.state == ClaimState.GRANTED else "已退回，申请单位能看到理由"
    messages.success(request, f"举措 {claim.measure.code} 的{kind.title}：{outcome}。")
    following = kind.awaiting(request.user).first()
    return redirect(kind.item, following.pk) if following else redirect(kind.queue)


def carry_out(user: User, kind: Kind, claim: Claim, form: ClaimDecisionForm) -> Claim:
    reason, now = form.cleaned_data["reason"], timezone.now()
    if kind.is_extension:
        if form.is_return:
            return services.return_extension(user, request=claim, reason=reason, now=now)
        document = form.cleaned_data["document"]
        return services.grant_extension(user, request=claim, remark=reason, document=document, now=now)
    if form.is_return:
        return services.return_completion(user, claim=claim, reason=reason, now=now)
    return services.verify_completion(user, claim=claim, remark=reason, now=now)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """重新打开 a completed measure."""
    require(request.user, Permission.DECIDE_CLOSING)
    claim = get_object_or_404(queries.completions(request.user), pk=pk)
    measure = claim.measure
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            services.reopen_measure(request.user, claim=claim, reason=form.cleaned_data["reason"], now=timezone.now())
            messages.success(request, f"举措 {measure.code} 已重新打开，申请和核验的记录都保留。")
            return redirect("measure", measure.main_task.plan.slug, measure.main_task.number, measure.order)
    context = {"claim": claim, "measure": measure, "plan": measure.main_task.plan, "form": form}
    return render(request, "tasks/closing/reopen.html", context)
