"""Reports brought through the services to where a test of pages needs them."""

from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.services import reporting, reviewing
from tasks.tests.people import NOW, Stage, content
from units.models import User


def handed_in(by: User, duty: Duty, period: ReportingPeriod, *, now=NOW, **changes) -> ProgressReport:
    """A report written and handed in, wherever that leads: 待初审, or 待复审 where the unit has no reviewer."""
    report = reporting.save_draft(by, duty=duty, period=period, content=content(**changes), version=None, now=now)
    return reporting.submit_report(by, report=report, version=report.version, now=now)


def submitted(stage: Stage, period: ReportingPeriod | None = None, **changes) -> ProgressReport:
    return handed_in(stage.reporter, stage.duty, period or stage.period, **changes)


def forwarded(stage: Stage, period: ReportingPeriod | None = None, *, now=NOW, **changes) -> ProgressReport:
    report = submitted(stage, period, now=now, **changes)
    return reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=now)


def approved(stage: Stage, period: ReportingPeriod | None = None, *, now=NOW, **changes) -> ProgressReport:
    report = forwarded(stage, period, now=now, **changes)
    return reviewing.approve_report(stage.office, report=report, version=report.version, now=now)


def of_customs(stage: Stage, period: ReportingPeriod | None = None, *, now=NOW, **changes) -> ProgressReport:
    """The customs' report, which has no reviewer before the Office."""
    return handed_in(stage.other_reporter, stage.other_duty, period or stage.period, now=now, **changes)
