"""The review page: the queue on the left, one report with its changes beside it, and one decision at a time.

The queue and a report have addresses of their own; a narrow screen shows one of the two.
"""

import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.choices import ReportState
from tasks.forms_office import PASS, DecisionForm
from tasks.hints import hints
from tasks.models import Plan, ProgressReport, ReportingPeriod
from tasks.queries import filing, review, waiting
from tasks.queries.reports import own_awaiting, reviews_of, without_reviewer
from tasks.queries.review import BY_SIZE, BY_TIME, Entry, Queued
from tasks.queries.workdays import workdays
from tasks.services import reviewing
from tasks.services.report_rules import VersionConflict
from tasks.views.changes import compare, in_short, words, words_before
from tasks.views.kept import login_keeps_text, typed
from tasks.views.review_tabs import require_reviewer, tabs
from tasks.views.workbench_lines import deadline
from units.choices import Role
from units.keys import is_key
from units.middleware import note_refusal
from units.models import User

PER_PAGE = 25
DAYS_TO_MEND = 3  # working days proposed for mending what is returned
OUTCOMES = {
    ReportState.FORWARDED: "初审通过，已转督查专员复审",
    ReportState.APPROVED: "复审通过，是否公开在“公开”一页决定",
    ReportState.RETURNED: "已退回，填报员在工作台看到理由",
}


class Line(NamedTuple):
    """One line of the queue."""

    entry: Entry
    report: Queued
    changes: list[str]
    is_ticked: bool


@login_keeps_text
@never_cache
@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """The queue; where there is room, its first report beside it."""
    require_reviewer(request.user)
    return page(request, None)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_report(request: HttpRequest, pk: int) -> HttpResponse:
    require_reviewer(request.user)
    report = review.report_of(request.user, pk)
    if report is None:
        raise Http404("没有这份填报，或者您不能审核它。")
    data = typed(request)
    if request.method == "POST":
        return decide(request, report)
    return page(request, report, form=DecisionForm(data, today=timezone.localdate()) if data else None)


def page(request: HttpRequest, report: ProgressReport | None, **more: Any) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    sort = BY_TIME if request.GET.get("sort") == BY_TIME else BY_SIZE
    everything = review.queue(user, sort)
    counts = waiting.counts(user)
    own = own_awaiting(user) if counts[waiting.OWN] else []
    shown_tabs = tabs(user, "review", counts)
    is_narrowed = request.GET.get("only") == "unchanged"
    entries = [entry for entry in everything if entry.change.is_none] if is_narrowed else everything
    keys = [entry.key for entry in entries]
    selected = report or (review.report_of(user, keys[0]) if keys else None)
    at = keys.index(selected.pk) if selected and selected.pk in keys else -1
    context = {
        "tabs": shown_tabs,
        "later": shown_tabs[0].count - len(everything),
        "sort": sort,
        "is_narrowed": is_narrowed,
        "unchanged_count": sum(entry.change.is_none for entry in everything),
        "count": len(entries),
        "own": own,
        "stuck": without_reviewer(user) if own else [],
        "is_item": report is not None,
        "report": selected,
        "plan": selected.duty.measure.main_task.plan if selected else Plan.objects.first(),
        "progress": progress(user, selected, today),
        **queue_page(request, entries, at, is_narrowed),
        **(detail(request, selected, everything, today, **more) if selected else {}),
    }
    return render(request, "tasks/review/review.html", context)


