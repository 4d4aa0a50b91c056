"""The verbs of those who decide on a report: forward, approve, return, correct. Same refusals as in `reporting`."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tasks.choices import ReportState, ReviewLevel
from tasks.models import Plan, ProgressReport, Review, UnitFiling
from tasks.permissions import can_move, wrote
from tasks.queries.content import content_of
from tasks.services import standing
from tasks.services.locks import held
from tasks.services.reasons import refuse_without
from tasks.services.report_rules import (
    checked,
    fresh,
    locked,
    moved_on,
    refuse_closed,
    refuse_incomplete,
    refuse_stale,
    refuse_unless,
    same_content,
)
from tasks.workflow import CORRECTING, is_legal, leads_to, title_of
from units import audit
from units.choices import Role
from units.models import User
from units.permissions import Permission, require

SAY_WHY = "请写明退回的理由，填报人会看到全文。"


@transaction.atomic
def forward_report(
    by: User, *, report: ProgressReport, version: int, now: datetime.datetime, remark: str = ""
) -> ProgressReport:
    """初审通过: on to the Office."""
    return decide(by, "forward_report", [(report, version)], now, remark=remark)[0]


@transaction.atomic
def approve_report(
    by: User, *, report: ProgressReport, version: int, now: datetime.datetime, remark: str = ""
) -> ProgressReport:
    """复审通过: the report is approved and counts."""
    return decide(by, "approve_report", [(report, version)], now, remark=remark)[0]


@transaction.atomic
def return_report(
    by: User,
    *,
    report: ProgressReport,
    version: int,
    now: datetime.datetime,
    reason: str,
    mend_by: datetime.date | None = None,
) -> ProgressReport:
    """退回, with a reason the writer reads in full."""
    refuse_without(reason, SAY_WHY)
    return decide(by, "return_report", [(report, version)], now, remark=reason.strip(), mend_by=mend_by)[0]


@transaction.atomic
def pass_reports(
    by: User, *, chosen: Iterable[tuple[ProgressReport, int]], now: datetime.datetime
) -> list[ProgressReport]:
    """Pass exactly the chosen reports (report, version seen), all or none."""
    verb = "approve_report" if by.role == Role.OFFICE else "forward_report"
    return decide(by, verb, sorted(chosen, key=lambda item: (item[0].period_id, item[0].pk)), now)


def decide(
    by: User,
    verb: str,
    chosen: Collection[tuple[ProgressReport, int]],
    now: datetime.datetime,
    *,
    remark: str = "",
    mend_by: datetime.date | None = None,
) -> list[ProgressReport]:
    """Settle reports, and bring their measures' lights in step. Every lock is taken before the audit trail's."""
    periods = [locked(period) for period in dict.fromkeys(report.period for report, _ in chosen)]
    counts = verb == "approve_report"
    if counts:
        standing.hold_all({period.plan for period in periods}, now=now)
    units = {report.duty.unit_id for report, _ in chosen}
    held(UnitFiling.objects.filter(period__in=periods, unit__in=units))  # of all, before the first stands in the trail
    decided = [settle(by, verb, report, version, now, remark=remark, mend_by=mend_by) for report, version in chosen]
    if counts:
        put_in_step(decided, now)
    return decided


def put_in_step(approved: Iterable[ProgressReport], now: datetime.datetime) -> None:
    measures: dict[Plan, set[int]] = defaultdict(set)
    for report in approved:
        measures[report.period.plan].add(report.duty.measure_id)
    for plan, keys in measures.items():
        standing.refresh(plan, keys, now=now)


def settle(
    by: User,
    verb: str,
    report: ProgressReport,
    version: int,
    now: datetime.datetime,
    *,
    remark: str,
    mend_by: datetime.date | None = None,
) -> ProgressReport:
    period = locked(report.period)
    report = fresh(report)
    if already_decided(by, verb, report):
        return report
    if report.corrects_id is None:
        refuse_closed(period, now)
    is_allowed = can_move(by, verb, report)
    if not is_allowed and is_legal(verb, report.state, by.role) and wrote(by, report):
        raise PermissionDenied("不能审核自己填写或提交的内容，请由他人审核。")
    refuse_unless(is_allowed, report)
    refuse_stale(report, version)
    level = ReviewLevel.OFFICE if report.state == ReportState.FORWARDED else ReviewLevel.UNIT
    review = Review(
        report=report,
        level=level,
        is_passed=verb != "return_report",
        remark=remark,
        mend_by=mend_by,
        version=version,
        decided_at=now,
        decided_by=by,
    )
    review.full_clean(exclude={"report", "decided_by"})  # both were just read; a question each to the database
    review.save()
    approved = {"approved_at": now, "approved_by": by} if verb == "approve_report" else {}
    moved = moved_on(report, leads_to(verb), **approved)
    now_said = "：".join(filter(None, [moved.get_state_display(), remark]))
    audit.record(by, title_of(verb), moved, now=now, before=report.get_state_display(), after=now_said)
    return moved


def already_decided(by: User, verb: str, report: ProgressReport) -> bool:
    if report.state != leads_to(verb):
        return False
    last = report.reviews.order_by("-decided_at", "-id").first()
    return last is not None and last.decided_by_id == by.pk


@transaction.atomic
def correct_report(
    by: User, *, report: ProgressReport, content: Mapping[str, Any], reason: str, now: datetime.datetime
) -> ProgressReport:
    """更正 of a frozen period: a further, marked entry, which another person of the Office approves."""
    require(by, Permission.REVIEW_AT_OFFICE)
    period = locked(report.period)
    report = fresh(report)
    if not period.is_frozen:
        raise ValidationError("本期还没有冻结：请退回后由填报单位修改。")
    refuse_without(reason, "请写明更正的理由。")
    entry = getattr(report, "corrected_by", None)
    if entry is not None and is_repeated(by, entry, content, reason):
        return entry
    if report.state != ReportState.APPROVED or (entry is not None and entry.state != ReportState.RETURNED):
        raise ValidationError("只能更正已通过、且还没有更正过的填报。更正过的，请更正最后那一份。")
    if same_content(report, content):
        raise ValidationError("内容与原填报完全一样。请改好要更正的各栏。")
    refuse_incomplete(ProgressReport(duty=report.duty, period=period, **{**content_of(report), **content}))
    handed_in = {
        **checked(report, content),
        "correction_reason": reason.strip(),
        "written_by": by,
        "saved_at": now,
        "submitted_at": now,
        "submitted_by": by,
    }
    if entry is not None:  # returned: the same entry again, mended
        entry = moved_on(entry, ReportState.FORWARDED, **handed_in)
    else:
        entry = ProgressReport(
            duty=report.duty,
            period=period,
            corrects=report,
            state=ReportState.FORWARDED,
            created_at=now,
            is_late=report.is_late,
            **{**content_of(report), **handed_in},
        )
        entry.save(force_insert=True)
    audit.record(by, CORRECTING, entry, now=now, before=content_of(report), after=content_of(entry))
    return entry


def is_repeated(by: User, entry: ProgressReport, content: Mapping[str, Any], reason: str) -> bool:
    """Whether this very correction was handed in already: the second of two clicks."""
    waits = entry.state == ReportState.FORWARDED and entry.submitted_by_id == by.pk
    return waits and entry.correction_reason == reason.strip() and same_content(entry, content)
