"""A reporter's desk for tests: the personas with a clock that stands, and reports brought as far as a test needs."""

import datetime

from django.test import Client

from tasks.choices import DutyRole
from tasks.models import Duty, Measure, ProgressReport, ReportingPeriod
from tasks.services import reporting, reviewing
from tasks.tests.people import NOW, Stage, content, make_period
from units.models import User

EARLIER = datetime.date(2026, 6, 30)
EXPECTED = "2026-12-01"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def more_duties(stage: Stage, count: int, role: str = DutyRole.SHARED, **measure) -> list[Duty]:
    """Further measures of the same main task, each a duty of the reporter's unit."""
    task = stage.measure.main_task
    first = task.measures.count() + 1
    measures = [
        Measure.objects.create(main_task=task, order=order, text=f"举措之{order}。", **measure)
        for order in range(first, first + count)
    ]
    return [Duty.objects.create(measure=one, unit=stage.reporter.unit, role=role, position=1) for one in measures]


def drafted(stage: Stage, duty: Duty | None = None, period: ReportingPeriod | None = None, **changes):
    return reporting.save_draft(
        stage.reporter,
        duty=duty or stage.duty,
        period=period or stage.period,
        content=content(**changes),
        version=None,
        now=NOW,
    )


def submitted(stage: Stage, duty: Duty | None = None, period: ReportingPeriod | None = None, **changes):
    report = drafted(stage, duty, period, **changes)
    return reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)


def approved(stage: Stage, duty: Duty | None = None, period: ReportingPeriod | None = None, **changes):
    report = submitted(stage, duty, period, **changes)
    report = reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=NOW)
    return reviewing.approve_report(stage.office, report=report, version=report.version, now=NOW)


def returned(stage: Stage, duty: Duty | None = None, reason: str = "请补充文号。", mend_by=None) -> ProgressReport:
    report = submitted(stage, duty)
    return reviewing.return_report(
        stage.reviewer, report=report, version=report.version, now=NOW, reason=reason, mend_by=mend_by
    )


def earlier_period(stage: Stage) -> ReportingPeriod:
    """A period before the open one, frozen by the caller or left open."""
    return make_period(stage.plan, "2026年二季度", EARLIER)


def reported_before(stage: Stage, *duties: Duty, **changes) -> ReportingPeriod:
    """An earlier period, frozen, in which each duty has an approved report."""
    period = earlier_period(stage)
    for duty in duties or (stage.duty,):
        approved(stage, duty, period, **changes)
    ReportingPeriod.objects.filter(pk=period.pk).update(frozen_at=NOW, frozen_by=stage.office)
    return period
