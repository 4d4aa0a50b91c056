"""Versions of the rule of lights: seen in their effect before they are adopted, and in force from their day on."""

import datetime

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from lxml import html

from tasks.lights import FIRST_RULE, Rule
from tasks.models import LightRule, MeasureStanding
from tasks.queries import rules
from tasks.queries.drift import drift
from tasks.queries.standing import Present, rule_on
from tasks.services.amending import amend_measure
from tasks.services.lights import adopt_rule
from tasks.services.standing import rebuild
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved
from tasks.tests.people import NOW, TODAY, Stage
from units.choices import Role
from units.models import AuditEvent, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

RULES, NEW = "/plans/jiaodong/rules/", "/plans/jiaodong/rules/new/"
ONE_DAY = datetime.timedelta(days=1)
TOMORROW = TODAY + ONE_DAY
WIDER = {"risk_points": 25, "late_points": 40, "urgent_days": 7, "soon_days": 60}
START, DUE = datetime.date(2026, 1, 1), datetime.date(2026, 11, 27)  # due in 49 days


@pytest.fixture
def judged(stage: Stage) -> Stage:
    """1-1 is 20 points behind and due in 49 days; every unit has reported."""
    dates = {"starts_on": START, "due_on": DUE, "roll_up": "lead_decides"}
    amend_measure(stage.office, measure=stage.measure, changes=dates, reason="年度计划", now=NOW)
    stage.duty.role = "lead"
    stage.duty.save()
    approved(stage, percent_complete=62)
    rebuild(stage.plan, now=NOW)
    return stage


def adopt(by: User, since_on: datetime.date = TODAY, now=NOW, **changes) -> LightRule:
    given = {"since_on": since_on, **WIDER, **changes}
    proposed = Rule(number=rules.newest_rule().number + 1, **given)
    seen = rules.preview(proposed, now.date()).fingerprint
    return adopt_rule(by, **given, reason="年度评估", previewed=seen, now=now)


class TestPreview:
    def test_it_names_every_light_that_would_turn(self, judged: Stage) -> None:
        found = rules.preview(Rule(2, TODAY, **WIDER), TODAY)
        assert (found.measures, [tuple(turn) for turn in found.turns]) == (
            1,
            [
                ("jiaodong", 1, 1, "进度灯", "有风险", "正常"),
                ("jiaodong", 1, 1, "时限灯", "未到期", "临期（蓝）"),
            ],
        )

    def test_the_same_thresholds_turn_none(self, judged: Stage) -> None:
        assert rules.preview(Rule(2, TODAY), TODAY).turns == []

    def test_it_stores_nothing(self, judged: Stage) -> None:
        before = list(MeasureStanding.objects.values())
        rules.preview(Rule(2, TODAY, **WIDER), TODAY)
        assert (list(MeasureStanding.objects.values()), LightRule.objects.count()) == (before, 0)


class TestAdopting:
    def test_what_holds_already_turns_the_lights_at_once(self, judged: Stage) -> None:
        row = adopt(judged.office)
        assert (row.number, rule_on(TODAY), rule_on(TODAY - ONE_DAY)) == (2, Rule(2, TODAY, **WIDER), FIRST_RULE)
        standing = MeasureStanding.objects.get(measure=judged.measure)
        assert (standing.progress_light, standing.deadline_light, standing.rule) == ("on_track", "soon", 2)
        assert list(drift(judged.plan, TODAY)) == []

    def test_what_holds_later_turns_them_on_its_day(self, judged: Stage) -> None:
        adopt(judged.office, TOMORROW)
        lights = {
            day: Present(judged.plan, day).of([judged.measure.pk])[judged.measure.pk] for day in (TODAY, TOMORROW)
        }
        assert {day: row.progress_light for day, row in lights.items()} == {TODAY: "at_risk", TOMORROW: "on_track"}
        assert [list(drift(judged.plan, day)) for day in (TODAY, TOMORROW)] == [[], []]

    def test_it_is_on_record_with_both_thresholds(self, judged: Stage) -> None:
        adopt(judged.office)
        event = AuditEvent.objects.get(verb="采用判定规则")
        assert (event.subject, event.actor_key) == ("判定规则第 2 版", judged.office.pk)
        assert '"有风险（百分点）": "10"' in event.before
        assert '"有风险（百分点）": "25"' in event.after
        assert '"理由": "年度评估"' in event.after

    def test_a_double_click_adopts_one(self, judged: Stage) -> None:
        first = adopt(judged.office)
        again = adopt_rule(
            judged.office, since_on=TODAY, **WIDER, reason="年度评估", previewed="whatever was seen", now=NOW
        )
        assert (again, LightRule.objects.count()) == (first, 1)

    @pytest.mark.parametrize("day", [TODAY, TODAY - ONE_DAY])
    def test_not_from_a_day_on_which_a_newer_one_holds(self, judged: Stage, day: datetime.date) -> None:
        adopt(judged.office)
        with pytest.raises(ValidationError) as refusal:
            adopt(judged.second_office, day, risk_points=12)
        assert refusal.value.messages == [f"施行日期须晚于第 2 版的 {TODAY}。"]

    def test_not_where_other_lights_would_turn_than_were_seen(self, judged: Stage) -> None:
        seen = rules.preview(Rule(2, TODAY, **WIDER), TODAY).fingerprint
        later = {"due_on": DUE + 300 * ONE_DAY}
        amend_measure(judged.office, measure=judged.measure, changes=later, reason="延期", now=NOW)
        with pytest.raises(ValidationError, match="会变的灯又有变化"):
            adopt_rule(judged.office, since_on=TODAY, **WIDER, reason="年度评估", previewed=seen, now=NOW)
        assert LightRule.objects.count() == 0

    @pytest.mark.parametrize("wrong", [{"risk_points": 40}, {"urgent_days": 60}, {"late_points": 101}])
    def test_not_with_thresholds_that_cross(self, judged: Stage, wrong: dict[str, int]) -> None:
        with pytest.raises(ValidationError):
            adopt(judged.office, **wrong)

    def test_by_the_office_alone(self, judged: Stage) -> None:
        for person in judged.everybody.values():
            if person.role != Role.OFFICE:
                with pytest.raises(PermissionDenied, match="调整判定规则"):
                    adopt(person)
        assert LightRule.objects.count() == 0

    def test_the_back_office_has_no_other_door(self) -> None:
        assert LightRule not in admin.site._registry


