"""The Office's periods: opened, watched while units file, frozen."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.choices import FilingState
from tasks.excel.tables import filed_export, filing_export
from tasks.forms_periods import PeriodForm
from tasks.models import Plan, ReportingPeriod
from tasks.permissions import has_dashboard, sees_filing
from tasks.queries import filing
from tasks.queries import periods as queries
from tasks.queries.workdays import next_proposal, workdays
from tasks.services import periods as services
from tasks.views.handing_out import hand_out
from tasks.views.kept import login_keeps_text, typed
from tasks.views.urging import urging
from units.models import Unit
from units.permissions import Permission, may, require

PER_PAGE = 100
STATE_LABELS = {filing.OBLIGED: "应报", **dict(FilingState.choices), filing.LATE: "补报"}
LISTS = STATE_LABELS | {filing.UNFINISHED: "待报送"}  # what has a list of its own, and no column on the board
LEFT_OPEN = (filing.IN_REVIEW, filing.RETURNED, filing.DRAFTED, filing.MISSING)


def period_or_404(slug: str, pk: int) -> ReportingPeriod:
    known = ReportingPeriod.objects.select_related("plan", "opened_by__unit", "frozen_by__unit")
    return get_object_or_404(known, pk=pk, plan__slug=slug)


@login_keeps_text
@never_cache
@require_safe
def period_list(request: HttpRequest, slug: str) -> HttpResponse:
    require(request.user, Permission.MANAGE_PERIODS)
    plan = get_object_or_404(Plan, slug=slug)
    context = {"plan": plan, "periods": queries.listed(plan), "today": timezone.localdate()}
    return render(request, "tasks/periods/list.html", context)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def period_open(request: HttpRequest, slug: str) -> HttpResponse:
    """建立期次, proposed from the cadence and the working-day calendar; every date can be set otherwise."""
    require(request.user, Permission.MANAGE_PERIODS)
    plan, today = get_object_or_404(Plan, slug=slug), timezone.localdate()
    proposal = next_proposal(plan, today)
    fields = ("label", "as_of", "opens_on", "due_on")
    proposed = {name: getattr(proposal, name) for name in fields}
    form = PeriodForm(
        typed(request), initial=proposed, check=partial(services.refuse_taken, ReportingPeriod(plan=plan))
    )
    if request.method == "POST" and not form.is_valid():
        if same := standing(plan, form.cleaned_data, fields):
            return redirect("period", slug, same.pk)
    elif request.method == "POST":
        try:
            period = services.open_period(request.user, plan=plan, **form.cleaned_data, now=timezone.now())
        except ValidationError as refused:
            if same := standing(plan, form.cleaned_data, fields):
                return redirect("period", slug, same.pk)
            form.refuse(refused)
        else:
            when = "到时" if period.opens_on > today else "现在"
            messages.success(
                request, f"{period.label}已建立，{period.opens_on:%Y-%m-%d} 起开放填报，各单位{when}在工作台看到。"
            )
            return redirect("period", slug, period.pk)
    unknown = workdays().unknown_years(proposal.as_of, proposal.opens_on, proposal.due_on)
    context = {"plan": plan, "form": form, "unknown_years": unknown}
    return render(request, "tasks/periods/open.html", context)


def standing(plan: Plan, wanted: dict[str, Any], fields: tuple[str, ...]) -> ReportingPeriod | None:
    """The very period that is asked for, where it stands already: the second of two clicks."""
    return plan.periods.filter(**wanted).first() if set(wanted) == set(fields) else None


@login_keeps_text
@never_cache
@require_safe
def period_page(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The filing board of an open period; of a frozen one what it was frozen with, and its corrections."""
    require(request.user, Permission.MANAGE_PERIODS)
    period = period_or_404(slug, pk)
    units = filing.board(period)
    every = filing.total(units)
    context = {
        "plan": period.plan,
        "period": period,
        "today": timezone.localdate(),
        "labels": list(STATE_LABELS.items()),
        "lines": [cells(unit) for unit in units],
        "totals": [cells(every)],
        "unfinished": every.count(filing.UNFINISHED),
        "behind": sum(unit.count(filing.UNFINISHED) > 0 for unit in units),
        "stages": queries.frozen_stages(period) if period.is_frozen else [],
        "corrections": list(queries.corrections(period)) if period.is_frozen else [],
    }
    return render(request, "tasks/periods/period.html", context)


