"""How the reader wants pages displayed, and where to go back to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from units.context import DISPLAY_COOKIE, DISPLAY_MODES, display_modes

A_YEAR = 365 * 24 * 3600


@require_safe
@never_cache
def display(request: HttpRequest, mode: str) -> HttpResponse:
    """Switch a display mode on or off for this browser and go back: the way without script."""
    if mode not in DISPLAY_MODES:
        raise Http404
    on = set(display_modes(request)) ^ {mode}
    response = redirect(way_back(request))
    response.set_cookie(
        DISPLAY_COOKIE,
        ".".join(known for known in DISPLAY_MODES if known in on),
        max_age=A_YEAR,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


def way_back(request: HttpRequest, otherwise: str = "/") -> str:
    """`next` where it stays on this site. A bare word would be taken for the name of a page, and there is none."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours and wanted.startswith("/") else otherwise
