"""Reports, claims and requests brought through the services as far as a test needs. Without a duty it is 省交通运输厅's own."""

import datetime

from tasks.choices import DutyRole
from tasks.models import CompletionClaim, Duty, ExtensionRequest, Measure, ProgressReport, ReportingPeriod
from tasks.services import closing, reporting, reviewing
from tasks.tests.people import NOW, TODAY, Stage, content, make_period
from units.models import User

EARLIER = datetime.date(2026, 6, 30)
YEAR_END, NEXT_SUMMER = datetime.date(2026, 12, 31), datetime.date(2027, 6, 30)


def drafted(
    stage: Stage,
    duty: Duty | None = None,
    period: ReportingPeriod | None = None,
    *,
    by: User | None = None,
    now: datetime.datetime = NOW,
    **changes,
) -> ProgressReport:
    return reporting.save_draft(
        by or stage.reporter,
        duty=duty or stage.duty,
        period=period or stage.period,
        content=content(**changes),
        version=None,
        now=now,
    )


def submitted(stage: Stage, *which, by: User | None = None, now=NOW, **changes) -> ProgressReport:
    """待初审; 待复审 where the unit has no reviewer."""
    report = drafted(stage, *which, by=by, now=now, **changes)
    return reporting.submit_report(by or stage.reporter, report=report, version=report.version, now=now)


def of_customs(stage: Stage, period: ReportingPeriod | None = None, **changes) -> ProgressReport:
    """Handed in by 青岛海关, which has no reviewer: 待复审."""
    return submitted(stage, stage.other_duty, period, by=stage.other_reporter, **changes)


def forwarded(stage: Stage, *which, now=NOW, **changes) -> ProgressReport:
    report = submitted(stage, *which, now=now, **changes)
    return reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=now)


def approved(stage: Stage, *which, now=NOW, **changes) -> ProgressReport:
    report = forwarded(stage, *which, now=now, **changes)
    return reviewing.approve_report(stage.office, report=report, version=report.version, now=now)


def returned(stage: Stage, duty: Duty | None = None, reason: str = "请补充文号。", mend_by=None) -> ProgressReport:
    report = submitted(stage, duty)
    return reviewing.return_report(
        stage.reviewer, report=report, version=report.version, now=NOW, reason=reason, mend_by=mend_by
    )


def more_duties(stage: Stage, count: int, role: str = DutyRole.SHARED, **measure) -> list[Duty]:
    """Further measures of the same main task, each a duty of the reporter's unit."""
    task = stage.measure.main_task
    first = task.measures.count() + 1
    measures = [
        Measure.objects.create(main_task=task, order=order, text=f"举措之{order}。", **measure)
        for order in range(first, first + count)
    ]
    return [Duty.objects.create(measure=one, unit=stage.reporter.unit, role=role, position=1) for one in measures]


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


def claimed(stage: Stage, duty: Duty | None = None, by: User | None = None) -> CompletionClaim:
    return closing.claim_completion(
        by or stage.reporter,
        duty=duty or stage.duty,
        result="全部可以刷卡。",
        document="鲁交运〔2026〕8号",
        completed_on=TODAY,
        now=NOW,
    )


def asked(stage: Stage, duty: Duty | None = None, new_due_on: datetime.date = NEXT_SUMMER) -> ExtensionRequest:
    return closing.request_extension(
        stage.reporter, duty=duty or stage.duty, new_due_on=new_due_on, reason="用地批复推迟", now=NOW
    )
