"""Who waits for whom: writers of different duties of a period for nobody, whoever freezes or decides for all of them,
whoever makes a plan's summaries forgotten for those who keep them.
"""

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction

from tasks.models import SavedView, StandingSummary, UnitFigures
from tasks.services.periods import open_period
from tasks.services.report_rules import locked, open_to
from tasks.services.saved_views import save_view
from tasks.services.standing import forget, hold, rebuild
from tasks.tests.people import NOW, TODAY, Stage, make_stage

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


def overtaken(first: Callable[[], object], other: Callable[[], object], then: Callable[[], object]) -> None:
    """`first` and `then` in one transaction, and `other` by somebody who began in between and waited for its end."""

    def alone() -> None:
        try:
            other()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            begun = pool.submit(alone)
            while not is_awaited():
                assert not begun.done(), "nobody waited"
            then()
        begun.result()


def is_awaited() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() != (0,)


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


def test_figures_kept_while_a_plan_is_being_forgotten_go_with_it(stage):
    rebuild(stage.plan, now=NOW)
    UnitFigures.objects.all().delete()
    overtaken(
        first=lambda: hold(stage.plan),
        other=lambda: forget(plan=stage.plan),
        then=lambda: UnitFigures.objects.create(summary=StandingSummary.objects.get(), unit=stage.duty.unit),
    )
    assert (StandingSummary.objects.count(), UnitFigures.objects.count()) == (0, 0)


def test_a_plan_forgotten_while_it_is_being_rebuilt_is_built_anew(stage):
    rebuild(stage.plan, now=NOW)
    before = StandingSummary.objects.get()
    overtaken(first=lambda: forget(plan=stage.plan), other=lambda: rebuild(stage.plan, now=NOW), then=lambda: None)
    assert StandingSummary.objects.get().figures == before.figures


def test_of_two_who_set_up_the_same_period_the_second_is_told(stage):
    day = TODAY + datetime.timedelta(days=90)
    asked = {"plan": stage.plan, "label": "下一期", "as_of": day, "opens_on": day, "due_on": day, "now": NOW}
    act = partial(open_period, stage.office, **asked)
    with pytest.raises(ValidationError, match="这个期次已经建立"):
        overtaken(first=act, other=act, then=lambda: None)


def test_two_clicks_save_one_view(stage):
    act = partial(save_view, stage.office, plan=stage.plan, name="滞后的", query="progress=behind", now=NOW)
    overtaken(first=act, other=act, then=lambda: None)
    assert SavedView.objects.count() == 1
