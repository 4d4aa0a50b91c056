"""等保自查: each requirement with what meets it and what does not; the page that shows them, to whom."""

import datetime
import re
from types import SimpleNamespace

import pytest
from django.conf import settings as real
from django.contrib.sessions.models import Session
from django.utils import timezone

from units import audit
from units.audit import broken_at_end
from units.choices import Role
from units.models import AuditEvent, User
from units.permissions import ROLE_PERMISSIONS, Permission
from units.protection import Facts, judged
from units.queries import protection_facts
from units.tests.back_office import logged_in
from units.tests.samples import make_user

NOW = timezone.make_aware(datetime.datetime(2026, 10, 9, 10, 0))
GOOD_SETTINGS = {
    "AUTH_PASSWORD_VALIDATORS": real.AUTH_PASSWORD_VALIDATORS,
    "AUTHENTICATION_BACKENDS": real.AUTHENTICATION_BACKENDS,
    "MIDDLEWARE": real.MIDDLEWARE,
    "CONTENT_SECURITY_POLICY": real.CONTENT_SECURITY_POLICY,
    "LOGIN_FAILURE_LIMIT": 5, "LOGIN_LOCK_MINUTES": 30, "SESSION_IDLE_MINUTES": 30,
    "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31536000,
    "SECOND_FACTOR_ROLES": ["office", "administrator", "auditor"],
    "DEBUG": False, "IS_DEMO": False, "ALLOWED_HOSTS": ["tasks.example.gov.cn"],
    "LOGINS_PER_MINUTE": 60, "SEARCHES_PER_MINUTE": 120, "EXPORTS_PER_MINUTE": 20,
    "CACHES": {"shared": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}},
    "SECRET_KEY": "k" * 50, "PASSWORD_HASHERS": ["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
}  # fmt: skip
GOOD_FACTS = Facts(
    now=NOW, roles_in_use=frozenset({"administrator", "auditor"}), unused_accounts=0, first_passwords=0, events=3,
    events_since=NOW, broken_links=(), last_backup=NOW - datetime.timedelta(hours=26), sessions_left=0,
    personal_fields=frozenset({"username", "email"}),
)  # fmt: skip
EVERY_PERMISSION = {Role.OFFICE: frozenset(Permission)}


def unmet(settings: dict | None = None, facts: dict | None = None, permissions=ROLE_PERMISSIONS) -> list[str]:
    """What is red when only this is otherwise."""
    changed = Facts(**{**vars(GOOD_FACTS), **(facts or {})})
    return [
        row.asked
        for row in judged(SimpleNamespace(**{**GOOD_SETTINGS, **(settings or {})}), changed, permissions)
        if not row.is_met
    ]


