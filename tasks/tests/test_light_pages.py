"""A measure's lights as staff see them: beside the stage, explained in the panel, in full on a page of their own."""

import datetime
import re

import pytest
from django.test import Client

from tasks.models import Duty, ReportingPeriod
from tasks.services.amending import amend_measure
from tasks.services.closing import verify_completion
from tasks.services.periods import freeze_period
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, claimed, earlier_period, of_customs
from tasks.tests.pages import Shown
from tasks.tests.people import NOW, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

MEASURE, LIGHTS = "/plans/jiaodong/measures/1-1/", "/plans/jiaodong/measures/1-1/lights/"
DATES = {"starts_on": datetime.date(2026, 1, 1), "due_on": datetime.date(2026, 12, 31)}  # 74 % on 30 September


@pytest.fixture
def sole(stage: Stage) -> Stage:
    """Measure 1-1 with a schedule, for which 省交通运输厅 alone must report."""
    Duty.objects.exclude(pk=stage.duty.pk).delete()
    amend_measure(stage.office, measure=stage.measure, changes=DATES, reason="年度计划", now=NOW)
    stage.measure.refresh_from_db()
    return stage


def page(person, url: str = MEASURE) -> Shown:
    return Shown(client_of(person), url)


def status(shown: Shown) -> list[str]:
    return shown.texts("//p[contains(@class,'status')]/*")


class TestBesideTheStage:
    def test_before_anybody_has_reported(self, sole: Stage) -> None:
        assert status(page(sole.leader)) == ["未启动", "待填报", "时限 2026-12-31", "为什么是这两个灯"]

    def test_a_light_that_agrees_with_the_unit(self, sole: Stage) -> None:
        approved(sole, percent_complete=70)
        assert status(page(sole.leader)) == ["推进中", "正常", "时限 2026-12-31", "为什么是这两个灯"]

    def test_what_the_unit_declared_where_it_is_better(self, sole: Stage) -> None:
        approved(sole, percent_complete=40)
        shown = page(sole.leader)
        assert status(shown) == ["推进中", "滞后", "单位自评 正常", "时限 2026-12-31", "为什么是这两个灯"]
        assert shown.texts("//section[@aria-labelledby='why']//tr") == [
            "依据期次2026年三季度，截至 2026-09-30",
            "应完成74%",
            "填报完成率40%",
            "差距落后 34 个百分点",
            "单位自评正常 好于推算",
        ]

    def test_completed_stands_once(self, sole: Stage) -> None:
        claim = claimed(sole)
        verify_completion(sole.office, claim=claim, now=NOW)
        said = status(page(sole.leader))
        assert (said[0], said[1], "已办结" in said[1:]) == ("已办结", "按期办结", False)

    def test_how_many_units_are_missing(self, stage: Stage) -> None:
        approved(stage)
        rows = page(stage.leader).texts("//section[@aria-labelledby='why']//tr")
        assert rows == ["依据期次2026年三季度，截至 2026-09-30", "已通过填报1/3 个单位"]

    def test_an_outsider_sees_no_light(self, sole: Stage) -> None:
        approved(sole, percent_complete=40)
        shown = Shown(Client(), MEASURE)
        assert (status(shown), shown.texts("//section[@aria-labelledby='why']")) == ([], [])


