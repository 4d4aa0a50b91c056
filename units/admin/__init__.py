"""The back office of `units`: units with their other names, groups with their members, accounts."""

import django.contrib.auth.admin  # noqa: F401  registers Django's groups, taken out again below
import django_otp.plugins.otp_totp.admin  # noqa: F401  and the devices, whose secrets nobody may read
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice

from units import accounts, services
from units.admin.base import Door, HistoryAdmin, ServiceAdmin, ServiceInline, said
from units.forms import AccountForm
from units.models import Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.permissions import Permission, visible_accounts

admin.site.unregister(TOTPDevice)
admin.site.unregister(Group)  # rights come from the table of roles, and 群体 here are units

DOORS = {
    Unit: Door("unit", services.save_unit, services.delete_unit),
    UnitAlias: Door("alias", services.save_alias, services.delete_alias),
    UnitGroup: Door("group", services.save_group, services.delete_group),
    UnitGroupMember: Door("member", services.save_group_member, services.delete_group_member),
}


class UnitAliasInline(ServiceInline):
    model = UnitAlias
    edit_permission = Permission.MANAGE_UNITS
    related = ("unit",)


@admin.register(Unit)
class UnitAdmin(HistoryAdmin):
    edit_permission = Permission.MANAGE_UNITS
    doors = DOORS
    list_display = ["name", "short_name", "kind", "other_names", "position"]
    list_filter = ["kind"]
    search_fields = ["name", "short_name", "aliases__name"]
    search_help_text = "按全称、简称或曾用名查找"
    fields = ["name", "short_name", "slug", "kind", "position"]
    inlines = [UnitAliasInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        return super().get_queryset(request).prefetch_related("aliases")

    @admin.display(description="简称、曾用名")
    def other_names(self, unit: Unit) -> str | None:
        return "、".join(alias.name for alias in unit.aliases.all()) or None


class UnitGroupMemberInline(ServiceInline):
    model = UnitGroupMember
    edit_permission = Permission.MANAGE_UNITS
    related = ("unit", "group__unit")
    autocomplete_fields = ["unit"]


@admin.register(UnitGroup)
class UnitGroupAdmin(HistoryAdmin):
    edit_permission = Permission.MANAGE_UNITS
    doors = DOORS
    list_display = ["unit", "closed", "member_count"]
    list_filter = ["is_closed"]
    list_select_related = ["unit"]
    search_fields = ["unit__name", "unit__short_name", "members__name"]
    search_help_text = "按群体名称或成员单位查找"
    ordering = ["unit__position", "unit__name"]  # counting drops the model's own order
    autocomplete_fields = ["unit"]
    inlines = [UnitGroupMemberInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnitGroup]:
        return super().get_queryset(request).select_related("unit").annotate(member_count=Count("memberships"))

    @admin.display(description="成员固定", ordering="is_closed")
    def closed(self, group: UnitGroup) -> str | None:
        return said(group.is_closed)

    @admin.display(description="成员数", ordering="member_count")
    def member_count(self, group: UnitGroup) -> int:
        return group.member_count


class ActiveFilter(admin.BooleanFieldListFilter):
    """Under the word of the column it filters; Django's own is another."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "启用"


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Accounts. Never deleted, only switched off."""

    edit_permission = Permission.MANAGE_ACCOUNTS
    form = AccountForm
    change_form_template = "admin/account_form.html"
    list_display = ["username", "full_name", "role", "unit", "active"]
    list_filter = ["role", ("is_active", ActiveFilter), "unit__kind"]
    list_select_related = ["unit"]
    search_fields = ["username", "whole_name", "unit__name", "unit__short_name"]
    search_help_text = "按账号、姓名或单位查找"
    ordering = ["username"]
    autocomplete_fields = ["unit"]
    fieldsets = [
        (None, {"fields": ["username", "last_name", "first_name", "email"]}),
        ("权限", {"fields": ["role", "unit", "is_active"]}),
    ]
    password_fieldset = ("密码", {"fields": ["password1", "password2"]})
    device_fieldset = ("动态口令", {"fields": ["reset_second_factor"]})
    lock_fieldset = ("登录锁定", {"fields": ["lift_lock"]})

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(visible_accounts(request.user))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list[tuple]:
        if not self.has_change_permission(request, obj):
            return self.fieldsets
        may_reset = obj is not None and obj != request.user and accounts.has_second_factor(obj)
        is_locked = obj is not None and accounts.is_locked(obj, now=timezone.now())
        wanted = ((is_locked, self.lock_fieldset), (True, self.password_fieldset), (may_reset, self.device_fieldset))
        return [*self.fieldsets, *(fieldset for is_shown, fieldset in wanted if is_shown)]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[User], search_term: str):
        named = queryset.alias(whole_name=Concat("last_name", "first_name"))
        return super().get_search_results(request, named, search_term)

    @admin.display(description="姓名", ordering=Concat("last_name", "first_name"))
    def full_name(self, user: User) -> str | None:
        return user.get_full_name() or None

    @admin.display(description="启用", ordering="is_active")
    def active(self, user: User) -> str | None:
        return said(user.is_active)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @method_decorator(sensitive_post_parameters("password1", "password2"))
    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: AccountForm, change: bool) -> None:
        password, now = form.cleaned_data["password1"], timezone.now()
        if not change:
            services.create_user(request.user, user=obj, password=password, now=now)
            return
        services.save_user(request.user, user=obj, now=now)
        if password:
            services.set_password(request.user, user=obj, password=password, now=now)
            if obj == request.user:
                update_session_auth_hash(request, obj)
        if form.cleaned_data["lift_lock"]:
            accounts.lift_lock(request.user, user=obj, now=now)
        if form.cleaned_data["reset_second_factor"]:
            accounts.reset_second_factor(request.user, user=obj, now=now)
