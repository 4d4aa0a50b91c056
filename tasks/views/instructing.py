"""作出批示: on the spot, beside what it answers, and back to where the leader was."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.forms_office import InstructionForm
from tasks.models import Measure, Plan, ProgressReport
from tasks.permissions import visible_to
from tasks.queries.instructions import proposal
from tasks.services import instructing as services
from tasks.views.kept import login_keeps_text, typed
from units.keys import is_key
from units.permissions import Permission, require
from units.views.display import way_back


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def instruction_new(request: HttpRequest, slug: str) -> HttpResponse:
    """`?measure=7-3&report=<pk>`, both optional: what the instruction is about and what it answers."""
    require(request.user, Permission.GIVE_INSTRUCTIONS)
    plan = get_object_or_404(Plan, slug=slug)
    report = report_asked(request, plan)
    measure = report.duty.measure if report else measure_asked(request, plan)
    today = timezone.localdate()
    proposed = proposal(measure, report, today)
    form = InstructionForm(
        typed(request),
        check=partial(services.refuse_what_cannot_be_done, today),
        initial={"owner": proposed.owner, "due_on": proposed.due_on},
    )
    back = way_back(request, came_from(request, otherwise(plan, measure)))
    if request.method == "POST" and form.is_valid():
        about: dict[str, Any] = {"plan": plan, "measure": measure, "report": report}
        with form.refusals():
            given = services.give_instruction(request.user, **about, **form.cleaned_data, now=timezone.now())
            messages.success(request, f"{given}已发出，由{given.owner}办理，时限 {given.due_on}。")
            return redirect(back)
    context = {"plan": plan, "measure": measure, "report": report, "form": form, "back": back}
    return render(request, "tasks/instructions/new.html", context)


def report_asked(request: HttpRequest, plan: Plan) -> ProgressReport | None:
    key = request.GET.get("report", "")
    if not key:
        return None
    if not is_key(key):
        raise Http404("没有这份填报。")
    joins = ("duty__unit", "duty__measure__main_task", "period", "coordination_unit")
    found = visible_to(request.user, ProgressReport).select_related(*joins)
    return get_object_or_404(found, pk=key, duty__measure__main_task__plan=plan)


def measure_asked(request: HttpRequest, plan: Plan) -> Measure | None:
    """`7-3`; a 404 where there is no such measure."""
    code = request.GET.get("measure", "")
    if not code:
        return None
    number, _, order = code.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in (number, order)):
        raise Http404("没有这项举措。")
    known = Measure.objects.select_related("main_task")
    return get_object_or_404(known, main_task__plan=plan, main_task__number=number, order=order)


def came_from(request: HttpRequest, fallback: str) -> str:
    """The page of ours on which the link here was followed."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return fallback
    place = urlsplit(referer)
    return place.path + (f"?{place.query}" if place.query else "") if place.path != request.path else fallback


def otherwise(plan: Plan, measure: Measure | None) -> str:
    if measure is None:
        return reverse("instructions", args=[plan.slug])
    return reverse("measure", args=[plan.slug, measure.main_task.number, measure.order])
