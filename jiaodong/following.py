"""Following a request: its number, one log line, and what it adds to the metrics."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve

from jiaodong import metrics
from jiaodong.logs import request_id

logger = logging.getLogger("jiaodong.requests")
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
PROBES = {"healthz", "readyz", "metrics"}  # asked every few seconds; their lines would bury the others


class RequestMiddleware:
    """Outermost. The number is the proxy's where it gave a proper one, is answered in X-Request-ID, and stands on the
    pages that say something went wrong, so that a person can name it and an operator can find it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = number_of(request)
        token = request_id.set(request.id)
        began, queries = time.perf_counter(), Counter()
        try:
            with ExitStack() as stack:
                for connection in connections.all():
                    stack.enter_context(connection.execute_wrapper(queries))
                response = self.get_response(request)
            response["X-Request-ID"] = request.id
            tell(request, response, time.perf_counter() - began, queries.count)
            return response
        finally:
            request_id.reset(token)


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


def number_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
    return given if GIVEN.fullmatch(given) else uuid.uuid4().hex


def tell(request: HttpRequest, response: HttpResponse, seconds: float, queries: int) -> None:
    view = view_of(request)
    metrics.observe(request.method, view, response.status_code, seconds, queries)
    if view not in PROBES:
        facts = {
            "method": request.method,
            "path": request.path,
            "view": view,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "queries": queries,
        }
        logger.info("%s %s %s", request.method, request.path, response.status_code, extra=facts)


def view_of(request: HttpRequest) -> str:
    """The route's name, empty where no route was found: addresses that anybody can make up are no labels."""
    try:  # a page answered before its view was looked for has none yet
        match = request.resolver_match or resolve(request.path_info)
    except Http404:
        return ""
    return match.view_name or match.route
