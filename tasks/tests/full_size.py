"""The customer's plan a hundred times as long, with eight periods of reports: how large it may become."""

import datetime
import itertools

from django.db import connection

from tasks.choices import ReportState, ReviewLevel, RollUp, Stage
from tasks.demo.scale.play import analyze
from tasks.models import Duty, FrozenMeasure, Measure, Plan, ProgressReport, ReportingPeriod, Review
from tasks.services.standing import freeze_figures, rebuild, recount_filing
from tasks.tests.growth import grow
from tasks.tests.people import NOW, content, make_period, make_user
from units.choices import Role
from units.models import Unit, User

PERIODS = 8
STATES = (
    ReportState.APPROVED,
    ReportState.FORWARDED,
    ReportState.SUBMITTED,
    ReportState.RETURNED,
    ReportState.DRAFT,
    None,  # 未报
)
DONE = (ReportState.APPROVED, ReportState.FORWARDED, ReportState.SUBMITTED, ReportState.RETURNED)


def make_people() -> dict[str, User]:
    transport, commission = (Unit.objects.get(name=name) for name in ("省交通运输厅", "省发展改革委"))
    return {
        "reporter": make_user("交通填报员", Role.REPORTER, transport),
        "reviewer": make_user("交通审核员", Role.UNIT_REVIEWER, transport),
        "office": make_user("督查专员甲", Role.OFFICE, commission),
        "writer": make_user("督查专员乙", Role.OFFICE, commission),
    }


def fill(plan: Plan, people: dict[str, User]) -> dict[str, object]:
    """7,900 measures, a report of each in each period, all but the last period frozen. What the addresses need."""
    grow(plan, 100)
    *past, last = periods(plan, people["office"])
    duties = one_a_measure(people["reporter"].unit)
    states = dict(zip(duties, itertools.cycle(STATES)))
    made = [report(duty, past[0], ReportState.APPROVED, people) for duty in duties]
    made += [report(duty, last, state, people) for duty, state in states.items() if state]
    ProgressReport.objects.bulk_create(made)
    for period in past[1:]:
        repeat(past[0], period)
    back = ProgressReport.objects.filter(period=last, state=ReportState.RETURNED)
    Review.objects.bulk_create(returned(one, people["reviewer"]) for one in back)
    measures = Measure.objects.select_related("main_task")
    FrozenMeasure.objects.bulk_create(frozen(measure, past[-1]) for measure in measures)
    if connection.vendor == "postgresql":
        analyze()  # what another test had looked at is planned for otherwise: sometimes ten times as long
    freeze_figures(past[-1])
    recount_filing(past[-1])
    rebuild(plan, now=NOW)
    own = {state: duty.pk for duty, state in states.items() if duty.unit == people["reporter"].unit}
    return {"period": last.pk, "frozen": past[-1].pk, "writing": own[None], **ticked(last)}


def ticked(period: ReportingPeriod, count: int = 50) -> dict[str, str]:
    """A page of boxes, as they are ticked for passing and for publishing."""
    reports = ProgressReport.objects.filter(period=period)
    waiting = reports.filter(state=ReportState.FORWARDED)[:count]
    standing = reports.filter(state=ReportState.APPROVED, published_at=None)[:count]
    return {
        "ticked": "&".join(f"report={one.pk}.{one.version}" for one in waiting),
        "standing": "&".join(f"report={one.pk}" for one in standing),
    }


def periods(plan: Plan, office: User) -> list[ReportingPeriod]:
    """The oldest first; the last one is open today."""
    days = [NOW.date() - datetime.timedelta(days=9 + 91 * back) for back in reversed(range(PERIODS))]
    made = [make_period(plan, f"第{number}期", day) for number, day in enumerate(days, start=1)]
    ReportingPeriod.objects.exclude(pk=made[-1].pk).update(frozen_at=NOW, frozen_by=office)
    return list(plan.periods.order_by("as_of"))


def one_a_measure(unit: Unit) -> list[Duty]:
    """The duty that reports of a measure: the unit's own where it has one, else the first."""
    found: dict[int, Duty] = {}
    for duty in Duty.objects.select_related("unit").order_by("measure_id", "position"):
        if duty.measure_id not in found or duty.unit == unit:
            found[duty.measure_id] = duty
    return list(found.values())


def report(duty: Duty, period: ReportingPeriod, state: str, people: dict[str, User]) -> ProgressReport:
    """The approved ones of every fifth measure are public."""
    person = people["reporter"] if duty.unit == people["reporter"].unit else people["writer"]
    is_approved = state == ReportState.APPROVED
    is_public = is_approved and duty.measure_id % 5 == 0
    return ProgressReport(
        **content(progress=f"{period.label}完成 {40 + duty.measure_id % 9}%。"),
        duty=duty,
        period=period,
        state=state,
        created_at=NOW,
        saved_at=NOW,
        written_by=person,
        submitted_at=NOW if state in DONE else None,
        submitted_by=person if state in DONE else None,
        approved_at=NOW if is_approved else None,
        approved_by=people["office"] if is_approved else None,
        published_at=NOW if is_public else None,
        published_by=people["office"] if is_public else None,
    )


def repeat(period: ReportingPeriod, later: ReportingPeriod) -> None:
    """The same reports in another period. Copied by the database: sixty thousand rows through Python take their time."""
    columns = [field.column for field in ProgressReport._meta.concrete_fields if not field.primary_key]
    values = ["%s" if column == "period_id" else column for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tasks_progressreport ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608
            " FROM tasks_progressreport WHERE period_id = %s",
            [later.pk, period.pk],
        )


def returned(one: ProgressReport, by: User) -> Review:
    return Review(
        report=one,
        level=ReviewLevel.UNIT,
        is_passed=False,
        remark="请补充文号。",
        version=1,
        decided_at=NOW,
        decided_by=by,
    )


def frozen(measure: Measure, period: ReportingPeriod) -> FrozenMeasure:
    return FrozenMeasure(
        period=period,
        measure=measure,
        code=measure.code,
        text=measure.text,
        stage=Stage.IN_PROGRESS,
        roll_up=RollUp.WORST,
        obliged=1,
        approved=1,
    )
