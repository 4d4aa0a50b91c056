"""A measure's time and end: amendments, completion claims, extensions, reopening."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.choices import ClaimState, Stage
from tasks.models import Amendment, Measure
from tasks.queries.stages import stage_facts
from tasks.services import closing
from tasks.tests.journeys import NEXT_SUMMER, YEAR_END, asked, claimed
from tasks.tests.people import NOW, TODAY
from units.audit import broken_links
from units.choices import Role
from units.models import AuditEvent, User

pytestmark = pytest.mark.django_db


def stage_of(measure: Measure) -> Stage:
    measure.refresh_from_db()
    return stage_facts([measure]).stage(measure)


def amend(stage, **changes) -> list[Amendment]:
    return closing.amend_measure(
        stage.office,
        measure=stage.measure,
        changes=changes,
        reason="年度计划确定",
        document="鲁发改〔2026〕1号",
        now=NOW,
    )


class TestAmend:
    def test_each_change_is_a_numbered_amendment_and_the_first_due_date_stays(self, stage):
        made = amend(stage, due_on=YEAR_END, starts_on=datetime.date(2026, 1, 1))
        assert [(item.number, item.subject, item.before, item.after) for item in made] == [
            (1, "举措 1-1 的完成时限", "未设定", "2026-12-31"),
            (2, "举措 1-1 的开始日期", "未设定", "2026-01-01"),
        ]
        assert [item.number for item in amend(stage, due_on=NEXT_SUMMER)] == [3]
        stage.measure.refresh_from_db()
        assert (stage.measure.due_on, stage.measure.original_due_on) == (NEXT_SUMMER, YEAR_END)
        amend(stage, due_on=NEXT_SUMMER.replace(month=12))
        stage.measure.refresh_from_db()
        assert stage.measure.original_due_on == YEAR_END

    def test_a_due_date_of_the_table_itself_is_the_first(self, stage):
        Measure.objects.update(due_on=YEAR_END)
        amend(stage, due_on=NEXT_SUMMER)
        stage.measure.refresh_from_db()
        assert (stage.measure.due_on, stage.measure.original_due_on) == (NEXT_SUMMER, YEAR_END)

    def test_what_is_the_same_already_is_no_amendment(self, stage):
        amend(stage, due_on=YEAR_END)
        assert amend(stage, due_on=YEAR_END) == []

    def test_needs_a_reason_and_the_office(self, stage):
        with pytest.raises(ValidationError, match="请写明调整的理由"):
            closing.amend_measure(
                stage.office, measure=stage.measure, changes={"due_on": YEAR_END}, reason=" ", now=NOW
            )
        with pytest.raises(PermissionDenied):
            closing.amend_measure(
                stage.reporter, measure=stage.measure, changes={"due_on": YEAR_END}, reason="想改", now=NOW
            )

    def test_an_ongoing_measure_has_no_due_date(self, stage):
        with pytest.raises(ValidationError, match="长期坚持的举措没有完成时限"):
            amend(stage, due_on=YEAR_END, is_ongoing=True)

    def test_the_office_can_halt_a_measure(self, stage):
        amend(stage, halted="suspended")
        assert stage_of(stage.measure) == Stage.SUSPENDED


class TestCompletion:
    def test_claimed_then_verified_by_another(self, stage):
        assert stage_of(stage.measure) == Stage.NOT_STARTED
        pending = claimed(stage)
        assert stage_of(stage.measure) == Stage.AWAITING_VERIFICATION
        closing.verify_completion(stage.office, claim=pending, now=NOW, remark="文件已核对")
        assert stage_of(stage.measure) == Stage.COMPLETED
        assert [event.verb for event in AuditEvent.objects.order_by("number")] == ["申请办结", "核验通过"]
        assert list(broken_links()) == []

    def test_never_by_whoever_claimed_it_in_a_former_post(self, stage):
        pending = claimed(stage)
        User.objects.filter(pk=stage.reporter.pk).update(role=Role.OFFICE)
        stage.reporter.refresh_from_db()
        with pytest.raises(PermissionDenied, match="不能决定自己提出的申请"):
            closing.verify_completion(stage.reporter, claim=pending, now=NOW)

    def test_not_of_what_is_completed(self, stage):
        closing.verify_completion(stage.office, claim=claimed(stage), now=NOW)
        with pytest.raises(ValidationError, match="已经办结，不用申请办结"):
            claimed(stage)

    def test_a_second_verification_by_the_same_person_changes_nothing(self, stage):
        pending = claimed(stage)
        closing.verify_completion(stage.office, claim=pending, now=NOW)
        closing.verify_completion(stage.office, claim=pending, now=NOW)
        assert AuditEvent.objects.filter(verb="核验通过").count() == 1
        with pytest.raises(ValidationError, match="现在是“已同意”"):
            closing.verify_completion(stage.second_office, claim=pending, now=NOW)

    def test_one_claim_at_a_time(self, stage):
        claimed(stage)
        with pytest.raises(ValidationError, match="已有待核验的办结申请"):
            claimed(stage)

    def test_a_return_has_a_reason_and_the_unit_may_claim_again(self, stage):
        pending = claimed(stage)
        with pytest.raises(ValidationError, match="请写明退回的理由"):
            closing.return_completion(stage.office, claim=pending, reason="", now=NOW)
        closing.return_completion(stage.office, claim=pending, reason="缺少验收文件", now=NOW)
        assert claimed(stage).state == ClaimState.PENDING

    def test_withdrawn_by_the_unit(self, stage):
        pending = claimed(stage)
        closing.withdraw_claim(stage.reporter, claim=pending, now=NOW)
        assert stage_of(stage.measure) == Stage.NOT_STARTED

    def test_only_by_the_duty_s_own_unit_and_not_in_the_future(self, stage):
        with pytest.raises(PermissionDenied):
            claimed(stage, by=stage.other_reporter)
        with pytest.raises(ValidationError, match="办结日期不能晚于今天"):
            closing.claim_completion(
                stage.reporter, duty=stage.duty, result="完成", document="1号", completed_on=YEAR_END, now=NOW
            )

    def test_reopened_with_a_reason_the_record_stays(self, stage):
        done = closing.verify_completion(stage.office, claim=claimed(stage), now=NOW)
        closing.reopen_measure(stage.office, claim=done, reason="复核发现一条线路未接入", now=NOW)
        assert stage_of(stage.measure) == Stage.NOT_STARTED
        done.refresh_from_db()
        assert (done.state, done.reopening_reason) == (ClaimState.GRANTED, "复核发现一条线路未接入")
        assert claimed(stage).state == ClaimState.PENDING


class TestExtension:
    def test_granted_it_moves_the_due_date_by_an_amendment(self, stage):
        amend(stage, due_on=YEAR_END)
        closing.grant_extension(stage.office, request=asked(stage), now=NOW)
        stage.measure.refresh_from_db()
        assert (stage.measure.due_on, stage.measure.original_due_on) == (NEXT_SUMMER, YEAR_END)
        last = Amendment.objects.first()
        assert (last.number, last.before, last.after, last.reason) == (
            2,
            "2026-12-31",
            "2027-06-30",
            "延期申请：用地批复推迟",
        )

    def test_not_of_what_is_over(self, stage):
        amend(stage, due_on=YEAR_END)
        closing.verify_completion(stage.office, claim=claimed(stage), now=NOW)
        with pytest.raises(ValidationError, match="已经办结"):
            asked(stage)
        amend(stage, halted="cancelled")
        for verb in (asked, claimed):
            with pytest.raises(ValidationError, match="已终止"):
                verb(stage)

    @pytest.mark.parametrize(
        ("since", "said"),
        [({"due_on": datetime.date(2027, 12, 31)}, "改为 2027-12-31"), ({"due_on": None}, "取消")],
    )
    def test_never_granted_where_it_would_not_be_later(self, stage, since, said):
        amend(stage, due_on=YEAR_END)
        request = asked(stage)
        amend(stage, **since)
        with pytest.raises(ValidationError, match=f"完成时限已{said}"):
            closing.grant_extension(stage.office, request=request, now=NOW)
        stage.measure.refresh_from_db()
        assert stage.measure.due_on == since["due_on"]
        assert (
            closing.return_extension(stage.office, request=request, reason="已另行调整", now=NOW).state == "returned"
        )

    def test_returned_the_date_stays(self, stage):
        amend(stage, due_on=YEAR_END)
        closing.return_extension(stage.office, request=asked(stage), reason="理由不充分", now=NOW)
        stage.measure.refresh_from_db()
        assert stage.measure.due_on == YEAR_END

    def test_the_due_date_itself_is_not_over(self, stage):
        amend(stage, due_on=TODAY)
        assert asked(stage).old_due_on == TODAY

    def test_only_before_the_due_date_and_only_later(self, stage):
        with pytest.raises(ValidationError, match="没有完成时限"):
            asked(stage)
        amend(stage, due_on=datetime.date(2026, 10, 1))
        with pytest.raises(ValidationError, match="已过，不能再申请延期"):
            asked(stage)
        amend(stage, due_on=YEAR_END)
        with pytest.raises(ValidationError, match="须晚于现在的完成时限"):
            asked(stage, new_due_on=YEAR_END)
