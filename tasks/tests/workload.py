"""Work of every kind for tests that count queries: as many of each kind as a test asks for."""

import datetime

from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.services import instructing, reporting, reviewing
from tasks.services.amending import amend_measure
from tasks.services.attaching import attach_file
from tasks.services.periods import freeze_period
from tasks.services.publishing import publish_reports
from tasks.tests.journeys import (
    NEXT_SUMMER,
    YEAR_END,
    approved,
    asked,
    claimed,
    drafted,
    more_duties,
    of_customs,
    returned,
    submitted,
)
from tasks.tests.people import NOW, Stage, content, make_period

A_PDF = b"%PDF-1.7\n"


def work(stage: Stage, rows: int) -> dict[str, object]:
    """So many of each kind in the open period and frozen periods before it; what the pages' addresses need."""
    dues, backs, waiting, handed_in, standing, public = (more_duties(stage, rows, due_on=YEAR_END) for _ in range(6))
    periods = [past_period(stage, month, [*dues, *backs, *waiting]) for month in range(1, rows + 1)]
    for duty in backs:
        returned(stage, duty)
    for duty in handed_in:
        submitted(stage, duty)
    reports = [with_files(stage, duty, rows) for duty in waiting]
    for duty in standing:
        approved(stage, duty)
    shown = [approved(stage, duty) for duty in public]
    publish_reports(stage.office, reports=[*shown, *told(stage, rows)], now=NOW)
    for duty in dues:
        claimed(stage, duty)
        asked(stage, duty)
    instructed(stage, rows)
    return {"writing": dues[0].pk, **addresses(stage, reports, periods)}


def past_period(stage: Stage, month: int, duties: list[Duty]) -> ReportingPeriod:
    """Frozen, with an approved report of each duty and a correction that waits for the Office."""
    period = make_period(stage.plan, f"2025年{month}月", datetime.date(2025, month, 28))
    reports = [approved(stage, duty, period) for duty in (stage.duty, *duties)]
    freeze_period(stage.office, period=period, now=NOW)
    reviewing.correct_report(
        stage.second_office, report=reports[0], content=content(percent_complete=45), reason="核对后更正", now=NOW
    )
    return period


def with_files(stage: Stage, duty: Duty, count: int) -> ProgressReport:
    """待复审, with files that are known from its report before."""
    report = drafted(stage, duty, progress="9月完成 45%。", percent_complete=45)
    for number in range(count):
        attach_file(stage.reporter, report=report, name=f"{number}.pdf", data=A_PDF + bytes([number]), now=NOW)
    report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=NOW)
    return reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=NOW)


def told(stage: Stage, count: int) -> list[ProgressReport]:
    """The course of measure 1-1: amendments, and in the open period a report of the first unit and of the customs."""
    for day in range(count):
        due_on = NEXT_SUMMER + datetime.timedelta(days=day)
        amend_measure(stage.office, measure=stage.measure, changes={"due_on": due_on}, reason="年度计划", now=NOW)
    of_customs(stage)
    return [approved(stage)]


def instructed(stage: Stage, count: int) -> None:
    """So many that wait for the transport department, the first of them sent back once."""
    for number in range(count):
        about = {"plan": stage.plan, "owner": stage.duty.unit, "due_on": NEXT_SUMMER, "measure": stage.measure}
        one = instructing.give_instruction(stage.leader, text=f"请办第 {number} 件。", **about, now=NOW)
        if number == 0:
            seen = instructing.answer_instruction(
                stage.reporter, instruction=one, text="已办。", seen_at=None, now=NOW
            )
            why = {"reason": "请附文件。", "seen_at": seen.answered_at}
            instructing.return_instruction(stage.leader, instruction=one, **why, now=NOW)


def addresses(stage: Stage, reports: list[ProgressReport], periods: list[ReportingPeriod]) -> dict[str, object]:
    return {
        "told": ProgressReport.objects.get(duty=stage.duty, period=stage.period).pk,
        "period": stage.period.pk,
        "frozen": periods[0].pk,
        "written": reports[0].duty_id,
        "waiting": reports[0].pk,
        "ticked": "&".join(f"report={report.pk}.{report.version}" for report in reports),
        "standing": "&".join(f"report={pk}" for pk in standing_reports(stage)),
    }


def standing_reports(stage: Stage) -> list[int]:
    found = ProgressReport.objects.filter(period=stage.period, approved_at__isnull=False, published_at=None)
    return list(found.values_list("pk", flat=True))