def queue_page(request: HttpRequest, entries: list[Entry], at: int, is_narrowed: bool) -> dict[str, Any]:
    """The page of the queue on which the selected report stands, or the one asked for; and the report behind it."""
    wanted = request.GET.get("page") or (at // PER_PAGE + 1)
    shown = Paginator(entries, PER_PAGE).get_page(wanted)
    following = entries[at + 1].key if 0 <= at < len(entries) - 1 else None
    found = review.queue_rows([entry.key for entry in shown] + ([following] if following else []))
    lines = [Line(entry, found[entry.key], in_short(entry), is_narrowed) for entry in shown if entry.key in found]
    return {"lines": lines, "queue": shown, "following": found.get(following)}


def progress(user: User, selected: ProgressReport | None, today: datetime.date) -> tuple | None:
    """How far the filing of the period is, for the reviewer's unit or for all."""
    period = selected.period if selected else ReportingPeriod.objects.open_on(today).select_related("plan").first()
    if period is None:
        return None
    is_own = user.role == Role.UNIT_REVIEWER
    units = [one for one in filing.board(period) if not is_own or one.unit == user.unit_id]
    return period, filing.total(units).filing


def detail(
    request: HttpRequest,
    report: ProgressReport,
    everything: list[Entry],
    today: datetime.date,
    *,
    form: DecisionForm | None = None,
    refusal: str = "",
    seen: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One report as a reviewer needs it. `seen` are the words the reviewer had before them when it was changed."""
    before, reviews = review.compared_with(report), reviews_of(report.pk)
    now = words(report)
    last_return = review.last_return(reviews)
    has_come_back = last_return is not None and report.state in (ReportState.SUBMITTED, ReportState.FORWARDED)
    wanted = request.GET.get("against") or ("return" if has_come_back else "period")  # what was asked for comes first
    against_return = last_return is not None and wanted == "return"
    base = words_before(report, before)
    if against_return:
        base = review.words_at(report, last_return.decided_at, now)
    return {
        "before": before,
        "against_return": against_return,
        "last_return": last_return,
        "comparison": compare(base, now),
        "overtaken": compare(seen, now) if seen is not None else None,
        "reviews": reviews,
        "files": review.files_of(report, request.user),
        "others": review.others(report, request.user),
        "hints": hints_of(report, before),
        "deadline": deadline(report.duty.measure, today),
        "is_decidable": any(entry.key == report.pk for entry in everything) or review.is_waiting(request.user, report),
        "refusal": refusal,
        "form": form or blank(report, today),
    }


def blank(report: ProgressReport, today: datetime.date) -> DecisionForm:
    mend_by = workdays().calendar.workdays_after(today, DAYS_TO_MEND)
    seen = {"version": report.version, "seen_at": report.saved_at}
    return DecisionForm(initial={"decision": PASS, "mend_by": mend_by, **seen}, today=today)


def hints_of(report: ProgressReport, before: ProgressReport | None) -> list:
    if report.is_unchanged:
        return []
    last = (before.progress, before.percent_complete) if before else ("", None)
    return hints(report.progress, report.percent_complete, *last, fall_reason=report.fall_reason)


def decide(request: HttpRequest, report: ProgressReport) -> HttpResponse:
    form = DecisionForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return page(request, report, form=form)
    try:
        done = carry_out(request.user, report, form)
    except VersionConflict as conflict:
        return overtaken(request, conflict.current, form)
    except PermissionDenied as refused:
        return page(request, report, form=form, refusal=f"没有提交：{note_refusal(request, refused)}")
    except ValidationError as refused:
        form.refuse(refused)
        return page(request, report, form=form)
    messages.success(request, f"{done.duty.measure.code} {done.duty.unit.name}：{OUTCOMES[done.state]}。")
    return redirect(next_address(request))


def carry_out(user: User, report: ProgressReport, form: DecisionForm) -> ProgressReport:
    given = {"report": report, "version": form.cleaned_data["version"], "now": timezone.now()}
    if form.is_return:
        return reviewing.return_report(user, reason=form.remark, mend_by=form.cleaned_data["mend_by"], **given)
    verb = reviewing.approve_report if user.role == Role.OFFICE else reviewing.forward_report
    return verb(user, remark=form.remark, **given)


def overtaken(request: HttpRequest, current: ProgressReport, form: DecisionForm) -> HttpResponse:
    """The report was changed after the page was opened: show what changed, keep what was typed, decide anew."""
    report = get_object_or_404(review.reviewable(request.user), pk=current.pk)
    data = request.POST.copy()
    data["version"], data["seen_at"] = str(report.version), report.saved_at.isoformat()
    again = DecisionForm(data, today=timezone.localdate())
    again.is_valid()
    seen = review.words_at(report, form.cleaned_data["seen_at"], words(report))
    return page(request, report, form=again, seen=seen)


def next_address(request: HttpRequest) -> str:
    """The report that stood behind the decided one, where it still waits; else the queue."""
    kept = "?sort=time" if request.GET.get("sort") == BY_TIME else ""
    following = request.POST.get("next", "")
    if is_key(following) and review.awaiting_decision_by(request.user).filter(pk=following).exists():
        return reverse("review-report", args=[following]) + kept
    return reverse("review") + kept


@login_keeps_text
@never_cache
@require_safe
def review_returned(request: HttpRequest) -> HttpResponse:
    """退回中: what was returned and has not been handed in again, with the reason and the day set for mending."""
    require_reviewer(request.user)
    found = review.returned(request.user)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    reports = list(page)
    returns = review.returns_of(reports)
    context = {
        "tabs": tabs(request.user, "review-returned"),
        "page": page,
        "returned": [(report, returns.get(report.pk)) for report in reports],
        "today": timezone.localdate(),
        "plan": reports[0].duty.measure.main_task.plan if reports else Plan.objects.first(),
    }
    return render(request, "tasks/review/returned.html", context)
