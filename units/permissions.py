"""Who may do what: a table a manager can read. Every check in the system ends here."""

from enum import Enum

from django.core.exceptions import PermissionDenied

from units.choices import Role


class Permission(Enum):
    """A permission and the sentence that explains it."""

    SEE_BACK_OFFICE = "进入后台，查看资料和修改历史"
    SEE_STAFF_NOTES = "查看原文旁的内部校注"
    EDIT_PLAN = "维护分工表：任务、举措和职责"
    MANAGE_UNITS = "维护单位、简称和群体"
    MANAGE_ACCOUNTS = "维护账号"


ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.REPORTER: frozenset({Permission.SEE_STAFF_NOTES}),
    Role.UNIT_REVIEWER: frozenset({Permission.SEE_STAFF_NOTES}),
    Role.OFFICE: frozenset({Permission.SEE_BACK_OFFICE, Permission.SEE_STAFF_NOTES, Permission.EDIT_PLAN}),
    Role.LEADER: frozenset({Permission.SEE_STAFF_NOTES}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_BACK_OFFICE,
            Permission.SEE_STAFF_NOTES,
            Permission.EDIT_PLAN,
            Permission.MANAGE_UNITS,
            Permission.MANAGE_ACCOUNTS,
        }
    ),
    Role.AUDITOR: frozenset({Permission.SEE_BACK_OFFICE, Permission.SEE_STAFF_NOTES}),
}


def may(user, permission: Permission) -> bool:
    """Whether this person holds a permission. An outsider holds none."""
    return user.is_active and permission in ROLE_PERMISSIONS.get(getattr(user, "role", ""), frozenset())


def require(user, permission: Permission) -> None:
    """Raise PermissionDenied, with the permission's sentence, unless the person holds it."""
    if not may(user, permission):
        raise PermissionDenied(f"您的角色没有这项权限：{permission.value}。")
