"""The verbs of 往返填报: keep a returned workbook, write what a person chose from it, take that back as a whole.

Nothing is written but through `save_draft`, so that offline filling can do no more than the form. What was written is
one change set, which can be reverted once, as long as nobody has built on any of its reports.
"""

import datetime
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import RestrictedError
from django.db.models.deletion import ProtectedError

from tasks.choices import ReportState
from tasks.models import ChangedReport, ChangeSet, Duty, ProgressReport, ReportingPeriod, UnitFiling, Upload
from tasks.permissions import writes_for
from tasks.queries.content import content_of
from tasks.services.locks import held
from tasks.services.report_rules import existing, locked, moved_on, refuse_closed
from tasks.services.reporting import save_draft
from tasks.services.standing import count_filing
from tasks.services.storing import delete_with_file, plain_name, purge, stored
from units import audit
from units.models import Unit, User
from units.permissions import Permission, require

BUILT_ON = "写入以后又有改动，不能整批撤销："


class ChosenRow(NamedTuple):
    """What is to be written into one duty's report: whole content, the version seen, and the cells it comes from."""

    duty: Duty
    content: Mapping[str, Any]
    version: int | None
    cells: Sequence[Sequence[str]]  # sheet, address, field, before, after


@transaction.atomic
def keep_upload(
    by: User,
    *,
    period: ReportingPeriod,
    unit: Unit,
    name: str,
    data: bytes,
    made_at: datetime.datetime,
    now: datetime.datetime,
) -> Upload:
    """Keep a returned workbook until its owner has decided. The same file again is the one already there."""
    require(by, Permission.WRITE_REPORTS)
    period = locked(period)  # nobody withdraws it meanwhile
    digest = hashlib.sha256(data).hexdigest()
    if present := Upload.objects.filter(owner=by, sha256=digest).first():
        return present
    upload = Upload(
        owner=by,
        period=period,
        unit=unit,
        name=plain_name(name, "填报表.xlsx"),
        size=len(data),
        sha256=digest,
        made_at=made_at,
        uploaded_at=now,
    )
    with stored(upload.file, f"{secrets.token_hex(16)}.xlsx", data):
        upload.save()
        audit.record(by, "上传填报表", upload, now=now, after={"文件": upload.name, "SHA-256": digest})
    return upload


@transaction.atomic
def discard_upload(by: User, *, upload: Upload, now: datetime.datetime) -> None:
    """Throw a file away undecided; nothing of it was written."""
    refuse_others(by, upload.owner_id)
    audit.record(by, "放弃填报表", upload, now=now, before={"文件": upload.name})
    delete_with_file(upload)


@transaction.atomic
def apply_changes(by: User, *, upload: Upload, rows: Sequence[ChosenRow], now: datetime.datetime) -> ChangeSet:
    """Write the chosen cells as drafts, all or nothing. Raises what `save_draft` raises.

    The file stays for its days: what was not written is still listed there, and can be.
    """
    refuse_others(by, upload.owner_id)
    period = locked(upload.period)
    held(Duty.objects.filter(pk__in=[row.duty.pk for row in rows]))  # all, before the first stands in the audit trail
    held(UnitFiling.objects.filter(period=period, unit=upload.unit))
    before = {row.duty.pk: existing(row.duty, period) for row in rows}
    written = [(row, save(by, period, row, now)) for row in rows]
    written = [(row, report) for row, report in written if is_changed(before[row.duty.pk], report)]
    if not written:
        raise ValidationError("没有需要写入的内容：所选各格与系统里的相同。请选有改动的。")
    change_set = ChangeSet.objects.create(
        period=period,
        unit=upload.unit,
        file_name=upload.name,
        sha256=upload.sha256,
        cell_count=sum(len(row.cells) for row, _ in written),
        applied_at=now,
        applied_by=by,
    )
    ChangedReport.objects.bulk_create(
        [changed_report(change_set, row, before[row.duty.pk], report) for row, report in written]
    )
    codes = "、".join(row.duty.measure.code for row, _ in written)
    audit.record(by, "导入填报表", change_set, now=now, after={"格数": str(change_set.cell_count), "举措": codes})
    return change_set


