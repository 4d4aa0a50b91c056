"""Logging in and out, and the second factor."""

from base64 import b32encode
from typing import Any

import django_otp
import segno
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import accounts
from units.forms import CodeForm, LoginForm
from units.middleware import touch
from units.views.display import way_back

LOCKED_OUT = 429


class Login(LoginView):
    form_class = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rules = {
            "failure_limit": settings.LOGIN_FAILURE_LIMIT,
            "lock_minutes": settings.LOGIN_LOCK_MINUTES,
            "idle_minutes": settings.SESSION_IDLE_MINUTES,
        }
        return super().get_context_data(**more, **rules)

    def form_valid(self, form: LoginForm) -> HttpResponse:
        answer = super().form_valid(form)
        touch(self.request)
        if accounts.has_second_factor(form.get_user()):
            self.request.session["second_factor"] = True
        accounts.record_login(form.get_user(), now=timezone.now())
        return answer

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        """An attempt counts where name and password were given; a lock answers 429."""
        username, is_locked = form.cleaned_data.get("username"), getattr(self.request, "axes_locked_out", False)
        if username and form.cleaned_data.get("password"):
            accounts.record_failed_login(username=username, is_locked=is_locked, now=timezone.now())
        form.leave_focus_to_errors()
        answer = super().form_invalid(form)
        answer.status_code = LOCKED_OUT if is_locked else answer.status_code
        return answer


class Logout(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            accounts.record_logout(request.user, now=timezone.now())
        return super().post(request, *args, **kwargs)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second half of a login. Whoever has no device sets one up, or need not, if it was reset meanwhile."""
    if request.user.is_verified():
        return redirect(way_back(request, resolve_url(settings.LOGIN_REDIRECT_URL)))
    if not accounts.has_second_factor(request.user):
        return without_device(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and (device := accepted(request, form, accounts.verify_second_factor)):
        return verified(request, device, resolve_url(settings.LOGIN_REDIRECT_URL))
    form.leave_focus_to_errors()
    return render(request, "units/second_factor.html", {"form": form, "next": way_back(request, "")})


def without_device(request: HttpRequest) -> HttpResponse:
    request.session.pop("second_factor", None)
    if accounts.is_second_factor_required(request.user):
        return redirect(with_next(request, "second-factor-setup"))
    return redirect(way_back(request, resolve_url(settings.LOGIN_REDIRECT_URL)))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """Begin, scan, type the first code. The secret is made by a POST and stays the same until it is in use."""
    if accounts.has_second_factor(request.user):
        return redirect("account" if request.user.is_verified() else "second-factor")
    if request.method == "POST" and "begin" in request.POST:
        accounts.begin_second_factor(request.user)
        return redirect(with_next(request, "second-factor-setup"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and (device := accepted(request, form, accounts.confirm_second_factor)):
        return verified(request, device, reverse("account"))
    form.leave_focus_to_errors()
    device = accounts.unconfirmed_device(request.user)
    context = {
        "form": form,
        "next": way_back(request, ""),
        "is_required": accounts.is_second_factor_required(request.user),
        "qr": qr_code(device) if device else "",
        "secret": grouped(b32encode(device.bin_key).decode()) if device else "",
    }
    return render(request, "units/second_factor_setup.html", context)


def accepted(request: HttpRequest, form: CodeForm, verb: Any) -> TOTPDevice | None:
    """The device whose code was typed; what the verb refuses is an error of the form."""
    if not form.is_valid():
        return None
    try:
        return verb(request.user, code=form.cleaned_data["code"], now=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def verified(request: HttpRequest, device: TOTPDevice, otherwise: str) -> HttpResponse:
    django_otp.login(request, device)
    request.session["second_factor"] = True
    request.session.cycle_key()
    return redirect(way_back(request, otherwise))


def with_next(request: HttpRequest, page: str) -> str:
    wanted = way_back(request, "")
    return f"{reverse(page)}?{urlencode({'next': wanted})}" if wanted else reverse(page)


def qr_code(device: TOTPDevice) -> SafeString:
    """The secret as a picture for the phone: an <svg> of attributes alone, which the policy lets through."""
    return mark_safe(segno.make(device.config_url, error="m").svg_inline(scale=4, light="white"))  # noqa: S308


def grouped(secret: str) -> str:
    """In fours, to be read aloud or typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
