"""本期无变化 from the workbench: one act, one question, and nothing thrown away."""

import datetime

import pytest
from django.urls import reverse
from lxml import html

from tasks.choices import ReportState
from tasks.models import ProgressReport
from tasks.tests.desk import client_of
from tasks.tests.form_page import EXPECTED
from tasks.tests.journeys import drafted, more_duties, reported_before
from tasks.tests.people import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestUnchanged:
    def post(self, stage: Stage, day: str = EXPECTED):
        url = reverse("report-unchanged", args=[stage.duty.pk, stage.period.pk])
        return client_of(stage.reporter).post(url, {"change_expected_on": day}, follow=True)

    @pytest.mark.parametrize("day", ["2026-12-01", "2026/12/1", "2026年12月1日", "２０２６-１２-０１"])
    def test_submits_the_last_content_again(self, stage, day):
        reported_before(stage)
        answer = self.post(stage, day)
        report = ProgressReport.objects.get(period=stage.period)
        assert (report.state, report.is_unchanged, report.change_expected_on) == (
            ReportState.SUBMITTED,
            True,
            datetime.date(2026, 12, 1),
        )
        assert answer.redirect_chain == [("/workbench/", 302)]
        assert [str(message) for message in answer.context["messages"]] == ["举措 1-1 已提交，等待本单位审核员初审。"]

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("", "请填写预计何时有变化，例如 2026-10-15。"),
            ("年底", "这不是日期。请按年-月-日填写，例如 2026-10-15。"),
            ("2026-09-30", "请填写预计何时有变化，须晚于 2026-09-30。"),
        ],
    )
    def test_a_refusal_is_said_on_top_and_at_the_item(self, stage, day, sentence):
        reported_before(stage)
        tree = html.fromstring(self.post(stage, day).content.decode())
        (form,) = tree.xpath("//details[@open]//form")
        (field,) = form.xpath(".//input[@type='text']")
        assert field.get("value", "") == day
        assert form.find_class("invalid-feedback")[0].text_content() == sentence
        (link,) = tree.xpath("//div[@role='alert']//a")
        assert (link.text_content(), link.get("href")) == (sentence, f"#{field.get('id')}")

    def test_is_offered_only_where_there_is_something_to_repeat(self, stage):
        more_duties(stage, 1)
        reported_before(stage)
        page = html.fromstring(client_of(stage.reporter).get("/workbench/").content.decode())
        forms = page.xpath("//details[contains(@class, 'unchanged')]//form/@action")
        assert forms == [reverse("report-unchanged", args=[stage.duty.pk, stage.period.pk])]

    def test_twice_has_one_effect(self, stage):
        reported_before(stage)
        self.post(stage)
        version = ProgressReport.objects.get(period=stage.period).version
        self.post(stage)
        assert ProgressReport.objects.get(period=stage.period).version == version

    def test_a_draft_that_says_something_else_is_not_thrown_away(self, stage):
        reported_before(stage)
        drafted(stage, progress="10月8日取得施工许可。")
        assert "本期已写了与上期不同的内容" in self.post(stage).content.decode()
        report = ProgressReport.objects.get(period=stage.period)
        assert (report.state, report.progress) == (ReportState.DRAFT, "10月8日取得施工许可。")

    def test_does_not_repeat_why_the_percentage_fell_then(self, stage):
        reported_before(stage, fall_reason="分母调整。")
        self.post(stage)
        assert ProgressReport.objects.get(period=stage.period).fall_reason == ""

    def test_another_units_duty_is_not_there(self, stage):
        url = reverse("report-unchanged", args=[stage.other_duty.pk, stage.period.pk])
        assert client_of(stage.reporter).post(url, {"change_expected_on": EXPECTED}).status_code == 404

    def test_only_those_who_write(self, stage):
        url = reverse("report-unchanged", args=[stage.duty.pk, stage.period.pk])
        assert client_of(stage.reviewer).post(url, {"change_expected_on": ""}).status_code == 403
