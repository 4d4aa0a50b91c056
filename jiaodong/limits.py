"""How often one person, or one address where nobody is logged in, may log in, search, export and have a file verified in a
minute.

A count is a row of places in a shared cache, taken one after the other: `add` is atomic on every backend, the database's
among them, where counting up is not, so the limit is exact however many workers there are. A cache that does not answer
stops nobody. A limit of 0 is none.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from units.middleware import client_address
from units.reading import ASK_AGAIN_SECONDS

logger = logging.getLogger(__name__)

WINDOW = 60  # seconds
asked_again_at = 0.0  # by this process, after the cache did not answer: nobody waits for a machine that is gone
EXPORTS = {
    "export-original", "export-list", "export-workbook", "export-filing", "export-filed", "export-audit",
    "unit-workbook", "upload-annotated", "stocktake-file",
}  # fmt: skip


class Limit(NamedTuple):
    setting: str
    methods: tuple[str, ...]
    what: str


LIMITED = {
    "login": Limit("LOGINS_PER_MINUTE", ("POST",), "登录"),
    "search": Limit("SEARCHES_PER_MINUTE", ("GET", "HEAD"), "搜索"),
    **dict.fromkeys(EXPORTS, Limit("EXPORTS_PER_MINUTE", ("GET",), "导出")),
    "verify": Limit("EXPORTS_PER_MINUTE", ("POST",), "校验"),  # as long a file may be read as an export writes
}


class LimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        limit = LIMITED.get(request.resolver_match.view_name)
        if limit is None or request.method not in limit.methods:
            return None
        most, now = getattr(settings, limit.setting), time.time()
        if not most or is_free(f"{limit.setting}:{who(request)}", most, now):
            return None
        logger.warning("too many: %s by %s", request.path, who(request))
        return too_many(request, limit, most, WINDOW - int(now) % WINDOW)


def who(request: HttpRequest) -> str:
    return f"user {request.user.pk}" if request.user.is_authenticated else f"address {client_address(request)}"


def is_free(key: str, most: int, now: float) -> bool:
    """Take the next of this minute's places, and say whether there was one."""
    global asked_again_at
    if now < asked_again_at:
        return True
    places = [f"{key}:{int(now) // WINDOW}:{place}".replace(" ", "-") for place in range(most)]
    try:
        cache = caches["shared"]
        taken = cache.get_many(places)
        return any(cache.add(place, 1, timeout=WINDOW * 2) for place in places if place not in taken)
    except Exception:
        asked_again_at = time.time() + ASK_AGAIN_SECONDS
        logger.exception("the shared cache does not answer: nothing is counted")
        return True


def too_many(request: HttpRequest, limit: Limit, most: int, seconds: int) -> HttpResponse:
    again_at = timezone.localtime() + timedelta(seconds=seconds)
    context = {"what": limit.what, "most": most, "seconds": seconds, "again_at": again_at}
    answer = render(request, "429.html", context, status=429)
    answer.headers["Retry-After"] = str(seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer
