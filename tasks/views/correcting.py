"""更正 of an approved report in a frozen period: a further, marked entry, which another person of the Office approves."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.choices import ReportState
from tasks.forms import ReportForm
from tasks.forms_office import ReasonForm
from tasks.models import ProgressReport
from tasks.permissions import visible_to
from tasks.queries.content import content_of
from tasks.queries.review import REPORT_JOINS
from tasks.services import reviewing
from tasks.views.kept import login_keeps_text, typed
from tasks.views.reporting import add_missing
from units.permissions import Permission, require


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The form opens with what stands, or with a correction of it that was returned."""
    require(request.user, Permission.REVIEW_AT_OFFICE)
    known = visible_to(request.user, ProgressReport).select_related(*REPORT_JOINS, "corrected_by__coordination_unit")
    report = get_object_or_404(known, pk=pk, state=ReportState.APPROVED, period__frozen_at__isnull=False)
    entry = getattr(report, "corrected_by", None)
    start = entry if entry is not None and entry.state == ReportState.RETURNED else report
    data = typed(request)
    form = ReportForm(data, initial=content_of(start))
    why = ReasonForm(data, initial={"reason": start.correction_reason})
    if request.method == "POST" and corrected(request, report, form, why):
        messages.success(request, f"{report.duty.measure.code} 的更正已提交，由另一位督查专员复审。")
        return redirect("period", report.period.plan.slug, report.period_id)
    context = {
        "report": report,
        "entry": entry,
        "is_open": entry is None or entry.state == ReportState.RETURNED,
        "period": report.period,
        "measure": report.duty.measure,
        "plan": report.period.plan,
        "form": form,
        "why": why,
    }
    return render(request, "tasks/periods/correct.html", context)


def corrected(request: HttpRequest, report: ProgressReport, form: ReportForm, why: ReasonForm) -> bool:
    if not (form.is_valid() & why.is_valid()):
        content = {**content_of(report), **form.valid_content()}
        add_missing(form, ProgressReport(duty=report.duty, period=report.period, **content))
        return False
    reason, content = why.cleaned_data["reason"], form.cleaned_data
    try:
        reviewing.correct_report(request.user, report=report, content=content, reason=reason, now=timezone.now())
    except ValidationError as refused:
        is_of_content = set(getattr(refused, "error_dict", {})) & set(form.fields)
        form.add_error(None, refused) if is_of_content else why.refuse(refused)
        return False
    return True
