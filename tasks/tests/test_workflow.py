"""Every state × verb × role × unit × author: allowed exactly where the table and the rules about persons say so."""

import itertools

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.choices import ClaimState, InstructionState, ReportState
from tasks.models import Instruction, ProgressReport
from tasks.permissions import can_move, can_move_instruction, sees, visible_reports
from tasks.services import instructing, reporting, reviewing
from tasks.tests.people import NOW, TODAY, Stage, content, make_stage, make_user
from tasks.workflow import CLAIM_MOVES, INSTRUCTION_MOVES, REPORT_MOVES, Move, is_legal
from units.choices import Role

VERBS = ("save_draft", "submit_report", "withdraw_report", "forward_report", "return_report", "approve_report")


def report_in(stage: Stage, state: str, author) -> ProgressReport:
    """A complete report in a state, as if `author` had written it."""
    submitted = {"submitted_at": NOW, "submitted_by": author} if state != ReportState.DRAFT else {}
    approved = {"approved_at": NOW, "approved_by": stage.office} if state == ReportState.APPROVED else {}
    return ProgressReport.objects.create(
        duty=stage.duty,
        period=stage.period,
        state=state,
        written_by=author,
        created_at=NOW,
        saved_at=NOW,
        **content(),
        **submitted,
        **approved,
    )


def attempt(verb: str, user, report: ProgressReport) -> str:
    """The state the service brings about; empty where it refuses or leaves all as it was."""
    version = report.version
    try:
        if verb == "save_draft":
            after = reporting.save_draft(
                user,
                duty=report.duty,
                period=report.period,
                content=content(progress="改为 8月1日的情况"),
                version=version,
                now=NOW,
            )
        elif verb in ("submit_report", "withdraw_report"):
            after = getattr(reporting, verb)(user, report=report, version=version, now=NOW)
        else:
            reason = {"reason": "请补充"} if verb == "return_report" else {}
            after = getattr(reviewing, verb)(user, report=report, version=version, now=NOW, **reason)
    except (PermissionDenied, ValidationError):
        return ""
    return after.state if after.version > version else ""


def targets(moves: tuple[Move, ...], verb: str, state: str, role: str) -> set[str]:
    """Where the table says that a move ends."""
    return {move.target for move in moves if (move.verb, move.source, move.role) == (verb, state, role)}


def expected(verb: str, role: str, is_own_unit: bool, is_own_text: bool, state: str) -> bool:
    """The rule, spelled out once more from domain.md and the table."""
    if not any((move.verb, move.source, move.role) == (verb, state, role) for move in REPORT_MOVES):
        return False
    if verb in ("save_draft", "submit_report", "withdraw_report"):
        return role == Role.REPORTER and is_own_unit  # the duty here is no open group's
    return not is_own_text and (role == Role.OFFICE or is_own_unit)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", ReportState.values)
def test_every_verb_from_every_state_by_everybody(verb, state):
    stage = make_stage()
    for role, is_own_unit, is_own_text in itertools.product(Role.values, (True, False), (True, False)):
        unit = stage.duty.unit if is_own_unit else stage.other_duty.unit
        user = make_user(f"{role}-{is_own_unit}-{is_own_text}", role, unit)
        report = report_in(stage, state, user if is_own_text else stage.reporter)
        wanted = expected(verb, role, is_own_unit, is_own_text, state)
        case = (verb, state, role, "own unit" if is_own_unit else "other unit", "own text" if is_own_text else "")
        assert can_move(user, verb, report) == wanted, case
        reached = attempt(verb, user, report)
        assert reached in targets(REPORT_MOVES, verb, state, role) if wanted else reached == "", (case, reached)
        report.reviews.all().delete()
        report.delete()


