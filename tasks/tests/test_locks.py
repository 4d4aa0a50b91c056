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

from tasks.choices import DutyRole
from tasks.models import (
    Duty,
    DutyFiling,
    FrozenMeasure,
    Instruction,
    Measure,
    Plan,
    ProgressReport,
    SavedView,
    StandingSummary,
    UnitFigures,
)
from tasks.services import roundtrip
from tasks.services.amending import amend_measure
from tasks.services.closing import reopen_measure, verify_completion
from tasks.services.instructing import give_instruction
from tasks.services.periods import freeze_period, open_period, withdraw_period
from tasks.services.planning import delete_measure, delete_plan, save_duty, save_measure, save_plan
from tasks.services.report_rules import locked, open_to
from tasks.services.roundtrip import ChosenRow, apply_changes, keep_upload
from tasks.services.saved_views import save_view
from tasks.services.standing import forget, hold, rebuild
from tasks.tests.journeys import claimed, drafted, earlier_period, more_duties
from tasks.tests.people import NOW, TODAY, Stage, content, make_stage
from tasks.tests.test_lists_together import during
from units.choices import Role
from units.models import Unit, User
from units.services import create_user, delete_unit, save_unit

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


def test_a_workbook_holds_all_of_its_duties_before_the_first_is_written(stage, monkeypatch):
    """Each of them stands in the audit trail, for which whoever writes on the last one in another period may wait."""
    (duty,) = more_duties(stage, 1)
    about = {"period": stage.period, "unit": duty.unit, "made_at": NOW, "now": NOW}
    kept = keep_upload(stage.reporter, name="表.xlsx", data=b"x", **about)
    other, waited = earlier_period(stage), []

    def write(*args: object) -> ProgressReport:
        waited.append(waits(lambda: open_to(duty, other)))
        return save(*args)

    save = roundtrip.save
    monkeypatch.setattr(roundtrip, "save", write)
    rows = [ChosenRow(one, content(), None, [("表", "K9", "progress", "", "路基")]) for one in (stage.duty, duty)]
    apply_changes(stage.reporter, upload=kept, rows=rows, now=NOW)
    assert waited == [True, True]


class TestWithdrawnMeanwhile:
    def withdraw(self, stage: Stage) -> None:
        withdraw_period(stage.office, period=stage.period, reason="日期写错", now=NOW)

    @pytest.mark.parametrize("act", ["withdraw", "freeze", "write", "bring back"])
    def test_whoever_comes_second_is_told(self, stage, act):
        """One who writes finds no period, and is not told that the duty is gone."""
        about = {"period": stage.period, "unit": stage.duty.unit, "made_at": NOW, "now": NOW}
        acts = {
            "withdraw": partial(self.withdraw, stage),
            "freeze": partial(freeze_period, stage.office, period=stage.period, now=NOW),
            "write": partial(drafted, stage),
            "bring back": partial(keep_upload, stage.reporter, name="表.xlsx", data=b"x", **about),
        }
        with pytest.raises(ValidationError, match="这个期次已被撤销"):
            overtaken(first=partial(self.withdraw, stage), other=acts[act], then=lambda: None)


def test_whoever_amends_a_measure_that_is_deleted_meanwhile_is_told(stage):
    spare = Measure.objects.create(main_task=stage.measure.main_task, order=9, text="新增的举措。")
    amend = partial(amend_measure, stage.office, measure=spare, changes={"halted": "suspended"}, reason="停", now=NOW)
    delete = partial(delete_measure, stage.office, measure=Measure.objects.get(pk=spare.pk), now=NOW)
    with pytest.raises(ValidationError, match="这项举措已不在分工表中"):
        overtaken(first=delete, other=amend, then=lambda: None)


def test_a_measure_that_is_reopened_is_not_listed_in_a_period_that_is_frozen_meanwhile(stage):
    claim = claimed(stage)
    rebuild(stage.plan, now=NOW)
    verify_completion(stage.office, claim=claim, now=NOW)
    freeze = partial(freeze_period, stage.office, period=stage.period, now=NOW)
    reopen = partial(reopen_measure, stage.office, claim=claim, reason="复查未过", now=NOW)
    during(freeze, reopen)
    assert not DutyFiling.objects.filter(period=stage.period).exists()


