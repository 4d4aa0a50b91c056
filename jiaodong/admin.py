"""The back office: Django's admin, entered by role."""

from collections.abc import Callable
from functools import update_wrapper

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from units.permissions import Permission, may, require


class BackOffice(admin.AdminSite):
    site_header = "胶东经济圈一体化发展重点任务推进落实系统 · 后台管理"
    site_title = "后台管理"
    index_title = "后台管理"
    empty_value_display = "—"

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Permission.SEE_BACK_OFFICE)

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        """Outsiders are sent to log in; a person whose role has no business here is told so."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if request.user.is_authenticated:
                require(request.user, Permission.SEE_BACK_OFFICE)
            if "%00" in request.META["QUERY_STRING"]:
                raise BadRequest("PostgreSQL takes no NUL, and Django's filters ask for what they are given")
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The site has one login page, not two."""
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index")))

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Nor two places for one's password."""
        return redirect("change-password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """The work first, then units and accounts; models as registered, not by the code points of their names."""
        return list(reversed(self._build_app_dict(request, app_label).values()))
