"""Rows that the constraints of amendments, completion claims and extension requests accept and refuse."""

import datetime

from django.db import models

from tasks.choices import ClaimState
from tasks.models import Amendment, CompletionClaim, ExtensionRequest
from tasks.tests.people import NOW, make_stage
from units.choices import Role
from units.tests.constraints import Case
from units.tests.samples import make_user

DUE = datetime.date(2026, 12, 31)
AFTER_DUE = DUE + datetime.timedelta(days=1)


def decision(**given) -> dict:
    return {"state": ClaimState.GRANTED, "decided_at": NOW, "decided_by": make_user(Role.OFFICE)} | given


def second_amendment(**given) -> Amendment:
    stage = make_stage()
    usual = {"plan": stage.plan, "subject": "完成时限", "reason": "上级调整", "made_at": NOW, "made_by": stage.office}
    Amendment.objects.create(**usual, number=1)
    return Amendment(**usual | {"number": 2} | given)


def claim(**given) -> CompletionClaim:
    """Claimed by 省交通运输厅, and what follows as told."""
    stage = make_stage()
    usual = {
        "measure": stage.measure,
        "duty": stage.duty,
        "result": "已建成通车。",
        "document": "鲁交规划〔2026〕12号",
        "completed_on": DUE,
        "claimed_at": NOW,
        "claimed_by": stage.reporter,
    }
    return CompletionClaim(**usual | given)


def extension(**given) -> ExtensionRequest:
    """Asked for by 省交通运输厅, and what follows as told."""
    stage = make_stage()
    usual = {
        "measure": stage.measure,
        "duty": stage.duty,
        "old_due_on": DUE,
        "new_due_on": AFTER_DUE,
        "reason": "征地未完成",
        "requested_at": NOW,
        "requested_by": stage.reporter,
    }
    return ExtensionRequest(**usual | given)


def again(first: models.Model, **given) -> models.Model:
    """The same once more, the first being stored, but for those values given."""
    first.save()
    values = {field.name: getattr(first, field.name) for field in first._meta.concrete_fields if not field.primary_key}
    return type(first)(**values | given)


def decided_by_asker(row: CompletionClaim | ExtensionRequest, state: ClaimState) -> models.Model:
    row.state, row.decided_at = state, NOW
    row.decided_by = row.claimed_by if isinstance(row, CompletionClaim) else row.requested_by
    return row


def reopened(**given) -> CompletionClaim:
    by = make_user(Role.LEADER)
    return claim(**decision(reopened_at=NOW, reopened_by=by, reopening_reason="又有积水") | given)


CASES_OF_CLOSING = {
    "amendment_number_once": Case(accepted=second_amendment, refused=lambda: second_amendment(number=1)),
    "amendment_has_reason": Case(accepted=second_amendment, refused=lambda: second_amendment(reason="")),
    "claim_one_pending": Case(
        accepted=lambda: again(claim(), state=ClaimState.WITHDRAWN), refused=lambda: again(claim())
    ),
    "claim_one_granted": Case(
        accepted=lambda: again(reopened(), reopened_at=None, reopened_by=None),
        refused=lambda: again(claim(**decision())),
    ),
    "claim_return_has_reason": Case(
        accepted=lambda: claim(**decision(state=ClaimState.RETURNED, decision_reason="缺验收文件")),
        refused=lambda: claim(**decision(state=ClaimState.RETURNED)),
    ),
    "claim_verified_by_another": Case(
        accepted=lambda: claim(**decision()), refused=lambda: decided_by_asker(claim(), ClaimState.GRANTED)
    ),
    "claim_decided_at_and_by": Case(
        accepted=lambda: claim(**decision()), refused=lambda: claim(**decision(decided_by=None))
    ),
    "claim_reopened_at_and_by": Case(accepted=reopened, refused=lambda: reopened(reopened_by=None)),
    "extension_one_pending": Case(
        accepted=lambda: again(extension(), state=ClaimState.WITHDRAWN), refused=lambda: again(extension())
    ),
    "extension_moves_later": Case(accepted=extension, refused=lambda: extension(new_due_on=DUE)),
    "extension_has_reason": Case(accepted=extension, refused=lambda: extension(reason="")),
    "extension_return_has_reason": Case(
        accepted=lambda: extension(**decision(state=ClaimState.RETURNED, decision_reason="理由不足")),
        refused=lambda: extension(**decision(state=ClaimState.RETURNED)),
    ),
    "extension_decided_by_other": Case(
        accepted=lambda: extension(**decision()), refused=lambda: decided_by_asker(extension(), ClaimState.GRANTED)
    ),
    "extension_decided_at_and_by": Case(
        accepted=lambda: extension(**decision()), refused=lambda: extension(**decision(decided_by=None))
    ),
}
