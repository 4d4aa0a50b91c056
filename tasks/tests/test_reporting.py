"""The verbs of a report: what they do, what they refuse, and that done twice they are done once."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.choices import ReportState, ReviewLevel
from tasks.services import reporting, reviewing
from tasks.services.periods import change_period
from tasks.services.report_rules import VersionConflict
from tasks.tests.journeys import approved, drafted, forwarded, reported_before, submitted
from tasks.tests.people import NOW, content, make_period, make_user
from tasks.tests.samples import make_duty, make_main_task, make_measure, make_plan
from units.audit import broken_links
from units.choices import Role
from units.models import AuditEvent, User

pytestmark = pytest.mark.django_db
LATER = NOW + datetime.timedelta(days=30)


def acts() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("number").values_list("actor", "verb"))


def test_the_whole_way_of_a_report(stage):
    report = approved(stage)
    assert (report.state, report.approved_by, report.version) == (ReportState.APPROVED, stage.office, 4)
    assert [(review.level, review.decided_by) for review in report.reviews.all()] == [
        (ReviewLevel.UNIT, stage.reviewer),
        (ReviewLevel.OFFICE, stage.office),
    ]
    assert acts() == [
        ("交通填报员", "存草稿"),
        ("交通填报员", "提交"),
        ("交通审核员", "初审通过"),
        ("督查专员甲", "复审通过"),
    ]
    assert list(broken_links()) == []


class TestSave:
    def test_the_same_text_again_is_no_new_version(self, stage):
        report = drafted(stage)
        again = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, content=content(), version=report.version, now=NOW
        )
        assert again.version == report.version
        assert acts() == [("交通填报员", "存草稿")]

    def test_the_second_of_two_people_sees_both_texts_and_overwrites_nothing(self, stage):
        report = drafted(stage)
        reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, content=content(progress="甲"), version=1, now=NOW
        )
        with pytest.raises(VersionConflict) as conflict:
            reporting.save_draft(
                stage.reporter,
                duty=stage.duty,
                period=stage.period,
                content=content(progress="乙"),
                version=1,
                now=NOW,
            )
        assert conflict.value.current.progress == "甲"
        report.refresh_from_db()
        assert report.progress == "甲"

    def test_another_unit_cannot_write_here(self, stage):
        with pytest.raises(PermissionDenied):
            reporting.save_draft(
                stage.other_reporter, duty=stage.duty, period=stage.period, content=content(), version=None, now=NOW
            )

    def test_nor_anybody_a_duty_of_another_plan(self, stage):
        elsewhere = make_duty(make_measure(make_main_task(make_plan("other"))), stage.duty.unit)
        with pytest.raises(ValidationError, match="这项职责已不在分工表中"):
            drafted(stage, elsewhere)

    def test_the_office_keeps_the_row_of_an_open_group(self, stage):
        report = reporting.save_draft(
            stage.office, duty=stage.group_duty, period=stage.period, content=content(), version=None, now=NOW
        )
        report = reporting.submit_report(stage.office, report=report, version=report.version, now=NOW)
        assert report.state == ReportState.FORWARDED
        with pytest.raises(PermissionDenied, match="不能审核自己"):
            reviewing.approve_report(stage.office, report=report, version=report.version, now=NOW)
        done = reviewing.approve_report(stage.second_office, report=report, version=report.version, now=NOW)
        assert done.state == ReportState.APPROVED

    def test_a_bad_value_is_refused_by_its_field(self, stage):
        with pytest.raises(ValidationError) as refused:
            drafted(stage, percent_complete=101)
        assert refused.value.message_dict == {"percent_complete": ["完成率在 0 到 100 之间。"]}

    def test_not_before_the_period_opens(self, stage):
        stage.period = make_period(stage.plan, "2026年四季度", datetime.date(2026, 12, 31))
        with pytest.raises(ValidationError, match="自 2027-01-01 起开放填报"):
            drafted(stage)


class TestSubmit:
    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"progress": " "}, ["progress"]),
            ({"confidence": ""}, ["confidence"]),
            ({"confidence": "at_risk"}, ["risk"]),
            ({"confidence": "behind", "next_steps": ""}, ["problems", "next_steps"]),
            ({"coordination_request": "请协调用地"}, ["coordination_unit", "coordination_due_on"]),
        ],
    )
    def test_says_what_is_missing_and_keeps_the_draft(self, stage, changes, fields):
        report = drafted(stage, **changes)
        with pytest.raises(ValidationError) as refused:
            reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        assert list(refused.value.message_dict) == fields
        report.refresh_from_db()
        assert report.state == ReportState.DRAFT

    def test_a_falling_percentage_needs_a_sentence(self, stage):
        before = make_period(stage.plan, "2026年二季度", datetime.date(2026, 6, 30))
        stage.period, now = before, stage.period
        approved(stage)
        stage.period = now
        with pytest.raises(ValidationError) as refused:
            submitted(stage, percent_complete=30)
        assert refused.value.message_dict == {"fall_reason": ["完成率由 40% 降到 30%，请说明原因。"]}

    def test_a_unit_without_reviewer_sends_straight_to_the_office(self, stage):
        report = reporting.save_draft(
            stage.other_reporter, duty=stage.other_duty, period=stage.period, content=content(), version=None, now=NOW
        )
        report = reporting.submit_report(stage.other_reporter, report=report, version=report.version, now=NOW)
        assert report.state == ReportState.FORWARDED

    def test_so_does_one_whose_reviewer_is_switched_off(self, stage):
        User.objects.filter(pk=stage.reviewer.pk).update(is_active=False)
        assert submitted(stage).state == ReportState.FORWARDED

    def test_what_the_office_keeps_for_an_open_group_goes_to_the_office(self, stage):
        make_user("群体审核员", Role.UNIT_REVIEWER, stage.group_duty.unit)
        assert submitted(stage, stage.group_duty, by=stage.office).state == ReportState.FORWARDED

    def test_after_the_due_date_it_is_late_and_stays_so(self, stage):
        report = drafted(stage)
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        assert report.is_late
        report = reviewing.return_report(
            stage.reviewer, report=report, version=report.version, now=LATER, reason="请写明文号"
        )
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        assert report.is_late

    def test_on_the_due_date_it_is_not_late(self, stage):
        due = NOW + (stage.period.due_on - NOW.date())
        report = drafted(stage)
        assert not reporting.submit_report(stage.reporter, report=report, version=report.version, now=due).is_late

    def test_late_it_stays_so_where_the_due_date_moves_behind_it(self, stage):
        report = drafted(stage)
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        report = reporting.withdraw_report(stage.reporter, report=report, version=report.version, now=LATER)
        changes = {"due_on": LATER.date()}
        change_period(stage.office, period=stage.period, changes=changes, reason="推迟", now=LATER)
        assert reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER).is_late

    def test_handed_in_in_time_and_mended_after_the_due_date_it_is_late(self, stage):
        report, reason = submitted(stage), "请写明文号"
        report = reviewing.return_report(stage.reviewer, report=report, version=report.version, now=NOW, reason=reason)
        assert reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER).is_late

    def test_what_another_wrote_meanwhile_is_neither_handed_in_nor_taken_back_unread(self, stage):
        report = drafted(stage)
        about = {"duty": stage.duty, "period": stage.period, "version": report.version, "now": NOW}
        newer = reporting.save_draft(stage.reporter, content=content(progress="7月21日批复。"), **about)
        with pytest.raises(VersionConflict):
            reporting.submit_report(stage.reporter, report=newer, version=report.version, now=NOW)
        newer = reporting.submit_report(stage.reporter, report=newer, version=newer.version, now=NOW)
        with pytest.raises(VersionConflict):
            reporting.withdraw_report(stage.reporter, report=newer, version=report.version, now=NOW)

    def test_a_double_click_submits_once(self, stage):
        report = submitted(stage)
        again = reporting.submit_report(stage.reporter, report=report, version=report.version - 1, now=NOW)
        assert again.version == report.version
        assert [verb for _, verb in acts()] == ["存草稿", "提交"]


class TestUnchanged:
    def test_copies_the_last_approved_text_in_one_act(self, stage):
        before = make_period(stage.plan, "2026年二季度", datetime.date(2026, 6, 30))
        stage.period, now = before, stage.period
        approved(stage)
        report = reporting.submit_unchanged(
            stage.reporter, duty=stage.duty, period=now, change_expected_on=datetime.date(2026, 12, 1), now=NOW
        )
        assert (report.state, report.is_unchanged, report.progress) == (
            ReportState.SUBMITTED,
            True,
            content()["progress"],
        )
        again = reporting.submit_unchanged(
            stage.reporter, duty=stage.duty, period=now, change_expected_on=datetime.date(2026, 12, 1), now=NOW
        )
        assert again.version == report.version

    def test_returned_and_written_anew_it_is_unchanged_no_longer(self, stage):
        reported_before(stage)
        about, day = {"duty": stage.duty, "period": stage.period, "now": NOW}, datetime.date(2026, 12, 1)
        report = reporting.submit_unchanged(stage.reporter, change_expected_on=day, **about)
        report = reviewing.return_report(
            stage.reviewer, report=report, version=report.version, reason="有变化", now=NOW
        )
        said = content(progress="9月30日通车 3 公里。")
        assert not reporting.save_draft(stage.reporter, content=said, version=report.version, **about).is_unchanged

    def test_needs_something_to_be_unchanged(self, stage):
        with pytest.raises(ValidationError, match="还没有已通过的往期填报"):
            reporting.submit_unchanged(
                stage.reporter,
                duty=stage.duty,
                period=stage.period,
                change_expected_on=datetime.date(2026, 12, 1),
                now=NOW,
            )


class TestDecide:
    def test_a_return_needs_a_reason(self, stage):
        report = submitted(stage)
        with pytest.raises(ValidationError, match="请写明退回的理由"):
            reviewing.return_report(stage.reviewer, report=report, version=report.version, now=NOW, reason=" ")

    def test_a_return_goes_back_to_the_writer_and_on_again(self, stage):
        report = forwarded(stage)
        report = reviewing.return_report(
            stage.office, report=report, version=report.version, now=NOW, reason="没有写明对接了哪几家"
        )
        assert report.state == ReportState.RETURNED
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        assert report.state == ReportState.SUBMITTED

    def test_nobody_decides_on_what_changed_since_they_looked(self, stage):
        report = submitted(stage)
        seen = report.version
        report = reporting.withdraw_report(stage.reporter, report=report, version=seen, now=NOW)
        report = reporting.save_draft(
            stage.reporter,
            duty=stage.duty,
            period=stage.period,
            content=content(progress="另一个说法，8月1日"),
            version=report.version,
            now=NOW,
        )
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        with pytest.raises(VersionConflict):
            reviewing.forward_report(stage.reviewer, report=report, version=seen, now=NOW)

    def test_passing_many_is_all_or_none(self, stage):
        first = forwarded(stage)
        second = reporting.save_draft(
            stage.other_reporter, duty=stage.other_duty, period=stage.period, content=content(), version=None, now=NOW
        )
        second = reporting.submit_report(stage.other_reporter, report=second, version=second.version, now=NOW)
        with pytest.raises(VersionConflict):
            reviewing.pass_reports(stage.office, chosen=[(first, first.version), (second, 1)], now=NOW)
        passed = reviewing.pass_reports(
            stage.office, chosen=[(first, first.version), (second, second.version)], now=NOW
        )
        assert [report.state for report in passed] == [ReportState.APPROVED] * 2

    def test_repeated_it_has_one_effect(self, stage):
        report = approved(stage)
        again = reviewing.approve_report(stage.office, report=report, version=report.version, now=NOW)
        assert (again.version, again.reviews.count()) == (report.version, 2)
