"""The verbs around an instruction (批示): give, answer, send back, close.

Refusals are those of `reporting`. `seen_at` is when the answer was given that the person saw, None where there was none:
what was answered meanwhile is neither overwritten nor decided on unread.
"""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tasks.choices import InstructionState
from tasks.models import Instruction, Measure, Plan, ProgressReport
from tasks.permissions import handles, visible_to
from tasks.services import standing
from tasks.services.reasons import refuse_without
from tasks.workflow import is_legal, leads_to, title_of
from units import audit
from units.choices import UnitKind
from units.models import AuditEvent, Unit, User
from units.permissions import Permission, require

ANSWER, RETURN, CLOSE = "answer_instruction", "return_instruction", "close_instruction"
OVERTAKEN = "在您打开页面以后，承办单位作了反馈。请看过现在的反馈，再作决定。"


@transaction.atomic
def give_instruction(
    by: User,
    *,
    plan: Plan,
    text: str,
    owner: Unit,
    due_on: datetime.date,
    measure: Measure | None = None,
    report: ProgressReport | None = None,
    now: datetime.datetime,
) -> Instruction:
    """作出批示, numbered within its plan. The same words to the same unit while they are open are given once."""
    require(by, Permission.GIVE_INSTRUCTIONS)
    measure = about(by, plan, measure, report)
    refuse_what_cannot_be_done(timezone.localdate(now), text=text, owner=owner, due_on=due_on)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)  # numbers without gaps or doubles
    said = {"text": text.strip(), "owner": owner, "due_on": due_on, "measure": measure, "report": report}
    if given := plan.instructions.filter(**said, given_by=by, state=InstructionState.OPEN).first():
        return given
    last = plan.instructions.aggregate(last=Max("number"))["last"] or 0
    instruction = Instruction(plan=plan, number=last + 1, given_at=now, given_by=by, **said)
    instruction.full_clean()
    instruction.save()
    if report is not None:
        standing.refresh(plan, [measure.pk], now=now)  # what it asks waits for an answer no longer
    audit.record(
        by, "作出批示", instruction, now=now, after={name: said[name] for name in ("text", "owner", "due_on")}
    )
    return instruction


def about(by: User, plan: Plan, measure: Measure | None, report: ProgressReport | None) -> Measure | None:
    """The measure an instruction is about: the one named, or that of the report it answers."""
    if report is not None:
        if not visible_to(by, ProgressReport).filter(pk=report.pk).exists():
            raise PermissionDenied("没有这份填报，或者您不能查看。请从举措页作批示。")
        if measure not in (None, report.duty.measure):
            raise ValidationError("所批的填报不是这项举措的，请从举措页重新作批示。")
        measure = report.duty.measure
    if measure is not None and measure.main_task.plan_id != plan.pk:
        raise ValidationError("这项举措不在这张分工表里，请从举措页重新作批示。")
    return measure


def refuse_what_cannot_be_done(
    today: datetime.date,
    *,
    text: str | None = None,
    owner: Unit | None = None,
    due_on: datetime.date | None = None,
) -> None:
    """All that is wrong at once; for a form too, in which something may still be missing."""
    wrong = {}
    if text is not None and not text.strip():
        wrong["text"] = "请写明批示内容。"
    if owner is not None and owner.kind == UnitKind.GROUP:
        wrong["owner"] = "群体没有填报员，请选择其中一个单位。"
    if due_on is not None and due_on <= today:
        wrong["due_on"] = "办理时限须晚于今天。"
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def answer_instruction(
    by: User, *, instruction: Instruction, text: str, seen_at: datetime.datetime | None, now: datetime.datetime
) -> Instruction:
    """反馈批示: a reporter of the owner says what was done. An answer that was sent back gives way to the next."""
    instruction = locked(instruction)
    if is_second_click(by, instruction, ANSWER, text):
        return instruction
    require(by, Permission.ANSWER_INSTRUCTIONS)
    refuse_move(by, instruction, ANSWER)
    refuse_overtaken(instruction, seen_at)
    if not text.strip():
        raise ValidationError({"answer": "请写明办理情况。"})
    instruction.answer, instruction.answered_at, instruction.answered_by = text.strip(), now, by
    return moved(by, instruction, ANSWER, instruction.answer, now)


@transaction.atomic
def return_instruction(
    by: User, *, instruction: Instruction, reason: str, seen_at: datetime.datetime | None, now: datetime.datetime
) -> Instruction:
    """退回反馈, with a reason that the owner reads: it is open again, its date as before."""
    instruction = locked(instruction)
    if is_second_click(by, instruction, RETURN, reason):
        return instruction
    require(by, Permission.CLOSE_INSTRUCTIONS)
    refuse_move(by, instruction, RETURN)
    refuse_overtaken(instruction, seen_at)
    refuse_without(reason, "请写明退回的理由，承办单位会看到全文。")
    return moved(by, instruction, RETURN, reason.strip(), now)


@transaction.atomic
def close_instruction(
    by: User,
    *,
    instruction: Instruction,
    seen_at: datetime.datetime | None,
    now: datetime.datetime,
    reason: str = "",
) -> Instruction:
    """办结批示. One that nobody answered is closed with a reason."""
    instruction = locked(instruction)
    if is_second_click(by, instruction, CLOSE, reason):
        return instruction
    require(by, Permission.CLOSE_INSTRUCTIONS)
    refuse_move(by, instruction, CLOSE)
    refuse_overtaken(instruction, seen_at)
    if instruction.state == InstructionState.OPEN:
        refuse_without(reason, "承办单位没有反馈，办结须写明理由。")
    instruction.closed_at, instruction.closed_by = now, by
    return moved(by, instruction, CLOSE, reason.strip(), now)


def locked(instruction: Instruction) -> Instruction:
    return Instruction.objects.select_for_update(of=("self",), no_key=True).get(pk=instruction.pk)


def is_second_click(by: User, instruction: Instruction, verb: str, words: str) -> bool:
    """Whether the last thing done to it is this very act of this very person."""
    events = AuditEvent.objects.filter(subject_kind=Instruction._meta.verbose_name, subject_key=str(instruction.pk))
    last = events.order_by("-number").first()
    said = audit.storable(words.strip())
    return last is not None and (last.actor_key, last.verb, last.after) == (by.pk, title_of(verb), said)


def refuse_move(by: User, instruction: Instruction, verb: str) -> None:
    if not handles(by, instruction):
        raise PermissionDenied("批示请由承办单位反馈，由作出批示的领导或督查专员退回、办结。")
    if not is_legal(verb, instruction.state, by.role):
        raise ValidationError(
            f"这件批示现在是“{instruction.get_state_display()}”，不能再{title_of(verb)}，请刷新页面。"
        )


def refuse_overtaken(instruction: Instruction, seen_at: datetime.datetime | None) -> None:
    if instruction.answered_at != seen_at:
        raise ValidationError(OVERTAKEN)


def moved(by: User, instruction: Instruction, verb: str, words: str, now: datetime.datetime) -> Instruction:
    instruction.state = leads_to(verb)
    instruction.full_clean()
    instruction.save()
    audit.record(by, title_of(verb), instruction, now=now, after=words)
    return instruction
