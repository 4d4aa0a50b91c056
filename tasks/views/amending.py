"""Amendments: a measure's time, roll-up and halt, the plan's cadence, and the numbered list of what was changed."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.forms_office import SettingsForm
from tasks.forms_periods import CadenceForm
from tasks.models import Amendment, Measure, Plan
from tasks.queries import closing
from tasks.services import amending
from tasks.views.found import measure_or_404
from tasks.views.kept import login_keeps_text, typed
from units.permissions import Permission, require

PER_PAGE = 100


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def measure_settings(request: HttpRequest, slug: str, number: int, order: int) -> HttpResponse:
    require(request.user, Permission.SET_DUE_DATES)
    measure = measure_or_404(slug, number, order)
    standing = {name: getattr(measure, name) for name in amending.SETTINGS}
    check = partial(amending.refuse_contradiction, measure)
    form = SettingsForm(typed(request), initial=standing, measure=measure, check=check)
    if request.method == "POST" and form.is_valid():
        why = {name: form.cleaned_data[name] for name in ("reason", "document")}
        with form.refusals():
            made = amending.amend_measure(request.user, measure=measure, changes=form.given, **why, now=timezone.now())
            messages.success(request, said(measure, made))
            return redirect("measure", slug, number, order)
    context = {"measure": measure, "task": measure.main_task, "plan": measure.main_task.plan, "form": form}
    return render(request, "tasks/closing/settings.html", context)


def said(measure: Measure, made: list[Amendment]) -> str:
    if not made:
        return f"举措 {measure.code} 的设置没有变化，没有形成调整。"
    numbers = "、".join(f"第 {one.number} 号" for one in made)
    return f"举措 {measure.code} 已调整：{numbers}。"


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_cadence(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.MANAGE_PERIODS)
    plan = get_object_or_404(Plan, slug=slug)
    form = CadenceForm(typed(request), initial={"cadence": plan.cadence})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            made = amending.set_cadence(request.user, plan=plan, **form.cleaned_data, now=timezone.now())
            words = f"已调整（第 {made.number} 号）" if made else "没有变化"
            messages.success(request, f"填报周期{words}。")
            return redirect("periods", slug)
    return render(request, "tasks/periods/cadence.html", {"plan": plan, "form": form})


@login_keeps_text
@never_cache
@require_safe
def amendment_list(request: HttpRequest, slug: str) -> HttpResponse:
    """调整记录, the newest first. For staff: reasons and documents are not published."""
    require(request.user, Permission.SEE_STAFF_NOTES)
    plan = get_object_or_404(Plan, slug=slug)
    page = Paginator(closing.amendments(plan, request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "tasks/closing/amendments.html", {"plan": plan, "page": page})
