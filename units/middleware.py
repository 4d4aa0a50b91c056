"""What holds for every request: where it comes from, how long a session may idle, what a person must do first."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from units import accounts, audit

Handler = Callable[[HttpRequest], HttpResponse]
TOUCH_SECONDS = 60  # a session is written at most so often, rather than at every request
ALWAYS_OPEN = {"login", "logout", "display", "healthz", "readyz", "metrics"}
SECOND_FACTOR_PAGES = {"second-factor", "second-factor-setup"}


class OriginMiddleware:
    """Tell the audit trail where a request comes from."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit.origin.set(client_address(request) or "")
        try:
            return self.get_response(request)
        finally:
            audit.origin.reset(token)


def client_address(request: HttpRequest) -> str | None:
    """The client's address: the last one a trusted proxy added, else the peer's. Anything but an address is none."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    for candidate in (forwarded.rsplit(",", 1)[-1].strip(), request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None


def as_answered(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """The login page has said already that the account is locked; django-axes has nothing to put in its place."""
    return response


class AccountMiddleware:
    """Keep an active session alive, send people to what they must do first, and record what was refused."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        page = request.resolver_match.view_name
        if page in ALWAYS_OPEN:
            return None
        if not request.user.is_authenticated:
            end_of_account(request)
            return None
        touch(request)
        first = must_do_first(request)
        if first is None or page == first or (first == "second-factor" and page in SECOND_FACTOR_PAGES):
            return None
        wanted = request.get_full_path() if request.method == "GET" else ""
        return redirect(f"{reverse(first)}?{urlencode({'next': wanted})}" if wanted else reverse(first))

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        note_refusal(request, exception)


def note_refusal(request: HttpRequest, refused: Exception) -> str:
    """The one place where a refusal becomes an event, whatever page or verb refused; what it says. A page that catches one
    to say it beside what was typed notes it here itself.
    """
    if isinstance(refused, PermissionDenied) and request.user.is_authenticated:
        accounts.record_refusal(
            request.user,
            act=f"{request.method} {request.path}",
            sentence=str(refused) or "没有权限。",
            now=timezone.now(),
        )
    return str(refused)


def end_of_account(request: HttpRequest) -> None:
    """A session whose account was switched off is over, and stays so when the account is switched on again."""
    if SESSION_KEY in request.session:
        request.session.flush()


def touch(request: HttpRequest) -> None:
    """Note that the person is there; saving the session moves its end. One begun just now is written already."""
    now = int(timezone.now().timestamp())
    login = request.user.last_login
    last = request.session.get("seen") or (login.timestamp() if login else 0)
    if now - last >= TOUCH_SECONDS:
        request.session["seen"] = now


def must_do_first(request: HttpRequest) -> str | None:
    """The page a person is held to until it is done. Asks no query: `second_factor` was noted at login."""
    needs_code = request.session.get("second_factor") or accounts.is_second_factor_required(request.user)
    if needs_code and not request.user.is_verified():
        return "second-factor"
    return "change-password" if request.user.must_change_password else None
