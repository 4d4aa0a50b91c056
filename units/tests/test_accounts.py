"""Accounts: locks, first passwords, what is recorded at the door, roles to read."""

import datetime

import pytest
from axes.models import AccessAttempt
from django.test import Client, override_settings

from units import checks, services
from units.choices import Role
from units.forms import LOCKED, WRONG
from units.models import AuditEvent, User
from units.permissions import ROLE_PERMISSIONS, Permission
from units.tests.samples import PASSWORD, make_user
from units.tests.test_login import said

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)
LOCKED_NOW = LOCKED.format(minutes=30)
NEW = "a-word-of-my-own"


@pytest.fixture
def person() -> User:
    return make_user(Role.LEADER, username="zhao")


def enter(client: Client, username: str = "zhao", password: str = PASSWORD, **headers: str):
    return client.post("/login/", {"username": username, "password": password}, **headers)


def fail(client: Client, times: int, username: str = "zhao", **headers: str) -> list[int]:
    return [enter(client, username, "wrong", **headers).status_code for _ in range(times)]


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def events(*fields: str) -> list[tuple]:
    return list(AuditEvent.objects.order_by("number").values_list(*fields))


class TestLock:
    def test_the_fifth_failure_locks_and_the_right_password_no_longer_helps(self, person: User) -> None:
        client = Client()
        assert fail(client, 5) == [200, 200, 200, 200, 429]
        answer = enter(client)
        assert (answer.status_code, said(answer.content.decode())) == (429, [LOCKED_NOW])
        assert not is_in(client)

    def test_a_name_nobody_bears_is_locked_alike(self, person: User) -> None:
        """The whole page is compared: no word in it tells that there is a zhao and no nobody."""
        pages = {}
        for username in ("zhao", "nobody"):
            client = Client()
            answers = [enter(client, username, "wrong") for _ in range(6)]
            pages[username] = [
                (answer.status_code, without_token(answer.content.decode()).replace(username, ""))
                for answer in answers
            ]
        assert pages["zhao"] == pages["nobody"]
        assert [status for status, _ in pages["zhao"]] == [200, 200, 200, 200, 429, 429]

    def test_neither_the_same_person_elsewhere_nor_another_one_here(self, person: User) -> None:
        make_user(Role.OFFICE, username="qian")
        fail(Client(), 5)
        assert enter(Client(), REMOTE_ADDR="10.0.0.9").status_code == 302
        assert enter(Client(), "qian").status_code == 302

    def test_over_after_thirty_minutes_however_often_one_tried_meanwhile(self, person: User) -> None:
        fail(Client(), 5)
        begun = AccessAttempt.objects.get().attempt_time
        fail(Client(), 3)
        assert AccessAttempt.objects.get().attempt_time == begun
        AccessAttempt.objects.update(attempt_time=begun - datetime.timedelta(minutes=29, seconds=50))
        assert enter(Client()).status_code == 429
        AccessAttempt.objects.update(attempt_time=begun - datetime.timedelta(minutes=30, seconds=1))
        assert enter(Client()).status_code == 302

    def test_a_login_forgets_the_failures_before_it(self, person: User) -> None:
        fail(Client(), 4)
        enter(Client())
        assert fail(Client(), 4) == [200] * 4

    def test_lifted_by_a_new_password(self, person: User) -> None:
        fail(Client(), 5)
        administrator = make_user(Role.ADMINISTRATOR)
        services.set_password(administrator, user=person, password=NEW, now=NOW)
        assert enter(Client(), password=NEW).status_code == 302

    def test_an_empty_form_is_no_attempt(self, person: User) -> None:
        for _ in range(6):
            answer = Client().post("/login/", {"username": "zhao", "password": ""})
        assert answer.status_code == 200
        assert events("verb") == []

    @pytest.mark.parametrize("written", ["ｚｈａｏ", " zhao ", "zhao"])
    def test_other_ways_of_writing_a_name_count_together(self, person: User, written: str) -> None:
        fail(Client(), 4)
        assert enter(Client(), written, "wrong").status_code == 429

    def test_the_number_is_a_setting(self, person: User) -> None:
        with override_settings(AXES_FAILURE_LIMIT=2):
            assert fail(Client(), 2) == [200, 429]


def without_token(html: str) -> str:
    start = html.index('name="csrfmiddlewaretoken" value="')
    return html[:start] + html[html.index(">", start) :]


