"""What the form's script asks: save this now. Answers are JSON; refusals have the status that tells the script what to do.

401: log in (again); 403: fetch a new token; 404: not here; 409: somebody else saved; 422: cannot be saved, say why.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tasks.forms import ReportForm
from tasks.queries.reports import files_of
from tasks.services.report_rules import VersionConflict
from tasks.views.report_pages import Spot, hints_of, spot_or_404
from tasks.views.reporting import attach, kept_draft
from units.middleware import note_refusal


@never_cache
@require_http_methods(["GET", "POST"])
def report_autosave(request: HttpRequest, duty: int, period: int) -> JsonResponse:
    """GET gives a fresh CSRF token, POST saves. `writer` names the account whose text it is."""
    writer = request.POST.get("writer") or request.GET.get("writer", "")
    if not request.user.is_authenticated or str(request.user.pk) != writer:
        return login_asked(request)
    spot = spot_or_404(request.user, duty, period)
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    try:
        return saved(request, spot)
    except VersionConflict as conflict:
        return JsonResponse({"by": str(conflict.current.written_by)}, status=409)
    except PermissionDenied as refused:
        return JsonResponse({"why": note_refusal(request, refused)}, status=422)
    except ValidationError as refused:
        return JsonResponse({"why": "".join(refused.messages)}, status=422)


def login_asked(request: HttpRequest) -> JsonResponse:
    """The login opens beside the form, so it leads to the workbench and not to a second copy of the form."""
    url = f"{reverse('login')}?{urlencode({'next': reverse('workbench')})}"
    is_another = request.user.is_authenticated
    why = "这个浏览器里现在登录的是另一个账号，请退出后用原来的账号登录。" if is_another else "登录已过期。"
    return JsonResponse({"login": url, "why": why}, status=401)


def saved(request: HttpRequest, spot: Spot) -> JsonResponse:
    form = ReportForm(request.POST)
    form.is_valid()
    draft = kept_draft(request, spot, form, path=reverse("report", args=[spot.duty.pk, spot.period.pk]))
    refusals = attach(request, draft)
    files = {"files": files_of(draft.pk), "problems": refusals}
    return JsonResponse(
        {
            "version": draft.version,
            "at": f"{timezone.localtime(draft.saved_at):%H:%M}",
            "errors": {name: texts[0] for name, texts in form.errors.items()},
            "hints": render_to_string("tasks/reports/_hints.html", {"hints": hints_of(form, spot.last)}),
            "files": render_to_string("tasks/reports/_files.html", files),
        }
    )
