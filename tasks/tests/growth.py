"""The customer's plan made many times as long: a page must not ask more often for it."""

from django.db.models import Model

from tasks.models import Duty, MainTask, Measure, Plan


def grow(plan: Plan, times: int) -> None:
    """Copy every main task with its measures and duties, under new numbers, until there are `times` as many."""
    tasks, measures = list(plan.main_tasks.all()), list(Measure.objects.filter(main_task__plan=plan))
    duties = list(Duty.objects.filter(measure__main_task__plan=plan))
    turns = [
        {task.pk: copy(task, number=task.number + turn * len(tasks)) for task in tasks} for turn in range(1, times)
    ]
    MainTask.objects.bulk_create(task for turn in turns for task in turn.values())
    copies = [{old.pk: copy(old, main_task=turn[old.main_task_id]) for old in measures} for turn in turns]
    Measure.objects.bulk_create(measure for turn in copies for measure in turn.values())
    Duty.objects.bulk_create(copy(old, measure=turn[old.measure_id]) for turn in copies for old in duties)


def copy(row: Model, **changed: object) -> Model:
    """An unsaved row with the same values, but for those given."""
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    new = type(row)(**values)
    for name, value in changed.items():
        setattr(new, name, value)
    return new
