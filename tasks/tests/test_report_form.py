"""The report form: what it shows, saves, refuses and says."""

import datetime

import pytest

from tasks.choices import ReportState
from tasks.models import MainTask, Measure, Plan, ProgressReport, ReportingPeriod
from tasks.services import reviewing
from tasks.tests.desk import client_of
from tasks.tests.form_page import EXPECTED, TYPED, address, now_in, post, shown, summary, tree, typed_in
from tasks.tests.journeys import approved, drafted, reported_before, returned, submitted
from tasks.tests.people import NOW, Stage, content, make_period
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestShown:
    def test_opens_with_the_last_approved_content_and_nothing_changed(self, stage):
        reported_before(
            stage,
            coordination_request="请协调",
            coordination_unit=stage.other_reporter.unit,
            coordination_due_on=datetime.date(2026, 11, 1),
        )
        page = shown(stage)
        assert typed_in(page) == TYPED | {
            "progress": content()["progress"],
            "percent_complete": "40",
            "next_steps": content()["next_steps"],
            "coordination_request": "请协调",
            "coordination_unit": str(stage.other_reporter.unit.pk),
            "coordination_due_on": "2026-11-01",
        }
        assert page.find_class("changed") == []
        assert (
            page.xpath("//div[@data-row='progress']//*[contains(@class, 'cmp-l')]//p")[0].text_content()
            == content()["progress"]
        )

    def test_a_reason_for_falling_is_not_carried_over(self, stage):
        reported_before(stage, fall_reason="分母调整。")
        assert typed_in(shown(stage))["fall_reason"] == ""

    def test_marks_only_what_was_changed(self, stage):
        reported_before(stage)
        drafted(stage, progress="新的进展，10月1日。", percent_complete=50)
        rows = shown(stage).xpath("//div[contains(@class, 'cmp-row changed')]/@data-row")
        assert rows == ["progress", "percent_complete"]
        marks = [
            mark.text_content() for mark in shown(stage).xpath("//span[@class='changes' and not(@hidden)]/strong")
        ]
        assert marks == ["已改", "已改"]

    def test_the_first_report_has_nothing_to_compare_with(self, stage):
        page = shown(stage)
        assert page.find_class("cmp-l") == []
        assert "还没有已通过的往期填报" in page.text_content()
        assert page.xpath("//button[@value='unchanged']") == []

    def test_says_where_the_report_goes(self, stage):
        assert "先由本单位审核员初审" in shown(stage).text_content()
        page = tree(client_of(stage.other_reporter).get(address(stage, stage.other_duty)))
        assert "本单位没有设审核员，直接由督查专员（省发展改革委）复审。" in page.text_content()
        page = tree(client_of(stage.office).get(address(stage, stage.group_duty)))
        assert "由另一位督查专员复审。" in page.text_content()

    def test_says_whether_the_fields_hold_the_last_period_or_what_was_kept(self, stage):
        reported_before(stage)
        fresh = shown(stage).text_content()
        assert ("各栏已填好上期内容" in fresh, "代替已存的内容" in fresh) == (True, False)
        drafted(stage)
        kept = shown(stage).text_content()
        assert ("各栏已填好上期内容" in kept, "各栏是已存的内容，与上期不同的标有“已改”。" in kept) == (False, True)
        assert "上期内容原样提交，代替已存的内容。" in kept

    def test_hints_stand_beside_and_lead_to_the_field(self, stage):
        reported_before(stage)
        (hint,) = shown(stage).get_element_by_id("hints").findall(".//li")
        assert hint.text_content().startswith("进展与上期一字不差。")
        assert hint.find(".//a").get("href") == "#f-progress"

    def test_a_returned_report_opens_with_its_reason(self, stage):
        returned(stage, mend_by=datetime.date(2026, 10, 12))
        text = shown(stage).text_content()
        assert "退回理由：请补充文号。" in text
        assert "请在 10月12日前改好" in text

    def test_the_reason_stays_in_sight_while_it_is_mended(self, stage):
        report = returned(stage)
        post(stage, do="save", version=report.version, progress="补充了文号。")
        assert ProgressReport.objects.get(pk=report.pk).state == ReportState.DRAFT
        assert "退回理由：请补充文号。" in shown(stage).text_content()

    def test_after_the_due_date_it_says_the_report_will_be_late(self, stage):
        ReportingPeriod.objects.update(due_on=datetime.date(2026, 10, 8))
        assert "现在提交标注为“补报”" in shown(stage).text_content()

    @pytest.mark.parametrize("state", ["submitted", "approved", "frozen"])
    def test_what_cannot_be_written_is_shown(self, stage, state):
        report = approved(stage) if state == "approved" else submitted(stage)
        if state == "frozen":
            ReportingPeriod.objects.update(frozen_at=NOW, frozen_by=stage.office)
        page = shown(stage)
        assert page.xpath("//form[@id='report']") == []
        assert report.progress in page.text_content()
        assert len(page.xpath("//button[@value='withdraw']")) == (state == "submitted")

    def test_a_frozen_period_without_a_report_says_so(self, stage):
        ReportingPeriod.objects.update(frozen_at=NOW, frozen_by=stage.office)
        assert "没有填报，期次已冻结" in shown(stage).text_content()

    def test_a_correction_is_shown_with_its_reason(self, stage):
        report = approved(stage)
        ReportingPeriod.objects.update(frozen_at=NOW, frozen_by=stage.office)
        entry = reviewing.correct_report(
            stage.office, report=report, content=content(percent_complete=45), reason="核对后更正", now=NOW
        )
        reviewing.approve_report(stage.second_office, report=entry, version=entry.version, now=NOW)
        text = shown(stage).text_content()
        assert "更正理由：核对后更正" in text
        assert "45%" in text


