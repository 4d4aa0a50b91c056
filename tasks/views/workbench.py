"""Where each role begins, and the reporter's workbench: what this person has to write now."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks.choices import ReportState
from tasks.forms import UnchangedForm
from tasks.models import Measure, Plan
from tasks.queries import closing, instructions
from tasks.queries import workbench as queries
from tasks.queries.workbench import Row, Rows, Workbench
from tasks.queries.workbench_rows import DutyFacts, LastWord
from tasks.views.instruction_rows import NEAR, due_tag, instruction_line
from tasks.views.report_rows import CONFIDENCE_TAGS, Tag
from tasks.views.review_tabs import tabs
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
BLANK = "u0-0-"  # begins the id of a field that stands for those of all rows

STATE_TAGS = {
    ReportState.SUBMITTED: Tag("stage", "doing", "待初审，在本单位审核员处"),
    ReportState.FORWARDED: Tag("stage", "doing", "待复审，在督查专员处"),
    ReportState.APPROVED: Tag("stage", "done", "已通过"),
    ReportState.RETURNED: Tag("stage", "none", "已退回"),
    ReportState.DRAFT: Tag("stage", "none", "草稿"),
}


class Line(NamedTuple):
    """One row of a list as shown. `field` asks for 本期无变化 where that is possible; `form` is one that was refused."""

    row: Row
    last: LastWord | None
    deadline: Tag | None
    confidence: Tag | None
    state: Tag | None
    field: str
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
    bench, told = Workbench(request.user, today), instructions.waiting_for(request.user)
    only = bench.periods[0] if len(bench.periods) == 1 else None
    context = {
        "bench": bench,
        "workbooks": queries.workbooks(request.user, bench.periods),
        "queues": [tab for tab in tabs(request.user) if tab.count]
        if may(request.user, Permission.REVIEW_AT_OFFICE)
        else [],
        "instructions": [instruction_line(one, today) for one in told],
        "sent_back": closing.sent_back_to(request.user, timezone.now()),
        "lists": lists(bench, request, refused),
        "only": only,
        "is_past": bool(bench.periods) and all(period.due_on < today for period in bench.periods),
        "days_left": (only.due_on - today).days if only else None,
        "next_period": None if bench.periods else queries.next_period(today),
        "dates": dates(bench) if bench.periods else [],
        "plan": bench.periods[0].plan if bench.periods else Plan.objects.first(),
        "refused": refused,
    }
    return render(request, "tasks/workbench/workbench.html", context)


def lists(bench: Workbench, request: HttpRequest, refused: Refused | None) -> dict[str, Listed]:
    """Name of each list -> its page. `?due=2` asks for a list's second page."""
    pages = {name: page_of(bench, name, request.GET.get(name), refused) for name in PER_PAGE}
    rows = {name: page.object_list for name, page in pages.items()}
    last = bench.last_words([row for name in TO_WRITE for row in rows[name]])
    unread = [row for name in UNREAD for row in rows[name]]
    begun = iter(bench.begun(unread) if unread else ())
    blank = str(UnchangedForm(auto_id=f"{BLANK}%s")["change_expected_on"])
    rows |= {name: [next(begun) for _ in rows[name]] for name in UNREAD}
    return {
        name: Listed(
            name, page.paginator.count, page, [line(row, last, bench.today, blank, refused) for row in rows[name]]
        )
        for name, page in pages.items()
    }


def page_of(bench: Workbench, name: str, number: str | None, refused: Refused | None) -> Page:
    """The page asked for; the page of the row that was refused comes first."""
    rows: list[Row] | Rows = getattr(bench, name)
    at = rows.index(*refused[1]) if refused and isinstance(rows, Rows) else None
    return Paginator(rows, PER_PAGE[name]).get_page(number if at is None else at // PER_PAGE[name] + 1)


def line(
    row: Row, last: Mapping[tuple[int, int], LastWord], today: datetime.date, blank: str, refused: Refused | None
) -> Line:
    """`blank` is the field of 本期无变化 as HTML, drawn once for all rows."""
    key = (row.duty.key, row.period.pk)
    before = last.get(key)
    field = SafeString(blank.replace(BLANK, f"u{key[0]}-{key[1]}-")) if before and row.report is None else ""
    form = refused[0] if refused and refused[1] == key else None
    return Line(
        row,
        before,
        deadline(row.duty, today),
        CONFIDENCE_TAGS.get(before.confidence) if before else None,
        STATE_TAGS[row.report.state] if row.report else None,
        str(form["change_expected_on"]) if form else field,
        form,
    )


def deadline(measure: Measure | DutyFacts, today: datetime.date) -> Tag | None:
    """时限 in words: past, near, far, or 长期坚持."""
    if measure.is_ongoing:
        return Tag("due-long", "long", "长期坚持")
    return due_tag(measure.due_on, today) if measure.due_on else None


class Day(NamedTuple):
    on: datetime.date
    what: str


def dates(bench: Workbench) -> list[Day]:
    """What is ahead, each once: mending, closing of periods, measures falling due."""
    days = [
        Day(one.mend_by, f"{row.duty.code} 改好") for row in bench.returned if (one := row.returned) and one.mend_by
    ]
    days += [Day(period.due_on, f"{period.label}填报截止") for period in bench.periods]
    days += [Day(on, f"举措 {code} 完成时限") for on, code in bench.falling_due(NEAR)]
    return sorted({day for day in days if day.on >= bench.today})
