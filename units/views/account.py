"""One's own account: what it may do, its password; and the table of roles."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from units import accounts
from units.choices import Role
from units.forms import OwnPasswordForm
from units.permissions import ROLE_PERMISSIONS, Permission
from units.views.display import way_back


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    context = {
        "rights": [permission.value for permission in Permission if permission in ROLE_PERMISSIONS[request.user.role]],
        "has_second_factor": accounts.has_second_factor(request.user),
        "is_required": accounts.is_second_factor_required(request.user),
        "has_digests": settings.DIGESTS and request.user.email,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
    }
    return render(request, "units/account.html", context)


@login_required
@require_POST
def digest(request: HttpRequest) -> HttpResponse:
    """Mails on or off; sent twice it is the same."""
    is_wanted = request.POST.get("wanted") == "yes"
    accounts.choose_digest(request.user, is_wanted=is_wanted, now=timezone.now())
    return redirect("account")


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """One's own password; after it every other session of the account has ended."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and changed(request, form):
        is_first = request.user.must_change_password
        if not is_first:  # after the first one the page of one's work opens, which says enough
            messages.success(request, "密码已更改，这个账号在其他地方的登录已退出。")
        return redirect(way_back(request, resolve_url(settings.LOGIN_REDIRECT_URL if is_first else "account")))
    form.leave_focus_to_errors()
    return render(request, "units/password.html", {"form": form, "next": way_back(request, "")})


def changed(request: HttpRequest, form: OwnPasswordForm) -> bool:
    if not form.is_valid():
        return False
    try:
        user = accounts.change_own_password(
            request.user, password=form.cleaned_data["new_password1"], now=timezone.now()
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    update_session_auth_hash(request, user)
    return True


@login_required
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what, from the table that every check asks."""
    rows = [
        (permission.value, [(role, permission in ROLE_PERMISSIONS[role]) for role in Role])
        for permission in Permission
    ]
    return render(request, "units/roles.html", {"roles": list(Role), "rows": rows})
