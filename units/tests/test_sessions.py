"""Sessions: how long they idle, what ends them, what they cost."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from units.choices import Role
from units.models import User
from units.tests.samples import PASSWORD, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return make_user(Role.REPORTER, username="zhao")


@pytest.fixture
def visitor(person: User) -> Client:
    client = Client()
    client.post("/login/", {"username": "zhao", "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def minutes_left() -> float:
    return (Session.objects.get().expire_date - timezone.now()).total_seconds() / 60


def last_seen(client: Client, seconds_ago: int) -> None:
    """As if the last request had been so long ago."""
    session = client.session
    session["seen"] = int(timezone.now().timestamp()) - seconds_ago
    session.save()
    Session.objects.update(expire_date=timezone.now() + datetime.timedelta(seconds=1800 - seconds_ago))


class TestIdling:
    def test_thirty_minutes_from_login(self, visitor: Client) -> None:
        assert 29.5 < minutes_left() <= 30
        assert visitor.cookies["sessionid"]["max-age"] == 1800

    def test_over_when_they_have_passed(self, visitor: Client) -> None:
        last_seen(visitor, 1801)
        assert visitor.get("/account/").headers["Location"] == "/login/?next=/account/"

    def test_a_request_just_before_begins_them_anew(self, visitor: Client) -> None:
        last_seen(visitor, 1790)
        assert is_in(visitor)
        assert 29.5 < minutes_left() <= 30
        assert visitor.cookies["sessionid"]["max-age"] == 1800

    def test_written_at_most_once_a_minute(self, visitor: Client, django_assert_num_queries) -> None:
        with django_assert_num_queries(3):  # session, account, the menu's plan
            visitor.get("/roles/")
        last_seen(visitor, 61)
        with django_assert_num_queries(3 + 3):  # and the session's row, in a savepoint
            visitor.get("/roles/")
        with django_assert_num_queries(3):
            visitor.get("/roles/")

    def test_a_session_begun_just_now_is_not_written_again(self, person: User, django_assert_num_queries) -> None:
        client = Client()
        client.force_login(person)
        with django_assert_num_queries(3):
            client.get("/roles/")

    def test_outsiders_have_none(self, client: Client, django_assert_num_queries) -> None:
        with django_assert_num_queries(0):
            client.get("/login/")
        assert "sessionid" not in client.cookies

    def test_the_probe_of_the_process_asks_nothing_even_for_one_logged_in(
        self, visitor: Client, django_assert_num_queries
    ) -> None:
        with django_assert_num_queries(0):
            visitor.get("/healthz")


class TestWhatEndsThem:
    @pytest.mark.parametrize(
        "change",
        [
            lambda user: {"role": Role.UNIT_REVIEWER},
            lambda user: {"unit": make_unit("省教育厅")},
            lambda user: {"is_active": False},
            lambda user: {"password": "changed"},
        ],
        ids=["another role", "another unit", "switched off", "another password"],
    )
    def test_a_change_of_standing(self, visitor: Client, person: User, change) -> None:
        assert is_in(visitor)
        User.objects.update(**change(person))
        assert visitor.get("/account/").headers["Location"] == "/login/?next=/account/"

    def test_switched_on_again_one_logs_in_anew(self, visitor: Client) -> None:
        User.objects.update(is_active=False)
        assert not is_in(visitor)
        User.objects.update(is_active=True)
        assert not is_in(visitor)

    @pytest.mark.parametrize("change", [{"last_name": "李"}, {"email": "li@example.org"}, {"is_staff": True}])
    def test_nothing_else_does(self, visitor: Client, change: dict) -> None:
        User.objects.update(**change)
        assert is_in(visitor)

    def test_logging_out_removes_the_row(self, visitor: Client) -> None:
        visitor.post("/logout/")
        assert not Session.objects.exists()
