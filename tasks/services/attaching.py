"""The verbs of 佐证材料: attach and remove. Files lie under random names outside the web root."""

import datetime
import hashlib
import secrets

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tasks.filetypes import ENDINGS, content_type
from tasks.models import Attachment, ProgressReport
from tasks.permissions import writes_for
from tasks.services.report_rules import fresh, is_writable, open_to, refuse_closed
from tasks.services.storing import delete_with_file, plain_name, stored
from units import audit
from units.models import User


@transaction.atomic
def attach_file(by: User, *, report: ProgressReport, name: str, data: bytes, now: datetime.datetime) -> Attachment:
    """Keep a file beside a report that is being written. The same file again is the attachment already there."""
    report = writable(by, report, now)
    if len(data) > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(f"文件超过 {settings.ATTACHMENT_MAX_BYTES // 1024 // 1024} MB，请压缩或拆分后再上传。")
    if not data:
        raise ValidationError("文件是空的。请确认选对了文件。")
    kind = content_type(data)
    if kind is None:
        raise ValidationError("只接受 PDF、Word（docx）、Excel（xlsx）、PNG 和 JPG 文件，且不能带宏。请转换后再上传。")
    digest = hashlib.sha256(data).hexdigest()
    if present := report.attachments.filter(sha256=digest).first():
        return present
    attachment = Attachment(
        report=report,
        name=plain_name(name, "附件" + ENDINGS[kind]),
        content_type=kind,
        size=len(data),
        sha256=digest,
        uploaded_at=now,
        uploaded_by=by,
    )
    with stored(attachment.file, secrets.token_hex(16) + ENDINGS[kind], data):
        attachment.save()
        audit.record(by, "上传佐证材料", report, now=now, after={"文件": attachment.name, "SHA-256": digest})
    return attachment


@transaction.atomic
def remove_attachment(by: User, *, attachment: Attachment, now: datetime.datetime) -> None:
    """Take a file off a report that is being written; the file itself goes once the removal is certain."""
    report = writable(by, attachment.report, now)
    delete_with_file(attachment)
    audit.record(by, "删除佐证材料", report, now=now, before={"文件": attachment.name, "SHA-256": attachment.sha256})


def writable(by: User, report: ProgressReport, now: datetime.datetime) -> ProgressReport:
    period = open_to(report.duty, report.period)
    report = fresh(report)
    if not writes_for(by, report.duty):
        raise PermissionDenied("只能为本单位的填报上传佐证材料，请由填报单位上传。")
    refuse_closed(period, now)
    if not is_writable(report):
        raise ValidationError("填报已提交。要改动佐证材料，请先撤回填报。")
    return report
