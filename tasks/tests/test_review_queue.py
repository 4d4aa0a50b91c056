"""The review queue: what waits for whom, in which order, and what is behind each tab."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks.choices import DutyRole, ReportState
from tasks.models import Duty
from tasks.queries.review import queue
from tasks.services import reporting, reviewing
from tasks.services.periods import freeze_period
from tasks.tests.desk import client_of, page
from tasks.tests.journeys import approved, forwarded, of_customs, submitted
from tasks.tests.people import NOW, content
from tasks.tests.reading import section
from tasks.tests.review_page import QUEUE, decide, queue_of, tabs_of
from units.choices import UnitKind
from units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
LATER = NOW + datetime.timedelta(hours=2)


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("reporter", 403), ("other_reporter", 403), ("reviewer", 200), ("office", 200), ("leader", 403),
            ("administrator", 403), ("auditor", 403),
        ],
    )  # fmt: skip
    def test_the_queue_is_for_those_who_decide(self, stage, name, status):
        client = client_of(getattr(stage, name))
        urls = ("/review/", "/review/returned/", "/review/pass/")
        assert [client.get(url).status_code for url in urls] == [status] * 3

    def test_an_outsider_is_asked_to_log_in(self, stage):
        report = submitted(stage)
        for url in ("/review/", f"/review/{report.pk}/", "/review/pass/", "/review/returned/"):
            assert Client().get(url).headers["Location"] == f"/login/?next={url}"

    def test_a_report_goes_from_one_queue_to_the_next(self, stage):
        report = submitted(stage)
        assert (queue_of(page(stage.reviewer, QUEUE)), queue_of(page(stage.office, QUEUE))) == (
            ["1-1 省交通运输厅"],
            [],
        )
        reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=NOW)
        assert (queue_of(page(stage.reviewer, QUEUE)), queue_of(page(stage.office, QUEUE))) == (
            [],
            ["1-1 省交通运输厅"],
        )

    def test_reports_are_compared_once_until_somebody_writes(self, stage):
        submitted(stage)
        counts = []
        for write in (lambda: None, lambda: None, lambda: of_customs(stage)):
            write()
            with CaptureQueriesContext(connection) as asked:
                queue(stage.reviewer)
            counts.append(len(asked))
        assert counts == [4, 2, 4]

    def test_another_unit_s_report_is_not_found_whatever_its_state(self, stage):
        of_others = of_customs(stage)
        client = client_of(stage.reviewer)
        assert [client.get(f"/review/{key}/").status_code for key in (of_others.pk, 999999)] == [404, 404]
        reviewing.approve_report(stage.office, report=of_others, version=of_others.version, now=NOW)
        assert client.get(f"/review/{of_others.pk}/").status_code == 404
        assert decide(stage.reviewer, of_others).status_code == 404

    def test_a_draft_is_not_found(self, stage):
        draft = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, content=content(), version=None, now=NOW
        )
        assert client_of(stage.office).get(f"/review/{draft.pk}/").status_code == 404
        assert client_of(stage.reviewer).get(f"/review/{draft.pk}/").status_code == 404

    def test_one_s_own_text_is_named_and_never_decidable(self, stage):
        own = submitted(stage, stage.group_duty, by=stage.office)
        html = page(stage.office, QUEUE)
        assert queue_of(html) == []
        assert "有 1 项由您自己填写或提交，须由他人审核" in html
        assert "<form" not in page(stage.office, f"/review/{own.pk}/").split('id="detail"')[1].split("</section>")[0]
        answer = decide(stage.office, own)
        assert (answer.status_code, "不能审核自己填写或提交的内容" in answer.content.decode()) == (200, True)
        own.refresh_from_db()
        assert own.state == ReportState.FORWARDED
        assert queue_of(page(stage.second_office, QUEUE)) == ["1-1 各执法部门"]

    def test_nothing_waits(self, stage):
        assert "没有待审事项。" in page(stage.office, QUEUE)
        assert "没有待审事项。" in page(stage.reviewer, QUEUE)

    def test_tabs_count_what_their_pages_list(self, stage):
        report = forwarded(stage)
        of_customs(stage)
        reviewing.return_report(stage.office, report=report, version=report.version, now=NOW, reason="缺少数字")
        assert tabs_of(page(stage.office, QUEUE)) == {"待复审": 1, "待办结核验": 0, "延期申请": 0, "退回中": 1}
        assert tabs_of(page(stage.reviewer, QUEUE)) == {"待初审": 0, "退回中": 1}
        assert "缺少数字" in page(stage.office, "/review/returned/")

    def test_of_a_frozen_period_tabs_count_corrections_alone_and_never_one_s_own(self, stage):
        report = approved(stage)
        of_customs(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        reviewing.correct_report(
            stage.office, report=report, content=content(progress="已完成8座。"), reason="日期有误", now=NOW
        )
        counted = {
            person.username: [tabs_of(page(person, url))["待复审"] for url in (QUEUE, "/review/returned/")]
            for person in (stage.office, stage.second_office)
        }
        assert counted == {stage.office.username: [0, 0], stage.second_office.username: [1, 1]}
        assert queue_of(page(stage.second_office, QUEUE)) == ["1-1 省交通运输厅"]


class TestOrder:
    @pytest.fixture
    def three(self, stage, before) -> list[str]:
        """Reports of three units: worse, a first one, the same as before."""
        period = before.period
        unit = Unit.objects.create(name="省科技厅", short_name="科技厅", slug="kj", kind=UnitKind.PROVINCIAL)
        duty = Duty.objects.create(measure=stage.measure, unit=unit, role=DutyRole.SHARED, position=9)
        Unit.objects.filter(pk=stage.other_reporter.unit_id).update(position=1)
        earlier = of_customs(stage, period, progress="6月通关 81 票。")
        reviewing.approve_report(stage.office, report=earlier, version=earlier.version, now=NOW)
        unchanged = reporting.submit_unchanged(
            stage.other_reporter, duty=stage.other_duty, period=stage.period,
            change_expected_on=datetime.date(2026, 12, 1), now=NOW,
        )  # fmt: skip
        worse = forwarded(stage, now=LATER, confidence="behind", problems="停工", percent_complete=45)
        writer = stage.second_office
        group = submitted(stage, stage.group_duty, by=writer, now=LATER + datetime.timedelta(hours=1))
        assert duty.pk
        return [worse, group, unchanged]

    def test_the_largest_change_first_and_it_says_why(self, stage, three):
        html = page(stage.office, QUEUE)
        assert queue_of(html) == ["1-1 省交通运输厅", "1-1 各执法部门", "1-1 青岛海关"]
        said = [
            re.findall(r"<span>(.*?)</span>", line) for line in section(html, "queue").split('<p class="line">')[1:]
        ]
        assert [line[1:] for line in said] == [["研判变差", "完成率 +5"], ["首次填报"], ["本期无变化"]]

    def test_by_time(self, stage, three):
        assert queue_of(page(stage.office, "/review/?sort=time")) == [
            "1-1 青岛海关", "1-1 省交通运输厅", "1-1 各执法部门",
        ]  # fmt: skip

    def test_only_the_unchanged_are_ticked_beforehand(self, stage, three):
        html = page(stage.office, "/review/?only=unchanged")
        assert queue_of(html) == ["1-1 青岛海关"]
        assert re.findall(r'value="(\d+)\.\d+" aria-label="[^"]*" checked', html) == [str(three[2].pk)]
        assert 'checked><div class="grow">' not in page(stage.office, QUEUE)

    def test_the_next_one_is_the_next_in_the_order(self, stage, three):
        worse, group, unchanged = three
        answer = decide(stage.office, worse, next=str(group.pk))
        assert answer.headers["Location"] == f"/review/{group.pk}/"
        answer = decide(stage.office, unchanged, "?sort=time", next=str(worse.pk))
        assert answer.headers["Location"] == "/review/?sort=time"


def test_the_queue_section_has_its_own_heading(stage):
    submitted(stage)
    html = page(stage.reviewer, QUEUE)
    assert "待审队列" in section(html, "queue")
    assert html.count("<h1") == 1
