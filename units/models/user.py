"""People: one person, one role, one unit."""

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from units.choices import UNIT_BOUND_ROLES, Role
from units.models.unit import Unit


def person_name(family: str | None, given: str | None, account: str | None = None) -> str:
    """姓名: the family name first and nothing between, not as Django writes it; the account where there is no name."""
    return f"{family or ''}{given or ''}".strip() or account or ""


class AccountManager(UserManager):
    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **extra: Any):
        extra.setdefault("role", Role.ADMINISTRATOR)
        return super().create_superuser(username, email, password, **extra)


class User(AbstractUser):
    """账号."""

    role = models.CharField("角色", max_length=16, choices=Role)
    must_change_password = models.BooleanField("须更改密码", default=False, help_text="管理员设的首个密码，登录后须改")
    wants_digest = models.BooleanField("接收待办邮件", default=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="单位")

    objects = AccountManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="user_role_known",
                violation_error_message="请为账号选择一个角色。",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=UNIT_BOUND_ROLES) | Q(unit__isnull=False),
                name="user_unit_for_role",
                violation_error_message="填报员和审核员必须属于一个单位。",
            ),
        ]

    def get_full_name(self) -> str:
        return person_name(self.last_name, self.first_name)

    @property
    def display_name(self) -> str:
        return person_name(self.last_name, self.first_name, self.username)

    @property
    def name_and_account(self) -> str:
        """Both, since two persons may bear one name."""
        name = self.get_full_name()
        return f"{name}（{self.username}）" if name else self.username

    def get_session_auth_hash(self) -> str:
        """Sessions end when the password, the role or the unit changes, or the account is switched off."""
        standing = f"{self.role}:{self.unit_id}:{self.is_active}"
        return salted_hmac("units.user.session", super().get_session_auth_hash() + standing).hexdigest()
