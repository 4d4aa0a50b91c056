"""Where each role begins, and the reporter's workbench: what this person has to write now."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.forms import UnchangedForm
from tasks.models import Plan, ReportingPeriod
from tasks.queries import closing, instructions
from tasks.queries import workbench as queries
from tasks.queries.states import keeping, once, state_of_writing
from tasks.queries.workbench import Row, Rows, Share, Workbench
from tasks.views.instruction_rows import NEAR, instruction_line
from tasks.views.review_tabs import tabs
from tasks.views.workbench_lines import BLANK, TOKEN, Day, Lines, Refused, date_rows, line, list_pages
from units.choices import Role
from units.permissions import Permission, may, require

FIRST_PAGES = {  # a leader begins at the dashboard of a plan
    Role.REPORTER: "workbench",
    Role.UNIT_REVIEWER: "review",
    Role.OFFICE: "review",
    Role.ADMINISTRATOR: "admin:units_user_changelist",
    Role.AUDITOR: "audit",
}
PER_PAGE = {"returned": 20, "due": 20, "submitted": 10, "cooperating": 10}  # more of what is still to be done
TO_WRITE = ("due", "cooperating")  # lists whose rows show what the last report said
UNREAD = (*TO_WRITE, "submitted")  # lists whose rows come without reports: these are read for the rows shown
kept = keeping(128)  # persons who write, thirty kilobytes each


class Listed(NamedTuple):
    """One list: how many rows it has, those of the page shown, and the way to the other pages."""

    count: int
    rows: SafeString
    pages: SafeString


class Drawn(NamedTuple):
    """A `Workbench`, drawn."""

    periods: list[ReportingPeriod]
    shares: list[Share]
    left: int
    approved: int
    needless: int
    lists: dict[str, Listed]
    dates: SafeString
    workbooks: list[queries.Offline]
    next_period: ReportingPeriod | None


@login_required
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where a person begins after login; a leader at the dashboard."""
    plan = Plan.objects.first() if request.user.role == Role.LEADER else None
    return redirect("dashboard", plan.slug) if plan else redirect(FIRST_PAGES.get(request.user.role, "home"))


@login_required
@never_cache
@require_safe
def workbench(request: HttpRequest) -> HttpResponse:
    require(request.user, Permission.WRITE_REPORTS)
    return bench_page(request)


def bench_page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    """The page; `refused` is a 本期无变化 with its errors, and the duty and period it speaks of."""
    today, told = timezone.localdate(), instructions.waiting_for(request.user)
    bench = drawn(request, today, refused)
    only = bench.periods[0] if len(bench.periods) == 1 else None
    context = {
        "bench": bench,
        "lists": with_token(bench.lists, get_token(request)),
        "queues": [tab for tab in tabs(request.user) if tab.count]
        if may(request.user, Permission.REVIEW_AT_OFFICE)
        else [],
        "instructions": [instruction_line(one, today) for one in told],
        "sent_back": closing.sent_back_to(request.user, timezone.now()),
        "only": only,
        "is_past": bool(bench.periods) and all(period.due_on < today for period in bench.periods),
        "days_left": (only.due_on - today).days if only else None,
        "plan": bench.periods[0].plan if bench.periods else Plan.objects.first(),
        "refused": refused,
    }
    return render(request, "tasks/workbench/workbench.html", context)


def drawn(request: HttpRequest, today: datetime.date, refused: Refused | None) -> Drawn:
    """Once for all who write the same reports, until somebody writes; anew for what was refused."""
    user, asked = request.user, tuple(request.GET.get(name) for name in PER_PAGE)
    state = None if refused else state_of_writing()

    def draw() -> Drawn:
        bench = Workbench(user, today)
        return Drawn(
            bench.periods,
            bench.shares,
            bench.left,
            bench.approved,
            bench.needless,
            lists(bench, dict(zip(PER_PAGE, asked, strict=True)), refused),
            date_rows(dates(bench) if bench.periods else []),
            queries.workbooks(user, bench.periods),
            None if bench.periods else queries.next_period(today),
        )

    return once(state, (user.role, user.unit_id, today, *asked), draw, kept)


def with_token(lists: dict[str, Listed], token: str) -> dict[str, Listed]:
    """The lists, their forms with the token of this answer."""
    return {name: one._replace(rows=SafeString(one.rows.replace(TOKEN, token))) for name, one in lists.items()}


def lists(bench: Workbench, asked: Mapping[str, str | None], refused: Refused | None) -> dict[str, Listed]:
    """Name of each list -> its page. `?due=2` asks for a list's second page."""
    pages = {name: page_of(bench, name, asked[name], refused) for name in PER_PAGE}
    rows = {name: page.object_list for name, page in pages.items()}
    last = bench.last_words([row for name in TO_WRITE for row in rows[name]])
    unread = [row for name in UNREAD for row in rows[name]]
    begun = iter(bench.begun(unread) if unread else ())
    blank = str(UnchangedForm(auto_id=f"{BLANK}%s")["change_expected_on"])
    rows |= {name: [next(begun) for _ in rows[name]] for name in UNREAD}
    lines = Lines.of(bench)
    return {
        name: Listed(
            page.paginator.count,
            lines.listed(name, [line(row, last, bench.today, blank, refused) for row in rows[name]]),
            list_pages(name, page),
        )
        for name, page in pages.items()
    }


def page_of(bench: Workbench, name: str, number: str | None, refused: Refused | None) -> Page:
    """The page asked for; the page of the row that was refused comes first."""
    rows: list[Row] | Rows = getattr(bench, name)
    at = rows.index(*refused[1]) if refused and isinstance(rows, Rows) else None
    return Paginator(rows, PER_PAGE[name]).get_page(number if at is None else at // PER_PAGE[name] + 1)


def dates(bench: Workbench) -> list[Day]:
    """What is ahead, each once: mending, closing of periods, measures falling due."""
    days = [
        Day(one.mend_by, f"{row.duty.code} 改好") for row in bench.returned if (one := row.returned) and one.mend_by
    ]
    days += [Day(period.due_on, f"{period.label}填报截止") for period in bench.periods]
    days += [Day(on, f"举措 {code} 完成时限") for on, code in bench.falling_due(NEAR)]
    return sorted({day for day in days if day.on >= bench.today})
