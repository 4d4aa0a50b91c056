"""The verbs around a measure's time and end: claim, verify, extend, reopen. `amending` has the amendments.

Refusals are those of `reporting`. Whoever asked never decides.
"""

import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from tasks.choices import ClaimState, Halt
from tasks.models import CompletionClaim, Duty, ExtensionRequest, Measure, Plan
from tasks.permissions import can_claim
from tasks.queries.stages import completion_days
from tasks.services import standing
from tasks.services.amending import amend_measure, locked_measure
from tasks.services.reasons import refuse_without
from tasks.workflow import is_legal, leads_to, title_of
from units import audit
from units.models import User
from units.permissions import Permission, require

Claim = TypeVar("Claim", CompletionClaim, ExtensionRequest)
CANCELLED = "这项举措已终止，不用再申请。"


@transaction.atomic
def claim_completion(
    by: User,
    *,
    duty: Duty,
    result: str,
    document: str,
    completed_on: datetime.date,
    link: str = "",
    now: datetime.datetime,
) -> CompletionClaim:
    """办结申请, with its evidence: the document and its number, the date, a link where there is one."""
    measure = measure_claimed(by, duty, "办结")
    refuse_future(timezone.localdate(now), completed_on=completed_on)
    claim = CompletionClaim(
        measure=measure,
        duty=duty,
        result=result.strip(),
        document=document.strip(),
        completed_on=completed_on,
        link=link.strip(),
        claimed_at=now,
        claimed_by=by,
    )
    return kept(by, claim, "申请办结", now, after={"办结情况": claim.result, "依据": claim.document})


def measure_claimed(by: User, duty: Duty, what: str) -> Measure:
    """The measure, locked, of which this person may ask that it be 办结 or 延期."""
    if not can_claim(by, duty):
        raise PermissionDenied(f"只能为本单位负责的举措申请{what}，请由责任单位申请。")
    measure = locked_measure(duty.measure)
    if measure.halted == Halt.CANCELLED:
        raise ValidationError(CANCELLED)
    if completion_days([measure.pk]):
        raise ValidationError(f"这项举措已经办结，不用申请{what}。")
    return measure


def kept(by: User, claim: Claim, title: str, now: datetime.datetime, **said: Any) -> Claim:
    """A claim or request as it now stands, with the measure's lights in step."""
    claim.full_clean()
    claim.save()
    standing.refresh(claim.measure.main_task.plan, [claim.measure_id], now=now)
    audit.record(by, title, claim.measure, now=now, **said)
    return claim


def refuse_future(today: datetime.date, *, completed_on: datetime.date | None = None, **others: Any) -> None:
    """For a form too, in which something may still be missing."""
    if completed_on is not None and completed_on > today:
        raise ValidationError({"completed_on": "办结日期不能晚于今天。"})


@transaction.atomic
def verify_completion(
    by: User, *, claim: CompletionClaim, now: datetime.datetime, remark: str = ""
) -> CompletionClaim:
    """核验通过: the measure is 已办结."""
    return decide_claim(by, claim, "verify_completion", remark, now)


@transaction.atomic
def return_completion(by: User, *, claim: CompletionClaim, reason: str, now: datetime.datetime) -> CompletionClaim:
    refuse_unexplained(reason=reason)
    return decide_claim(by, claim, "return_completion", reason, now)


@transaction.atomic
def reopen_measure(by: User, *, claim: CompletionClaim, reason: str, now: datetime.datetime) -> CompletionClaim:
    """重新打开 a completed measure, with a reason; the claim and its verification stay on record."""
    require(by, Permission.DECIDE_CLOSING)
    refuse_without(reason, "请写明重新打开的理由。")
    claim = CompletionClaim.objects.select_for_update(no_key=True).get(pk=claim.pk)
    if not claim.is_in_force:
        raise ValidationError("这项举措现在不是已办结，不用重新打开。")
    claim.reopened_at, claim.reopened_by, claim.reopening_reason = now, by, reason.strip()
    return kept(by, claim, "重新打开", now, after=claim.reopening_reason)


@transaction.atomic
def request_extension(
    by: User, *, duty: Duty, new_due_on: datetime.date, reason: str, now: datetime.datetime
) -> ExtensionRequest:
    """延期申请, before the due date."""
    measure = measure_claimed(by, duty, "延期")
    if measure.due_on is None:
        raise ValidationError("这项举措没有完成时限，不用申请延期。")
    if measure.is_past(timezone.localdate(now)):
        raise ValidationError(f"完成时限 {measure.due_on} 已过，不能再申请延期。请联系督查专员。")
    refuse_no_later(measure, new_due_on=new_due_on)
    request = ExtensionRequest(
        measure=measure,
        duty=duty,
        old_due_on=measure.due_on,
        new_due_on=new_due_on,
        reason=reason.strip(),
        requested_at=now,
        requested_by=by,
    )
    request.full_clean()
    request.save()
    audit.record(by, "申请延期", measure, now=now, before=str(measure.due_on), after=str(new_due_on))
    return request  # no light turns by it


