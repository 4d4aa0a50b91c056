"""One report before its reviewer: what is marked in it, and one decision at a time."""

import datetime
import re
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from tasks.choices import ReportState
from tasks.models import Review
from tasks.permissions import wrote
from tasks.services import reporting, reviewing
from tasks.services.periods import freeze_period
from tasks.tests.desk import client_of, page, words
from tasks.tests.journeys import approved, drafted, earlier_period, forwarded, of_customs, submitted
from tasks.tests.people import NOW, content, make_user
from tasks.tests.review_page import QUEUE, decide, posted, tabs_of
from units.choices import Role
from units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
LATER = NOW + datetime.timedelta(hours=2)


class TestDetail:
    def test_changes_are_marked_in_the_text(self, stage, before):
        report = submitted(stage, progress="6月完成 88%，路基开工。", percent_complete=55)
        html = page(stage.reviewer, f"/review/{report.pk}/")
        assert "6月完成 <del>81%</del><ins>88%</ins>，路基开工。" in html
        assert "<del>40%</del> → <ins>55%</ins>" in html
        assert re.search(r"<summary>(.*?)</summary>", html)[1] == "研判、下一步"

    def test_text_is_text(self, stage):
        report = submitted(stage, progress="<script>alert(1)</script> 7月")
        assert "<script>alert" not in page(stage.reviewer, f"/review/{report.pk}/")
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 7月" in page(stage.reviewer, f"/review/{report.pk}/")

    def test_a_first_report_is_read_as_it_is(self, stage):
        report = submitted(stage)
        html = page(stage.reviewer, f"/review/{report.pk}/")
        assert "首次填报</h2>" in html
        assert "<ins>" not in html

    def test_hints_are_those_of_the_writer(self, stage, before):
        report = submitted(stage, progress="积极推进", percent_complete=41)
        assert "进展里没有日期、数字或具体名称。" in page(stage.reviewer, f"/review/{report.pk}/")

    def test_what_was_mended_since_it_was_returned(self, stage, before):
        report = submitted(stage, progress="7月路基完成 40%。")
        report = reviewing.return_report(
            stage.reviewer, report=report, version=report.version, now=NOW, reason="请写明文号"
        )
        assert "与上期相比</h2>" in page(stage.reviewer, f"/review/{report.pk}/")
        report = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, version=report.version, now=LATER,
            content=content(progress="7月路基完成 40%（鲁交〔2026〕3号）。", percent_complete=50),
        )  # fmt: skip
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        html = page(stage.reviewer, f"/review/{report.pk}/")
        assert "与退回时相比</h2>" in html
        assert "与上期相比</h2>" in page(stage.reviewer, f"/review/{report.pk}/?against=period")
        assert "7月路基完成 40%<ins>（鲁交〔2026〕3号）</ins>。" in html
        assert "<del>40%</del> → <ins>50%</ins>" in html
        assert "请写明文号" in html

    def test_other_units_of_the_measure_as_far_as_one_may_see(self, stage):
        report = forwarded(stage)
        of_customs(stage, progress="9月通关 300 票。")
        assert "9月通关 300 票。" in page(stage.office, f"/review/{report.pk}/")
        assert "9月通关 300 票。" not in page(stage.reviewer, f"/review/{report.pk}/")

    def test_the_progress_of_the_period_is_the_reader_s(self, stage):
        of_customs(stage)
        submitted(stage)
        assert "应报 3，已通过 0，审核中 2，已退回 0，草稿 0，未报 1" in page(stage.office, QUEUE)
        assert "应报 1，已通过 0，审核中 1，已退回 0，草稿 0，未报 0" in page(stage.reviewer, QUEUE)