def cells(unit: filing.UnitFiled) -> dict[str, Any]:
    return {
        "name": unit.name,
        "slug": unit.slug,
        "cells": [(state, label, unit.count(state)) for state, label in STATE_LABELS.items()],
    }


@login_keeps_text
@never_cache
@require_safe
def period_filing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The rows behind one number of the board or of a dashboard."""
    if not has_dashboard(request.user):
        require(request.user, Permission.READ_SUBMITTED)
    period = period_or_404(slug, pk)
    state, unit, rows = rows_behind(request, period)
    if not sees_filing(request.user, unit):
        raise PermissionDenied("只能看本单位的填报情况。")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    is_to_urge = state == filing.UNFINISHED and not period.is_frozen and may(request.user, Permission.MANAGE_PERIODS)
    context = {
        "plan": period.plan,
        "period": period,
        "unit": unit,
        "state_label": LISTS[state],
        "urging": urging(rows, page, timezone.localdate()) if is_to_urge and page.object_list else "",
        "page": page,
        "lines": [(row, STATE_LABELS[row.state]) for row in page],
    }
    return render(request, "tasks/periods/filing.html", context)


def rows_behind(request: HttpRequest, period: ReportingPeriod) -> tuple[str, Unit | None, filing.RowsBehind]:
    """The state and the unit that the URL asks for, and the rows of theirs."""
    state = request.GET.get("state", filing.OBLIGED)
    if state not in LISTS:
        raise Http404
    asked = request.GET.get("unit", "").replace("\0", "?")  # PostgreSQL takes no NUL, and no slug has one
    unit = get_object_or_404(Unit, slug=asked) if asked else None
    units = [one for one in filing.board(period) if unit is None or one.unit == unit.pk]
    return state, unit, filing.RowsBehind(period, state, units)


@login_keeps_text
@require_safe
@cache_control(private=True, no_store=True)
def export_filing(request: HttpRequest, slug: str, pk: int, extension: str) -> FileResponse:
    """The board as a file."""
    require(request.user, Permission.MANAGE_PERIODS)
    period = period_or_404(slug, pk)
    units = filing.board(period)
    lines = [cells(unit) for unit in [*units, filing.total(units)]]
    counts = [[line["name"], *(count for _, _, count in line["cells"])] for line in lines]
    return hand_out(request, filing_export(period, list(STATE_LABELS.values()), counts), extension)


@login_keeps_text
@require_safe
@cache_control(private=True, no_store=True)
def export_filed(request: HttpRequest, slug: str, pk: int, extension: str) -> FileResponse:
    """The rows behind one number of the board as a file."""
    require(request.user, Permission.MANAGE_PERIODS)
    period = period_or_404(slug, pk)
    state, unit, behind = rows_behind(request, period)
    found = behind.read(slice(0, len(behind)))
    rows = [
        [row.code, row.text, row.unit_name, STATE_LABELS[row.state], "补报" if row.is_late else None] for row in found
    ]
    conditions = f"{unit.name + '：' if unit else ''}{LISTS[state]}"
    return hand_out(request, filed_export(period, rows, conditions, request.GET.urlencode()), extension)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def period_freeze(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """冻结: first what it does and what would be left open, then the act."""
    require(request.user, Permission.MANAGE_PERIODS)
    period = period_or_404(slug, pk)
    refusal = ""
    if request.method == "POST":
        try:
            services.freeze_period(request.user, period=period, now=timezone.now())
        except ValidationError as refused:
            refusal = "没有冻结：" + "".join(refused.messages)
        else:
            messages.success(request, f"{period.label}已冻结，以后只能作标明的更正。")
            return redirect("period", slug, pk)
    elif period.is_frozen:
        return redirect("period", slug, pk)
    every = filing.total(filing.board(period))
    context = {
        "plan": period.plan,
        "period": period,
        "total": every.filing,
        "open_cells": [cell for cell in cells(every)["cells"] if cell[0] in LEFT_OPEN and cell[2]],
        "today": timezone.localdate(),
        "refusal": refusal,
    }
    return render(request, "tasks/periods/freeze.html", context)
