"""A unit with very many duties, each with a draft, for measuring; in a database made for the run."""

import datetime

from django.utils import timezone

from tasks.choices import DutyRole
from tasks.models import Duty, MainTask, Measure, Plan, ProgressReport, ReportingPeriod
from units.choices import Role, UnitKind
from units.models import Unit, User

PER_TASK = 100


def one_unit(duties: int, now: datetime.datetime) -> tuple[ReportingPeriod, Unit, User]:
    """The open period, the unit and its reporter."""
    unit = Unit.objects.create(name="量速度的单位", short_name="量速度", slug="bench-unit", kind=UnitKind.PROVINCIAL)
    reporter = User.objects.create_user("bench-reporter", password=None, role=Role.REPORTER, unit=unit)
    plan = Plan.objects.create(slug="bench-round-trip", title="量速度的分工表", source_name="（虚构）")
    day = timezone.localdate(now)
    due_on = day + datetime.timedelta(days=10)
    period = ReportingPeriod.objects.create(
        plan=plan, label="本期", as_of=day, opens_on=day, due_on=due_on, opened_at=now
    )
    count = -(-duties // PER_TASK)
    tasks = [MainTask(plan=plan, number=number, title=f"任务{number}") for number in range(1, count + 1)]
    MainTask.objects.bulk_create(tasks)
    places = [(task, order) for task in tasks for order in range(1, PER_TASK + 1)][:duties]
    measures = [Measure(main_task=task, order=order, text=f"第 {order} 项举措的原文。") for task, order in places]
    Measure.objects.bulk_create(measures, batch_size=1000)
    rows = [Duty(measure=measure, unit=unit, role=DutyRole.LEAD, position=1) for measure in measures]
    Duty.objects.bulk_create(rows, batch_size=1000)
    moments = {"written_by": reporter, "created_at": now, "saved_at": now}
    reports = [
        ProgressReport(duty=duty, period=period, **draft(number), **moments) for number, duty in enumerate(rows)
    ]
    ProgressReport.objects.bulk_create(reports, batch_size=1000)
    return period, unit, reporter


def draft(number: int) -> dict[str, object]:
    return {
        "progress": f"已完成第 {number} 批现场核查，路基完成 {number % 100}%，文号〔2026〕{number}号。",
        "percent_complete": number % 101,
        "confidence": "at_risk" if number % 3 else "on_track",
        "risk": "冬季停工。" if number % 3 else "",
        "next_steps": "12月底前完成验收。",
    }
