"""What the verbs of a report share: locking, versions, content, and the refusals in sentences."""

import copy
import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import F
from django.utils import timezone

from tasks.choices import WRITABLE, Confidence, ReportState
from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.queries.content import CONTENT_FIELDS, content_of
from tasks.queries.reports import as_it_stands, begun, last_approved
from tasks.services import standing
from units.choices import Role, UnitKind
from units.models import User

WRITING = (
    "SELECT one.* FROM tasks_reportingperiod one, tasks_duty duty, tasks_measure measure, tasks_maintask task "
    "WHERE one.id = %s AND duty.id = %s AND measure.id = duty.measure_id AND task.id = measure.main_task_id "
    "AND task.plan_id = one.plan_id"
)
HELD = " FOR SHARE OF one FOR NO KEY UPDATE OF duty"  # Django has no way to write FOR SHARE
WITHDRAWN = "这个期次已被撤销，请改办其他期次。"
BESIDE = ("duty__unit", "duty__measure__main_task", "period")  # what rules and the audit trail read beside a report


class VersionConflict(Exception):  # noqa: N818 - a state of affairs that the page shows, not a fault
    """Somebody saved or decided since this person looked. `current` is the report as it stands."""

    def __init__(self, current: ProgressReport) -> None:
        super().__init__("这份填报刚才已被他人修改。")
        self.current = current


def locked(period: ReportingPeriod) -> ReportingPeriod:
    """The period's row, locked: freezing and filing never overlap. Raises ValidationError where it was withdrawn meanwhile."""
    found = ReportingPeriod.objects.select_for_update(no_key=True).filter(pk=period.pk).order_by("pk").first()
    if found is None:
        raise ValidationError(WITHDRAWN)
    return found


def open_to(duty: Duty, period: ReportingPeriod) -> ReportingPeriod:
    """The period's row, locked against `locked` and not against those who write for other duties of it. The duty is of the same
    plan.
    """
    sql = WRITING + (HELD if connection.vendor == "postgresql" else "")
    found = next(iter(ReportingPeriod.objects.raw(sql, [period.pk, duty.pk])), None)
    if found is None:
        is_withdrawn = not ReportingPeriod.objects.filter(pk=period.pk).exists()
        raise ValidationError(WITHDRAWN if is_withdrawn else "这项职责已不在分工表中，不用再填报。")
    return found


def existing(duty: Duty, period: ReportingPeriod) -> ProgressReport | None:
    report = next(iter(begun(duty.pk, period.pk)), None)
    if report is not None:
        report.duty, report.period = duty, period
    return report


def fresh(report: ProgressReport) -> ProgressReport:
    """The report as it stands now, beside the duty and period it came with, which no verb of a report moves."""
    (now,) = as_it_stands(report.pk)
    now.duty, now.period = report.duty, report.period
    return now


def moved_on(report: ProgressReport, target: str, **fields: Any) -> ProgressReport:
    """Write a new state and version, only over the version that was read. The report passed stays as it was."""
    if len(hands(report, **fields)) > 1:
        fields["is_joint"] = True
    written = ProgressReport.objects.filter(pk=report.pk, version=report.version).update(
        state=target, version=F("version") + 1, **fields
    )
    if not written:
        raise VersionConflict(fresh(report))
    moved = copy.copy(report)
    for name, value in {**fields, "state": target, "version": report.version + 1}.items():
        setattr(moved, name, value)
    standing.count_filing(report, moved)
    return moved


def hands(report: ProgressReport, **fields: Any) -> set[int]:
    """The keys of those who wrote it or handed it in last, before and after."""
    anew = [fields.get(name) for name in ("written_by", "submitted_by")]
    return {report.written_by_id, report.submitted_by_id, *(person.pk for person in anew if person)} - {None}


def first_level(duty: Duty) -> str:
    has_reviewer = User.objects.filter(unit=duty.unit, role=Role.UNIT_REVIEWER, is_active=True).exists()
    return ReportState.SUBMITTED if has_reviewer and duty.unit.kind != UnitKind.GROUP else ReportState.FORWARDED


def same_content(report: ProgressReport, content: Mapping[str, Any]) -> bool:
    return all(getattr(report, name) == value for name, value in content.items())


def checked(report: ProgressReport, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as field values, each valid for its field. Raises ValidationError by field name."""
    if unknown := set(content) - set(CONTENT_FIELDS):
        raise TypeError(f"not content of a report: {sorted(unknown)}")
    trial = ProgressReport(**{**content_of(report), **content})
    trial.clean_fields(exclude={field.name for field in ProgressReport._meta.fields} - set(CONTENT_FIELDS))
    return {name: getattr(trial, name) for name in content}


def is_writable(report: ProgressReport) -> bool:
    return report.state in WRITABLE


def is_past(period: ReportingPeriod, now: datetime.datetime) -> bool:
    return timezone.localdate(now) > period.due_on


def refuse_closed(period: ReportingPeriod, now: datetime.datetime) -> None:
    if period.is_frozen:
        raise ValidationError(f"{period}已冻结，不再接受填报和审核。如需更正，请联系督查专员。")
    if timezone.localdate(now) < period.opens_on:
        raise ValidationError(f"{period}自 {period.opens_on} 起开放填报，请到时再填。")


def refuse_unless(allowed: bool, report: ProgressReport) -> None:
    if not allowed:
        raise PermissionDenied(
            f"这份填报现在是“{report.get_state_display()}”，您不能这样处理。请刷新页面，看现在可以办什么。"
        )


def refuse_stale(report: ProgressReport, version: int) -> None:
    if report.version != version:
        raise VersionConflict(report)


def refuse_incomplete(report: ProgressReport) -> None:
    """What a report needs before it is handed in, each with the field it is missing from."""
    missing: dict[str, str] = {}
    if not report.progress.strip():
        missing["progress"] = "请填写进展情况。"
    if not report.confidence:
        missing["confidence"] = "请选择研判：正常、有风险或滞后。"
    if report.confidence == Confidence.AT_RISK and not report.risk.strip():
        missing["risk"] = "研判为有风险，请写明是什么风险。"
    if report.confidence == Confidence.BEHIND:
        if not report.problems.strip():
            missing["problems"] = "研判为滞后，请写明存在什么问题。"
        if not (report.next_steps.strip() or report.coordination_request.strip()):
            missing["next_steps"] = "研判为滞后，请写明怎样赶上，或需要协调什么。"
    missing |= missing_coordination(report)
    last = last_approved(report.duty, report.period)
    if falls(last, report) and not report.fall_reason.strip():
        missing["fall_reason"] = f"完成率由 {last.percent_complete}% 降到 {report.percent_complete}%，请说明原因。"
    if missing:
        raise ValidationError(missing)


def missing_coordination(report: ProgressReport) -> dict[str, str]:
    parts = (report.coordination_request.strip(), report.coordination_unit, report.coordination_due_on)
    if all(parts) or not any(parts):
        return {}
    sentences = {
        "coordination_request": "请写明需要协调什么。",
        "coordination_unit": "请选择由哪个单位协调。",
        "coordination_due_on": "请填写最迟答复的日期。",
    }
    return {name: text for (name, text), part in zip(sentences.items(), parts, strict=True) if not part}


def falls(last: ProgressReport | None, report: ProgressReport) -> bool:
    return (
        last is not None
        and last.percent_complete is not None
        and report.percent_complete is not None
        and report.percent_complete < last.percent_complete
    )
