"""看板: of a plan for leaders and the Office, of one unit for its people, and the matters that wait for an answer."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tasks.models import Plan
from tasks.permissions import sees_filing
from tasks.queries import coordination, instructions
from tasks.queries.attention import LISTED
from tasks.queries.comparing import NOW
from tasks.queries.dashboard import Dashboard
from tasks.queries.filing import LATE
from tasks.queries.work_lists import outstanding
from tasks.services import looking
from tasks.views.addresses import compare_url
from tasks.views.dashboard_figures import DashboardFigures
from tasks.views.dashboard_lists import lists
from tasks.views.dashboard_rows import matter_rows, waiting
from tasks.views.found import plan_or_404
from tasks.views.periods import STATE_LABELS
from units.choices import UNIT_BOUND_ROLES, Role
from units.models import Unit, User
from units.permissions import Permission, require

EARLIEST_YEAR = 2000

DECISIONS, PER_PAGE, OUTSTANDING = 10, 15, 20


@login_required
@never_cache
@require_safe
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Of a plan. A unit's people are led to their own."""
    user = request.user
    plan = plan_or_404(user, slug)
    if user.role in UNIT_BOUND_ROLES:
        return redirect("unit-dashboard", slug, user.unit.slug)
    require(user, Permission.READ_SUBMITTED)
    board = Dashboard(plan, timezone.localdate())
    context = {"plan": plan, "board": board, "now": timezone.now()}
    if board.current is None:
        return render(request, "tasks/dashboard/empty.html", context)
    context |= plan_context(board, user)
    return render(request, "tasks/dashboard/plan.html", context)


def plan_context(board: Dashboard, user: User) -> dict[str, Any]:
    figures = DashboardFigures(board)
    own = board.urgent(coordination.asking(user.unit_id), DECISIONS)
    return {
        **common(board, figures),
        "matters": matter_rows(board.plan, own, user),
        "matter_counts": board.matters(user.unit_id),
        "compare": compare_url(board.plan, **{"from": board.frozen[-1].period.pk, "to": NOW}) if board.frozen else "",
        "waiting": waiting(user, board.plan, board.today) if user.role == Role.OFFICE else [],
        "given": instructions.counts(instructions.instructions(board.plan, user), board.today)
        if user.role == Role.LEADER
        else None,
        "filing_url": filing_url(board),
    }


def filing_url(board: Dashboard) -> str:
    """Where the rows behind a number of filing stand."""
    return reverse("period-filing", args=[board.plan.slug, board.current.pk])


def common(board: Dashboard, figures: DashboardFigures) -> dict[str, Any]:
    return {"figures": figures, "lists": lists(board), "listed": LISTED, "today": board.today}


def moment(text: str) -> datetime.datetime | None:
    """What the page sent; None for what is none, or lies so far back that no clock converts it."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.year >= EARLIEST_YEAR else None


@login_required
@never_cache
@require_POST
def dashboard_seen(request: HttpRequest, slug: str) -> HttpResponse:
    """已看过, up to the moment at which the page was drawn."""
    plan, now = get_object_or_404(Plan, slug=slug), timezone.now()
    until = moment(request.POST.get("until", "")) or now
    if timezone.is_naive(until):
        until = timezone.make_aware(until)
    looking.mark_seen(request.user, plan=plan, until=until, now=now)
    messages.success(request, "已记下，下次从现在起列出变化。")
    return redirect("dashboard", slug)


@login_required
@never_cache
@require_safe
def unit_dashboard(request: HttpRequest, slug: str, unit: str) -> HttpResponse:
    """Of one unit, for any staff; another unit's people see their own."""
    user = request.user
    require(user, Permission.SEE_STAFF_NOTES)
    plan = plan_or_404(user, slug)
    found = get_object_or_404(Unit, slug=unit)
    if user.role in UNIT_BOUND_ROLES and user.unit_id != found.pk:
        return redirect("unit-dashboard", slug, user.unit.slug)
    board = Dashboard(plan, timezone.localdate(), found)
    context: dict[str, Any] = {"plan": plan, "board": board, "unit": found, "now": timezone.now()}
    if board.current is None:
        return render(request, "tasks/dashboard/empty.html", context)
    context |= common(board, DashboardFigures(board)) | unit_matters(board, user)
    context["filing_url"] = filing_url(board) if sees_filing(user, found) else ""
    context["filed"] = filed(board)
    context["is_own"] = user.role in UNIT_BOUND_ROLES
    is_kept = board.present.summary is not None
    context["outstanding"] = outstanding(board.current, found.pk, OUTSTANDING, is_kept=is_kept)
    return render(request, "tasks/dashboard/unit.html", context)


def filed(board: Dashboard) -> list[tuple[str, str, int]]:
    """Label, state and count of the unit's duties; those filed late are among the others."""
    labels = STATE_LABELS | {LATE: "其中补报"}
    return [(labels[state], state, count) for state, count in board.filing.states if count or state != LATE]


def unit_matters(board: Dashboard, user: User) -> dict[str, Any]:
    """What the unit asks of others, and what others ask of it."""
    unit, count = board.unit.pk, board.matters(board.unit.pk).own
    asks = board.urgent(coordination.ANY, DECISIONS + 1, by=unit)
    asked = board.urgent(coordination.asking(unit), DECISIONS) if count else []
    return {
        "asked": matter_rows(board.plan, asks[:DECISIONS], user),
        "asks_more": len(asks) > DECISIONS,
        "asked_of_it": matter_rows(board.plan, asked, user),
        "asked_of_it_count": count,
    }


@login_required
@never_cache
@require_safe
def coordination_list(request: HttpRequest, slug: str) -> HttpResponse:
    """需协调事项 without an answer: those for one's own unit (`to=own`), those between units (`to=others`), or all."""
    require(request.user, Permission.READ_SUBMITTED)
    plan = get_object_or_404(Plan, slug=slug)
    board, to, after = Dashboard(plan, timezone.localdate()), request.GET.get("to", ""), request.GET.get("after", "")
    own = coordination.asking(request.user.unit_id)
    kind = {"own": own, "others": coordination.ANY & ~own}.get(to, coordination.ANY)
    found = board.urgent(kind & coordination.behind(after), PER_PAGE + 1)
    counts = board.matters(request.user.unit_id)
    context = {
        "plan": plan,
        "to": to,
        "count": {"own": counts.own, "others": counts.others}.get(to, counts.all),
        "after": after,
        "next": coordination.place(found[PER_PAGE - 1]) if len(found) > PER_PAGE else "",
        "matters": matter_rows(plan, found[:PER_PAGE], request.user),
        "today": board.today,
    }
    return render(request, "tasks/dashboard/coordination.html", context)