class TestWho:
    def test_what_a_person_may_not_see_is_not_there(self, stage):
        drafted(stage)
        answers = {name: client_of(user).get(address(stage)).status_code for name, user in stage.everybody.items()}
        assert answers == {
            "reporter": 200,
            "reviewer": 200,
            "other_reporter": 404,
            "office": 404,
            "second_office": 404,
            "leader": 404,
            "administrator": 404,
            "auditor": 404,
        }

    def test_once_approved_every_member_of_staff_reads_it_and_nobody_writes(self, stage):
        approved(stage)
        for name, user in stage.everybody.items():
            page = tree(client_of(user).get(address(stage)))
            assert page.xpath("//main//form") == [], name

    def test_a_reader_cannot_save(self, stage):
        drafted(stage)
        assert post(stage, client=client_of(stage.reviewer), version=1).status_code == 403
        assert now_in(stage).progress == content()["progress"]

    def test_a_period_of_another_plan_or_not_yet_open_is_not_there(self, stage):
        other = Plan.objects.create(slug="other", title="另一张表", source_name="x", source_sha256="0" * 64)
        task = MainTask.objects.create(plan=other, number=1, title="任务")
        Measure.objects.create(main_task=task, order=1, text="举措")
        coming = make_period(stage.plan, "2026年四季度", datetime.date(2026, 12, 31))
        client = client_of(stage.reporter)
        found = [client.get(address(stage, period=period)).status_code for period in (make_period(other), coming)]
        assert found == [404, 404]
        assert client.get("/reports/999/999/").status_code == 404


class TestSave:
    def test_a_draft_is_kept_and_the_answer_is_a_redirect(self, stage):
        answer = post(stage)
        assert (answer.status_code, answer.url) == (302, address(stage))
        assert (now_in(stage).state, now_in(stage).progress) == (ReportState.DRAFT, TYPED["progress"])

    def test_one_unreadable_field_does_not_cost_the_others(self, stage):
        page = tree(post(stage, percent_complete="八成", coordination_due_on="下月底"))
        assert (now_in(stage).progress, now_in(stage).percent_complete) == (TYPED["progress"], None)
        assert typed_in(page) == TYPED | {"percent_complete": "八成", "coordination_due_on": "下月底"}
        assert summary(page) == [
            ("完成率请填 0 到 100 之间的整数。", "#f-percent_complete"),
            ("这不是日期。请按年-月-日填写，例如 2026-10-15。", "#f-coordination_due_on"),
        ]
        field = page.get_element_by_id("f-percent_complete")
        assert field.get("aria-invalid") == "true"
        described = [page.get_element_by_id(one).text_content() for one in field.get("aria-describedby").split()]
        assert described[-1] == "完成率请填 0 到 100 之间的整数。"

    def test_what_is_missing_and_what_cannot_be_read_are_said_together(self, stage):
        page = tree(post(stage, do="submit", progress="", percent_complete="八成", confidence="behind", problems=""))
        assert summary(page) == [
            ("请填写进展情况。", "#f-progress"),
            ("完成率请填 0 到 100 之间的整数。", "#f-percent_complete"),
            ("研判为滞后，请写明存在什么问题。", "#f-problems"),
            ("研判为滞后，请写明怎样赶上，或需要协调什么。", "#f-next_steps"),
        ]
        assert now_in(stage).state == ReportState.DRAFT

    @pytest.mark.parametrize(("typed", "percent"), [("45%", 45), ("４５％", 45), (" 45 ", 45), ("", None), ("0", 0)])
    def test_a_percentage_as_people_write_it(self, stage, typed, percent):
        post(stage, percent_complete=typed)
        assert now_in(stage).percent_complete == percent

    def test_line_ends_of_the_browser_are_no_change(self, stage):
        reported_before(stage, progress="第一行。\n第二行 3 项。")
        post(stage, progress="第一行。\r\n第二行 3 项。", percent_complete="40", next_steps=content()["next_steps"])
        assert shown(stage).find_class("changed") == []

    def test_a_text_too_long_is_refused_with_its_length_and_stays_in_the_form(self, stage):
        page = tree(post(stage, progress="长" * 5001))
        assert summary(page) == [("5001 字，超过 5000 字的上限，请删减。", "#f-progress")]
        assert typed_in(page)["progress"] == "长" * 5001

    def test_saving_twice_has_one_effect(self, stage):
        client = client_of(stage.reporter)
        post(stage, client=client)
        post(stage, client=client)
        assert now_in(stage).version == 1

    def test_a_number_that_no_row_can_hold_is_no_version(self, stage):
        endless = "9" * 5000
        asked = ("save", f"remove:{endless}", "submit", "withdraw")
        assert [post(stage, do=do, version=endless).status_code for do in asked] == [302, 302, 302, 200]
        assert (now_in(stage).state, now_in(stage).progress) == (ReportState.SUBMITTED, TYPED["progress"])

    def test_restoring_a_field_without_script_keeps_the_others(self, stage):
        reported_before(stage)
        assert post(stage, do="restore:progress").status_code == 302
        assert (now_in(stage).progress, now_in(stage).percent_complete) == (content()["progress"], 45)


