"""Bulk approval in two steps: the ticked rows named one by one with their exact number, then all of them or none."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.models import Plan, ProgressReport
from tasks.queries import review
from tasks.queries.review import Entry
from tasks.services import reviewing
from tasks.services.report_rules import VersionConflict
from tasks.views.changes import in_short
from tasks.views.review_tabs import require_reviewer
from units.choices import Role
from units.keys import is_key
from units.middleware import note_refusal

GONE = "已不在您的待审队列中：可能已被审核、撤回，或由您自己填写"
CHANGED = "在您勾选以后被修改过，请先看新的内容"


class Choice(NamedTuple):
    """One ticked row: the report, the version that was seen, and what stands in the way."""

    report: ProgressReport
    version: int
    changes: list[str]
    trouble: str

    @property
    def ticked(self) -> str:
        return f"{self.report.pk}.{self.version}"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_pass(request: HttpRequest) -> HttpResponse:
    require_reviewer(request.user)
    ticked = pairs((request.POST if request.method == "POST" else request.GET).getlist("report"))
    if request.method == "POST":
        return pass_all(request, ticked)
    return preview(request, ticked)


def pairs(values: list[str]) -> dict[int, int]:
    """Report -> version seen, from `12.3`. What is not of that form was not sent by our page."""
    split = (value.partition(".") for value in values)
    return {int(key): int(version) for key, _, version in split if is_key(key) and is_key(version)}


def preview(request: HttpRequest, ticked: dict[int, int], refusal: str = "") -> HttpResponse:
    chosen = choices(request, ticked)
    context = {
        "sound": [one for one in chosen if not one.trouble],
        "troubled": [one for one in chosen if one.trouble],
        "refusal": refusal,
        "plan": Plan.objects.first(),
    }
    return render(request, "tasks/review/pass.html", context)


def choices(request: HttpRequest, ticked: dict[int, int]) -> list[Choice]:
    """The ticked rows in the order of the queue, what is no longer in it last. A report not visible is not there."""
    entries = {entry.key: entry for entry in review.queue(request.user)}
    found = review.reviewable(request.user).filter(pk__in=ticked)
    chosen = [choice(report, ticked[report.pk], entries.get(report.pk)) for report in found]
    order = {key: at for at, key in enumerate(entries)}
    return sorted(chosen, key=lambda one: order.get(one.report.pk, len(order)))


def choice(report: ProgressReport, version: int, entry: Entry | None) -> Choice:
    if entry is None:
        return Choice(report, version, [], GONE)
    return Choice(report, version, in_short(entry), "" if entry.version == version else CHANGED)


def pass_all(request: HttpRequest, ticked: dict[int, int]) -> HttpResponse:
    """The services check each report and version again; one that changed since stops them all."""
    found = list(review.reviewable(request.user).filter(pk__in=ticked))
    if len(found) < len(ticked) or not ticked:
        return preview(request, ticked, "有的填报已经看不到了。")
    try:
        reviewing.pass_reports(
            request.user, chosen=[(report, ticked[report.pk]) for report in found], now=timezone.now()
        )
    except (VersionConflict, PermissionDenied, ValidationError) as refused:
        note_refusal(request, refused)
        return preview(request, ticked, f"这 {len(found)} 项都没有通过，因为其中有的刚才有了变动。")
    codes = "、".join(report.duty.measure.code for report in found)
    follows = "是否公开在“公开”一页决定" if request.user.role == Role.OFFICE else "已转督查专员复审"
    messages.success(request, f"已通过 {len(found)} 项：{codes}，{follows}。")
    return redirect("review")
