"""What of the approved reports becomes public: chosen one by one, shown as the public will see it, and taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tasks.forms_office import ReasonForm
from tasks.models import Plan, ProgressReport
from tasks.queries import public
from tasks.queries import publishing as queries
from tasks.services import publishing as services
from tasks.views.kept import login_keeps_text, typed
from units.keys import is_key
from units.permissions import Permission, require

PER_PAGE = 50


@login_required
@never_cache
@require_safe
def publishing(request: HttpRequest, slug: str) -> HttpResponse:
    """One period's approved reports: those not public yet, with boxes to tick, and those that are."""
    require(request.user, Permission.PUBLISH)
    plan = get_object_or_404(Plan, slug=slug)
    periods = queries.periods_with_counts(plan)
    asked = request.GET.get("period", "")
    newest = periods[0] if periods else (None, queries.Counts(0, 0))
    proposed = next((one for one in periods if one[1].unpublished), newest)
    chosen, counts = next((one for one in periods if str(one[0].pk) == asked), proposed)
    waiting = queries.Lines(chosen, counts.unpublished, queries.unpublished)
    standing = queries.Lines(chosen, counts.published, queries.published)
    context = {
        "plan": plan,
        "periods": periods,
        "period": chosen,
        "waiting": Paginator(waiting, PER_PAGE).get_page(request.GET.get("page")),
        "standing": Paginator(standing, PER_PAGE).get_page(request.GET.get("shown")),
        "all_ticked": request.GET.get("tick") == "all",
    }
    return render(request, "tasks/publishing/list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """The ticked reports as the public will see them, with their exact number; then all of them or none."""
    require(request.user, Permission.PUBLISH)
    plan = get_object_or_404(Plan, slug=slug)
    sent = (request.POST if request.method == "POST" else request.GET).getlist("report")
    keys = [int(key) for key in dict.fromkeys(sent) if is_key(key)]
    reports = list(queries.approved(plan).filter(pk__in=keys))
    if request.method == "POST" and len(reports) == len(keys) > 0:
        try:
            services.publish_reports(request.user, reports=reports, now=timezone.now())
        except ValidationError as refused:
            return preview(request, plan, reports, "".join(refused.messages))
        messages.success(request, f"已公开 {len(reports)} 项，公众现在可以看到；需要时在“已公开”中撤下。")
        return to_period(slug, reports[0])
    missing = request.method == "POST"
    return preview(request, plan, reports, "没有公开：勾选的各项中有的已不是已通过的填报。" if missing else "")


def to_period(slug: str, report: ProgressReport) -> HttpResponse:
    """Back to the list of the period that was worked on."""
    return redirect(reverse("publishing", args=[slug], query={"period": report.period_id}))


def preview(request: HttpRequest, plan: Plan, reports: list[ProgressReport], refusal: str) -> HttpResponse:
    shown = public.preview([report.pk for report in reports])
    lines = [(report, shown[report.pk]) for report in reports if report.pk in shown]
    context = {"plan": plan, "lines": lines, "refusal": refusal}
    return render(request, "tasks/publishing/publish.html", context)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unpublish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """撤下, with a reason for the record."""
    require(request.user, Permission.PUBLISH)
    plan = get_object_or_404(Plan, slug=slug)
    report = get_object_or_404(queries.of_plan(plan), pk=pk)
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        services.unpublish_report(request.user, report=report, reason=reason, now=timezone.now())
        messages.success(
            request,
            f"{report.duty.measure.code} {report.duty.unit.name}的进展已撤下，公众不再看到；需要时可以再公开。",
        )
        return to_period(slug, report)
    context = {"plan": plan, "report": report, "form": form, "shown": public.preview([report.pk])[report.pk]}
    return render(request, "tasks/publishing/unpublish.html", context)
