"""What holds for every answer of the site whatever made it: the methods it knows, what a browser may use there."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import add_never_cache_headers

METHODS = ("GET", "HEAD", "POST")
UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "clipboard-read", "display-capture")
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in UNUSED)


class HardeningMiddleware:
    """Refuse a method that no page has before anybody is asked who they are; switch off what no page uses.

    What is answered within a session is kept nowhere, unless the page says how: the next person at the same browser would go
    back to it. Public pages tell staff more than an outsider.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_known = request.method in METHODS
        response = self.get_response(request) if is_known else HttpResponseNotAllowed(METHODS)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
