"""What of a period can be mended before it is frozen: its name and days, or that it is there at all."""

from collections.abc import Callable
from functools import partial, wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.forms_office import ReasonForm, VerbForm
from tasks.forms_periods import PeriodChangeForm
from tasks.models import ReportingPeriod
from tasks.services import periods as services
from tasks.views.kept import login_keeps_text, typed
from tasks.views.periods import period_or_404
from units.permissions import Permission, require


def until_frozen(view: Callable[[HttpRequest, ReportingPeriod], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of the Office about a period, for as long as the period can be mended."""

    @login_keeps_text
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        require(request.user, Permission.MANAGE_PERIODS)
        period = period_or_404(slug, pk)
        if not period.is_frozen:
            return view(request, period)
        messages.info(request, f"{period.label}已经冻结，不能再改。")
        return redirect("period", slug, pk)

    return guarded


@until_frozen
def period_change(request: HttpRequest, period: ReportingPeriod) -> HttpResponse:
    initial = {name: getattr(period, name) for name in services.SETTINGS}
    form = PeriodChangeForm(typed(request), initial=initial, check=partial(refuse, period))
    if request.method == "POST" and form.is_valid():
        reason, now = form.cleaned_data["reason"], timezone.now()
        with form.refusals():
            services.change_period(request.user, period=period, changes=form.changes, reason=reason, now=now)
            messages.success(request, f"{form.cleaned_data['label']}已按所填的调整，各单位在工作台看到新的日期。")
            return redirect("period", period.plan.slug, period.pk)
    return shown(request, "tasks/periods/change.html", period, form)


def refuse(period: ReportingPeriod, **given: object) -> None:
    services.refuse_taken(period, **given)
    services.refuse_written(period, given)


@until_frozen
def period_withdraw(request: HttpRequest, period: ReportingPeriod) -> HttpResponse:
    """撤销, with a reason for the record."""
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        reason, now = form.cleaned_data["reason"], timezone.now()
        with form.refusals():
            services.withdraw_period(request.user, period=period, reason=reason, now=now)
            messages.success(request, f"{period.label}已撤销，各单位不再看到；需要时可以重新建立。")
            return redirect("periods", period.plan.slug)
    return shown(request, "tasks/periods/withdraw.html", period, form)


def shown(request: HttpRequest, template: str, period: ReportingPeriod, form: VerbForm) -> HttpResponse:
    context = {"plan": period.plan, "period": period, "form": form, "is_used": services.is_used(period)}
    return render(request, template, context)
