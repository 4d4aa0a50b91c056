"""Limits on logging in, searching and exporting: who is counted, what is said, and that workers count together."""

import re
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import get_resolver

from jiaodong.limits import EXPORTS, is_free
from jiaodong.testing.threads import at_once
from tasks.models import Plan
from units.choices import Role
from units.tests.samples import make_user

SEARCH = "/plans/jiaodong/search/?q=海洋"
EXPORT = "/plans/jiaodong/export/ledger.csv"
IN_THE_DATABASE = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "shared": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"},
}


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> dict[str, float]:
    """Twenty seconds into a minute."""
    now = {"at": 60_000_020.0}
    monkeypatch.setattr("jiaodong.limits.asked_again_at", 0.0)
    monkeypatch.setattr("jiaodong.limits.time", SimpleNamespace(time=lambda: now["at"]))
    return now


@pytest.fixture(autouse=True)
def limits(settings) -> None:
    settings.LOGINS_PER_MINUTE = settings.SEARCHES_PER_MINUTE = settings.EXPORTS_PER_MINUTE = 2


def codes(client: Client, url: str, times: int = 3, **more) -> list[int]:
    return [finished(client, url, **more) for _ in range(times)]


def finished(client: Client, url: str, **more) -> int:
    answer = client.get(url, **more)
    answer.getvalue()
    return answer.status_code


def test_the_third_in_a_minute_is_told_when_to_come_back(client: Client, loaded_plan: Plan, clock) -> None:
    assert codes(client, SEARCH) == [200, 200, 429]
    answer = client.get(SEARCH)
    said = re.sub(r"\s+|<[^>]+>", " ", answer.content.decode())
    assert answer["Retry-After"] == "40"
    assert "每分钟最多搜索 2 次。" in said
    assert "（40 秒后）再试" in said
    clock["at"] += 40
    assert codes(client, SEARCH) == [200, 200, 429]


def test_an_export_is_counted_apart_from_a_search_and_a_page_not_at_all(client: Client, loaded_plan: Plan) -> None:
    assert codes(client, EXPORT) == [200, 200, 429]
    assert codes(client, SEARCH) == [200, 200, 429]
    assert codes(client, "/plans/jiaodong/tasks/?q=海洋") == [200, 200, 200]


def test_every_person_is_counted_alone_and_outsiders_by_their_address(loaded_plan: Plan) -> None:
    office, leader = Client(), Client()
    office.force_login(make_user(Role.OFFICE))
    leader.force_login(make_user(Role.LEADER))
    for client in (office, leader, Client()):
        assert codes(client, EXPORT) == [200, 200, 429]
    assert codes(Client(), EXPORT, 1) == [429]
    assert codes(Client(), EXPORT, 1, REMOTE_ADDR="10.0.0.9") == [200]


def test_logging_in_is_counted_by_address_and_looking_at_the_page_is_not(client: Client, db: None) -> None:
    attempts = [client.post("/login/", {"username": f"n{at}", "password": "x"}).status_code for at in range(3)]
    assert attempts == [200, 200, 429]
    assert client.get("/login/").status_code == 200


def test_a_file_or_code_to_verify_counts_as_an_export_does(client: Client, loaded_plan: Plan) -> None:
    attempts = [client.post("/verify/", {"code": "A1B2"}).status_code for _ in range(3)]
    assert attempts == [200, 200, 429]
    assert codes(client, EXPORT, 1) == [429]
    assert client.get("/verify/").status_code == 200


def test_no_limit_is_no_limit(client: Client, loaded_plan: Plan, settings) -> None:
    settings.SEARCHES_PER_MINUTE = 0
    assert codes(client, SEARCH, 4) == [200] * 4


def test_whatever_gives_a_file_of_the_plan_is_limited() -> None:
    """A new export cannot be forgotten: its route ends with a file's name."""
    names = {
        pattern.name
        for route in get_resolver().url_patterns
        for pattern in getattr(route, "url_patterns", [])
        if re.search(r"\.(xlsx|csv|docx|<str:extension>)$", str(pattern.pattern))
    }
    assert names == EXPORTS


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_share_the_places_in_the_database() -> None:
    call_command("createcachetable", "shared_cache", verbosity=0)
    with override_settings(CACHES=IN_THE_DATABASE):
        granted = at_once(8, lambda _: is_free("person", 5, 60_000_020.0))
    assert granted.count(True) == 5


def test_a_cache_that_does_not_answer_stops_nobody_and_is_left_alone_for_a_while(caplog, clock, monkeypatch) -> None:
    asked = []

    def broken(*_: object) -> None:
        asked.append(clock["at"])
        raise OSError("no answer")

    monkeypatch.setattr(caches["shared"], "get_many", broken)
    begun = clock["at"]
    for seconds in (0, 1, 14, 16):
        clock["at"] = begun + seconds
        assert is_free("person", 1, clock["at"])
    assert asked == [begun, begun + 16]
    assert "the shared cache does not answer" in caplog.text
