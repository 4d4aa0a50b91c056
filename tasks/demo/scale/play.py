"""A plan at full size: its table, its people, its periods, each frozen by the service that freezes any period."""

import datetime

from django.db import connection

from tasks.demo.accounts import account, open_accounts, reporting_units
from tasks.demo.dates import WORKDAYS_TO_CLOSE, start_before
from tasks.demo.scale.reports import Desk, light_changes, reports, store_endings
from tasks.demo.scale.storing import store
from tasks.demo.scale.table import make_table
from tasks.demo.stage import Stage
from tasks.models import ReportingPeriod
from tasks.services.periods import freeze_period
from tasks.services.public_figures import count_public
from tasks.services.standing import rebuild, recount_filing
from units.choices import Role
from units.models import User
from units.services import create_users


def play(stage: Stage, administrator: User, measures: int) -> None:
    """Everything is what the services would have left, but for histories and the audit trail of single reports."""
    beginning = stage.moment(stage.workday_before(stage.spans[0].as_of))
    stage.starts_on = start_before(stage.spans[0])
    make_table(stage, measures)
    analyze()
    stage.tell(f"分工表：{measures} 项具体举措")
    desk = staff(stage, administrator, beginning)
    opened = [one_period(stage, desk, number) for number in range(stage.periods)]
    store_endings(stage, desk)
    analyze()
    rebuild(stage.plan, now=stage.moment(stage.today, 8))
    count_public(stage.plan.pk)
    if len(opened) > 1:
        store(light_changes(stage, opened[-2], stage.moment(opened[-1].due_on)))
    analyze()
    stage.tell("现状和汇总已推算")


def staff(stage: Stage, administrator: User, now: datetime.datetime) -> Desk:
    """Those who are there; else an account a post, as in the demonstration."""
    office, reporters = User.objects.filter(role=Role.OFFICE).order_by("pk"), User.objects.filter(role=Role.REPORTER)
    if not office.exists():
        open_accounts(stage, administrator, now)
    else:
        lacking = [unit for unit in reporting_units(stage) if not reporters.filter(unit=unit).exists()]
        users = [account(f"{unit.slug}-tb", f"{unit.name}填报员", Role.REPORTER, unit) for unit in lacking]
        create_users(administrator, users=users, password=stage.password, now=now)
    return Desk({user.unit_id: user for user in reporters.all()}, office[0], office[0].unit_id)


def one_period(stage: Stage, desk: Desk, number: int) -> ReportingPeriod:
    """Open, reported on and, unless it is the last, frozen."""
    span = stage.spans[number]
    opened_at, closed_at = stage.moment(span.opens_on, 8), closing(stage, number)
    period = ReportingPeriod.objects.create(
        plan=stage.plan,
        label=span.label,
        as_of=span.as_of,
        opens_on=span.opens_on,
        due_on=span.due_on,
        opened_at=opened_at,
        opened_by=desk.office,
    )
    count = store(reports(stage, desk, period, number))
    analyze()
    is_over = number < stage.periods - 1
    recount_filing(period, lists_too=not is_over)  # of a period that is frozen at once nothing is listed
    if is_over:
        freeze_period(desk.office, period=period, now=closed_at)
    stage.tell(f"{period.label}：{count} 份填报{'，已冻结' if is_over else ''}")
    return period


def closing(stage: Stage, number: int) -> datetime.datetime:
    return stage.moment(stage.calendar.workdays_after(stage.spans[number].due_on, WORKDAYS_TO_CLOSE), 17)


def analyze() -> None:
    """Tables that were empty a moment ago are planned for as such until the database has looked again."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
