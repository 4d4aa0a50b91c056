"""Who waits for whom in one period: writers of different duties for nobody, whoever freezes or decides for all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction

from tasks.services.report_rules import locked, open_to
from tasks.tests.people import Stage, make_stage

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def waits(act: Callable[[], object]) -> bool:
    """Whether somebody else, now, would have to wait to do this."""
    found: list[bool] = []

    def other() -> None:
        own = connections[DEFAULT_DB_ALIAS]  # of this thread
        try:
            with transaction.atomic():
                with own.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                act()
            found.append(False)
        except OperationalError:  # `lock_timeout` is over
            found.append(True)
        finally:
            own.close()

    thread = Thread(target=other)
    thread.start()
    thread.join()
    return found[0]


@contextmanager
def held(act: Callable[[], object]) -> Iterator[None]:
    with transaction.atomic():
        act()
        yield


@pytest.fixture
def stage() -> Stage:
    assert connection.vendor == "postgresql", "SQLite has one writer at a time"
    return make_stage()


def test_writers_wait_only_for_each_other_at_one_duty(stage):
    with held(lambda: open_to(stage.duty, stage.period)):
        assert not waits(lambda: open_to(stage.other_duty, stage.period))
        assert waits(lambda: open_to(stage.duty, stage.period))


def test_freezing_and_deciding_wait_for_writers_and_writers_for_them(stage):
    with held(lambda: open_to(stage.duty, stage.period)):
        assert waits(lambda: locked(stage.period))
    with held(lambda: locked(stage.period)):
        assert waits(lambda: open_to(stage.duty, stage.period))
