"""What of a period can be mended before it is frozen: its name and days, or that it is there at all."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.forms_office import ReasonForm
from tasks.forms_periods import PeriodChangeForm
from tasks.models import ReportingPeriod
from tasks.services import periods as services
from tasks.views.kept import login_keeps_text, typed
from tasks.views.periods import period_or_404
from units.permissions import Permission, require


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def period_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    require(request.user, Permission.MANAGE_PERIODS)
    period = period_or_404(slug, pk)
    if period.is_frozen:
        return frozen(request, period)
    initial = {name: getattr(period, name) for name in services.SETTINGS}
    form = PeriodChangeForm(typed(request), initial=initial, check=partial(refuse, period))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.change_period(
                request.user, period=period, changes=form.changes, reason=reason, now=timezone.now()
            )
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{form.cleaned_data['label']}已按所填的调整，各单位在工作台看到新的日期。")
            return redirect("period", slug, pk)
    context = {"plan": period.plan, "period": period, "form": form, "is_used": services.is_used(period)}
    return render(request, "tasks/periods/change.html", context)


def refuse(period: ReportingPeriod, **given: object) -> None:
    services.refuse_taken(period, **given)
    services.refuse_written(period, given)


@login_keeps_text
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def period_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """撤销, with a reason for the record."""
    require(request.user, Permission.MANAGE_PERIODS)
    period = period_or_404(slug, pk)
    if period.is_frozen:
        return frozen(request, period)
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_period(
                request.user, period=period, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{period.label}已撤销，各单位不再看到；需要时可以重新建立。")
            return redirect("periods", slug)
    context = {"plan": period.plan, "period": period, "form": form, "is_used": services.is_used(period)}
    return render(request, "tasks/periods/withdraw.html", context)


def frozen(request: HttpRequest, period: ReportingPeriod) -> HttpResponse:
    messages.info(request, f"{period.label}已经冻结，不能再改。")
    return redirect("period", period.plan.slug, period.pk)