def save(by: User, period: ReportingPeriod, row: ChosenRow, now: datetime.datetime) -> ProgressReport:
    return save_draft(by, duty=row.duty, period=period, content=row.content, version=row.version, now=now)


def is_changed(before: ProgressReport | None, report: ProgressReport) -> bool:
    """A second click finds everything written."""
    return before is None or before.version != report.version


def changed_report(
    change_set: ChangeSet, row: ChosenRow, before: ProgressReport | None, report: ProgressReport
) -> ChangedReport:
    return ChangedReport(
        change_set=change_set,
        duty=row.duty,
        report=report,
        version=report.version,
        before=kept(before) if before else {},
        state_before=before.state if before else "",
        written_before=before.written_by if before else None,
        cells=[list(cell) for cell in row.cells],
    )


def kept(report: ProgressReport) -> dict[str, Any]:
    """What a report held, as JSON can: dates as text, the unit by its key."""
    content = content_of(report)
    unit, day = content["coordination_unit"], content["coordination_due_on"]
    expected = report.change_expected_on
    return content | {
        "coordination_unit": unit and unit.pk,
        "coordination_due_on": day and day.isoformat(),
        "is_unchanged": report.is_unchanged,
        "change_expected_on": expected and expected.isoformat(),
    }


@transaction.atomic
def revert_changes(by: User, *, change_set: ChangeSet, now: datetime.datetime) -> ChangeSet:
    """Take a whole change set back, once. Refused, with the measures named, where anybody has built on it."""
    refuse_others(by, change_set.applied_by_id)
    period = locked(change_set.period)
    change_set = ChangeSet.objects.select_for_update(no_key=True).get(pk=change_set.pk)
    if change_set.reverted_at is not None:
        return change_set
    refuse_closed(period, now)
    known = change_set.reports.select_related("change_set", "duty__unit", "duty__measure__main_task", "report")
    rows = list(known.prefetch_related("report__attachments"))
    if not all(writes_for(by, row.duty) for row in rows):
        raise PermissionDenied("只能撤销本单位的填报，请由填报单位撤销。")
    if moved := [row.duty.measure.code for row in rows if is_built_on(row)]:
        raise ValidationError(f"{BUILT_ON}举措 {'、'.join(moved)}。请到填报页逐项修改。")
    held(Duty.objects.filter(pk__in=[row.duty_id for row in rows]))
    for row in rows:
        take_back(row, period, now)
    ChangeSet.objects.filter(pk=change_set.pk).update(reverted_at=now, reverted_by=by)
    change_set.reverted_at, change_set.reverted_by = now, by
    audit.record(by, "撤销导入", change_set, now=now, before={"格数": str(change_set.cell_count)})
    return change_set


def is_built_on(row: ChangedReport) -> bool:
    """Saved, handed in, or given a file since; a report that is gone was taken away by somebody else."""
    report = row.report
    if report is None or report.version != row.version or report.state != ReportState.DRAFT:
        return True
    return any(file.uploaded_at >= row.change_set.applied_at for file in report.attachments.all())


def take_back(row: ChangedReport, period: ReportingPeriod, now: datetime.datetime) -> None:
    report = row.report
    assert report is not None
    report.duty, report.period = row.duty, period
    if not row.state_before:
        count_filing(report, None)
        try:
            report.delete()
        except (ProtectedError, RestrictedError) as used:
            raise ValidationError(f"{BUILT_ON}举措 {row.duty.measure.code}。请到填报页逐项修改。") from used
        return
    before = dict(row.before)
    before["coordination_unit_id"] = before.pop("coordination_unit")
    moved_on(report, row.state_before, **before, written_by=row.written_before, saved_at=now)


def purge_uploads(*, now: datetime.datetime) -> int:
    """Throw away the files that were left undecided too long. The count."""
    return purge(Upload.objects.all(), "清除填报表", now)


def refuse_others(by: User, owner: int) -> None:
    require(by, Permission.WRITE_REPORTS)
    if by.pk != owner:
        raise PermissionDenied("这份文件由别人上传，请由上传人办理，或者自己重新上传。")