class TestBehindAProxy:
    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            ("10.1.1.1", "10.1.1.1"),
            ("1.2.3.4, 10.1.1.1", "10.1.1.1"),  # what the visitor sent, then what the proxy added
            ("2001:db8::1", "2001:db8::1"),
            ("'; DROP TABLE", "127.0.0.1"),
            ("", "127.0.0.1"),
        ],
    )
    def test_the_address_is_the_last_one_the_proxy_added(self, person: User, forwarded: str, address: str) -> None:
        with override_settings(BEHIND_PROXY=True):
            enter(Client(), headers={"x-forwarded-for": forwarded})
        assert events("verb", "address") == [("登录", address)]

    def test_without_one_the_header_is_anybodys_and_means_nothing(self, person: User) -> None:
        enter(Client(), headers={"x-forwarded-for": "10.1.1.1"})
        assert events("verb", "address") == [("登录", "127.0.0.1")]

    def test_a_lock_falls_on_the_visitor_not_on_the_proxy(self, person: User) -> None:
        with override_settings(BEHIND_PROXY=True):
            fail(Client(), 5, headers={"x-forwarded-for": "10.1.1.1"})
            assert enter(Client(), headers={"x-forwarded-for": "10.1.1.2"}).status_code == 302


class TestWhatIsRecorded:
    def test_login_and_logout(self, person: User, client: Client) -> None:
        enter(client)
        client.post("/logout/")
        assert events("actor", "role", "verb", "subject", "address") == [
            ("zhao", "领导", "登录", "zhao", "127.0.0.1"),
            ("zhao", "领导", "退出", "zhao", "127.0.0.1"),
        ]

    def test_failures_and_the_lock_with_the_name_typed_and_never_the_password(self, client: Client) -> None:
        fail(client, 6, "nobody")
        expected = [("未登录", "登录失败", "nobody")] * 4 + [("未登录", "登录被锁定", "nobody")] * 2
        assert events("actor", "verb", "subject") == expected
        assert "wrong" not in "".join(map(str, events("subject", "before", "after")))

    def test_a_refusal_with_path_and_sentence(self, person: User, client: Client) -> None:
        client.force_login(person)
        assert client.get("/audit/?person=x").status_code == 403
        assert client.post("/admin/units/unit/add/").status_code == 403
        assert events("actor", "verb", "subject", "after") == [
            ("zhao", "被拒绝", "GET /audit/", "您的角色没有这项权限：查看操作日志。"),
            ("zhao", "被拒绝", "POST /admin/units/unit/add/", "您的角色没有这项权限：进入后台，查看资料和修改历史。"),
        ]

    def test_neither_what_is_not_there_nor_outsiders(self, person: User, client: Client) -> None:
        assert [client.get(path).status_code for path in ("/nowhere/", "/audit/", "/admin/")] == [404, 302, 302]
        client.force_login(person)
        assert client.get("/nowhere/").status_code == 404
        assert events("verb") == []


HELD = [
    "/",
    "/account/",
    "/roles/",
    "/audit/",
    "/admin/",
    "/start/",
    "/units/",
    "/workbench/",
    "/account/second-factor/",
]


