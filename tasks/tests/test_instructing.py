"""批示: given, answered, sent back, closed; each act once, each refusal in a sentence, each in the audit trail."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.choices import InstructionState
from tasks.models import Instruction
from tasks.permissions import handled_by, handles, visible_to
from tasks.services import instructing
from tasks.tests import journeys
from tasks.tests.people import NOW, TODAY, Stage, make_user
from tasks.tests.samples import make_plan
from units.choices import Role
from units.models import AuditEvent

pytestmark = pytest.mark.django_db

WORDS = "请省交通运输厅年底前接通五市一卡通。"
YEAR_END = datetime.date(2026, 12, 31)


def given(stage: Stage, **changes) -> Instruction:
    said = {"plan": stage.plan, "text": WORDS, "owner": stage.duty.unit, "due_on": YEAR_END, "measure": stage.measure}
    return instructing.give_instruction(stage.leader, **said | changes, now=NOW)


def answered(stage: Stage, instruction: Instruction | None = None, text: str = "已全部接通。") -> Instruction:
    instruction = instruction or given(stage)
    return instructing.answer_instruction(
        stage.reporter, instruction=instruction, text=text, seen_at=instruction.answered_at, now=NOW
    )


def returned(stage: Stage, instruction: Instruction, reason: str = "请附验收文件。") -> Instruction:
    return instructing.return_instruction(
        stage.leader, instruction=instruction, reason=reason, seen_at=instruction.answered_at, now=NOW
    )


def closed(stage: Stage, instruction: Instruction, reason: str = "", by=None) -> Instruction:
    return instructing.close_instruction(
        by or stage.office, instruction=instruction, seen_at=instruction.answered_at, reason=reason, now=NOW
    )


def trail() -> list[tuple[str, str, str, str]]:
    """What the trail says of instructions, the oldest first."""
    events = AuditEvent.objects.filter(subject_kind="批示").order_by("number")
    return list(events.values_list("subject", "verb", "actor", "after"))


class TestGiving:
    def test_it_is_numbered_within_its_plan(self, stage):
        numbers = [given(stage, text=f"第 {turn} 件。").number for turn in (1, 2, 3)]
        other = given(stage, plan=make_plan("other"), measure=None)
        assert (numbers, other.number) == ([1, 2, 3], 1)

    def test_the_row_and_the_trail_say_what_by_whom_to_whom_until_when(self, stage):
        one = given(stage)
        assert (one.text, one.owner, one.due_on, one.measure) == (WORDS, stage.duty.unit, YEAR_END, stage.measure)
        assert (one.state, one.given_by, one.given_at) == (InstructionState.OPEN, stage.leader, NOW)
        after = f'{{"批示": "{WORDS}", "承办单位": "省交通运输厅", "办理时限": "2026-12-31"}}'
        assert trail() == [("批示第 1 号", "作出批示", "领导", after)]

    def test_two_clicks_give_one(self, stage):
        assert given(stage) == given(stage)
        assert (Instruction.objects.count(), len(trail())) == (1, 1)

    def test_the_same_words_are_given_again_once_the_first_is_closed(self, stage):
        closed(stage, answered(stage))
        assert given(stage).number == 2

    def test_what_answers_a_report_is_about_its_measure(self, stage):
        report = journeys.submitted(stage)
        one = given(stage, measure=None, report=report)
        assert (one.report, one.measure) == (report, stage.measure)

    def test_a_draft_which_the_leader_does_not_see_cannot_be_answered(self, stage):
        with pytest.raises(PermissionDenied, match="没有这份填报"):
            given(stage, report=journeys.drafted(stage))

    def test_report_and_measure_belong_together_and_to_the_plan(self, stage):
        (other,) = journeys.more_duties(stage, 1)
        with pytest.raises(ValidationError, match="所批的填报不是这项举措的"):
            given(stage, report=journeys.submitted(stage), measure=other.measure)
        with pytest.raises(ValidationError, match="这项举措不在这张分工表里"):
            given(stage, plan=make_plan("other"))

    def test_all_that_is_wrong_is_said_at_once(self, stage):
        with pytest.raises(ValidationError) as refused:
            given(stage, text=" ", owner=stage.group_duty.unit, due_on=TODAY)
        assert refused.value.message_dict == {
            "text": ["请写明批示内容。"],
            "owner": ["群体没有填报员，请选择其中一个单位。"],
            "due_on": ["办理时限须晚于今天。"],
        }

    def test_only_leaders_give(self, stage):
        for name, user in stage.everybody.items():
            if name != "leader":
                with pytest.raises(PermissionDenied, match="作出批示"):
                    instructing.give_instruction(
                        user, plan=stage.plan, text=WORDS, owner=stage.duty.unit, due_on=YEAR_END, now=NOW
                    )
        assert Instruction.objects.count() == 0


class TestWhose:
    def test_what_a_person_handles_is_the_same_of_one_and_of_all_and_nothing_unseen(self, stage):
        """Of a unit, of another unit, and given by another leader on no measure."""
        given(stage)
        given(stage, owner=stage.other_duty.unit)
        own = given(stage, measure=None, text="请汇总全省情况。")
        Instruction.objects.filter(pk=own.pk).update(given_by=make_user("领导乙", Role.LEADER, stage.leader.unit))
        handled = {name: set(Instruction.objects.filter(handled_by(user))) for name, user in stage.everybody.items()}
        assert {name: len(found) for name, found in handled.items() if found} == {
            "reporter": 2,
            "other_reporter": 1,
            "office": 3,
            "second_office": 3,
            "leader": 2,
        }
        for name, user in stage.everybody.items():
            assert handled[name] == {one for one in Instruction.objects.all() if handles(user, one)}
            assert handled[name] <= set(visible_to(user, Instruction)), name


class TestAnswering:
    def test_the_owners_reporter_answers(self, stage):
        one = answered(stage)
        assert (one.state, one.answer) == (InstructionState.ANSWERED, "已全部接通。")
        assert (one.answered_by, one.answered_at) == (stage.reporter, NOW)
        assert trail()[-1] == ("批示第 1 号", "反馈批示", "交通填报员", "已全部接通。")

    def test_another_units_reporter_does_not(self, stage):
        one = given(stage)
        with pytest.raises(PermissionDenied, match="批示请由承办单位反馈"):
            instructing.answer_instruction(stage.other_reporter, instruction=one, text="已办。", seen_at=None, now=NOW)

    def test_an_empty_answer_is_none(self, stage):
        with pytest.raises(ValidationError) as refused:
            answered(stage, text=" \n")
        assert refused.value.message_dict == {"answer": ["请写明办理情况。"]}

    def test_two_clicks_answer_once(self, stage):
        one = given(stage)
        assert [answered(stage, one).state, answered(stage, one).state] == [InstructionState.ANSWERED] * 2
        assert len(trail()) == 2

    def test_of_two_reporters_the_second_is_told(self, stage):
        one, colleague = given(stage), make_user("同事", Role.REPORTER, stage.duty.unit)
        answered(stage, one)
        with pytest.raises(ValidationError, match="这件批示现在是“已反馈”，不能再反馈批示"):
            instructing.answer_instruction(colleague, instruction=one, text="我也办了。", seen_at=None, now=NOW)
        one.refresh_from_db()
        assert one.answer == "已全部接通。"

    def test_what_was_answered_and_sent_back_meanwhile_is_not_overwritten_unread(self, stage):
        one, colleague = given(stage), make_user("同事", Role.REPORTER, stage.duty.unit)
        returned(stage, answered(stage, one))
        with pytest.raises(ValidationError, match="在您打开页面以后，承办单位作了反馈。"):
            instructing.answer_instruction(colleague, instruction=one, text="我也办了。", seen_at=None, now=NOW)


class TestSendingBack:
    def test_it_is_open_again_with_the_answer_and_the_reason_on_record(self, stage):
        one = returned(stage, answered(stage))
        assert (one.state, one.answer, one.due_on) == (InstructionState.OPEN, "已全部接通。", YEAR_END)
        assert trail()[-1] == ("批示第 1 号", "退回反馈", "领导", "请附验收文件。")

    def test_it_says_why(self, stage):
        one = answered(stage)
        with pytest.raises(ValidationError) as refused:
            returned(stage, one, reason="  ")
        assert refused.value.message_dict == {"reason": ["请写明退回的理由，承办单位会看到全文。"]}

    def test_two_clicks_send_back_once(self, stage):
        one = answered(stage)
        assert [returned(stage, one).state, returned(stage, one).state] == [InstructionState.OPEN] * 2
        assert len(trail()) == 3

    def test_it_may_be_sent_back_for_the_same_reason_again(self, stage):
        one = answered(stage, returned(stage, answered(stage)), "已附。")
        assert returned(stage, one).state == InstructionState.OPEN
        assert [verb for _, verb, _, _ in trail()] == ["作出批示", "反馈批示", "退回反馈", "反馈批示", "退回反馈"]


class TestClosing:
    def test_the_office_closes_what_was_answered(self, stage):
        one = closed(stage, answered(stage))
        assert (one.state, one.closed_by, one.closed_at) == (InstructionState.CLOSED, stage.office, NOW)
        assert trail()[-1] == ("批示第 1 号", "办结批示", "督查专员甲", "")

    def test_the_leader_closes_their_own_and_no_other_leaders(self, stage):
        mine, colleague = answered(stage), make_user("另一位领导", Role.LEADER, stage.leader.unit)
        with pytest.raises(PermissionDenied, match="由作出批示的领导或督查专员退回、办结。"):
            closed(stage, mine, by=colleague)
        assert closed(stage, mine, by=stage.leader).closed_by == stage.leader

    def test_what_nobody_answered_is_closed_with_a_reason(self, stage):
        one = given(stage)
        with pytest.raises(ValidationError) as refused:
            closed(stage, one)
        assert refused.value.message_dict == {"reason": ["承办单位没有反馈，办结须写明理由。"]}
        assert closed(stage, one, "当面听取了汇报。").state == InstructionState.CLOSED
        assert trail()[-1][-1] == "当面听取了汇报。"

    def test_an_answer_that_came_meanwhile_is_read_first(self, stage):
        seen = given(stage)
        answered(stage, Instruction.objects.get())
        with pytest.raises(ValidationError, match="请看过现在的反馈，再作决定。"):
            closed(stage, seen, "不再需要。")

    def test_two_clicks_close_once_and_another_persons_is_told(self, stage):
        one = answered(stage)
        assert [closed(stage, one).state, closed(stage, one).state] == [InstructionState.CLOSED] * 2
        with pytest.raises(ValidationError, match="这件批示现在是“已办结”，不能再办结批示"):
            closed(stage, one, by=stage.second_office)
        assert Instruction.objects.get().closed_by == stage.office
        assert len(trail()) == 3