class TestSubmit:
    def test_hands_in_and_goes_back_to_the_workbench(self, stage):
        answer = post(stage, do="submit")
        assert (answer.status_code, answer.url) == (302, "/workbench/")
        assert now_in(stage).state == ReportState.SUBMITTED

    def test_says_what_is_missing_with_links_and_keeps_the_draft(self, stage):
        page = tree(post(stage, do="submit", progress="", confidence="behind"))
        assert summary(page) == [
            ("请填写进展情况。", "#f-progress"),
            ("研判为滞后，请写明存在什么问题。", "#f-problems"),
            ("研判为滞后，请写明怎样赶上，或需要协调什么。", "#f-next_steps"),
        ]
        assert "所写内容已存为草稿，还没有提交。" in page.text_content()
        assert (now_in(stage).state, now_in(stage).confidence) == (ReportState.DRAFT, "behind")

    def test_the_page_after_a_refusal_carries_the_version_just_saved(self, stage):
        page = tree(post(stage, do="submit", progress=""))
        version = page.get_element_by_id("report").fields["version"]
        assert post(stage, do="submit", version=version).url == "/workbench/"

    def test_a_falling_percentage_needs_its_reason(self, stage):
        reported_before(stage)
        page = tree(post(stage, do="submit", percent_complete="30"))
        assert summary(page) == [("完成率由 40% 降到 30%，请说明原因。", "#f-fall_reason")]

    def test_a_double_click_submits_once(self, stage):
        client = client_of(stage.reporter)
        post(stage, do="submit", client=client)
        again = post(stage, do="submit", client=client)
        assert again.url == "/workbench/"
        assert list(AuditEvent.objects.filter(verb="提交").values_list("actor", flat=True)) == ["交通填报员"]

    def test_late_ones_are_said_to_be_late(self, stage):
        ReportingPeriod.objects.update(due_on=datetime.date(2026, 10, 8))
        answer = client_of(stage.reporter).post(address(stage), {**TYPED, "do": "submit"}, follow=True)
        assert [str(message) for message in answer.context["messages"]] == [
            "举措 1-1 已提交，标注为补报，等待本单位审核员初审。"
        ]

    def test_withdrawing_before_the_review_opens_it_again(self, stage):
        report = submitted(stage)
        answer = post(stage, do="withdraw", version=report.version)
        assert (answer.url, now_in(stage).state) == (address(stage), ReportState.DRAFT)

    def test_withdrawing_what_has_gone_on_says_so(self, stage):
        report = submitted(stage)
        reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=NOW)
        page = tree(post(stage, do="withdraw", version=report.version))
        assert "没有撤回" in page.find_class("notice")[0].text_content()


class TestUnchanged:
    def same(self, stage: Stage, **changes):
        typed = {"progress": content()["progress"], "percent_complete": "40", "next_steps": content()["next_steps"]}
        return post(stage, **{"do": "unchanged", "change_expected_on": EXPECTED, **typed, **changes})

    def test_from_the_form(self, stage):
        reported_before(stage)
        assert self.same(stage).url == "/workbench/"
        assert (now_in(stage).is_unchanged, now_in(stage).state) == (True, ReportState.SUBMITTED)

    def test_what_was_changed_is_named_and_stays(self, stage):
        reported_before(stage)
        page = tree(self.same(stage, progress="10月8日开工。", percent_complete="41"))
        assert summary(page) == [("已改“进展”“完成率”，不能报“本期无变化”。请提交所写的内容，或先恢复上期。", "")]
        assert typed_in(page)["progress"] == "10月8日开工。"
        assert not ProgressReport.objects.filter(period=stage.period).exists()

    def test_a_draft_restored_by_hand_may_be_unchanged(self, stage):
        reported_before(stage)
        draft = drafted(stage, progress="10月8日开工。")
        assert self.same(stage, version=draft.version).url == "/workbench/"
        assert (now_in(stage).is_unchanged, now_in(stage).progress) == (True, content()["progress"])