def html_of(answer: str) -> html.HtmlElement:
    return html.fromstring(answer)


def texts(answer: str, xpath: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in html_of(answer).xpath(xpath)]


def form(**changes) -> dict[str, object]:
    return {"since_on": str(TODAY), **WIDER, "reason": "年度评估", **changes}


class TestPages:
    def test_the_list_names_every_version_with_its_thresholds(self, judged: Stage) -> None:
        adopt(judged.office)
        answer = client_of(judged.reporter).get(RULES).content.decode()
        assert texts(answer, "//h2") == ["第 2 版", "第 1 版"]
        assert texts(answer, "//h2/following-sibling::span") == [
            f"{TODAY} 起施行，现在施行",
            "2020-01-01 起施行",
        ]
        assert texts(answer, "//dl[1]/dd")[2] == "年度评估"
        assert "调整规则…" not in answer

    def test_first_what_would_turn_then_adopted(self, judged: Stage) -> None:
        office = client_of(judged.office)
        answer = office.post(NEW, form()).content.decode()
        assert texts(answer, "//table[contains(@class,'turns')]/tbody/tr") == [
            "1-1进度灯有风险正常",
            "1-1时限灯未到期临期（蓝）",
        ]
        assert "共 2 个灯会改变" in texts(answer, "//section//p")[0]
        assert LightRule.objects.count() == 0
        (seen,) = [field.get("value") for field in html_of(answer).xpath("//input[@name='previewed']")]
        adopted = office.post(NEW, form(previewed=seen), follow=True).content.decode()
        assert texts(adopted, "//h2")[0] == "第 2 版"
        assert LightRule.objects.get().reason == "年度评估"

    def test_what_changed_meanwhile_is_shown_anew(self, judged: Stage) -> None:
        office = client_of(judged.office)
        answer = office.post(NEW, form(previewed="0" * 64)).content.decode()
        assert "会变的灯又有变化" in texts(answer, "//div[@role='alert']")[0]
        assert texts(answer, "//h1") == ["核对会改变的灯"]
        assert LightRule.objects.count() == 0

    def test_going_back_keeps_what_was_typed(self, judged: Stage) -> None:
        answer = client_of(judged.office).post(NEW, form(previewed="x", mend="1")).content.decode()
        assert html_of(answer).xpath("string(//input[@name='risk_points']/@value)") == "25"
        assert texts(answer, "//h1") == ["调整判定规则"]

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"since_on": "2020-01-01"}, "施行日期：施行日期须晚于第 1 版的 2020-01-01。"),
            ({"risk_points": "四十"}, "有风险：落后达到多少个百分点：请填 1 到 99 之间的整数。"),
            ({"late_points": 25}, "滞后：落后超过多少个百分点：须大于“有风险”的百分点。"),
            ({"soon_days": 7}, "临期（蓝）：还有多少天以内：须多于“临期（黄）”的天数。"),
            ({"reason": " "}, "调整理由：请写明调整规则的理由。"),
        ],
    )
    def test_a_wrong_field_is_named(self, judged: Stage, wrong: dict[str, object], sentence: str) -> None:
        answer = client_of(judged.office).post(NEW, form(**wrong)).content.decode()
        assert texts(answer, "//div[@role='alert']//li") == [sentence]

    def test_who_may_open_them(self, judged: Stage) -> None:
        opened = {
            name: (client_of(person).get(RULES).status_code, client_of(person).get(NEW).status_code)
            for name, person in judged.everybody.items()
        }
        office = {"office", "second_office"}
        assert opened == {name: (200, 200 if name in office else 403) for name in opened}