RED = [
    ("口令有复杂度要求", {"AUTH_PASSWORD_VALIDATORS": real.AUTH_PASSWORD_VALIDATORS[:3]}),
    ("口令有复杂度要求", {"AUTH_PASSWORD_VALIDATORS": []}),
    ("登录失败有限制", {"LOGIN_FAILURE_LIMIT": 11}),
    ("登录失败有限制", {"LOGIN_FAILURE_LIMIT": 0}),
    ("登录失败有限制", {"LOGIN_LOCK_MINUTES": 9}),
    ("登录失败有限制", {"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"]}),
    ("登录失败有限制", {"MIDDLEWARE": []}),
    ("登录超时自动退出", {"SESSION_IDLE_MINUTES": 31}),
    ("鉴别信息传输时防窃听", {"SECURE_SSL_REDIRECT": False}),
    ("鉴别信息传输时防窃听", {"SESSION_COOKIE_SECURE": False}),
    ("鉴别信息传输时防窃听", {"CSRF_COOKIE_SECURE": False}),
    ("鉴别信息传输时防窃听", {"SECURE_HSTS_SECONDS": 0}),
    ("两种以上鉴别技术", {"SECOND_FACTOR_ROLES": ["office", "administrator"]}),
    ("关闭不需要的功能", {"DEBUG": True}),
    ("关闭不需要的功能", {"IS_DEMO": True}),
    ("关闭不需要的功能", {"ALLOWED_HOSTS": ["*"]}),
    ("关闭不需要的功能", {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": ["'self'", "'unsafe-inline'"]}}}),
    ("限制过度使用", {"EXPORTS_PER_MINUTE": 0}),
    ("限制过度使用", {"CACHES": {"shared": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}),
    ("存储和传输中校验完整性", {"SECRET_KEY": "k" * 49}),
    ("鉴别数据加密存储", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}),
]
RED_FACTS = [
    ("停用多余的、过期的账号", {"unused_accounts": 1}),
    ("修改默认口令", {"first_passwords": 1}),
    ("管理员与审计员分设", {"roles_in_use": frozenset({"administrator"})}),
    ("审计覆盖每个用户", {"events": 0, "events_since": None}),
    ("审计记录受保护，防删除和篡改", {"broken_links": ("第 3 条缺失。",)}),
    ("本地数据备份与恢复", {"last_backup": NOW - datetime.timedelta(hours=27)}),
    ("本地数据备份与恢复", {"last_backup": None}),
    ("鉴别信息所在空间及时清除", {"sessions_left": 1}),
    ("只采集必需的个人信息", {"personal_fields": frozenset({"username", "id_number"})}),
]


class TestRules:
    def test_a_system_as_it_should_be_is_all_green(self) -> None:
        assert unmet() == []

    @pytest.mark.parametrize(("asked", "settings"), RED)
    def test_a_wrong_setting_turns_its_row_red_and_no_other(self, asked: str, settings: dict) -> None:
        assert unmet(settings) == [asked]

    @pytest.mark.parametrize(("asked", "facts"), RED_FACTS)
    def test_a_bad_fact_turns_its_row_red_and_no_other(self, asked: str, facts: dict) -> None:
        assert unmet(facts=facts) == [asked]

    def test_a_role_that_holds_what_must_be_apart(self) -> None:
        assert unmet(permissions=EVERY_PERMISSION) == ["最小权限，管理用户权限分离"]

    def test_every_row_can_turn_red(self) -> None:
        shown = {row.asked for row in judged(SimpleNamespace(**GOOD_SETTINGS), GOOD_FACTS, ROLE_PERMISSIONS)}
        assert {asked for asked, _ in RED + RED_FACTS} | {"最小权限，管理用户权限分离"} == shown


@pytest.mark.django_db
class TestFacts:
    def test_accounts(self) -> None:
        long_ago = timezone.now() - datetime.timedelta(days=181)
        make_user(Role.ADMINISTRATOR, last_login=timezone.now(), date_joined=long_ago)
        make_user(Role.AUDITOR, last_login=long_ago)
        make_user(Role.LEADER, date_joined=long_ago, must_change_password=True)
        make_user(Role.OFFICE, is_active=False, last_login=long_ago)
        found = protection_facts(timezone.now())
        assert (found.unused_accounts, found.first_passwords) == (2, 1)
        assert found.roles_in_use == {"administrator", "auditor", "leader"}

    def test_what_is_kept_of_a_person(self) -> None:
        assert protection_facts(NOW).personal_fields == {"username", "first_name", "last_name", "email"}

    def test_sessions_that_nobody_cleared(self) -> None:
        for key, days in (("a", 2), ("b", 0)):
            ended = NOW - datetime.timedelta(days=days, hours=1)
            Session.objects.create(session_key=key, session_data="", expire_date=ended)
        assert protection_facts(NOW).sessions_left == 1

    def test_the_trail_and_the_last_backup_in_it(self) -> None:
        user = make_user(Role.OFFICE)
        for verb in ("存草稿", "备份", "提交"):
            audit.record(user, verb, user, now=NOW)
        found = protection_facts(NOW)
        assert (found.events, found.events_since, found.last_backup, found.broken_links) == (3, NOW, NOW, ())

    def test_only_the_end_of_the_trail_is_walked(self) -> None:
        user = make_user(Role.OFFICE)
        for verb in "甲乙丙丁":
            audit.record(user, verb, user, now=NOW)
        first = AuditEvent.objects.order_by("number").first()
        super(type(AuditEvent.objects.all()), AuditEvent.objects.filter(pk=first.pk)).update(verb="改")
        assert broken_at_end(2) == []
        assert broken_at_end(4) == [f"第 {first.number} 条的内容被改动过。"]


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize("role", Role)
    def test_is_for_the_administrator_and_the_auditor(self, role: Role) -> None:
        client = logged_in(role)
        is_open = role in (Role.ADMINISTRATOR, Role.AUDITOR)
        assert client.get("/protection/").status_code == (200 if is_open else 403)
        assert ('<a href="/protection/">等保自查</a>' in client.get("/account/").content.decode()) == is_open

    def test_a_wrong_setting_turns_it_red_and_says_what_to_do(self, settings) -> None:
        client = logged_in(Role.ADMINISTRATOR)
        settings.SESSION_IDLE_MINUTES = 31
        page = client.get("/protection/").content.decode()
        row = re.search(r'<tr role="row" class="unmet">(?:(?!</tr>).)*登录超时自动退出.*?</tr>', page, re.DOTALL)
        assert "31 分钟没有操作即退出" in row[0]
        assert "身份鉴别：把 SESSION_IDLE_MINUTES 设为 1 到 30。" in page
        settings.SESSION_IDLE_MINUTES = 30
        assert "身份鉴别：把 SESSION_IDLE_MINUTES" not in client.get("/protection/").content.decode()

    def test_costs_the_same_whatever_there_is(self, django_assert_num_queries) -> None:
        client = logged_in(Role.AUDITOR)
        audit.record(User.objects.get(), "登录", User.objects.get(), now=NOW)
        client.get("/protection/")
        with django_assert_num_queries(13):
            client.get("/protection/")
        for at in range(3):
            audit.record(User.objects.first(), "提交", User.objects.first(), now=NOW)
            make_user(Role.LEADER, username=f"l{at}")
        with django_assert_num_queries(13):
            client.get("/protection/")
