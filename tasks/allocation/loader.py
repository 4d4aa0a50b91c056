"""A draft plan becomes the plan in the database, in one transaction.

Every measure keeps the row it is recognised in, so that what hangs on it (duties, dates, reports) is never lost.
Dates and other decisions of the Office are not the table's and stay untouched.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from tasks.allocation.fixture import field_for, slips_in
from tasks.allocation.table import DraftPlan
from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from tasks.queries.difference import Comparison, kind_of
from tasks.services import standing
from tasks.services.public_figures import count_public
from units import audit
from units.choices import UnitKind
from units.models import Unit, UnitGroup, UnitGroupMember, User
from units.names import NameBook
from units.services import unit_named

OUT_OF_THE_WAY = 20_000  # added to `order` while measures change places, so that no two hold one place


class DraftHasErrorsError(Exception):
    """The draft has errors: nothing is stored. The findings say what to mend."""


@transaction.atomic
def store(
    found: Comparison,
    book: NameBook,
    *,
    source_name: str,
    source_sha256: str,
    now: datetime,
    by: User | None = None,
    grounds: Mapping[str, str] | None = None,
) -> Plan:
    """Make the plan what the draft says. `by` is None for the operator at the command line.

    `grounds` (理由、依据) go into the audit trail beside what was read.

    Raises DraftHasErrorsError and stores nothing where the draft has errors.
    """
    if found.draft.errors:
        raise DraftHasErrorsError
    plan = found.plan or Plan(slug=found.slug)
    wanted = (found.draft.title, found.corrections.subject, source_name, source_sha256)
    if wanted != (plan.title, plan.subject, plan.source_name, plan.source_sha256):
        plan.title, plan.subject, plan.source_name, plan.source_sha256 = wanted
        saved(plan, by)
    units = store_units(found.draft, book, by)
    tasks = store_tasks(plan, found, by)
    for row in found.removed:
        row._history_user = by
        row.delete()
    store_measures(found, tasks, by)
    store_duties(found, units, by)
    store_slips(found)
    for number, task in found.tasks.items():
        if number not in tasks:
            task._history_user = by
            task.delete()
    standing.forget(plan=plan)
    count_public(plan.pk)
    audit.record(
        by, "导入分工表", plan, now=now, after={**import_facts(found, source_name, source_sha256), **(grounds or {})}
    )
    return plan


def import_facts(found: Comparison, source_name: str, source_sha256: str) -> dict[str, str]:
    """What was read from where, and every difference that it made."""
    counted = f"主要任务 {len(found.draft.tasks)} 项、具体举措 {len(found.placed)} 项"
    differences = "\n".join(map(str, found.changes)) or "没有差异"
    return {"文件": source_name, "SHA-256": source_sha256, "读到": counted, "差异": differences}


def saved(row, by: User | None):
    row._history_user = by
    row.full_clean()
    row.save()
    return row


def store_units(draft: DraftPlan, book: NameBook, by: User | None) -> dict[str, Unit]:
    units = {unit.name: unit for unit in Unit.objects.all()}
    last = max((unit.position for unit in units.values()), default=0)
    fresh_groups = []
    for name in draft.names:
        if name in units:
            continue
        last += 10
        kind = UnitKind.GROUP if name in book.closed_groups else kind_of(name)
        units[name] = saved(unit_named(name, kind, last), by)
        if kind == UnitKind.GROUP:
            fresh_groups.append(name)
    for name in fresh_groups:
        store_group(units[name], book.closed_groups.get(name), book, units, by)
    return units


def store_group(
    unit: Unit, members: Iterable[str] | None, book: NameBook, units: dict[str, Unit], by: User | None
) -> None:
    group = saved(UnitGroup(unit=unit, is_closed=members is not None), by)
    for name in members or ():
        saved(UnitGroupMember(group=group, unit=units[book.canonical(name)]), by)


def store_tasks(plan: Plan, found: Comparison, by: User | None) -> dict[int, MainTask]:
    basis = {item.name: item.basis for item in found.corrections.fields}
    fields = {
        name: Field.objects.update_or_create(
            plan=plan, name=name, defaults={"position": position, "basis": basis[name]}
        )[0]
        for position, name in enumerate(basis, start=1)
    }
    tasks = {}
    for task in found.draft.tasks:
        row = found.tasks.get(task.number) or MainTask(plan=plan, number=task.number)
        item = field_for(task, found.corrections.fields)
        wanted = (task.title, fields[item.name] if item else row.field)
        if row.pk is None or (row.title, row.field) != wanted:
            row.title, row.field = wanted
            saved(row, by)
        tasks[task.number] = row
    return tasks


def store_measures(found: Comparison, tasks: dict[int, MainTask], by: User | None) -> None:
    moving = [item.row.pk for item in found.placed if item.row and item.row.code != item.code]
    for at, pk in enumerate(moving):
        Measure.objects.filter(pk=pk).update(order=OUT_OF_THE_WAY + at)
    fresh = []
    for item in found.placed:
        row = item.row or Measure()
        wanted = {
            "main_task": tasks[item.number],
            "order": item.order,
            "text": item.draft.text,
            "responsibility_text": item.draft.responsibility_text,
            "source_line": item.draft.line,
            "source_paragraph": item.draft.paragraph,
        }
        if row.pk is None:
            fresh.append(Measure(**wanted))
            item.row = fresh[-1]
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            saved(row, by)
    bulk_create_with_history(fresh, Measure, default_user=by)
    stored = {
        (measure.main_task.number, measure.order): measure
        for measure in Measure.objects.filter(main_task__plan__slug=found.slug).select_related("main_task")
    }
    for item in found.placed:
        item.row = stored[item.number, item.order]


def store_duties(found: Comparison, units: dict[str, Unit], by: User | None) -> None:
    groups = {group.unit.name: group for group in UnitGroup.objects.select_related("unit")}
    stored: dict[int, dict[str, Duty]] = {}
    for duty in Duty.objects.filter(measure__main_task__plan__slug=found.slug).select_related("unit"):
        stored.setdefault(duty.measure_id, {})[duty.unit.name] = duty
    fresh = []
    for item in found.placed:
        present = stored.get(item.row.pk, {})
        for position, assignment in enumerate(item.draft.assignments, start=1):
            group = groups[assignment.via_group] if assignment.via_group else None
            duty = present.pop(assignment.unit, None)
            if duty is None:
                unit = units[assignment.unit]
                fresh.append(
                    Duty(measure=item.row, unit=unit, role=assignment.role, position=position, via_group=group)
                )
            elif (duty.role, duty.position, duty.via_group_id) != (assignment.role, position, group and group.pk):
                duty.role, duty.position, duty.via_group = assignment.role, position, group
                saved(duty, by)
        for duty in present.values():
            duty._history_user = by
            duty.delete()
    bulk_create_with_history(fresh, Duty, default_user=by)


def store_slips(found: Comparison) -> None:
    of_plan = ProbableSlip.objects.filter(measure__main_task__plan__slug=found.slug)
    noted = set(of_plan.values_list("measure", flat=True))
    for item in found.placed:
        slips = slips_in(item.draft, found.corrections.slips)
        if not slips and item.row.pk not in noted:
            continue
        item.row.probable_slips.exclude(as_written__in=[slip.as_written for slip in slips]).delete()
        for slip in slips:
            ProbableSlip.objects.update_or_create(
                measure=item.row,
                as_written=slip.as_written,
                defaults={"probably": slip.probably, "remark": slip.remark},
            )
