"""The pages of one duty's report in one period: the form, what only shows, and two versions side by side."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tasks.choices import ReportState
from tasks.forms import ReportForm, UnchangedForm
from tasks.hints import Hint, hints
from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.permissions import can_move, seen_by, sees, writes_for
from tasks.queries.content import EMPTY, content_of, opening
from tasks.queries.reports import (
    counting_for,
    duty_by_key,
    files_of,
    last_approved,
    opened_period,
    return_being_mended,
    reviews_of,
)
from tasks.services.report_rules import existing, first_level, is_past, is_writable
from tasks.views.report_rows import LABELS, as_posted, form_rows, shown, shown_rows, values
from units.models import User

FOUND_AGAIN = "刚才没有保存的文字已经找回。请核对后保存或提交；附件需要重新选择。"
PICKS = ("mine", "theirs")  # of two texts of a field


class Spot(NamedTuple):
    """One duty in one period, as one person finds it."""

    user: User
    duty: Duty
    period: ReportingPeriod
    report: ProgressReport | None
    last: ProgressReport | None
    is_writer: bool

    @property
    def is_open(self) -> bool:
        """Whether this person can write here now."""
        return self.is_writer and not self.period.is_frozen and (self.report is None or is_writable(self.report))

    @property
    def version(self) -> int | None:
        return self.report and self.report.version

    @property
    def start(self) -> dict[str, Any]:
        return opening(self.report, self.last)


def spot_or_404(user: User, duty_key: int, period_key: int) -> Spot:
    """What a person may not see is not there, for them."""
    duty = next(iter(duty_by_key(duty_key)), None)
    if duty is None:
        raise Http404
    seen, plan = seen_by(user, ReportingPeriod), duty.measure.main_task.plan_id
    period = next(iter(opened_period(seen, plan, period_key, timezone.localdate())), None)
    if period is None:
        raise Http404
    report = existing(duty, period)
    is_writer = writes_for(user, duty)
    if not is_writer and (report is None or not sees(user, report)):
        raise Http404
    return Spot(user, duty, period, report, last_approved(duty, period), is_writer)


def common(spot: Spot, now: datetime.datetime) -> dict[str, Any]:
    measure = spot.duty.measure
    return {
        "duty": spot.duty,
        "period": spot.period,
        "report": spot.report,
        "last": spot.last,
        "measure": measure,
        "task": measure.main_task,
        "plan": measure.main_task.plan,
        "is_past": is_past(spot.period, now),
        "files": files_of(spot.report.pk) if spot.report else [],
        "last_files": files_of(spot.last.pk) if spot.last else [],
    }


class Problems(NamedTuple):
    """What stands in the way, for the summary on top: of fields, of files, of the whole."""

    form: ReportForm
    files: Sequence[str] = ()
    whole: Sequence[str] = ()

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(anchor, sentence), in the order of the form."""
        fields = [(f"f-{name}", text) for name in EMPTY for text in self.form.errors.get(name, [])]
        return [*(("", text) for text in self.whole), *fields, *(("f-files", text) for text in self.files)]


def form_page(
    request: HttpRequest,
    spot: Spot,
    form: ReportForm | None = None,
    *,
    version: str | None = None,
    files: Sequence[str] = (),
    whole: Sequence[str] = (),
    unchanged: UnchangedForm | None = None,
    notice: str = "",
) -> HttpResponse:
    """The form. `version` is that of the report the texts in `form` were written on, if not the present one."""
    if form is None:
        form = ReportForm(initial=spot.start)
    form.fields[
        "progress"
    ].help_text = f"写到 {spot.period.as_of:%Y-%m-%d} 为止的事实：做了什么、到什么程度、有什么文件。"
    form.fields["percent_complete"].help_text = "0 到 100 的整数。确实无法量化的可以不填。"
    problems = Problems(form, files, whole).lines
    context = common(spot, timezone.now()) | {
        "form": form,
        "rows": form_rows(form, spot.last),
        "version": spot.version if version is None else version,
        "problems": problems,
        "to_mend": sum(bool(anchor) for anchor, _ in problems),
        "unchanged": unchanged or UnchangedForm(auto_id="f-%s"),
        "hints": hints_of(form, spot.last),
        "goes_to_reviewer": first_level(spot.duty) == ReportState.SUBMITTED,
        "file_problems": files,
        "kept_text": notice == FOUND_AGAIN,
        "notice": notice,
        "review": return_being_mended(spot.report) if spot.report else None,
    }
    return render(request, "tasks/reports/form.html", context)


def hints_of(form: ReportForm, last: ProgressReport | None) -> list[Hint]:
    typed = values(form)
    percent = typed["percent_complete"] if isinstance(typed["percent_complete"], int) else None
    return hints(
        str(typed["progress"]),
        percent,
        last.progress if last else "",
        last.percent_complete if last else None,
        str(typed["fall_reason"]),
    )


def shown_page(request: HttpRequest, spot: Spot, notice: str = "", unsaved: ReportForm | None = None) -> HttpResponse:
    """The report as it stands, what was decided on it, and what is possible. `unsaved` is text that came too late."""
    report = spot.report and counting_for(spot.report)
    may_withdraw = (
        spot.report is not None and not spot.period.is_frozen and can_move(spot.user, "withdraw_report", spot.report)
    )
    context = common(spot, timezone.now()) | {
        "shown": report,
        "rows": shown_rows(report, spot.last) if report else [],
        "reviews": reviews_of(spot.report.pk) if spot.report else [],
        "may_withdraw": may_withdraw,
        "notice": notice,
        "unsaved": differing(unsaved, content_of(report) if report else EMPTY) if unsaved else [],
    }
    return render(request, "tasks/reports/shown.html", context)


class Difference(NamedTuple):
    """One field of which there are two texts."""

    name: str
    label: str
    theirs: str
    mine: str
    mine_as_posted: str
    picked: str


def differing(
    form: ReportForm, current: Mapping[str, Any], picks: Mapping[str, str] | None = None
) -> list[Difference]:
    mine = values(form)
    return [
        Difference(
            name,
            LABELS[name],
            shown(name, current[name]).text,
            shown(name, mine[name]).text,
            as_posted(mine[name]),
            (picks or {}).get(f"pick-{name}", ""),
        )
        for name in EMPTY
        if mine[name] != current[name]
    ]


def merge_page(request: HttpRequest, spot: Spot, form: ReportForm, current: ProgressReport) -> HttpResponse:
    """Two people wrote: both texts of every field that differs, and a choice for each, none made beforehand."""
    differences = differing(form, content_of(current), request.POST)
    is_asked_again = request.POST.get("do") == "merge"
    names = {one.name for one in differences}
    context = common(spot, timezone.now()) | {
        "differences": differences,
        "same": [(name, as_posted(value)) for name, value in values(form).items() if name not in names],
        "current": current,
        "open_choices": [one for one in differences if is_asked_again and one.picked not in PICKS],
    }
    return render(request, "tasks/reports/merge.html", context)