class TestFirstPassword:
    @pytest.fixture
    def newcomer(self, client: Client) -> User:
        user = User(username="zhao", role=Role.ADMINISTRATOR)
        services.create_user(make_user(Role.ADMINISTRATOR), user=user, password=PASSWORD, now=NOW)
        enter(client)
        return user

    def change(self, client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW, next: str = ""):
        typed = {"old_password": old, "new_password1": new, "new_password2": again, "next": next}
        return client.post("/account/password/", typed)

    @pytest.mark.parametrize("path", HELD)
    def test_nothing_else_is_reached_before_it_is_changed(self, newcomer: User, client: Client, path: str) -> None:
        assert client.get(path).headers["Location"] == "/account/password/?next=" + path.replace("/", "%2F")

    def test_nothing_can_be_done_either(self, newcomer: User, client: Client) -> None:
        answer = client.post("/admin/units/unit/add/", {"name": "省科技厅"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account/password/")

    def test_display_modes_and_the_way_out_stay_open(self, newcomer: User, client: Client) -> None:
        assert client.get("/display/large/").headers["Location"] == "/"
        assert client.post("/logout/").headers["Location"] == "/"

    def test_once_changed_one_goes_on_to_where_one_wanted(self, newcomer: User, client: Client) -> None:
        assert self.change(client, next="/roles/").headers["Location"] == "/roles/"
        assert client.get("/roles/").status_code == 200
        assert events("actor", "verb")[-1] == ("zhao", "更改密码")

    def test_never_to_another_site(self, newcomer: User, client: Client) -> None:
        assert self.change(client, next="//example.org/").headers["Location"] == "/start/"

    @pytest.mark.parametrize(
        ("typed", "errors"),
        [
            ({"old": "wrong"}, {"old_password": ["现在的密码不正确。"]}),
            ({"again": "x"}, {"new_password2": ["两次输入的新密码不一致。"]}),
            ({"new": PASSWORD, "again": PASSWORD}, {"new_password1": ["新密码不能与现在的密码相同。"]}),
            ({"new": "2026100910", "again": "2026100910"}, {"new_password2": ["密码不能全是数字。"]}),
            ({"new": "short-1", "again": "short-1"}, {"new_password2": ["密码太短，至少要 10 个字符。"]}),
        ],
        ids=["old", "twice", "same", "digits", "short"],
    )
    def test_rules(self, newcomer: User, client: Client, typed: dict, errors: dict) -> None:
        answer = self.change(client, **typed)
        assert answer.context["form"].errors == errors
        assert User.objects.get(username="zhao").must_change_password
        assert "wrong" not in answer.content.decode()

    def test_other_sessions_end_and_ones_own_goes_on(self, newcomer: User, client: Client) -> None:
        other = Client()
        other.force_login(newcomer)
        self.change(client)
        assert (is_in(client), is_in(other)) == (True, False)

    def test_a_password_reset_by_the_administrator_is_a_first_one_again(self, newcomer: User, client: Client) -> None:
        self.change(client)
        services.set_password(
            User.objects.get(username="administrator"), user=newcomer, password="x-x-x-x-x-x-x", now=NOW
        )
        enter(client, password="x-x-x-x-x-x-x")
        assert client.get("/roles/").headers["Location"] == "/account/password/?next=%2Froles%2F"


class TestPagesToRead:
    def test_roles_for_everyone_logged_in_and_from_the_one_table(
        self, person: User, client: Client, django_assert_num_queries
    ) -> None:
        assert client.get("/roles/").headers["Location"] == "/login/?next=/roles/"
        client.force_login(person)
        with django_assert_num_queries(3):  # session, account, and the plan the menu leads to
            answer = client.get("/roles/")
        table = {sentence: {role for role, may in cells if may} for sentence, cells in answer.context["rows"]}
        assert table == {
            permission.value: {role for role in Role if permission in ROLE_PERMISSIONS[role]}
            for permission in Permission
        }
        html = answer.content.decode()
        assert [html.count(f'<th scope="row">{permission.value}</th>') for permission in Permission] == [1] * len(
            table
        )

    def test_ones_own_rights_in_sentences(self, client: Client, django_assert_num_queries) -> None:
        client.force_login(make_user(Role.REPORTER))
        with django_assert_num_queries(4):  # session, account, device, the menu's plan
            answer = client.get("/account/")
        assert answer.context["rights"] == [
            "查看原文旁的内部校注",
            "填报本单位的进展，提交和撤回；督查专员代开放群体填报",
            "为本单位的举措申请办结或延期",
            "查看批示：领导和督查专员看全部，单位看本单位承办的和本单位举措上的",
            "反馈本单位承办的批示",
        ]

    def test_the_login_page_states_the_rules_in_force(self, client: Client) -> None:
        with override_settings(LOGIN_FAILURE_LIMIT=3, LOGIN_LOCK_MINUTES=15, SESSION_IDLE_MINUTES=20):
            html = client.get("/login/").content.decode()
        assert "连续 3 次登录失败，暂停登录 15 分钟；20 分钟没有操作，自动退出。" in html


class TestNoDefaultPassword:
    def test_an_account_without_one_cannot_log_in(self) -> None:
        User.objects.create_user("nobody", password=None, role=Role.LEADER)
        for guess in ("", "nobody", "admin", "123456", "password"):
            assert not is_in_after(Client(), guess)

    def test_a_misspelt_role_for_the_second_factor_is_an_error_not_a_gap(self) -> None:
        with override_settings(SECOND_FACTOR_ROLES=["office", "管理员"]):
            (error,) = checks.roles_with_second_factor(None)
        assert (error.id, error.msg) == (
            "units.E001",
            "SECOND_FACTOR_ROLES 中的 '管理员' 不是角色。可用的是：reporter、unit_reviewer、office、leader、administrator、auditor。",
        )


def is_in_after(client: Client, guess: str) -> bool:
    answer = enter(client, "nobody", guess)
    return answer.status_code == 302 or WRONG not in answer.content.decode() + WRONG * (not guess)
