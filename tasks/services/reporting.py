"""The verbs of the one who writes: save, submit, submit unchanged, withdraw. `reviewing` has those who decide.

Each is one transaction that locks the duty within the period, checks role, person, state and version, writes one audit event and
returns the report as it then stands. Refusals: PermissionDenied (who), ValidationError (what to mend),
`VersionConflict` (somebody was there first). A verb repeated by the same person with nothing left to do returns the
report unchanged: a double click has one effect.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tasks.choices import ReportState
from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.permissions import can_move, writes_for
from tasks.queries.content import content_of, repeated
from tasks.queries.reports import last_approved
from tasks.services import standing
from tasks.services.report_rules import (
    VersionConflict,
    checked,
    existing,
    first_level,
    fresh,
    is_past,
    is_writable,
    moved_on,
    open_to,
    refuse_closed,
    refuse_incomplete,
    refuse_stale,
    refuse_unless,
    same_content,
)
from units import audit
from units.models import User

OTHERS_DUTY = "只能填报本单位的职责，请由责任单位填报。"


@transaction.atomic
def save_draft(
    by: User,
    *,
    duty: Duty,
    period: ReportingPeriod,
    content: Mapping[str, Any],
    version: int | None,
    now: datetime.datetime,
) -> ProgressReport:
    """Keep what is written so far. `version` is that of the report as the writer saw it, None for none yet."""
    refuse_closed(open_to(duty, period), now)
    report = existing(duty, period)
    if report is None:
        if not writes_for(by, duty):
            raise PermissionDenied(OTHERS_DUTY)
        report = ProgressReport(duty=duty, period=period, written_by=by, created_at=now, saved_at=now)
        return first_draft(by, report, content, now)
    if report.version != version:
        if same_content(report, content):
            return report
        raise VersionConflict(report)
    refuse_unless(can_move(by, "save_draft", report), report)
    if same_content(report, content) and report.state == ReportState.DRAFT:
        return report
    before = content_of(report)
    changed = checked(report, content)
    moved = moved_on(report, ReportState.DRAFT, **changed, written_by=by, saved_at=now, is_unchanged=False)
    audit.record(by, "存草稿", moved, now=now, before=before, after=content_of(moved))
    return moved


def first_draft(
    by: User, report: ProgressReport, content: Mapping[str, Any], now: datetime.datetime
) -> ProgressReport:
    for name, value in checked(report, content).items():
        setattr(report, name, value)
    report.save(force_insert=True)
    standing.count_filing(None, report)
    audit.record(by, "存草稿", report, now=now, after=content_of(report))
    return report


@transaction.atomic
def submit_report(by: User, *, report: ProgressReport, version: int, now: datetime.datetime) -> ProgressReport:
    """Hand the report in: to the unit's reviewer, or straight to the Office where the unit has none."""
    period = open_to(report.duty, report.period)
    report = fresh(report)
    if report.submitted_by_id == by.pk and report.state in (ReportState.SUBMITTED, ReportState.FORWARDED):
        return report
    refuse_closed(period, now)
    refuse_unless(can_move(by, "submit_report", report), report)
    refuse_stale(report, version)
    refuse_incomplete(report)
    moved = moved_on(
        report,
        first_level(report.duty),
        submitted_at=now,
        submitted_by=by,
        is_late=report.is_late or is_past(period, now),
    )
    audit.record(by, "提交", moved, now=now, before=report.get_state_display(), after=moved.get_state_display())
    return moved


@transaction.atomic
def submit_unchanged(
    by: User,
    *,
    duty: Duty,
    period: ReportingPeriod,
    change_expected_on: datetime.date | None,
    now: datetime.datetime,
) -> ProgressReport:
    """本期无变化, in one act: the last approved content again, and when the next change is expected."""
    refuse_closed(open_to(duty, period), now)
    last = last_approved(duty, period)
    if last is None:
        raise ValidationError("还没有已通过的往期填报，不能报“本期无变化”。请填写本期进展。")
    if change_expected_on is None or change_expected_on <= period.as_of:
        raise ValidationError({"change_expected_on": f"请填写预计何时有变化，须晚于 {period.as_of}。"})
    report = existing(duty, period)
    if report is not None and report.is_unchanged and report.submitted_by_id == by.pk and not is_writable(report):
        return report
    content = repeated(last)
    if report is not None and is_writable(report) and not same_content(report, content):
        raise ValidationError("本期已写了与上期不同的内容，不能报“本期无变化”。请提交所写的内容，或先恢复上期。")
    report = save_draft(by, duty=duty, period=period, content=content, version=report and report.version, now=now)
    report = moved_on(report, ReportState.DRAFT, is_unchanged=True, change_expected_on=change_expected_on)
    return submit_report(by, report=report, version=report.version, now=now)


@transaction.atomic
def withdraw_report(by: User, *, report: ProgressReport, version: int, now: datetime.datetime) -> ProgressReport:
    """Take a report back before the unit's review."""
    period = open_to(report.duty, report.period)
    report = fresh(report)
    if report.state == ReportState.DRAFT and writes_for(by, report.duty):
        return report
    refuse_closed(period, now)
    refuse_unless(can_move(by, "withdraw_report", report), report)
    refuse_stale(report, version)
    moved = moved_on(report, ReportState.DRAFT, submitted_at=None, submitted_by=None)
    audit.record(by, "撤回", moved, now=now, before=report.get_state_display(), after=moved.get_state_display())
    return moved
