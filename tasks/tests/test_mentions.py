"""What words find is kept, and is right all the same: whoever asks next sees what has been written meanwhile."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.models import ReportingPeriod
from tasks.services import planning, reporting, reviewing
from tasks.services.periods import freeze_period
from tasks.services.standing import forget, rebuild
from tasks.tests.desk import client_of
from tasks.tests.journeys import drafted
from tasks.tests.ledger_stage import LATER, LEDGER, LedgerStage, ledger_stage
from tasks.tests.pages import Shown
from tasks.tests.people import content
from units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> LedgerStage:
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    found = ledger_stage()
    rebuild(found.plan, now=LATER)
    return found


def codes(user: User, q: str, **asked: object) -> list[str]:
    return Shown(client_of(user), LEDGER, q=q, **asked).codes


def finders(stage: LedgerStage, q: str) -> set[str]:
    return {name for name, user in stage.everybody.items() if codes(user, q)}


UNIT = {"reporter", "reviewer"}
READERS = UNIT | {"office", "second_office", "leader"}


def test_a_report_on_its_way_is_found_at_each_step_by_those_who_may_read_it(stage):
    duty = stage.duties["1-6"]
    everybody = set(stage.everybody)

    def step(verb, by, **more):
        report = duty.reports.get()
        return verb(by, report=report, version=report.version, now=LATER, **more)

    def write(text: str) -> None:
        version = duty.reports.values_list("version", flat=True).first()
        reporting.save_draft(
            stage.reporter,
            duty=duty,
            period=stage.period,
            content=content(progress=text),
            version=version,
            now=LATER,
        )

    assert finders(stage, "己段") == set()
    write("己段开工。")
    assert finders(stage, "己段") == UNIT
    write("庚段开工。")
    assert (finders(stage, "己段"), finders(stage, "庚段")) == (set(), UNIT)
    step(reporting.submit_report, stage.reporter)
    assert finders(stage, "庚段") == READERS
    step(reporting.withdraw_report, stage.reporter)
    assert finders(stage, "庚段") == UNIT
    step(reporting.submit_report, stage.reporter)
    step(reviewing.return_report, stage.reviewer, reason="请写明里程。")
    assert finders(stage, "庚段") == READERS
    write("辛段开工。")
    assert (finders(stage, "庚段"), finders(stage, "辛段")) == (set(), UNIT)
    step(reporting.submit_report, stage.reporter)
    step(reviewing.forward_report, stage.reviewer)
    assert finders(stage, "辛段") == READERS
    step(reviewing.approve_report, stage.office)
    assert finders(stage, "辛段") == everybody


def test_each_word_may_stand_in_another_place(stage):
    """One in the measure's text and one in a draft; both in an approved report; one in each, of another measure."""
    assert codes(stage.reporter, "举措之7 暂缓甲") == ["1-7"]
    assert codes(stage.office, "举措之7 暂缓甲") == []
    assert codes(stage.reporter, "桩基完成 31") == ["1-2"]
    assert codes(stage.reporter, "桩基完成 暂缓甲") == []
    drafted(stage, stage.duties["1-6"], progress="桩基图纸暂缓甲方案。")
    assert codes(stage.reporter, "桩基 暂缓甲") == ["1-6"]
    assert codes(stage.reporter, "暂缓甲") == ["1-6", "1-7"]
    assert codes(stage.reporter, "暂缓甲", sort="-number") == ["1-7", "1-6"]
    assert codes(stage.reporter, "暂缓甲", progress="behind") == []


def test_so_does_what_the_table_says(stage):
    measure = stage.duties["1-6"].measure
    assert codes(stage.leader, "癸字样") == []
    measure.text = "举措之6，癸字样。"
    planning.save_measure(stage.office, measure=measure, now=LATER)
    assert codes(stage.leader, "癸字样") == ["1-6"]
    rebuild(stage.plan, now=LATER)
    assert codes(stage.leader, "癸字样") == ["1-6"]


def test_a_correction_of_a_frozen_period_is_found_there_once_it_is_approved(stage):
    freeze_period(stage.office, period=stage.period, now=LATER)
    period = ReportingPeriod.objects.get(pk=stage.period.pk)
    report = stage.duties["1-2"].reports.get()

    def found() -> tuple[list[str], list[str]]:
        return tuple(codes(stage.leader, word, period=period.pk) for word in ("31 根", "29 根"))

    assert found() == (["1-2"], [])
    text = content(progress="更正为 29 根。")
    entry = reviewing.correct_report(stage.office, report=report, content=text, reason="数字有误", now=LATER)
    assert found() == (["1-2"], [])
    reviewing.approve_report(stage.second_office, report=entry, version=entry.version, now=LATER)
    assert found() == ([], ["1-2"])


def test_the_second_one_asks_for_the_end_of_the_trail_alone(stage):
    """What is settled, what moves, the order, rows, standings, duties and reports of the page, two counts: each is found once.
    After an event, what moves and the reports are looked for.
    """
    client = client_of(stage.office)

    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            client.get(LEDGER, {"q": "桩基"})
        return len(made)

    client.get(LEDGER)  # the units of the plan are known
    first, second = cost(), cost()
    assert (first - second, cost() - second) == (9, 0)
    drafted(stage, stage.duties["1-6"], progress="没有这个词。")
    assert (cost() - second, cost() - second) == (2, 0)


def test_of_a_forgotten_plan_nothing_is_kept(stage):
    assert codes(stage.office, "桩基完成") == ["1-2"]
    forget(plan=stage.plan)
    stage.duties["1-2"].reports.update(progress="另有说法。")
    assert codes(stage.office, "桩基完成") == []
    assert codes(stage.office, "另有说法") == ["1-2"]
