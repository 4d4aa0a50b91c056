"""What is kept of filing and of what is public stays right where several write at the same time."""

from collections.abc import Callable
from functools import partial
from threading import Thread

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from tasks.choices import DutyRole
from tasks.models import Duty
from tasks.queries.drift import drift
from tasks.queries.public import BY_FIELD
from tasks.queries.public_figures import counted, right_figures
from tasks.services.amending import amend_measure
from tasks.services.planning import save_duty
from tasks.services.public_figures import count_public
from tasks.services.publishing import publish_reports
from tasks.services.standing import forget, rebuild
from tasks.tests.journeys import approved, more_duties, submitted
from tasks.tests.people import NOW, TODAY, Stage, make_stage

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
Act = Callable[[Stage], object]


def submit(number: int) -> Act:
    return lambda stage: submitted(stage, Duty.objects.get(unit=stage.reporter.unit, measure__order=number))


def halt(stage: Stage, halted: str = "suspended") -> None:
    measure = stage.plan.main_tasks.get().measures.get(order=2)
    amend_measure(stage.office, measure=measure, changes={"halted": halted}, reason="年度计划", now=NOW)


def resume(stage: Stage) -> None:
    halt(stage, "")


def assign(stage: Stage) -> None:
    duty = Duty(measure=stage.measure, unit=stage.office.unit, role=DutyRole.SHARED, position=9)
    save_duty(stage.office, duty=duty, now=NOW)


def recount(stage: Stage) -> None:
    rebuild(stage.plan, now=NOW)


def during(act: Callable[[], object], other: Callable[[], object]) -> None:
    """Do `other` in a second connection while `act` is done and not committed: it waits, or finishes before."""
    failed: list[Exception] = []

    def run() -> None:
        try:
            other()
        except Exception as error:
            failed.append(error)
        finally:
            connections[DEFAULT_DB_ALIAS].close()

    thread = Thread(target=run)
    with transaction.atomic():
        act()
        thread.start()
        with connection.cursor() as cursor:
            while thread.is_alive():
                cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
                if cursor.fetchone() is not None:
                    break
    thread.join()
    assert not failed, failed[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [(submit(1), submit(2)), (submit(2), recount), (recount, submit(2)), (submit(2), halt), (halt, submit(2))],
    ids=["two-writers", "writer-recount", "recount-writer", "writer-halt", "halt-writer"],
)
def test_kept_equals_recounted_after_two_at_once(first: Act, second: Act) -> None:
    assert connection.vendor == "postgresql", "SQLite has one writer at a time"
    stage = make_stage()
    more_duties(stage, 1)
    rebuild(stage.plan, now=NOW)
    during(lambda: first(stage), lambda: second(stage))
    assert list(drift(stage.plan, TODAY)) == []


@pytest.mark.parametrize(("first", "second"), [(submit(2), resume), (resume, submit(2))], ids=["writer", "resumer"])
def test_and_where_a_measure_needs_reports_again(first: Act, second: Act) -> None:
    stage = make_stage()
    more_duties(stage, 1)
    rebuild(stage.plan, now=NOW)
    halt(stage)
    during(lambda: first(stage), lambda: second(stage))
    assert list(drift(stage.plan, TODAY)) == []


@pytest.mark.parametrize("acts", [(recount, assign), (assign, recount)], ids=["recount-assign", "assign-recount"])
def test_and_where_a_table_that_was_changed_is_changed_again_while_it_is_counted(acts: tuple[Act, Act]) -> None:
    stage = make_stage()
    more_duties(stage, 1)
    forget(plan=stage.plan)
    first, second = acts
    during(lambda: first(stage), lambda: second(stage))
    assert list(drift(stage.plan, TODAY)) == []


def test_what_is_public_is_counted_after_two_publications_at_once() -> None:
    stage = make_stage()
    reports = [approved(stage, duty) for duty in (stage.duty, *more_duties(stage, 1))]
    count_public(stage.plan.pk)
    publishings = [partial(publish_reports, stage.office, reports=[report], now=NOW) for report in reports]
    during(*publishings)
    assert right_figures(stage.plan.pk)[0][0] == counted(stage.plan.pk)
    assert counted(stage.plan.pk)[BY_FIELD] == [[None, 2, 0, 0, 2]]
