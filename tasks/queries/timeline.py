"""The course of a measure: every period and unit, newest first, and what was decided about its time and end."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

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
from tasks.permissions import seen_by, writes_for
from tasks.queries import closing
from tasks.queries.reports import files_of, reviews_of
from tasks.queries.stages import stage_facts
from units.prepared import prepared_rows

PERIODS_SHOWN = 4
WRITABLE = (ReportState.DRAFT, ReportState.RETURNED)


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
    periods = opened(seen_by(user, Period), measure.main_task.plan_id, today)
    reports = visible_of(seen_by(user, ProgressReport), measure.pk)
    handed_in = {(one.duty_id, one.period_id) for one in reports if one.state not in WRITABLE}
    told = [of_period(period, reports, duties) for period in periods]
    told = [one for one in told if one.reports or not one.period.is_frozen]
    shown = told[:count]
    add_decisions(shown)
    return Course(
        stage=stage_facts([measure]).stage(measure),  # whatever of the claims this reader sees
        periods=shown,
        hidden_periods=len(told) - len(shown),
        claims=closing.completions_of(measure.pk, user),
        extensions=closing.extensions_of(measure.pk, user),
        amendments=amendments_of(seen_by(user, Amendment), measure.pk),
        to_write=[
            (duty, period, (duty.pk, period.pk) in handed_in)
            for period in periods
            for duty in duties
            if not period.is_frozen and writes_for(user, duty)
        ],
    )


@prepared_rows(Period)
def opened(seen: Q, plan: int, today: datetime.date) -> QuerySet[Period]:
    """The newest first."""
    return Period.objects.filter(seen, plan=plan, opens_on__lte=today).order_by("-as_of")


@prepared_rows(Amendment, "measure", "measure__main_task", "made_by", "made_by__unit")
def amendments_of(seen: Q, measure: int) -> QuerySet[Amendment]:
    return Amendment.objects.filter(seen, measure=measure)


@prepared_rows(
    ProgressReport,
    "duty",
    "duty__unit",
    "coordination_unit",
    "written_by",
    "written_by__unit",
    "approved_by",
    "period",
)
def visible_of(seen: Q, measure: int) -> QuerySet[ProgressReport]:
    """Those of a measure that are `seen`, the oldest first."""
    return ProgressReport.objects.filter(seen, duty__measure=measure).order_by("period__as_of", "id")


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
    for review in reviews_of(*told):
        told[review.report_id].reviews.append(review)
    for file in files_of(*told):
        told[file.report_id].files.append(file)
