"""The verbs that keep the plan: what was issued, who answers for it, and the notes beside it.

One function, one transaction. Refusals are those of `units.services`.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from units.models import User
from units.permissions import Permission, require
from units.services import delete_row, save_row


@transaction.atomic
def save_plan(by: User, *, plan: Plan) -> Plan:
    require(by, Permission.EDIT_PLAN)
    return save_row(by, plan)


@transaction.atomic
def delete_plan(by: User, *, plan: Plan) -> None:
    """Delete a plan with its fields, main tasks, measures and duties."""
    require(by, Permission.EDIT_PLAN)
    for main_task in plan.main_tasks.all():
        delete_main_task(by, main_task=main_task)
    delete_row(by, plan)


@transaction.atomic
def save_field(by: User, *, field: Field) -> Field:
    require(by, Permission.EDIT_PLAN)
    return save_row(by, field)


@transaction.atomic
def delete_field(by: User, *, field: Field) -> None:
    """Delete a field; its main tasks stay, each with a row of history that says they lost it."""
    require(by, Permission.EDIT_PLAN)
    for main_task in field.main_tasks.all():
        main_task.field = None
        save_row(by, main_task)
    delete_row(by, field)


@transaction.atomic
def save_main_task(by: User, *, main_task: MainTask) -> MainTask:
    require(by, Permission.EDIT_PLAN)
    if main_task.field and main_task.field.plan_id != main_task.plan_id:
        raise ValidationError({"field": "这个领域属于另一个分工方案，请选本方案的领域。"})
    return save_row(by, main_task)


@transaction.atomic
def delete_main_task(by: User, *, main_task: MainTask) -> None:
    """Delete a main task with its measures and their duties."""
    require(by, Permission.EDIT_PLAN)
    for measure in main_task.measures.all():
        delete_measure(by, measure=measure)
    delete_row(by, main_task)


@transaction.atomic
def save_measure(by: User, *, measure: Measure) -> Measure:
    require(by, Permission.EDIT_PLAN)
    return save_row(by, measure)


@transaction.atomic
def delete_measure(by: User, *, measure: Measure) -> None:
    """Delete a measure with its duties and the notes beside its text."""
    require(by, Permission.EDIT_PLAN)
    for duty in measure.duties.all():
        delete_duty(by, duty=duty)
    delete_row(by, measure)


@transaction.atomic
def save_duty(by: User, *, duty: Duty) -> Duty:
    require(by, Permission.EDIT_PLAN)
    return save_row(by, duty)


@transaction.atomic
def delete_duty(by: User, *, duty: Duty) -> None:
    require(by, Permission.EDIT_PLAN)
    delete_row(by, duty)


@transaction.atomic
def save_probable_slip(by: User, *, slip: ProbableSlip) -> ProbableSlip:
    require(by, Permission.EDIT_PLAN)
    return save_row(by, slip)


@transaction.atomic
def delete_probable_slip(by: User, *, slip: ProbableSlip) -> None:
    require(by, Permission.EDIT_PLAN)
    delete_row(by, slip)
