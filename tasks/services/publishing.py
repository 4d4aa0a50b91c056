"""The verbs that make an approved report public, and take it back."""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from tasks.choices import ReportState
from tasks.models import ProgressReport
from tasks.queries.publishing import has_approved_correction
from tasks.services.public_figures import carried
from tasks.services.reasons import refuse_without
from tasks.services.report_rules import BESIDE
from units import audit
from units.models import User
from units.permissions import Permission, require


@transaction.atomic
def publish_reports(by: User, *, reports: Iterable[ProgressReport], now: datetime.datetime) -> list[ProgressReport]:
    """公开: exactly these reports, all or none. One already public stays as it is."""
    require(by, Permission.PUBLISH)
    wanted = ProgressReport.objects.filter(pk__in=[report.pk for report in reports]).select_related(*BESIDE)
    chosen = list(wanted.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if waiting := [report for report in chosen if report.state != ReportState.APPROVED]:
        raise ValidationError(f"只有已通过的填报可以公开，其中 {len(waiting)} 项还没有通过，请去掉这几项。")
    fresh = [report for report in chosen if report.published_at is None]
    refuse_corrected(fresh)
    with carried(fresh):
        for report in fresh:
            report.published_at, report.published_by = now, by
            report.save(update_fields=["published_at", "published_by"])
    for report in fresh:
        audit.record(by, "公开", report, now=now, after=report.progress)
    return chosen


def refuse_corrected(reports: list[ProgressReport]) -> None:
    """What has been corrected is known to be wrong: its correction is published in its place."""
    keys = [report.pk for report in reports]
    if count := ProgressReport.objects.filter(pk__in=keys).filter(has_approved_correction()).count():
        raise ValidationError(f"其中 {count} 项已有通过的更正，请公开更正后的填报。")


@transaction.atomic
def unpublish_report(by: User, *, report: ProgressReport, reason: str, now: datetime.datetime) -> ProgressReport:
    """撤下 a published report, with a reason for the record."""
    require(by, Permission.PUBLISH)
    refuse_without(reason, "请写明撤下的理由。")
    chain = [locked(report.pk)]
    while key := chain[-1].corrects_id:  # with a correction goes what it corrects, else that would be public again
        chain.append(locked(key))
    taken = [one for one in chain if one.published_at is not None]
    with carried(taken):
        for one in taken:
            one.published_at = one.published_by = None
            one.save(update_fields=["published_at", "published_by"])
    for one in taken:
        audit.record(by, "撤下公开", one, now=now, after=reason.strip())
    return chain[0]


def locked(key: int) -> ProgressReport:
    reports = ProgressReport.objects.select_for_update(of=("self",), no_key=True)
    return reports.select_related(*BESIDE).get(pk=key)
