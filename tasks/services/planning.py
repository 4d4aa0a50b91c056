"""The verbs that keep the plan: what was issued, who answers for it, and the notes beside it.

One function, one transaction, one event of the audit trail. Refusals are those of `units.services`. Whatever changes which
measure stands where makes the plan forget its summaries; a text that is corrected does not.
"""

from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet

from tasks.models import Duty, DutyFiling, Field, MainTask, Measure, Plan, ProbableSlip
from tasks.services import standing
from tasks.services.amending import SETTINGS
from tasks.services.locks import held
from tasks.services.public_figures import carried
from units.models import User
from units.permissions import Permission, require
from units.rows import delete_recorded, recorded, save_recorded, save_row

Row = TypeVar("Row", bound=Model)
NUMBERED = "时间、汇总规则、暂停和终止请由督查专员在举措页的“调整时间和规则”里改：写明理由，形成编号的调整。"
ELSEWHERE = "不能移到另一份分工表：往期填报、冻结的期次和调整记录都属于原来的分工表。请在那份分工表里另外增加。"
REPORTED = "这项职责已有填报，不能改给别的单位或别的举措。请另外增加一项职责，原来的改为“配合”。"


def stored(row: Row) -> Row | None:
    """The row as it lies there, locked; None for a new one."""
    rows = type(row)._default_manager.select_for_update(no_key=True)
    return rows.filter(pk=row.pk).order_by("pk").first()


def is_moved(row: Model, before: Model | None, *columns: str) -> bool:
    return before is None or any(getattr(before, name) != getattr(row, name) for name in columns)


def held_duties(duties: QuerySet[Duty]) -> None:
    """Those about to be deleted, and their places on the lists of filing, which go with them."""
    held(duties)
    held(DutyFiling.objects.filter(duty__in=duties))


@transaction.atomic
def save_plan(by: User, *, plan: Plan, now: datetime) -> Plan:
    require(by, Permission.EDIT_PLAN)
    stored(plan)  # before the edition
    return save_recorded(by, plan, now=now)


@transaction.atomic
def delete_plan(by: User, *, plan: Plan, now: datetime) -> None:
    """Delete a plan with its fields, main tasks, measures and duties."""
    require(by, Permission.EDIT_PLAN)
    duties = Duty.objects.filter(measure__main_task__plan=plan)
    measures = Measure.objects.filter(main_task__plan=plan)
    held(plan.periods.all())
    held(plan.main_tasks.all())
    held(measures)
    standing.forget(plan=plan)
    held_duties(duties)
    delete_recorded(by, plan, now=now, parts=[*duties, *measures, *plan.main_tasks.all()])


@transaction.atomic
def save_field(by: User, *, field: Field, now: datetime) -> Field:
    require(by, Permission.EDIT_PLAN)
    if (before := stored(field)) and before.plan_id != field.plan_id:
        raise ValidationError({"plan": ELSEWHERE})
    return save_recorded(by, field, now=now)


@transaction.atomic
def delete_field(by: User, *, field: Field, now: datetime) -> None:
    """Delete a field; its main tasks stay, each with a row of history that says they lost it."""
    require(by, Permission.EDIT_PLAN)
    held(Field.objects.filter(pk=field.pk))
    held(field.main_tasks.all())
    standing.forget(plan=field.plan_id)
    for main_task in field.main_tasks.all():
        main_task.field = None
        save_row(by, main_task)
    delete_recorded(by, field, now=now)


@transaction.atomic
def save_main_task(by: User, *, main_task: MainTask, now: datetime) -> MainTask:
    require(by, Permission.EDIT_PLAN)
    if (before := stored(main_task)) and before.plan_id != main_task.plan_id:
        raise ValidationError({"plan": ELSEWHERE})
    if main_task.field and main_task.field.plan_id != main_task.plan_id:
        raise ValidationError({"field": "这个领域属于另一个分工方案，请选本方案的领域。"})
    if is_moved(main_task, before, "field_id", "number"):
        standing.forget(plan=main_task.plan_id)
        return save_recorded(by, main_task, now=now)
    with carried():
        return save_recorded(by, main_task, now=now)


@transaction.atomic
def delete_main_task(by: User, *, main_task: MainTask, now: datetime) -> None:
    """Delete a main task with its measures and their duties."""
    require(by, Permission.EDIT_PLAN)
    held(MainTask.objects.filter(pk=main_task.pk))
    held(main_task.measures.all())
    standing.forget(plan=main_task.plan_id)
    duties = Duty.objects.filter(measure__main_task=main_task)
    held_duties(duties)
    delete_recorded(by, main_task, now=now, parts=[*duties, *main_task.measures.all()])


@transaction.atomic
def save_measure(by: User, *, measure: Measure, now: datetime) -> Measure:
    """Save a measure; a new one's settings are the Office's to give. Later they are `amend_measure`'s, with a reason and a number."""
    require(by, Permission.EDIT_PLAN)
    before, plan = stored(measure), measure.main_task.plan
    if before and before.main_task.plan != plan:
        raise ValidationError({"main_task": ELSEWHERE})
    if before is None:
        if is_moved(measure, Measure(), *SETTINGS):
            require(by, Permission.SET_DUE_DATES)
        measure.original_due_on = measure.due_on
    elif is_moved(measure, before, *SETTINGS, "original_due_on"):
        raise ValidationError(NUMBERED)
    if before is None or is_moved(measure, before, "main_task_id", "order"):
        standing.forget(plan=plan)
        return save_recorded(by, measure, now=now)
    with carried():
        save_row(by, measure)
    if standing.hold(plan):
        standing.refresh(plan, [measure.pk], now=now)
    return recorded(by, before, measure, now=now)


@transaction.atomic
def delete_measure(by: User, *, measure: Measure, now: datetime) -> None:
    """Delete a measure with its duties and the notes beside its text."""
    require(by, Permission.EDIT_PLAN)
    held(Measure.objects.filter(pk=measure.pk))
    standing.forget(plan__main_tasks=measure.main_task_id)
    held_duties(measure.duties.all())
    delete_recorded(by, measure, now=now, parts=measure.duties.all())


@transaction.atomic
def save_duty(by: User, *, duty: Duty, now: datetime) -> Duty:
    """Save a duty. What was reported on it stays its unit's, and of its measure."""
    require(by, Permission.EDIT_PLAN)
    standing.forget(plan__main_tasks__measures=duty.measure_id)
    before = stored(duty)
    if before and before.measure.main_task.plan_id != duty.measure.main_task.plan_id:
        raise ValidationError({"measure": ELSEWHERE})
    if before and is_moved(duty, before, "unit_id", "measure_id") and before.reports.exists():
        raise ValidationError(REPORTED)
    return save_recorded(by, duty, now=now)


@transaction.atomic
def delete_duty(by: User, *, duty: Duty, now: datetime) -> None:
    require(by, Permission.EDIT_PLAN)
    standing.forget(plan__main_tasks__measures=duty.measure_id)
    held_duties(Duty.objects.filter(pk=duty.pk))
    delete_recorded(by, duty, now=now)


@transaction.atomic
def save_probable_slip(by: User, *, slip: ProbableSlip, now: datetime) -> ProbableSlip:
    require(by, Permission.EDIT_PLAN)
    return save_recorded(by, slip, now=now)


@transaction.atomic
def delete_probable_slip(by: User, *, slip: ProbableSlip, now: datetime) -> None:
    require(by, Permission.EDIT_PLAN)
    delete_recorded(by, slip, now=now)