class TestRowsThatOthersReferTo:
    """PostgreSQL looks at what a row refers to on commit alone. Whoever changes a unit's name or deletes a row has shut it to
    them: by then they hold what everybody waits for, the edition and the audit trail's end.
    """

    def test_a_unit_is_renamed_while_a_duty_of_it_is_added(self, stage):
        unit = Unit.objects.get(pk=stage.office.unit_id)
        unit.name = "省发展和改革委员会"
        duty = Duty(measure=stage.measure, unit=stage.office.unit, role=DutyRole.LEAD, position=9)
        overtaken(
            first=partial(save_duty, stage.office, duty=duty, now=NOW),
            other=partial(save_unit, stage.administrator, unit=unit, now=NOW),
            then=lambda: None,
        )
        assert (Unit.objects.get(pk=unit.pk).name, Duty.objects.filter(unit=unit).count()) == (unit.name, 1)

    def test_a_unit_is_deleted_while_a_duty_of_it_is_added(self, stage):
        spare = Unit.objects.create(name="省财政厅", short_name="财政厅", slug="cz", kind="provincial")
        duty = Duty(measure=stage.measure, unit=spare, role=DutyRole.LEAD, position=9)
        delete = partial(delete_unit, stage.administrator, unit=Unit.objects.get(pk=spare.pk), now=NOW)
        with pytest.raises(ValidationError, match="还有职责"):
            overtaken(first=partial(save_duty, stage.office, duty=duty, now=NOW), other=delete, then=lambda: None)

    def test_a_unit_is_renamed_while_an_account_of_it_is_opened(self, stage):
        """Who opens it holds the audit trail's end, and not the edition."""
        unit = Unit.objects.get(pk=stage.office.unit_id)
        unit.name = "省发展和改革委员会"
        fresh = User(username="新人", role=Role.OFFICE, unit=stage.office.unit)
        create = partial(create_user, stage.administrator, user=fresh, password="a long one, never used", now=NOW)
        rename = partial(save_unit, stage.administrator, unit=unit, now=NOW)
        overtaken(first=create, other=rename, then=lambda: None)
        assert User.objects.get(username="新人").unit.name == unit.name

    def test_a_measure_moves_while_an_instruction_on_it_is_given(self, stage):
        measure = Measure.objects.get(pk=stage.measure.pk)
        measure.order = 7
        about = {
            "text": "请抓紧。",
            "owner": stage.duty.unit,
            "due_on": TODAY.replace(month=12),
            "measure": stage.measure,
            "now": NOW,
        }
        give = partial(give_instruction, stage.leader, plan=stage.plan, **about)
        move = partial(save_measure, stage.office, measure=measure, now=NOW)
        overtaken(first=give, other=move, then=lambda: None)
        assert Instruction.objects.get().measure.code == "1-7"

    def test_a_plan_gets_another_address_while_its_summaries_are_made(self, stage):
        plan = Plan.objects.get(pk=stage.plan.pk)
        plan.slug = "other"
        move = partial(save_plan, stage.office, plan=plan, now=NOW)
        overtaken(first=partial(rebuild, stage.plan, now=NOW), other=move, then=lambda: None)
        assert Plan.objects.get().slug == "other"


def test_a_measure_deleted_while_its_period_is_being_frozen_is_not_in_it(stage):
    spare = Measure.objects.create(main_task=stage.measure.main_task, order=9, text="新增的举措。")
    delete = partial(delete_measure, stage.office, measure=Measure.objects.get(pk=spare.pk), now=NOW)
    overtaken(
        first=delete, other=partial(freeze_period, stage.office, period=stage.period, now=NOW), then=lambda: None
    )
    assert FrozenMeasure.objects.get().measure == stage.measure


@pytest.mark.parametrize("of", ["measure", "plan"])
def test_whoever_deletes_what_is_frozen_meanwhile_is_told(stage, of):
    Duty.objects.all().delete()
    deletes = {
        "measure": partial(delete_measure, stage.office, measure=Measure.objects.get(), now=NOW),
        "plan": partial(delete_plan, stage.office, plan=Plan.objects.get(), now=NOW),
    }
    freeze = partial(freeze_period, stage.office, period=stage.period, now=NOW)
    with pytest.raises(ValidationError, match="冻结"):
        overtaken(first=freeze, other=deletes[of], then=lambda: None)
