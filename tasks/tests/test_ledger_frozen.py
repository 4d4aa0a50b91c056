"""The ledger of a frozen period: as it was frozen, whatever came later, and its numbers are its rows'."""

import datetime

import pytest
from django.utils import timezone

from tasks.models import Duty, Measure, ReportingPeriod
from tasks.services.periods import freeze_period
from tasks.services.planning import delete_duty, save_duty, save_measure
from tasks.services.standing import rebuild
from tasks.tests.desk import client_of
from tasks.tests.ledger_stage import EXPECTED, LATER, LEDGER, OF_CUSTOMS, LedgerStage, amend, codes_where, ledger_stage
from tasks.tests.pages import Shown
from tasks.tests.people import NOW
from tasks.tests.test_ledger_pages import cell

pytestmark = pytest.mark.django_db
AFTERWARDS = LATER + datetime.timedelta(days=60)


@pytest.fixture
def stage(monkeypatch) -> LedgerStage:
    """Frozen on 20 October, looked at two months later."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    found = ledger_stage()
    freeze_period(found.office, period=found.period, now=LATER)
    monkeypatch.setattr(timezone, "now", lambda: AFTERWARDS)
    rebuild(found.plan, now=AFTERWARDS)
    return found


def page(seen: LedgerStage, **asked: object) -> Shown:
    found = Shown(client_of(seen.auditor), LEDGER, period=seen.period.pk, **asked)
    assert found.status.startswith(f"显示 {len(found.codes)} 项举措")
    return found


class TestFilters:
    def test_lights_and_stages_are_those_of_the_freeze(self, stage):
        for name in ("progress", "deadline", "stage"):
            values = {getattr(expected, name) for expected in EXPECTED.values()}
            found = {value: page(stage, **{name: value}).codes for value in values}
            assert found == {value: codes_where(**{name: value}) for value in values}

    def test_disagreement_moves_field_and_unit(self, stage):
        assert page(stage, disagreement=1).codes == ["1-2", "1-3"]
        assert page(stage, moved=1).codes == ["1-4"]
        assert page(stage, field=2).codes == ["2-1"]
        assert page(stage, unit="hg", role="obliged").codes == OF_CUSTOMS

    def test_words_are_those_of_the_periods_reports(self, stage):
        assert page(stage, q="桩基完成").codes == ["1-2"]

    def test_drafts_and_reviews_of_then_are_nobodys(self, stage):
        for user in stage.everybody.values():
            shown = Shown(client_of(user), LEDGER, period=stage.period.pk)
            assert shown.texts("//em[@class='mark']") == []

    def test_the_period_stands_in_the_head_and_can_be_left(self, stage):
        found = page(stage, progress="behind")
        assert found.text("//p[@class='lead-in']").startswith("2026年三季度（截至 2026-09-30），按冻结时的情况。")
        assert found.link("看现在的情况") == {"progress": ["behind"]}
        assert found.link("进度灯：滞后") == {"period": [str(stage.period.pk)]}

    def test_quick_counts_are_those_of_the_freeze(self, stage):
        assert page(stage).texts("//ul[@aria-label='快捷筛选']//a") == [
            "滞后 1", "有风险 2", "本期未报 5", "逾期 1", "自评好于推算 2",
        ]  # fmt: skip


class TestNothingLaterShows:
    def test_dates_moved_since_and_texts_changed_since(self, stage):
        amend(stage, "1-4", {"due_on": datetime.date(2027, 6, 30)}, now=AFTERWARDS)
        measure = Measure.objects.get(pk=stage.duties["1-2"].measure_id)
        measure.text = "后来改写的举措。"
        save_measure(stage.office, measure=measure, now=AFTERWARDS)
        found = page(stage)
        assert cell(found, "1-4", "完成时限") == "2026-12-31 原定 2026-11-30 调整 1 次"
        assert "后来改写的举措。" not in found.response.content.decode()
        assert page(stage, q="后来改写").codes == []
        assert page(stage, q="举措之2").codes == ["1-2"]

    def test_duties_given_taken_and_changed_since(self, stage):
        new = Duty(measure=stage.duties["1-2"].measure, unit=stage.other_duty.unit, role="lead", position=2)
        save_duty(stage.office, duty=new, now=AFTERWARDS)
        changed = Duty.objects.get(measure__text="口岸通关时间压缩一半。", role="cooperate")
        delete_duty(stage.office, duty=changed, now=AFTERWARDS)
        assert page(stage, unit="hg").codes == OF_CUSTOMS
        assert page(stage, role="cooperate").codes == ["2-1"]
        assert Shown(client_of(stage.office), LEDGER, unit="hg").codes == ["1-1", "1-2", "2-1"]
        assert Shown(client_of(stage.office), LEDGER, role="cooperate").codes == []

    def test_a_measure_added_since_is_not_in_it(self, stage):
        Measure.objects.create(main_task=stage.measure.main_task, order=11, text="新增的举措。")
        rebuild(stage.plan, now=AFTERWARDS)
        assert page(stage).codes == list(EXPECTED)


def test_a_period_that_is_not_frozen_is_told_and_the_present_shown(stage):
    ReportingPeriod.objects.update(frozen_at=None, frozen_by=None)
    found = Shown(client_of(stage.office), LEDGER, period=stage.period.pk)
    assert found.problems == ["期次：没有这个期次，或者它还没有冻结。现在显示目前的情况。"]
    assert found.text("//p[@class='lead-in']").startswith("现在的情况")


class TestCost:
    """Session, person; plan, frozen periods, edition of its units; duties touched since, rows, lights as frozen, moves, duties,
    the end of the trail, reports; the period's figures; unit, views."""

    def test_queries(self, stage, django_assert_num_queries):
        client = client_of(stage.office)
        client.get(LEDGER)  # the units of the plan are known
        with django_assert_num_queries(14):
            client.get(LEDGER, {"period": stage.period.pk})
        with django_assert_num_queries(16):
            client.get(LEDGER, {"period": stage.period.pk, "progress": "behind"})
