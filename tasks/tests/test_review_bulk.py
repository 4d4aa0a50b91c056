"""Many reports passed at once: exactly those ticked, or none."""

import re

import pytest

from tasks.choices import ReportState
from tasks.models import ProgressReport
from tasks.services import reporting, reviewing
from tasks.tests.desk import client_of, words
from tasks.tests.journeys import forwarded, of_customs, submitted
from tasks.tests.people import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestBulk:
    @pytest.fixture
    def two(self, stage) -> list[ProgressReport]:
        return [forwarded(stage), of_customs(stage)]

    def ticked(self, *reports: ProgressReport) -> dict[str, list[str]]:
        return {"report": [f"{report.pk}.{report.version}" for report in reports]}

    def test_the_preview_names_each_and_the_exact_number(self, stage, two):
        html = client_of(stage.office).get("/review/pass/", self.ticked(*two)).content.decode()
        assert "通过这 2 项</button>" in html
        assert all(one.progress in html for one in two)
        assert re.search(r'共 <strong class="num">2</strong> 项：(.*?)。', html)[1] == "1-1、1-1"
        assert ProgressReport.objects.filter(state=ReportState.APPROVED).count() == 0

    def test_passed_exactly_these(self, stage, two):
        third = submitted(stage, stage.group_duty, by=stage.second_office)
        answer = client_of(stage.office).post("/review/pass/", self.ticked(*two))
        assert answer.headers["Location"] == "/review/"
        approved_now = ProgressReport.objects.filter(state=ReportState.APPROVED).order_by("pk")
        assert list(approved_now) == two
        third.refresh_from_db()
        assert third.state == ReportState.FORWARDED

    def test_the_second_of_two_clicks_changes_nothing(self, stage, two):
        client = client_of(stage.office)
        answers = [client.post("/review/pass/", self.ticked(*two)).status_code for _ in range(2)]
        assert answers == [302, 302]
        assert [report.reviews.filter(level="office").count() for report in two] == [1, 1]

    def test_one_that_changed_stops_all_and_is_named(self, stage, two):
        ticked = self.ticked(*two)
        returned = reviewing.return_report(
            stage.second_office, report=two[1], version=two[1].version, now=NOW, reason="缺少数字"
        )
        again = reporting.submit_report(stage.other_reporter, report=returned, version=returned.version, now=NOW)
        answer = client_of(stage.office).post("/review/pass/", ticked)
        assert "这 2 项都没有通过，因为其中有的刚才有了变动。" in words(answer)
        assert "1-1 青岛海关：在您勾选以后被修改过，请先看新的内容。" in words(answer)
        assert "通过这 1 项</button>" in answer.content.decode()
        assert {report.state for report in (two[0], again)} == {ReportState.FORWARDED}
        assert ProgressReport.objects.filter(state=ReportState.APPROVED).count() == 0

    def test_one_s_own_text_stops_all(self, stage, two):
        own = submitted(stage, stage.group_duty, by=stage.office)
        answer = client_of(stage.office).post("/review/pass/", self.ticked(*two, own))
        assert "1-1 各执法部门：已不在您的待审队列中" in words(answer)
        assert ProgressReport.objects.filter(state=ReportState.APPROVED).count() == 0

    def test_what_one_may_not_see_is_not_there(self, stage):
        own, foreign = submitted(stage), of_customs(stage)
        answer = client_of(stage.reviewer).post("/review/pass/", self.ticked(own, foreign))
        assert "青岛海关" not in words(answer)
        own.refresh_from_db()
        assert own.state == ReportState.SUBMITTED

    @pytest.mark.parametrize("sent", [[], ["x"], ["1"], ["1.x"], ["9" * 30 + ".1"]])
    def test_nothing_ticked_or_nonsense(self, stage, sent):
        for method in ("get", "post"):
            answer = getattr(client_of(stage.office), method)("/review/pass/", {"report": sent})
            assert (answer.status_code, "没有可以通过的填报" in words(answer)) == (200, True)