class TestDecide:
    def test_passed_on_with_a_remark(self, stage):
        report = submitted(stage)
        answer = decide(stage.reviewer, report, reason="已核对文号")
        assert answer.headers["Location"] == "/review/"
        report.refresh_from_db()
        assert (report.state, report.reviews.get().remark) == (ReportState.FORWARDED, "已核对文号")

    def test_returned_with_a_reason_and_a_day(self, stage):
        report = forwarded(stage)
        decide(
            stage.office, report, decision="return", phrases=["缺少数字", "与佐证材料不符"],
            reason="请补充路基完成的里程", mend_by="2026年10月13日",
        )  # fmt: skip
        report.refresh_from_db()
        returned = report.reviews.last()
        assert (report.state, returned.mend_by) == (ReportState.RETURNED, datetime.date(2026, 10, 13))
        assert returned.remark == "缺少数字；与佐证材料不符。\n请补充路基完成的里程"

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({"mend_by": "2026-10-13"}, "意见或退回理由：请写明退回的理由，填报人会看到全文。"),
            ({"reason": "缺少文号"}, "改好日期：退回修改的，请填写改好日期。"),
            ({"reason": "缺少文号", "mend_by": "2026-10-08"}, "改好日期：改好日期不能早于今天。"),
            ({"reason": "缺少文号", "mend_by": "下周"}, "改好日期：这不是日期。请按年-月-日填写"),
        ],
    )
    def test_a_return_is_refused_with_what_to_mend_and_keeps_what_was_typed(self, stage, given, refusal):
        report = forwarded(stage)
        answer = decide(stage.office, report, decision="return", **given)
        html = answer.content.decode()
        assert refusal in words(answer)
        assert html.count('aria-invalid="true"') == 1
        assert given.get("reason", "") in html
        assert Review.objects.filter(is_passed=False).count() == 0

    def test_the_second_of_two_clicks_changes_nothing(self, stage):
        report = forwarded(stage)
        first, second = decide(stage.office, report), decide(stage.office, report)
        assert (first.status_code, second.status_code) == (302, 302)
        assert report.reviews.count() == 2

    def test_what_changed_meanwhile_is_shown_and_nothing_is_decided(self, stage):
        seen = submitted(stage)
        report = reporting.withdraw_report(stage.reporter, report=seen, version=seen.version, now=LATER)
        report = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, version=report.version, now=LATER,
            content=content(progress="7月20日完成初步设计批复（鲁交规划〔2026〕12号），路基完成 45%。"),
        )  # fmt: skip
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        answer = decide(stage.reviewer, seen, reason="已核对")
        html = answer.content.decode()
        assert "您的决定没有提交" in html
        assert "路基完成 <del>40%</del><ins>45%</ins>。" in html
        assert "已核对</textarea>" in html
        report.refresh_from_db()
        assert report.state == ReportState.SUBMITTED
        version = re.search(r'name="version" value="(\d+)"', html)[1]
        decide(stage.reviewer, report, version=version)
        report.refresh_from_db()
        assert report.state == ReportState.FORWARDED

    def test_what_was_withdrawn_meanwhile_says_so(self, stage):
        report = submitted(stage)
        client = client_of(stage.reviewer)
        client.get(f"/review/{report.pk}/")
        reporting.withdraw_report(stage.reporter, report=report, version=report.version, now=LATER)
        assert client.post(f"/review/{report.pk}/", posted(report)).status_code == 404

    def test_a_frozen_period_is_refused_in_words(self, stage):
        report = forwarded(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        answer = decide(stage.office, report)
        assert "2026年三季度已冻结" in words(answer)

    def test_a_form_without_its_version_decides_nothing(self, stage):
        report = forwarded(stage)
        answer = decide(stage.office, report, version="x")
        assert "页面不完整，没有提交。请刷新后再审。" in words(answer)
        assert report.reviews.count() == 1


class TestNobodyDecidesOnWhatTheyWrote:
    """Not only who saved or handed it in last: whoever wrote any of it."""

    def written_by_two(self, stage):
        """One of the Office begins it, the other writes on and hands it in."""
        own = drafted(stage, stage.group_duty, by=stage.office)
        about = {"duty": stage.group_duty, "period": stage.period, "version": own.version, "now": NOW}
        own = reporting.save_draft(stage.second_office, content=content(progress="6月检查 12 次。"), **about)
        return reporting.submit_report(stage.second_office, report=own, version=own.version, now=NOW)

    def test_the_trail_is_asked_of_those_alone_that_passed_through_several_hands(
        self, stage, django_assert_num_queries
    ):
        assert self.written_by_two(stage).is_joint
        report = of_customs(stage)
        assert not report.is_joint
        with django_assert_num_queries(0):
            assert not wrote(stage.office, report)

    @pytest.mark.parametrize("name", ["office", "second_office"])
    def test_neither_of_two(self, stage, name):
        report, person = self.written_by_two(stage), getattr(stage, name)
        for verb in (reviewing.approve_report, partial(reviewing.return_report, reason="请补充")):
            with pytest.raises(PermissionDenied, match="不能审核自己填写或提交的内容，请由他人审核。"):
                verb(person, report=report, version=report.version, now=NOW)

    def test_the_pages_agree(self, stage):
        """For both it stands apart, and is not offered; a third decides."""
        report, third = self.written_by_two(stage), make_user("督查专员丙", Role.OFFICE, stage.office.unit)
        for person in (stage.office, stage.second_office):
            assert "有 1 项由您自己填写或提交，须由他人审核" in page(person, QUEUE)
            assert tabs_of(page(person, QUEUE))["待复审"] == 0
            assert 'name="decision"' not in page(person, f"/review/{report.pk}/")
        assert 'name="decision"' in page(third, f"/review/{report.pk}/")
        assert tabs_of(page(third, QUEUE))["待复审"] == 1
        assert reviewing.approve_report(third, report=report, version=report.version, now=NOW).approved_by == third

    def test_that_nobody_is_left_to_decide_is_said_until_there_is_a_third(self, stage):
        submitted(stage, stage.group_duty, earlier_period(stage), by=stage.office)
        self.written_by_two(stage)
        words = "其中 1-1 各执法部门，现有督查专员都填写或提交过，没有人可以审核：请系统管理员另设一位督查专员。"
        assert words in page(stage.office, QUEUE)
        assert words in page(stage.second_office, QUEUE)
        third = make_user("督查专员丙", Role.OFFICE, stage.office.unit)
        assert "没有人可以审核" not in page(stage.office, QUEUE)
        User.objects.filter(pk=third.pk).update(is_active=False)
        assert words in page(stage.office, QUEUE)

    @pytest.mark.parametrize("act", ["wrote", "handed in"])
    def test_in_a_new_post_neither(self, stage, act):
        colleague = make_user("同事", Role.REPORTER, stage.reporter.unit)
        report = drafted(stage, by=stage.reporter if act == "wrote" else colleague)
        sender = colleague if act == "wrote" else stage.reporter
        report = reporting.submit_report(sender, report=report, version=report.version, now=NOW)
        User.objects.filter(pk=stage.reporter.pk).update(role=Role.UNIT_REVIEWER)
        stage.reporter.refresh_from_db()
        with pytest.raises(PermissionDenied, match="不能审核自己填写或提交的内容"):
            reviewing.forward_report(stage.reporter, report=report, version=report.version, now=NOW)

    def test_a_correction_handed_in_again_by_another(self, stage):
        report = approved(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        correct = partial(reviewing.correct_report, report=report, reason="日期有误", now=NOW)
        entry = correct(stage.office, content=content(progress="已完成8座。"))
        third = make_user("督查专员丙", Role.OFFICE, stage.office.unit)
        reviewing.return_report(third, report=entry, version=entry.version, reason="请核对", now=NOW)
        entry = correct(stage.second_office, content=content(progress="已完成9座。"))
        with pytest.raises(PermissionDenied, match="不能审核自己填写或提交的内容"):
            reviewing.approve_report(stage.office, report=entry, version=entry.version, now=NOW)