def refuse_no_later(measure: Measure, *, new_due_on: datetime.date | None = None, **others: Any) -> None:
    """For a form too, in which something may still be missing."""
    if new_due_on is not None and measure.due_on is not None and new_due_on <= measure.due_on:
        raise ValidationError({"new_due_on": f"申请的日期须晚于现在的完成时限 {measure.due_on}。"})


@transaction.atomic
def grant_extension(
    by: User, *, request: ExtensionRequest, now: datetime.datetime, remark: str = "", document: str = ""
) -> ExtensionRequest:
    """同意延期: the due date moves by a numbered amendment; the original date stays."""
    measure = locked_measure(request.measure)  # locks in the order of amend_measure, the audit trail's last
    Plan.objects.select_for_update(no_key=True).get(pk=measure.main_task.plan_id)
    request = ExtensionRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if request.state == ClaimState.GRANTED and request.decided_by_id == by.pk:
        return request
    refuse_overtaken(measure, request)
    amend_measure(  # before anything is recorded: whoever reports on the measure may wait for the audit trail
        by,
        measure=measure,
        changes={"due_on": request.new_due_on},
        reason=f"延期申请：{request.reason}",
        document=document,
        now=now,
    )
    return decide_claim(by, request, "grant_extension", remark, now)


def refuse_overtaken(measure: Measure, request: ExtensionRequest) -> None:
    """Amended since it was asked, the due date may lie behind the day asked for, which would draw it nearer."""
    if measure.due_on is None or measure.due_on >= request.new_due_on:
        now_due = f"改为 {measure.due_on}" if measure.due_on else "取消"
        raise ValidationError(f"申请以后，完成时限已{now_due}，同意这份申请不会延后。请退回，并写明理由。")


@transaction.atomic
def return_extension(by: User, *, request: ExtensionRequest, reason: str, now: datetime.datetime) -> ExtensionRequest:
    refuse_unexplained(reason=reason)
    return decide_claim(by, request, "return_extension", reason, now)


def refuse_unexplained(*, reason: str | None = None, **others: Any) -> None:
    """A return says why. For a form too, whose reason may be wrong otherwise."""
    if reason is not None:
        refuse_without(reason, "请写明退回的理由，申请单位会看到全文。")


def decide_claim(by: User, claim: Claim, verb: str, remark: str, now: datetime.datetime) -> Claim:
    """Decide a completion claim or an extension request, by another person than the one who asked."""
    require(by, Permission.DECIDE_CLOSING)
    target, title = leads_to(verb), title_of(verb)
    claim = type(claim).objects.select_for_update(no_key=True).get(pk=claim.pk)
    if claim.state == target and claim.decided_by_id == by.pk:
        return claim
    if not is_legal(verb, claim.state, by.role):
        raise ValidationError(f"这份申请现在是“{claim.get_state_display()}”，不能再{title}，请刷新页面。")
    asked_by = claim.claimed_by_id if isinstance(claim, CompletionClaim) else claim.requested_by_id
    if asked_by == by.pk:
        raise PermissionDenied("不能决定自己提出的申请，请由他人决定。")
    claim.state, claim.decided_at, claim.decided_by, claim.decision_reason = target, now, by, remark.strip()
    return kept(by, claim, title, now, after=claim.decision_reason)


@transaction.atomic
def withdraw_claim(by: User, *, claim: Claim, now: datetime.datetime) -> Claim:
    """撤回 one's own unit's completion claim or extension request while it is pending."""
    verb = "withdraw_completion" if isinstance(claim, CompletionClaim) else "withdraw_extension"
    if not can_claim(by, claim.duty):
        raise PermissionDenied("只能撤回本单位的申请，请由申请单位撤回。")
    claim = type(claim).objects.select_for_update(no_key=True).get(pk=claim.pk)
    if claim.state == ClaimState.WITHDRAWN:
        return claim
    if not is_legal(verb, claim.state, by.role):
        raise ValidationError(f"这份申请现在是“{claim.get_state_display()}”，不能撤回，请刷新页面。")
    claim.state, claim.decided_at, claim.decided_by = ClaimState.WITHDRAWN, now, by
    return kept(by, claim, title_of(verb), now)
