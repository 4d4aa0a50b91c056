"""The first administrator: made once, password shown once, never changed by a second run."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from units.choices import Role
from units.models import AuditEvent, User

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("create_administrator", *arguments, stdout=out)
    return out.getvalue()


def shown_password(output: str) -> str:
    return re.search(r"密码：(\S+)\n", output)[1]


class TestFirstRun:
    def test_makes_an_administrator_who_can_log_in(self) -> None:
        password = shown_password(run())
        admin = User.objects.get()
        assert (admin.username, admin.role, admin.is_superuser, admin.is_staff, admin.is_active) == (
            "admin",
            Role.ADMINISTRATOR,
            True,
            True,
            True,
        )
        assert admin.check_password(password)
        assert admin.must_change_password

    def test_tells_name_and_password_and_that_it_is_this_once(self) -> None:
        lines = run().splitlines()
        assert lines[0] == "系统管理员账号：admin"
        assert re.fullmatch(r"密码：[\w-]{20}", lines[1])
        assert lines[2:] == ["密码只显示这一次，请记下；首次登录时须更改。"]


class TestSecondRun:
    def test_changes_nothing_and_says_so(self) -> None:
        run()
        before = User.objects.values().get()
        assert run() == (
            "已有系统管理员账号 admin，没有改动。忘了 admin 的密码：.venv/bin/python manage.py create_administrator --reset\n"
        )
        assert User.objects.values().get() == before

    def test_another_superuser_is_enough(self) -> None:
        User.objects.create_superuser("zhouyan", password="x")
        assert run() == (
            "已有系统管理员账号 zhouyan，没有改动。忘了 admin 的密码：.venv/bin/python manage.py create_administrator --reset\n"
        )
        assert User.objects.count() == 1


class TestReset:
    def test_new_password_replaces_the_old(self) -> None:
        old = shown_password(run())
        output = run("--reset")
        assert output.startswith("系统管理员账号：admin\n新密码：")
        new = shown_password(output)
        admin = User.objects.get()
        assert (admin.check_password(old), admin.check_password(new)) == (False, True)

    def test_a_lost_second_factor_is_forgotten_with_the_password(self) -> None:
        run()
        TOTPDevice.objects.create(user=User.objects.get(), name="动态口令")
        run("--reset")
        assert not TOTPDevice.objects.exists()

    def test_both_are_events_of_the_command_line(self) -> None:
        run()
        run("--reset")
        events = AuditEvent.objects.order_by("number").values_list("actor", "verb", "subject", "address")
        assert list(events) == [("命令行", "新增", "admin", ""), ("命令行", "重设密码", "admin", "")]

    def test_without_an_account_to_reset(self) -> None:
        with pytest.raises(CommandError, match=r"^没有名为 admin 的可用的系统管理员账号。"):
            run("--reset")
        assert User.objects.count() == 0

    @pytest.mark.parametrize("standing", [{"is_superuser": False}, {"is_active": False}])
    def test_never_lifts_an_account_that_is_no_administrator_or_switched_off(self, standing) -> None:
        run()
        User.objects.update(**standing)
        before = User.objects.values().get()
        with pytest.raises(CommandError):
            run("--reset")
        assert User.objects.values().get() == before
