"""What a reporter asks of the Office: that a measure is done, or that it may take longer."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.choices import ClaimState
from tasks.forms_office import CompletionForm, ExtensionForm, VerbForm
from tasks.models import Duty, Measure
from tasks.queries import closing as queries
from tasks.services import closing as services
from tasks.views.found import measure_or_404
from tasks.views.kept import login_keeps_text, typed
from units.models import User

WITHDRAW = "withdraw"


def measure_and_duty(user: User, slug: str, number: int, order: int) -> tuple[Measure, Duty]:
    measure = measure_or_404(slug, number, order)
    duty = queries.duty_of(user, measure)
    if duty is None:
        raise PermissionDenied("只有责任单位的填报员可以为这项举措申请办结或延期。")
    return measure, duty


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def completion(request: HttpRequest, slug: str, number: int, order: int) -> HttpResponse:
    """办结申请: the form, or the claim that stands; and every earlier one with its answer."""
    measure, duty = measure_and_duty(request.user, slug, number, order)
    claims = queries.completions_of(measure.pk, request.user)
    standing = next((one for one in claims if one.state == ClaimState.PENDING or one.is_in_force), None)
    form = CompletionForm(typed(request), check=partial(services.refuse_future, timezone.localdate()))

    def claim() -> None:
        services.claim_completion(request.user, duty=duty, **form.cleaned_data, now=timezone.now())

    said = f"举措 {measure.code} 的办结申请已提交，等待督查专员核验。"
    if answer := acted(request, form, standing, claim, said):
        return answer
    return shown(request, "tasks/closing/completion.html", measure, duty, form, standing, claims)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: HttpRequest, slug: str, number: int, order: int) -> HttpResponse:
    """延期申请, likewise; only a pending one stands in the way of another."""
    measure, duty = measure_and_duty(request.user, slug, number, order)
    requests = queries.extensions_of(measure.pk, request.user)
    standing = next((one for one in requests if one.state == ClaimState.PENDING), None)
    form = ExtensionForm(typed(request), check=partial(services.refuse_no_later, measure))

    def ask() -> None:
        services.request_extension(request.user, duty=duty, **form.cleaned_data, now=timezone.now())

    said = f"举措 {measure.code} 的延期申请已提交，等待督查专员决定。"
    if answer := acted(request, form, standing, ask, said):
        return answer
    return shown(request, "tasks/closing/extension.html", measure, duty, form, standing, requests)


def acted(request: HttpRequest, form: VerbForm, standing: Any, verb: Any, said: str) -> HttpResponse | None:
    """Carry out what was posted and go back to the page; None where it is to be shown, refusals on the form."""
    if request.method != "POST":
        return None
    if request.POST.get("do") == WITHDRAW:
        return withdrawn(request, standing)
    if repeats(form, standing, request.user):
        return redirect(request.path)
    if form.is_valid():
        with form.refusals():
            verb()
            messages.success(request, said)
            return redirect(request.path)
    return None


def repeats(form: VerbForm, standing: Any, user: User) -> bool:
    """Whether this very request of this very person stands already: the second of two clicks."""
    if standing is None or not form.is_valid():
        return False
    asked_by = getattr(standing, "claimed_by", None) or standing.requested_by
    same = all(getattr(standing, name) == value for name, value in form.cleaned_data.items())
    return same and asked_by == user and standing.state == ClaimState.PENDING


def withdrawn(request: HttpRequest, standing: Any) -> HttpResponse:
    if standing is None or standing.state != ClaimState.PENDING:
        messages.info(request, "没有等待决定的申请，不用撤回。")
        return redirect(request.path)
    try:
        services.withdraw_claim(request.user, claim=standing, now=timezone.now())
    except ValidationError as refused:  # decided in between
        messages.error(request, "".join(refused.messages))
    else:
        messages.success(request, "申请已撤回，需要时可以重新申请。")
    return redirect(request.path)


def shown(
    request: HttpRequest,
    template: str,
    measure: Measure,
    duty: Duty,
    form: VerbForm,
    standing: Any,
    claims: list,
) -> HttpResponse:
    plan, task = measure.main_task.plan, measure.main_task
    context = {
        "measure": measure,
        "duty": duty,
        "task": task,
        "plan": plan,
        "form": form,
        "standing": standing,
        "is_own": standing is not None and standing.duty_id == duty.pk,
        "earlier": [one for one in claims if one != standing],
        "measure_url": reverse("measure", args=[plan.slug, task.number, measure.order]),
        "is_past": measure.is_past(timezone.localdate()),
    }
    return render(request, template, context)
