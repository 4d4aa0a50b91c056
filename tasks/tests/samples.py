"""A small plan for tests."""

from tasks.choices import DutyRole
from tasks.models import Duty, Field, MainTask, Measure, Plan
from units.models import Unit
from units.tests.samples import make_unit


def make_plan(slug: str = "plan", **given) -> Plan:
    return Plan.objects.create(
        **{"slug": slug, "title": "分工表", "source_name": "x", "source_sha256": "0" * 64} | given
    )


def make_field(plan: Plan, name: str = "基础设施", position: int = 1) -> Field:
    return Field.objects.create(plan=plan, name=name, position=position)


def make_main_task(plan: Plan | None = None, number: int = 1, **given) -> MainTask:
    return MainTask.objects.create(plan=plan or make_plan(), number=number, title=f"任务{number}", **given)


def make_measure(main_task: MainTask | None = None, order: int = 1, **given) -> Measure:
    return Measure.objects.create(main_task=main_task or make_main_task(), order=order, text=f"举措{order}", **given)


def make_duty(measure: Measure | None = None, unit: Unit | None = None, **given) -> Duty:
    usual = {"measure": measure or make_measure(), "unit": unit or make_unit(), "role": DutyRole.LEAD, "position": 1}
    return Duty.objects.create(**usual | given)
