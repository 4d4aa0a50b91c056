"""The table of roles, as a manager would check it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from units.choices import Role
from units.models import User
from units.permissions import Permission, may, require

ALL = set(Role)
HOLDERS = {
    Permission.SEE_BACK_OFFICE: {Role.OFFICE, Role.ADMINISTRATOR, Role.AUDITOR},
    Permission.SEE_STAFF_NOTES: ALL,
    Permission.EDIT_PLAN: {Role.OFFICE, Role.ADMINISTRATOR},
    Permission.SET_DUE_DATES: {Role.OFFICE},
    Permission.IMPORT_TABLES: {Role.OFFICE},
    Permission.WRITE_REPORTS: {Role.REPORTER, Role.OFFICE},
    Permission.REVIEW_AT_UNIT: {Role.UNIT_REVIEWER},
    Permission.REVIEW_AT_OFFICE: {Role.OFFICE},
    Permission.CLAIM_CLOSING: {Role.REPORTER},
    Permission.DECIDE_CLOSING: {Role.OFFICE},
    Permission.MANAGE_PERIODS: {Role.OFFICE},
    Permission.PUBLISH: {Role.OFFICE},
    Permission.SET_LIGHT_RULES: {Role.OFFICE},
    Permission.READ_SUBMITTED: {Role.OFFICE, Role.LEADER},
    Permission.SEE_INSTRUCTIONS: {Role.REPORTER, Role.UNIT_REVIEWER, Role.OFFICE, Role.LEADER},
    Permission.GIVE_INSTRUCTIONS: {Role.LEADER},
    Permission.ANSWER_INSTRUCTIONS: {Role.REPORTER},
    Permission.CLOSE_INSTRUCTIONS: {Role.OFFICE, Role.LEADER},
    Permission.SHARE_VIEWS: {Role.OFFICE},
    Permission.WRITE_STOCKTAKE: {Role.OFFICE},
    Permission.READ_AUDIT_TRAIL: {Role.AUDITOR},
    Permission.MANAGE_UNITS: {Role.ADMINISTRATOR},
    Permission.MANAGE_ACCOUNTS: {Role.ADMINISTRATOR},
}


def test_the_table_knows_every_permission() -> None:
    assert set(HOLDERS) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
class TestPermission:
    @pytest.mark.parametrize("role", Role)
    def test_is_held_by_the_roles_of_the_table(self, role: Role, permission: Permission) -> None:
        assert may(User(role=role), permission) is (role in HOLDERS[permission])

    @pytest.mark.parametrize("role", Role)
    def test_is_lost_by_an_account_switched_off(self, role: Role, permission: Permission) -> None:
        assert may(User(role=role, is_active=False), permission) is False

    def test_is_not_an_outsiders(self, permission: Permission) -> None:
        assert may(AnonymousUser(), permission) is False

    def test_does_not_come_with_djangos_flags(self, permission: Permission) -> None:
        assert may(User(role="", is_superuser=True, is_staff=True), permission) is False

    def test_is_refused_with_its_sentence(self, permission: Permission) -> None:
        with pytest.raises(PermissionDenied) as refusal:
            require(AnonymousUser(), permission)
        assert str(refusal.value) == f"您的角色没有这项权限：{permission.value}。"

    def test_lets_its_holder_pass(self, permission: Permission) -> None:
        for role in HOLDERS[permission]:
            assert require(User(role=role), permission) is None
