"""Logging in and out."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from units import accounts
from units.choices import Role
from units.forms import WRONG
from units.models import AuditEvent, User
from units.tests.samples import PASSWORD, make_user
from units.views.login import LOCKED_OUT

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return make_user(Role.LEADER, username="zhao")


def submit(client: Client, username: str, password: str, next: str = ""):
    return client.post("/login/", {"username": username, "password": password, "next": next})


def said(html: str) -> list[str]:
    """The sentences of the box above the form."""
    return re.findall(r'role="alert" tabindex="-1" autofocus><p>(.*?)</p></div>', html)


class TestLoggingIn:
    def test_to_where_the_role_begins(self, client: Client, person: User) -> None:
        assert submit(client, "zhao", PASSWORD).headers["Location"] == "/start/"
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_back_to_the_page_one_came_from(self, client: Client, person: User) -> None:
        assert 'name="next" value="/units/"' in client.get("/login/?next=/units/").content.decode()
        assert submit(client, "zhao", PASSWORD, next="/units/").headers["Location"] == "/units/"

    @pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/"])
    def test_never_to_another_site(self, client: Client, person: User, elsewhere: str) -> None:
        assert submit(client, "zhao", PASSWORD, next=elsewhere).headers["Location"] == "/start/"

    def test_who_is_logged_in_already_is_sent_on(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.get("/login/?next=/units/").headers["Location"] == "/units/"


class TestLock:
    def test_it_is_seen_and_lifted_on_the_accounts_page_and_the_password_stays(
        self, client: Client, person: User
    ) -> None:
        administrator = Client()
        administrator.force_login(make_user(Role.ADMINISTRATOR))
        address = f"/admin/units/user/{person.pk}/change/"
        assert "解除登录锁定" not in administrator.get(address).content.decode()
        assert [submit(client, "zhao", "wrong").status_code for _ in range(5)][-1] == LOCKED_OUT
        assert submit(client, "zhao", PASSWORD).status_code == LOCKED_OUT
        assert "解除登录锁定" in administrator.get(address).content.decode()
        typed = {"username": "zhao", "role": "leader", "unit": "", "is_active": "on", "lift_lock": "on"}
        assert administrator.post(address, typed).status_code == 302
        assert AuditEvent.objects.order_by("number").last().verb == "解除登录锁定"
        assert "解除登录锁定" not in administrator.get(address).content.decode()
        assert submit(client, "zhao", PASSWORD).headers["Location"] == "/start/"

    def test_by_nobody_else(self, person: User) -> None:
        with pytest.raises(PermissionDenied):
            accounts.lift_lock(person, user=person, now=timezone.now())


class TestAnotherPassword:
    def test_one_changed_of_one_s_own_will_is_confirmed_once(self, client: Client, person: User) -> None:
        submit(client, "zhao", PASSWORD)
        new = f"{PASSWORD}-2"
        typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        assert client.post("/account/password/", typed).headers["Location"] == "/account/"
        done = "密码已更改，这个账号在其他地方的登录已退出。"
        assert [client.get("/account/").content.decode().count(done) for _ in range(2)] == [1, 0]


class TestRefusal:
    """One answer whatever is wrong, so that nobody learns which accounts there are."""

    @pytest.mark.parametrize(
        ("username", "password"),
        [("zhao", "wrong"), ("nobody", PASSWORD), ("off", PASSWORD), ("ZHAO", PASSWORD)],
        ids=["password", "account", "account switched off", "letter case"],
    )
    def test_one_sentence(self, client: Client, person: User, username: str, password: str) -> None:
        make_user(Role.OFFICE, username="off", is_active=False)
        answer = submit(client, username, password)
        assert said(answer.content.decode()) == [WRONG]
        assert "_auth_user_id" not in client.session

    def test_the_account_name_stays_and_the_password_does_not(self, client: Client) -> None:
        html = submit(client, "zhao", "secret-word").content.decode()
        assert 'value="zhao"' in html
        assert "secret-word" not in html

    def test_empty_fields_are_named(self, client: Client) -> None:
        html = submit(client, "", "").content.decode()
        assert re.findall(r'<a href="#(id_\w+)">(.*?)</a>', html) == [
            ("id_username", "请填写账号。"),
            ("id_password", "请填写密码。"),
        ]
        assert re.findall(r'id="(\w+)_error">(.*?)</div>', html) == [
            ("id_username", "请填写账号。"),
            ("id_password", "请填写密码。"),
        ]


class TestLoggingOut:
    def test_by_the_button(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.post("/logout/").headers["Location"] == "/"
        assert "_auth_user_id" not in client.session

    def test_a_link_from_elsewhere_does_not_do_it(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.get("/logout/").status_code == 405
        assert client.session["_auth_user_id"] == str(person.pk)
