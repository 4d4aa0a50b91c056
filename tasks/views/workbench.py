"""Where each role begins, and the reporter's workbench: what this person has to write now."""

import datetime
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.choices import ReportState
from tasks.forms import UnchangedForm
from tasks.models import Measure, Plan
from tasks.queries import instructions
from tasks.queries import workbench as queries
from tasks.queries.workbench import Item, Row, Workbench
from tasks.views.instruction_rows import NEAR, due_tag, instruction_line
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag
from tasks.views.review_tabs import tabs
from units.choices import Role
from units.permissions import Permission, may, require

FIRST_PAGES = {Role.REPORTER: "workbench", Role.UNIT_REVIEWER: "review", Role.OFFICE: "review"}  # all others: home
PER_PAGE = 50


STATE_TAGS = {
    ReportState.SUBMITTED: Tag("", "doing", "待初审，在本单位审核员处"),
    ReportState.FORWARDED: Tag("", "doing", "待复审，在督查专员处"),
    ReportState.APPROVED: Tag("", "done", "已通过"),
    ReportState.RETURNED: Tag("", "none", "已退回"),
    ReportState.DRAFT: Tag("", "none", "草稿"),
}


class Line(NamedTuple):
    """One row of a list as shown. `form` asks for 本期无变化 where that is possible."""

    item: Item
    deadline: Tag | None
    confidence: Tag | None
    state: Tag | None
    form: UnchangedForm | None


class Listed(NamedTuple):
    """One list: how many rows it has, and the lines of the page shown."""

    name: str
    count: int
    page: Page
    lines: list[Line]


Refused = tuple[UnchangedForm, tuple[int, int]]


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
    today = timezone.localdate()
    bench, told = queries.workbench(request.user, today), list(instructions.waiting_for(request.user))
    only = bench.periods[0] if len(bench.periods) == 1 else None
    context = {
        "bench": bench,
        "workbooks": queries.workbooks(request.user, bench.periods),
        "queues": tabs(request.user) if may(request.user, Permission.REVIEW_AT_OFFICE) else [],
        "instructions": [instruction_line(one, today) for one in told],
        "lists": lists(bench, request, today, refused),
        "only": only,
        "is_past": bool(bench.periods) and all(period.due_on < today for period in bench.periods),
        "days_left": (only.due_on - today).days if only else None,
        "next_period": None if bench.periods else queries.next_period(today),
        "dates": dates(bench, today),
        "plan": bench.periods[0].plan if bench.periods else Plan.objects.first(),
        "refused": refused,
    }
    return render(request, "tasks/workbench/workbench.html", context)


def lists(bench: Workbench, request: HttpRequest, today: datetime.date, refused: Refused | None) -> dict[str, Listed]:
    """Name of each list -> its page, all texts fetched together. `?due=2` asks for a list's second page."""
    pages = {
        name: page_of(getattr(bench, name), request.GET.get(name), refused)
        for name in ("returned", "due", "submitted", "cooperating")
    }
    found = iter(queries.items([row for page in pages.values() for row in page]))
    return {
        name: Listed(name, page.paginator.count, page, [line(next(found), today, refused) for _ in page])
        for name, page in pages.items()
    }


def page_of(rows: list[Row], number: str | None, refused: Refused | None) -> Page:
    """The page asked for; the page of the row that was refused comes first."""
    keys = [(row.duty.key, row.period.pk) for row in rows] if refused else []
    if refused and refused[1] in keys:
        number = str(keys.index(refused[1]) // PER_PAGE + 1)
    return Paginator(rows, PER_PAGE).get_page(number)


def line(item: Item, today: datetime.date, refused: Refused | None) -> Line:
    key = (item.duty.pk, item.row.period.pk)
    form = UnchangedForm(auto_id=f"u{key[0]}-{key[1]}-%s") if item.may_be_unchanged else None
    if refused and refused[1] == key:
        form = refused[0]
    return Line(
        item,
        deadline(item.duty.measure, today),
        CONFIDENCE_TAGS.get(item.last.confidence) if item.last else None,
        STATE_TAGS[item.row.report.state] if item.row.report else None,
        form,
    )


def deadline(measure: Measure, today: datetime.date) -> Tag | None:
    """时限 in words: past, near, far, or 长期坚持."""
    if measure.is_ongoing:
        return Tag("due-long", "long", "长期坚持")
    return due_tag(measure.due_on, today) if measure.due_on else None


class Day(NamedTuple):
    on: datetime.date
    what: str


def dates(bench: Workbench, today: datetime.date) -> list[Day]:
    """What is ahead, each once: mending, closing of periods, measures falling due."""
    days = [
        Day(row.review.mend_by, f"{row.duty.code} 改好") for row in bench.returned if row.review and row.review.mend_by
    ]
    days += [Day(period.due_on, f"{period.label}填报截止") for period in bench.periods]
    days += [Day(duty.due_on, f"举措 {duty.code} 完成时限") for duty in bench.coming_due(today, NEAR)]
    return sorted({day for day in days if day.on >= today})
