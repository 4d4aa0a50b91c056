"""Legal moves, as tables: from which state, by which verb, to which state, by whom. Whatever is not here is refused.

The rules about persons (own unit, nobody decides on their own text, a frozen period) are predicates in
`tasks.permissions`; this says what a role can do at all. `docs/workflow.md` shows the same table.
"""

from dataclasses import dataclass

from tasks.choices import ClaimState, InstructionState, ReportState
from units.choices import Role


@dataclass(frozen=True, slots=True)
class Move:
    """One legal move. `title` is the verb's Chinese word."""

    verb: str
    title: str
    source: str
    target: str
    role: str


DRAFT, SUBMITTED, FORWARDED = ReportState.DRAFT, ReportState.SUBMITTED, ReportState.FORWARDED
RETURNED, APPROVED = ReportState.RETURNED, ReportState.APPROVED

CORRECTING = "更正"  # no move: it makes a further row, of what has been approved

# A unit without a reviewer submits straight to the Office; the Office keeps the rows of open groups itself.
REPORT_MOVES = (
    Move("save_draft", "存草稿", DRAFT, DRAFT, Role.REPORTER),
    Move("save_draft", "存草稿", RETURNED, DRAFT, Role.REPORTER),
    Move("save_draft", "存草稿", DRAFT, DRAFT, Role.OFFICE),
    Move("save_draft", "存草稿", RETURNED, DRAFT, Role.OFFICE),
    Move("submit_report", "提交", DRAFT, SUBMITTED, Role.REPORTER),
    Move("submit_report", "提交", DRAFT, FORWARDED, Role.REPORTER),
    Move("submit_report", "提交", RETURNED, SUBMITTED, Role.REPORTER),
    Move("submit_report", "提交", RETURNED, FORWARDED, Role.REPORTER),
    Move("submit_report", "提交", DRAFT, FORWARDED, Role.OFFICE),
    Move("submit_report", "提交", RETURNED, FORWARDED, Role.OFFICE),
    Move("withdraw_report", "撤回", SUBMITTED, DRAFT, Role.REPORTER),
    Move("forward_report", "初审通过", SUBMITTED, FORWARDED, Role.UNIT_REVIEWER),
    Move("return_report", "退回", SUBMITTED, RETURNED, Role.UNIT_REVIEWER),
    Move("return_report", "退回", FORWARDED, RETURNED, Role.OFFICE),
    Move("approve_report", "复审通过", FORWARDED, APPROVED, Role.OFFICE),
)

PENDING, GRANTED = ClaimState.PENDING, ClaimState.GRANTED
CLAIM_MOVES = (
    Move("verify_completion", "核验通过", PENDING, GRANTED, Role.OFFICE),
    Move("return_completion", "退回办结申请", PENDING, ClaimState.RETURNED, Role.OFFICE),
    Move("withdraw_completion", "撤回办结申请", PENDING, ClaimState.WITHDRAWN, Role.REPORTER),
    Move("grant_extension", "同意延期", PENDING, GRANTED, Role.OFFICE),
    Move("return_extension", "退回延期申请", PENDING, ClaimState.RETURNED, Role.OFFICE),
    Move("withdraw_extension", "撤回延期申请", PENDING, ClaimState.WITHDRAWN, Role.REPORTER),
)

OPEN, ANSWERED, CLOSED = InstructionState.OPEN, InstructionState.ANSWERED, InstructionState.CLOSED
INSTRUCTION_MOVES = (
    Move("answer_instruction", "反馈批示", OPEN, ANSWERED, Role.REPORTER),
    Move("return_instruction", "退回反馈", ANSWERED, OPEN, Role.LEADER),
    Move("return_instruction", "退回反馈", ANSWERED, OPEN, Role.OFFICE),
    Move("close_instruction", "办结批示", ANSWERED, CLOSED, Role.LEADER),
    Move("close_instruction", "办结批示", ANSWERED, CLOSED, Role.OFFICE),
    Move("close_instruction", "办结批示", OPEN, CLOSED, Role.LEADER),
    Move("close_instruction", "办结批示", OPEN, CLOSED, Role.OFFICE),
)
ALL_MOVES = (*REPORT_MOVES, *CLAIM_MOVES, *INSTRUCTION_MOVES)


def is_legal(verb: str, state: str, role: str) -> bool:
    """Whether a role has a move by this verb from this state."""
    return any((move.verb, move.source, move.role) == (verb, state, role) for move in ALL_MOVES)


def leads_to(verb: str) -> str:
    """The state a verb brings about, for those that always bring about the same."""
    (state,) = {move.target for move in ALL_MOVES if move.verb == verb}
    return state


def title_of(verb: str) -> str:
    """The verb's Chinese word, as the audit trail has it."""
    return next(move.title for move in ALL_MOVES if move.verb == verb)
