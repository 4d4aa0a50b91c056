"""Logging in as a person does it, in a real browser: locked out, first password, second factor, idling; read by axe."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import DESK, PHONE, OpenPage, axe, sticks_out
from units import audit, services
from units.choices import Role
from units.models import AuditEvent, User
from units.tests.samples import PASSWORD, code_for, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "a-word-of-my-own"


def enter(page: Page, username: str = "zhao", password: str = PASSWORD) -> None:
    page.get_by_label("账号", exact=True).fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def clean(page: Page) -> None:
    """Nothing for axe and nothing beside the page, at both widths."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        page.evaluate("document.querySelectorAll('details').forEach(menu => { menu.open = true })")
        spare = sticks_out(page)
        assert (axe(page), spare) == ([], 0), size
    page.set_viewport_size(DESK)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


class TestLockOut:
    def test_journey(self, page: Page, allow_status: Callable[..., None]) -> None:
        allow_status(429)
        make_user(Role.AUDITOR, username="zhao")
        page.goto("/login/?next=/roles/")
        clean(page)
        for _ in range(4):
            enter(page, password="wrong")
            expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确。")
        clean(page)
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_label("账号", exact=True)).to_have_value("zhao")
        enter(page, password="wrong")
        enter(page)
        expect(page.get_by_role("alert")).to_contain_text("登录失败次数过多，已暂停登录。")
        clean(page)
        services.set_password(
            make_user(Role.ADMINISTRATOR), user=User.objects.get(username="zhao"), password=NEW, now=timezone.now()
        )
        enter(page, password=NEW)
        heading(page, "更改密码")


class TestFirstPassword:
    def test_journey_without_script(self, no_script: Page) -> None:
        page = no_script
        make_user(Role.AUDITOR, username="zhao", must_change_password=True)
        page.goto("/roles/")
        enter(page)
        heading(page, "更改密码")
        page.goto("/audit/")
        heading(page, "更改密码")
        expect(page.get_by_role("link", name="操作日志")).to_have_count(0)
        page.get_by_label("现在的密码").fill(PASSWORD)
        page.get_by_label("新密码", exact=True).fill("12345")
        page.get_by_label("再输一次新密码").fill("12345")
        page.get_by_role("button", name="更改密码").click()
        expect(page.get_by_role("alert")).to_contain_text("密码太短，至少要 10 个字符。")
        page.get_by_label("现在的密码").fill(PASSWORD)
        page.get_by_label("新密码", exact=True).fill(NEW)
        page.get_by_label("再输一次新密码").fill(NEW)
        page.get_by_role("button", name="更改密码").click()
        heading(page, "操作日志")

    def test_read_by_axe(self, page: Page) -> None:
        make_user(Role.AUDITOR, username="zhao", must_change_password=True)
        page.goto("/login/")
        enter(page)
        heading(page, "更改密码")
        clean(page)
        page.get_by_role("button", name="更改密码").click()
        expect(page.get_by_role("link", name="请填写新密码。")).to_be_visible()
        clean(page)


class TestSecondFactor:
    def test_set_up_by_hand_and_asked_for_the_next_time(self, page: Page, open_page: OpenPage) -> None:
        make_user(Role.AUDITOR, username="zhao")
        page.goto("/login/?next=/account/")
        enter(page)
        heading(page, "我的账号")
        clean(page)
        page.get_by_role("link", name="启用动态口令").click()
        heading(page, "启用动态口令")
        clean(page)
        page.get_by_role("button", name="开始设置").click()
        expect(page.get_by_role("img", name="密钥的二维码")).to_be_visible()
        clean(page)
        page.get_by_label("动态口令").fill("000")
        page.get_by_role("button", name="启用").click()
        expect(page.get_by_role("alert")).to_contain_text("动态口令是 6 位数字。")
        page.get_by_label("动态口令").fill(code_for(TOTPDevice.objects.get()))
        page.get_by_role("button", name="启用").click()
        heading(page, "我的账号")
        expect(page.get_by_text("已启用。更换手机的，请系统管理员重置")).to_be_visible()

        later = open_page()
        later.goto("/login/?next=/audit/")
        enter(later)
        heading(later, "输入动态口令")
        clean(later)
        later.get_by_label("动态口令").fill(code_for(TOTPDevice.objects.get(), steps=1))
        later.get_by_role("button", name="登录", exact=True).click()
        heading(later, "操作日志")

    def test_required_of_a_role(self, page: Page) -> None:
        make_user(Role.AUDITOR, username="zhao")
        with override_settings(SECOND_FACTOR_ROLES=["auditor"]):
            page.goto("/login/?next=/audit/")
            enter(page)
            heading(page, "启用动态口令")
            expect(page.get_by_text("请先启用；启用之前不能办理其他事项。")).to_be_visible()
            page.get_by_role("button", name="开始设置").click()
            page.get_by_label("动态口令").fill(code_for(TOTPDevice.objects.get()))
            page.get_by_role("button", name="启用").click()
            heading(page, "操作日志")


class TestIdling:
    def test_over_without_a_word_lost_of_where_one_was(self, page: Page) -> None:
        make_user(Role.AUDITOR, username="zhao")
        page.goto("/login/?next=/account/")
        enter(page)
        heading(page, "我的账号")
        Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
        page.get_by_role("main").get_by_role("link", name="各角色的权限").click()
        heading(page, "登录")
        enter(page)
        heading(page, "各角色的权限")
        clean(page)


class TestAuditPage:
    def test_read_filtered_and_turned(self, page: Page) -> None:
        person = make_user(Role.AUDITOR, username="zhao")
        for number in range(60):
            audit.record(
                person, "试写", f"对象 {number}", now=timezone.now(), before={"进展": "甲"}, after={"进展": "乙"}
            )
        page.goto("/login/?next=/audit/")
        enter(page)
        heading(page, "操作日志")
        clean(page)
        page.get_by_label("对象", exact=True).fill("对象 1")
        page.get_by_role("button", name="筛选").click()
        expect(page.get_by_role("status")).to_contain_text("共 11 条")
        page.get_by_role("link", name="去掉全部条件").click()
        page.get_by_role("link", name="较早的").click()
        expect(page.get_by_role("row")).to_have_count(1 + 11)
        page.get_by_role("link", name="较新的").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="导出 CSV").click()
        assert download.value.suggested_filename == "操作日志.csv"
        assert AuditEvent.objects.first().verb == "导出"


class TestHandover:
    def test_read_by_axe_at_every_step(self, page: Page) -> None:
        make_user(Role.ADMINISTRATOR, username="zhao")
        leaving = make_user(Role.REPORTER, username="leaving")
        page.goto(f"/login/?next=/accounts/{leaving.pk}/handover/")
        enter(page)
        heading(page, "移交未办事项")
        clean(page)
        make_user(Role.REPORTER, username="taking-over", unit=leaving.unit)
        page.reload()
        page.get_by_role("button", name="下一步：核对").click()
        expect(page.get_by_role("link", name="请选择接手人。")).to_be_visible()
        clean(page)
        page.get_by_label("接手人").select_option(label="taking-over")
        page.get_by_role("button", name="下一步：核对").click()
        expect(page.get_by_role("button", name="只停用原账号")).to_be_visible()
        clean(page)
        page.get_by_role("button", name="只停用原账号").click()
        expect(page.get_by_text("没有要移交的事项，账号已停用。")).to_be_visible()