class TestExplanation:
    def test_both_lights_with_rule_and_remedy(self, sole: Stage) -> None:
        approved(sole, percent_complete=40)
        shown = page(sole.other_reporter, LIGHTS)
        assert shown.texts("//h2") == ["进度灯 滞后", "时限灯 时限 2026-12-31", "完成率走势"]
        assert shown.texts("//p[@class='sum']") == [
            "完成率 40%；(2026-09-30 − 2026-01-01) ÷ (2026-12-31 − 2026-01-01) = 272 ÷ 364 天 → 74%；"
            "74% − 40% = 34 个百分点，超过 30 → 滞后",
            "2026-12-31 − 2026-10-09 = 83 天，超过 30 → 未到期",
        ]
        assert shown.texts("//*[@class='version']") == ["判定规则第 1 版，2020-01-01 起施行"] * 2
        assert shown.texts("//*[@class='cure']")[0].startswith("完成率达到 65%")
        assert shown.text("//p[contains(@class,'notice')]") == (
            "单位自评 正常 好于推算 滞后，两者并列，列入研判不一致的举措。"
        )

    def test_who_may_open_it(self, stage: Stage) -> None:
        codes = {name: client_of(person).get(LIGHTS).status_code for name, person in stage.everybody.items()}
        assert set(codes.values()) == {200}
        answer = Client().get(LIGHTS)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/login/")

    def test_a_measure_that_is_not_there(self, stage: Stage) -> None:
        assert client_of(stage.leader).get("/plans/jiaodong/measures/9-9/lights/").status_code == 404


@pytest.mark.parametrize("url", [MEASURE, LIGHTS])
def test_a_line_never_ends_within_a_date_of_an_explanation(sole: Stage, url: str) -> None:
    approved(sole, percent_complete=70)
    sections = ("why", "progress-light", "deadline-light")
    parts = "|".join(f"//section[@aria-labelledby='{name}']//text()[not(ancestor::h2)]" for name in sections)
    dates = [one for one in page(sole.leader, url).tree.xpath(parts) if re.search(r"\d{4}-\d\d-\d\d", one)]
    assert dates
    assert [one for one in dates if one.getparent().get("class") != "nowrap"] == []


class TestTrend:
    @pytest.fixture
    def course(self, sole: Stage) -> Stage:
        """Two frozen periods, the second one not reported, and the open one."""
        first = earlier_period(sole)
        approved(sole, None, first, percent_complete=50)
        freeze_period(sole.office, period=first, now=NOW)
        second = ReportingPeriod.objects.create(
            plan=sole.plan,
            label="2026年7月",
            as_of=datetime.date(2026, 7, 31),
            opens_on=datetime.date(2026, 8, 1),
            due_on=datetime.date(2026, 8, 15),
            opened_at=NOW,
        )
        freeze_period(sole.office, period=second, now=NOW)
        approved(sole, percent_complete=70)
        return sole

    def test_the_table_has_every_period_with_its_schedule(self, course: Stage) -> None:
        rows = page(course.leader, LIGHTS).texts("//section[@aria-labelledby='trend']//tbody/tr")
        assert rows == ["2026年二季度50%49%", "2026年7月未报57%", "2026年三季度70%74%"]

    def test_the_chart_draws_the_same_rows(self, course: Stage) -> None:
        (drawing,) = page(course.leader).tree.xpath("//section[@aria-labelledby='trend']//svg")
        assert drawing.get("aria-label") == (
            "完成率走势：2026年二季度 50%（序时 49%）；2026年7月 本期未报（序时 57%）；2026年三季度 70%（序时 74%）"
        )
        words = [one.text for one in drawing.iter("text")]
        assert words == ["100%", "50%", "0%", "50", "70", "未报", "2026-06", "2026-09"]
        assert len(drawing.findall("circle")) == 2
        lines = [one.get("points").count(",") for one in drawing.iter("polyline")]
        assert lines == [3, 1, 1]  # the schedule runs through; what was reported has a gap

    def test_what_was_amended_later_does_not_change_it(self, course: Stage) -> None:
        later = {"due_on": datetime.date(2027, 12, 31)}
        amend_measure(course.office, measure=course.measure, changes=later, reason="延期", now=NOW)
        rows = page(course.leader, LIGHTS).texts("//section[@aria-labelledby='trend']//tbody/tr")
        assert rows == ["2026年二季度50%49%", "2026年7月未报57%", "2026年三季度70%37%"]

    def test_without_any_percentage_there_is_none(self, stage: Stage) -> None:
        of_customs(stage)
        assert page(stage.leader).texts("//section[@aria-labelledby='trend']") == []
