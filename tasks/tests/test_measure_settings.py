"""The settings of a measure and the cadence of a plan: every change a numbered amendment."""

import datetime
import re

import pytest
from django.test import Client

from tasks.models import Amendment, Measure, Plan
from tasks.services.amending import amend_measure
from tasks.tests.desk import MEASURE, client_of, page, words
from tasks.tests.journeys import YEAR_END
from tasks.tests.people import NOW
from tasks.tests.reading import section, texts
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestSettings:
    URL = f"{MEASURE}settings/"

    def sent(self, stage, **changes) -> dict[str, str]:
        """What the form sends back when nothing but `changes` was touched."""
        html = page(stage.office, self.URL)
        seen = dict(re.findall(r'<input type="hidden" name="(initial-\w+)"(?: value="([^"]*)")?', html))
        measure = Measure.objects.get()
        given = {"starts_on": "", "due_on": measure.due_on or "", "roll_up": measure.roll_up, "halted": ""}
        return {**seen, **given, "reason": "年度计划确定", "document": "鲁发改〔2026〕1号", **changes}

    def test_each_change_is_a_numbered_amendment(self, stage):
        sent = self.sent(stage, starts_on="2026-01-01", due_on="2026年12月31日", roll_up="lead_decides")
        answer = client_of(stage.office).post(self.URL, sent)
        assert answer.headers["Location"] == MEASURE
        measure = Measure.objects.get()
        assert (measure.starts_on, measure.due_on, measure.roll_up) == (
            datetime.date(2026, 1, 1), YEAR_END, "lead_decides",
        )  # fmt: skip
        table = texts(page(stage.office, "/plans/jiaodong/amendments/"))[1:]
        assert [row[:4] for row in table] == [
            ["第 3 号", "举措 1-1 的汇总规则", "取最差", "以牵头单位为准"],
            ["第 2 号", "举措 1-1 的完成时限", "未设定", "2026-12-31"],
            ["第 1 号", "举措 1-1 的开始日期", "未设定", "2026-01-01"],
        ]
        assert {row[4] for row in table} == {"年度计划确定 依据：鲁发改〔2026〕1号"}

    def test_nothing_changed_is_no_amendment(self, stage):
        client_of(stage.office).post(self.URL, self.sent(stage))
        assert Amendment.objects.count() == 0

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"due_on": "2026-12-31", "reason": ""}, "调整理由：请写明调整的理由。"),
            ({"due_on": "2026-12-31", "is_ongoing": "on"}, "完成时限：长期坚持的举措没有完成时限，请去掉其中一个。"),
            ({"due_on": "2026-01-01", "starts_on": "2026-02-01"}, "完成时限：完成时限不能早于开始日期。"),
            ({"halted": "forgotten"}, "暂停或终止："),
        ],
    )
    def test_refused_with_what_to_mend(self, stage, changes, refusal):
        answer = client_of(stage.office).post(self.URL, self.sent(stage, **changes))
        assert refusal in words(answer)
        assert (Amendment.objects.count(), Measure.objects.get().due_on) == (0, None)

    def test_what_another_changed_meanwhile_is_neither_undone_nor_overwritten(self, stage):
        untouched, touched = self.sent(stage, halted="suspended"), self.sent(stage, due_on="2027-06-30")
        amend_measure(stage.second_office, measure=stage.measure, changes={"due_on": YEAR_END}, reason="会", now=NOW)
        answer = client_of(stage.office).post(self.URL, touched)
        assert "完成时限：在您填写期间，这一项已被他人调整。" in words(answer)
        client_of(stage.office).post(self.URL, untouched)
        measure = Measure.objects.get()
        assert (measure.due_on, measure.halted) == (YEAR_END, "suspended")

    def test_the_second_of_two_clicks_changes_nothing(self, stage):
        sent = self.sent(stage, due_on="2026-12-31")
        client = client_of(stage.office)
        assert [client.post(self.URL, sent).status_code for _ in range(2)] == [302, 302]
        assert Amendment.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "status"), [("reporter", 403), ("reviewer", 403), ("leader", 403), ("administrator", 403)]
    )
    def test_for_the_office(self, stage, name, status):
        assert client_of(getattr(stage, name)).get(self.URL).status_code == status

    def test_amendments_are_for_staff(self, stage):
        assert Client().get("/plans/jiaodong/amendments/").status_code == 302
        for name, person in stage.everybody.items():
            assert client_of(person).get("/plans/jiaodong/amendments/").status_code == 200, name


class TestCadence:
    def test_an_amendment_of_the_plan(self, stage):
        sent = {"cadence": "monthly", "reason": "会议要求", "document": ""}
        client = client_of(stage.office)
        assert [client.post("/plans/jiaodong/cadence/", sent).status_code for _ in range(2)] == [302, 302]
        assert Plan.objects.get().cadence == "monthly"
        made = Amendment.objects.get()
        assert (made.number, made.subject, made.before, made.after, made.measure) == (
            1, "填报周期", "每季度", "每月", None,
        )  # fmt: skip
        assert AuditEvent.objects.filter(verb="调整填报周期").count() == 1

    def test_needs_a_reason(self, stage):
        answer = client_of(stage.office).post("/plans/jiaodong/cadence/", {"cadence": "monthly", "reason": ""})
        assert "调整理由：请写明调整的理由。" in words(answer)
        assert Plan.objects.get().cadence == "quarterly"


def test_the_measure_page_offers_each_what_they_may(dated):
    offers = {}
    for name, person in dated.everybody.items():
        head = page(person, MEASURE).split('class="bar-row mt-2')[1].split("</div>")[0]
        offers[name] = re.findall(r">([^<]+)</a>", head)
    assert offers == {
        "reporter": ["填报本期", "申请办结", "申请延期"],
        "reviewer": [],
        "other_reporter": ["填报本期", "申请办结", "申请延期"],
        "office": ["填报本期", "调整时间和规则"],
        "second_office": ["填报本期", "调整时间和规则"],
        "leader": ["批示"],
        "administrator": [],
        "auditor": [],
    }
    assert section(page(dated.office, MEASURE), "amendments")