@pytest.mark.django_db
def test_who_sees_a_report_is_the_same_for_predicate_and_queryset():
    stage = make_stage()
    seen = {}
    for state in ReportState.values:
        report = report_in(stage, state, stage.reporter)
        for name, user in stage.everybody.items():
            by_query = ProgressReport.objects.filter(visible_reports(user), pk=report.pk).exists()
            assert sees(user, report) == by_query, (name, state)
            seen[name, state] = by_query
        report.delete()
    drafts = {name for (name, state), yes in seen.items() if state == ReportState.DRAFT and yes}
    returned = {name for (name, state), yes in seen.items() if state == ReportState.RETURNED and yes}
    assert drafts == {"reporter", "reviewer"}
    assert returned == {"reporter", "reviewer", "office", "second_office", "leader"}
    assert all(yes for (_, state), yes in seen.items() if state == ReportState.APPROVED)


@pytest.mark.parametrize("state", ClaimState.values)
def test_only_the_office_decides_on_what_is_pending(state):
    for move in CLAIM_MOVES:
        if not move.verb.startswith("withdraw"):
            assert [role for role in Role.values if is_legal(move.verb, state, role)] == (
                [Role.OFFICE] if state == ClaimState.PENDING else []
            )


def instruction_in(stage: Stage, state: str, giver) -> Instruction:
    answered = {"answer": "已接通。", "answered_at": NOW, "answered_by": stage.reporter}
    closed = {"closed_at": NOW, "closed_by": stage.office}
    return Instruction.objects.create(
        plan=stage.plan,
        number=Instruction.objects.count() + 1,
        text="请接通。",
        owner=stage.duty.unit,
        due_on=TODAY,
        state=state,
        given_at=NOW,
        given_by=giver,
        **(answered if state != InstructionState.OPEN else {}),
        **(closed if state == InstructionState.CLOSED else {}),
    )


def attempt_on(verb: str, user, instruction: Instruction) -> str:
    """The state the service brings about; empty where it refuses or leaves all as it was."""
    words = {"text": "已办。"} if verb == "answer_instruction" else {"reason": "请看附件。"}
    seen_at = instruction.answered_at
    try:
        after = getattr(instructing, verb)(user, instruction=instruction, seen_at=seen_at, now=NOW, **words)
    except (PermissionDenied, ValidationError):
        return ""
    return after.state if after.state != instruction.state else ""


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["answer_instruction", "return_instruction", "close_instruction"])
@pytest.mark.parametrize("state", InstructionState.values)
def test_every_verb_on_an_instruction_from_every_state_by_everybody(verb, state):
    """The owner's reporters answer; the leader who gave it and the Office send back and close."""
    stage = make_stage()
    in_table = {move.role for move in INSTRUCTION_MOVES if (move.verb, move.source) == (verb, state)}
    for role, is_own_unit, is_giver in itertools.product(Role.values, (True, False), (True, False)):
        unit = stage.duty.unit if is_own_unit else stage.other_duty.unit
        user = make_user(f"{role}-{is_own_unit}-{is_giver}", role, unit)
        instruction = instruction_in(stage, state, user if is_giver else stage.leader)
        concerned = {Role.REPORTER: is_own_unit, Role.LEADER: is_giver, Role.OFFICE: True}
        wanted = role in in_table and concerned[role]
        case = (verb, state, role, is_own_unit, is_giver)
        assert can_move_instruction(user, verb, instruction) == wanted, case
        reached = attempt_on(verb, user, instruction)
        assert reached in targets(INSTRUCTION_MOVES, verb, state, role) if wanted else reached == "", (case, reached)


def table(moves, states) -> list[str]:
    labels, roles = dict(states.choices), dict(Role.choices)
    return [
        f"| {move.title} | `{move.verb}` | {labels[move.source]} | {labels[move.target]} | {roles[move.role]} |"
        for move in moves
    ]


def test_the_document_shows_the_tables():
    shown = (settings.BASE_DIR / "docs" / "workflow.md").read_text().splitlines()
    rows = [line for line in shown if line.startswith("| ") and "`" in line]
    assert rows == [
        *table(REPORT_MOVES, ReportState),
        *table(CLAIM_MOVES, ClaimState),
        *table(INSTRUCTION_MOVES, InstructionState),
    ]
