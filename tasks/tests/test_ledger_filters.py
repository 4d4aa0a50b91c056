"""The ledger's filters: every one recounted by hand, and the number in its head is the number of its rows."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from tasks.choices import Stage as MeasureStage
from tasks.lights import DeadlineLight, ProgressLight
from tasks.models import MainTask
from tasks.services.standing import forget, rebuild
from tasks.tests.desk import client_of
from tasks.tests.ledger_stage import (
    EXPECTED,
    FIRST_FIELD,
    LATER,
    LEDGER,
    OF_CUSTOMS,
    OF_TRANSPORT,
    SECOND_FIELD,
    LedgerStage,
    codes_where,
    ledger_stage,
)
from tasks.tests.pages import Shown
from tasks.tests.people import NOW

pytestmark = pytest.mark.django_db
NOT_USED = "这个条件没有使用，其余条件照常。"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def stage() -> LedgerStage:
    return ledger_stage()


@pytest.fixture(params=["kept", "kept since before the period fell due", "forgotten"])
def any_stage(request, stage: LedgerStage) -> LedgerStage:
    """The plan with summaries of today, with those of eleven days ago, and with none."""
    found = stage
    if request.param == "forgotten":
        forget(plan=found.plan)
    else:
        rebuild(found.plan, now=LATER if request.param == "kept" else NOW)
    return found


def codes(client: Client, **asked: object) -> list[str]:
    """The codes on the page, after the head has said as many."""
    page = Shown(client, LEDGER, **asked)
    assert re.match(r"显示 (\d+) 项举措", page.status)[1] == str(len(page.codes))
    return page.codes


class TestEachAlone:
    def test_without_any_everything_is_there(self, stage):
        assert codes(client_of(stage.office)) == list(EXPECTED)

    def test_progress_light(self, any_stage):
        client = client_of(any_stage.office)
        found = {light: codes(client, progress=light.value) for light in ProgressLight}
        assert found == {light: codes_where(progress=light.value) for light in ProgressLight}

    def test_deadline_light(self, any_stage):
        client = client_of(any_stage.office)
        found = {light: codes(client, deadline=light.value) for light in DeadlineLight}
        assert found == {light: codes_where(deadline=light.value) for light in DeadlineLight}

    def test_stage(self, any_stage):
        client = client_of(any_stage.office)
        found = {stage: codes(client, stage=stage.value) for stage in MeasureStage}
        assert found == {stage: codes_where(stage=stage.value) for stage in MeasureStage}

    def test_disagreement_and_moved_due_date(self, any_stage):
        client = client_of(any_stage.office)
        assert codes(client, disagreement=1) == codes_where(disagreement=True) == ["1-2", "1-3"]
        assert codes(client, moved=1) == codes_where(moved=True) == ["1-4"]

    def test_by_percent(self, any_stage):
        assert codes(client_of(any_stage.office), sort="-percent")[:4] == ["1-4", "1-3", "1-5", "1-2"]

    def test_what_is_awaited_or_not_judged(self, any_stage):
        awaited, not_judged = codes_where(progress="awaited"), codes_where(progress="not_judged")
        assert codes(client_of(any_stage.office), progress="unjudged") == [*awaited, *not_judged] == ["1-10"]

    def test_measures_with_a_schedule_and_a_percentage(self, any_stage):
        """1-5 has no dates, 2-1 no report."""
        assert codes(client_of(any_stage.office), schedule=1) == ["1-2", "1-3", "1-4"]
        assert codes(client_of(any_stage.office), schedule=1, progress="at_risk") == ["1-3"]

    def test_no_field(self, stage):
        assert codes(client_of(stage.office), field="none") == []
        MainTask.objects.filter(number=2).update(field=None)
        rebuild(stage.plan, now=LATER)
        assert codes(client_of(stage.office), field="none") == SECOND_FIELD
        assert codes(client_of(stage.office), field="none", unit="hg") == SECOND_FIELD

    def test_field(self, stage):
        client = client_of(stage.office)
        assert [codes(client, field=1), codes(client, field=2)] == [FIRST_FIELD, SECOND_FIELD]

    def test_unit_in_any_role_and_where_it_must_report(self, stage):
        client = client_of(stage.office)
        assert codes(client, unit="hg") == OF_CUSTOMS
        assert codes(client, unit="jt") == [*OF_TRANSPORT, "2-1"]
        assert codes(client, unit="jt", role="obliged") == OF_TRANSPORT

    def test_role(self, stage):
        client = client_of(stage.office)
        assert codes(client, role="lead") == ["2-1"]
        assert codes(client, role="cooperate") == ["2-1"]
        assert codes(client, role="shared") == FIRST_FIELD


class TestTogether:
    def test_a_light_in_a_field(self, any_stage):
        client = client_of(any_stage.office)
        for light in ("not_reported", "at_risk", "behind"):
            wanted = [code for code in codes_where(progress=light) if code in FIRST_FIELD]
            assert codes(client, field=1, progress=light) == wanted

    def test_a_light_of_a_unit(self, any_stage):
        client = client_of(any_stage.office)
        asked = {"unit": "hg", "role": "obliged", "progress": "not_reported"}
        assert codes(client, **asked) == ["1-1", "2-1"]
        assert codes(client, unit="hg", role="obliged", deadline="soon") == ["2-1"]

    def test_two_lights(self, stage):
        assert codes(client_of(stage.office), progress="not_reported", deadline="overdue") == ["1-6"]

    def test_all_at_once(self, stage):
        asked = {"progress": "at_risk", "deadline": "ahead", "stage": "in_progress", "field": 1, "unit": "jt"}
        assert codes(client_of(stage.office), **asked, role="shared", disagreement=1, q="举措之3") == ["1-3"]

    def test_a_main_task_says_what_is_hidden(self, stage):
        page = Shown(client_of(stage.office), LEDGER, progress="not_reported")
        assert page.texts("//th[@scope='rowgroup']//small") == ["本任务 10 项中的 4 项", "本任务全部 1 项"]


class TestQuickLinks:
    def test_each_count_leads_to_as_many_rows(self, any_stage):
        stage = any_stage
        page = Shown(client_of(stage.reporter), LEDGER, sort="-number")
        links = page.texts("//ul[@aria-label='快捷筛选']//a")
        assert links == [
            "滞后 1", "有风险 2", "本期未报 5", "逾期 1", "自评好于推算 2", "与本单位有关 10",
        ]  # fmt: skip
        for words in links:
            asked = page.link(words)
            assert asked.pop("sort") == ["-number"]
            assert len(codes(client_of(stage.reporter), **asked)) == int(words.split()[-1])

    def test_who_has_no_duty_has_no_link_of_their_own(self, stage):
        links = Shown(client_of(stage.auditor), LEDGER).texts("//ul[@aria-label='快捷筛选']//a")
        assert [words.split()[0] for words in links] == ["滞后", "有风险", "本期未报", "逾期", "自评好于推算"]


class TestConditionsInForce:
    def test_each_can_be_taken_away(self, stage):
        asked = {"progress": "behind", "moved": "1", "q": "举措", "per_page": "25"}
        page = Shown(client_of(stage.office), LEDGER, **asked)
        chips = {"progress": "进度灯：滞后", "moved": "时限调整：调整过完成时限", "q": "关键词：举措"}
        assert [page.link(words) for words in chips.values()] == [
            {key: [value] for key, value in asked.items() if key != name} for name in chips
        ]
        assert page.link("全部去掉") == {"per_page": ["25"]}

    def test_nothing_found_says_which_to_drop(self, stage):
        page = Shown(client_of(stage.office), LEDGER, progress="behind", deadline="overdue")
        assert page.texts("//div[@class='notice']//li") == [
            "去掉“进度灯：滞后”，有 1 项",
            "去掉“时限灯：逾期”，有 1 项",
            "去掉全部条件",
        ]
        assert codes(client_of(stage.office), **page.link("去掉“进度灯：滞后”")) == ["1-6"]

    def test_the_form_shows_what_was_asked(self, stage):
        page = Shown(client_of(stage.office), LEDGER, progress="behind", stage="in_progress", role="obliged")
        chosen = {select.get("name"): select.value for select in page.tree.xpath("//select") if select.value}
        assert chosen == {"progress": "behind", "stage": "in_progress", "role": "obliged"}

    @pytest.mark.parametrize(
        ("asked", "problem"),
        [
            ({"progress": "red"}, f"进度灯：没有“red”这一选项，请从列表中另选。{NOT_USED}"),
            ({"deadline": "x"}, f"时限灯：没有“x”这一选项，请从列表中另选。{NOT_USED}"),
            ({"moved": "0"}, f"时限调整：没有“0”这一选项，请从列表中另选。{NOT_USED}"),
            ({"period": "99"}, "期次：没有这个期次，或者它还没有冻结。现在显示目前的情况。"),
            ({"sort": "text"}, "排序：不能按“text”排列，现在按原表顺序。请点列标题排序。"),
            ({"cols": "budget"}, "列：没有“budget”这一列，请在“列”菜单中选择。"),
            ({"per_page": "all"}, "每页项数：没有“all”这一选项，请选 25、50、100 或 200。现在每页 100 项。"),
            ({"after": "x"}, "页码：网址所指的那一项已不在台账中，现在从头显示。"),
        ],
    )
    def test_what_cannot_be_used_is_told_and_the_rest_applies(self, stage, asked, problem):
        page = Shown(client_of(stage.office), LEDGER, stage="in_progress", **asked)
        assert (page.problems, page.codes) == ([problem], codes_where(stage="in_progress"))
