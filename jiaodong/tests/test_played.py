"""A scene put back is the scene as it was played."""

import pytest
from django.db import transaction
from django.utils import timezone

from jiaodong.testing.played import filled, played_once, tables, taken
from tasks.tests.people import NOW, make_stage
from tasks.tests.scene import make_scene
from units.choices import Role
from units.models import Unit
from units.tests.samples import make_user

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list]:
    """The rows of every table. A server may have laid them elsewhere, never changed them."""
    rows = {table: taken(table) for table in filled(tables())}
    return {table: sorted(found.splitlines() if isinstance(found, bytes) else found) for table, found in rows.items()}


def test_every_row_and_what_the_tests_hold_are_the_same_again() -> None:
    once = played_once(make_scene.__wrapped__)
    with transaction.atomic():
        scene, rows = once(), everything()
        transaction.set_rollback(True)
    assert not Unit.objects.exists()
    again = once()
    assert again == scene
    assert everything() == rows
    assert again is not scene


def test_later_rows_come_behind_it() -> None:
    once = played_once(make_stage.__wrapped__)
    with transaction.atomic():
        once()
        transaction.set_rollback(True)
    last = max(person.pk for person in once().everybody.values())
    assert make_user(Role.REPORTER).pk > last


def test_on_top_of_other_rows_it_is_played_and_not_kept() -> None:
    once = played_once(lambda: make_user(Role.REPORTER))
    with transaction.atomic():
        Unit.objects.create(name="甲", short_name="甲", slug="other", kind="provincial")
        once()
        transaction.set_rollback(True)
    once()
    assert list(Unit.objects.filter(slug="other")) == []


def test_another_clock_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    once = played_once(lambda: (make_user(Role.REPORTER), timezone.now()))
    with transaction.atomic():
        once()
        transaction.set_rollback(True)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    assert once()[1] == NOW
