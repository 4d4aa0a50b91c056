"""The course of a measure: every period and unit, newest first, and what was decided about its time and end."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tasks.choices import OBLIGED_ROLES, ReportState
from tasks.models import (
    Amendment,
    Attachment,
    CompletionClaim,
    Duty,
    ExtensionRequest,
    Measure,
    ProgressReport,
    Review,
)
from tasks.models import ReportingPeriod as Period
from tasks.permissions import visible_to, writes_for
from tasks.queries import closing
from tasks.queries.stages import stage_facts

PERIODS_SHOWN = 4
WRITABLE = (ReportState.DRAFT, ReportState.RETURNED)
AMENDED = ("measure__main_task", "made_by__unit")


@dataclass(frozen=True, slots=True)
class Told:
    """One report, the approved one before it, its reviews and files."""

    report: ProgressReport
    before: ProgressReport | None
    reviews: list[Review]
    files: list[Attachment]


@dataclass
class PeriodTold:
    """One period. `missing` counts the obliged duties of which this reader sees no report."""

    period: Period
    reports: list[Told] = field(default_factory=list)
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """Everything the page tells of a measure, as one reader sees it."""

    stage: Any
    periods: list[PeriodTold]
    hidden_periods: int
    claims: list[CompletionClaim]
    extensions: list[ExtensionRequest]
    amendments: list[Amendment]
    to_write: list[tuple[Duty, Period, bool]]  # whether it is handed in already


def course(measure: Measure, duties: list[Duty], user: Any, today, count: int | None = PERIODS_SHOWN) -> Course:
    """Nine queries, however many periods, units and reports. `count` None shows every period."""
    periods = list(
        visible_to(user, Period).filter(plan=measure.main_task.plan_id, opens_on__lte=today).order_by("-as_of")
    )
    reports = visible_of(measure, user)
    handed_in = {(one.duty_id, one.period_id) for one in reports if one.state not in WRITABLE}
    told = [of_period(period, reports, duties) for period in periods]
    told = [one for one in told if one.reports or not one.period.is_frozen]
    shown = told[:count]
    add_decisions(shown)
    return Course(
        stage=stage_facts([measure]).stage(measure),  # whatever of the claims this reader sees
        periods=shown,
        hidden_periods=len(told) - len(shown),
        claims=list(closing.completions_of(measure, user)),
        extensions=list(closing.extensions_of(measure, user)),
        amendments=list(visible_to(user, Amendment).filter(measure=measure).select_related(*AMENDED)),
        to_write=[
            (duty, period, (duty.pk, period.pk) in handed_in)
            for period in periods
            for duty in duties
            if not period.is_frozen and writes_for(user, duty)
        ],
    )


def visible_of(measure: Measure, user: Any) -> list[ProgressReport]:
    joins = ("duty__unit", "coordination_unit", "written_by__unit", "approved_by", "period")
    reports = visible_to(user, ProgressReport).filter(duty__measure=measure).select_related(*joins)
    return list(reports.order_by("period__as_of", "id"))


def of_period(period: Period, reports: Iterable[ProgressReport], duties: list[Duty]) -> PeriodTold:
    by_duty: dict[int, list[ProgressReport]] = defaultdict(list)
    before: dict[int, ProgressReport] = {}
    for report in reports:  # the oldest first
        if report.period_id == period.pk:
            by_duty[report.duty_id].append(report)
        elif report.period.as_of < period.as_of and report.state == ReportState.APPROVED:
            before[report.duty_id] = report
    own = {report.pk: report for found in by_duty.values() for report in found}
    told = PeriodTold(period)
    for duty in duties:
        for report in reversed(by_duty[duty.pk]):  # a correction stands above what it corrects
            told.reports.append(Told(report, own.get(report.corrects_id) or before.get(duty.pk), [], []))
        told.missing += duty.role in OBLIGED_ROLES and not by_duty[duty.pk]
    return told


def add_decisions(shown: list[PeriodTold]) -> None:
    """Put the reviews and files to their reports. Two queries."""
    told = {one.report.pk: one for period in shown for one in period.reports}
    for review in Review.objects.filter(report__in=told).select_related("decided_by__unit"):
        told[review.report_id].reviews.append(review)
    for file in Attachment.objects.filter(report__in=told):
        told[file.report_id].files.append(file)
