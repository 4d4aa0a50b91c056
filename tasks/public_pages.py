"""Public pages, kept as answered until something an outsider may read is written, the day ends or the program changes.

Only an outsider's plain reading is answered from what is kept: no session, no message, nothing but how the page is to be
displayed. The edition is asked of the database first, so that what was read before a writing is never kept as read after
it. The middleware sits above the compression, which is done once; headers set below it are kept with the page.
"""

import hashlib
from collections.abc import Callable
from functools import cache as once
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from tasks.queries.edition import public_edition
from units.context import DISPLAY_COOKIE, display_modes
from units.reading import from_replica, leave_replica

View = Callable[..., HttpResponse]
KEPT_SECONDS = 24 * 3600
KEPT_MAX_BYTES = 512 * 1024


def public_page(view: View) -> View:
    """A page that shows an outsider the same until the edition turns: `PublicPages` may keep it."""

    @wraps(view)
    def show(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if is_outsiders_reading(request) and response.status_code == 200:
            response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            patch_cache_control(response, no_cache=True)  # asked again each time, answered 304 while it stands
            patch_vary_headers(response, ["Cookie"])
        return response

    show.is_kept = True  # type: ignore[attr-defined]
    return public_reading(show)


def public_reading(view: View) -> View:
    """A page that an outsider is shown from the replica; kept it is not, unless it is a `public_page`."""
    view.is_public_reading = True  # type: ignore[attr-defined]
    return view


class PublicPages:
    """Answer an outsider from what is kept; keep what a `public_page` answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = view_at(request.path_info) if is_outsiders_reading(request) else None
        if not getattr(view, "is_public_reading", False):
            return self.get_response(request)
        answer = self.kept if getattr(view, "is_kept", False) else self.get_response
        with from_replica() as is_replica:
            response = of_replica(answer, request) if is_replica else answer(request)
        if response is not None:
            return response
        leave_replica()
        return answer(request)

    def kept(self, request: HttpRequest) -> HttpResponseBase:
        edition = public_edition()
        if edition is None:
            return self.get_response(request)
        request.get_host()  # refuses a host that is not ours
        key = key_of(request, edition)
        response = cache.get(key)
        if response is None:
            response = self.get_response(request)
            if not may_be_kept(response):
                return response
            cache.set(key, response, KEPT_SECONDS)
        return get_conditional_response(request, etag=response["ETag"], response=response)


def is_outsiders_reading(request: HttpRequest) -> bool:
    return request.method == "GET" and request.COOKIES.keys() <= {DISPLAY_COOKIE, settings.CSRF_COOKIE_NAME}


def view_at(path: str) -> View | None:
    try:
        return resolve(path).func
    except Http404:
        return None


def of_replica(answer: View, request: HttpRequest) -> HttpResponseBase | None:
    """None where the replica gave out in the middle or has not got a migration yet: below here that is an answer already."""
    try:
        response = answer(request)
    except Error:
        return None
    return None if response.status_code >= 500 else response


def may_be_kept(response: HttpResponse) -> bool:
    return response.has_header("ETag") and not response.cookies and len(response.content) <= KEPT_MAX_BYTES


def key_of(request: HttpRequest, edition: str) -> str:
    """All that decides what such a page shows."""
    parts = (
        release(),
        edition,
        timezone.localdate().isoformat(),
        ".".join(display_modes(request)),
        str("gzip" in request.headers.get("Accept-Encoding", "")),
        request.get_full_path(),
    )
    return f"public-page-{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


@once
def release() -> str:
    """A hash of the program and its templates: a cache that outlives an upgrade holds pages of another release."""
    found = hashlib.sha256()
    for folder, kind in (("templates", "*.html"), ("jiaodong", "*.py"), ("tasks", "*.py"), ("units", "*.py")):
        for path in sorted((settings.BASE_DIR / folder).rglob(kind)):
            found.update(path.read_bytes())
    return found.hexdigest()
