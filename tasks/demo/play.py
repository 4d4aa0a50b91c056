"""The demonstration, played through the same services as real work, by people named for their posts."""

import datetime

from tasks.calendar import ProposedPeriod
from tasks.choices import OBLIGED_ROLES, ReportState
from tasks.demo.accounts import open_accounts
from tasks.demo.dates import WORKDAYS_TO_CLOSE
from tasks.demo.endings import endings, set_dates
from tasks.demo.parts import APPROVED, AT_OFFICE, AT_UNIT, RETURNED, UNFILED, Part, earlier_parts, latest_part, percent
from tasks.demo.stage import Script, Stage
from tasks.demo.words import content, subject_of
from tasks.models import Duty, ProgressReport, ReportingPeriod
from tasks.services import periods, publishing, reporting, reviewing
from units.models import Unit, User

PUBLISHED_SHARE = 0.4


def play(stage: Stage, administrator: User) -> None:
    beginning = stage.moment(stage.workday_before(stage.spans[0].as_of))
    load_before(stage, beginning)
    open_accounts(stage, administrator, beginning)
    set_dates(stage, beginning)
    duties = list(
        Duty.objects.filter(measure__main_task__plan=stage.plan, role__in=OBLIGED_ROLES)
        .select_related("unit", "measure__main_task")
        .order_by("measure__main_task__number", "measure__order", "position")
    )
    for number, span in enumerate(stage.spans):
        stage.add(one_period(stage, duties, number, span))
    for script in endings(stage, duties):
        stage.add(script)
    stage.run()
    for period in ReportingPeriod.objects.filter(plan=stage.plan).order_by("as_of"):
        stage.tell(f"{period.label}：{period.reports.count()} 份填报")


def load_before(stage: Stage, moment: datetime.datetime) -> None:
    """The table stood before the first period: a frozen period leaves out what was added after its freezing."""
    duties = Duty.objects.filter(measure__main_task__plan=stage.plan)
    Duty.history.filter(id__in=duties.values("pk")).update(history_date=moment)


def one_period(stage: Stage, duties: list[Duty], number: int, span: ProposedPeriod) -> Script:
    """Open; everybody reports; publish some and freeze. The latest one stays open."""
    opened_at = stage.moment(span.opens_on, 8)
    yield opened_at
    period = periods.open_period(
        stage.office[0],
        plan=stage.plan,
        label=span.label,
        as_of=span.as_of,
        opens_on=span.opens_on,
        due_on=span.due_on,
        now=opened_at,
    )
    is_latest = number == stage.periods - 1
    earlier = {} if is_latest else earlier_parts(stage, duties, number)
    for duty in duties:
        part = latest_part(duty) if is_latest else earlier[duty.pk]
        if part.fate != UNFILED:
            stage.add(one_report(stage, duty, period, number, part))
    if is_latest:
        return
    closed_at = stage.moment(stage.calendar.workdays_after(span.due_on, WORKDAYS_TO_CLOSE), 17)
    yield closed_at
    approved = ProgressReport.objects.filter(period=period, state=ReportState.APPROVED).order_by("pk")
    chosen = [report for report in approved if stage.dice.random() < PUBLISHED_SHARE]
    publishing.publish_reports(stage.office[0], reports=chosen, now=closed_at)
    periods.freeze_period(stage.office[0], period=period, now=closed_at)


def one_report(stage: Stage, duty: Duty, period: ReportingPeriod, number: int, part: Part) -> Script:
    """Write and hand in, then as far through the reviews as the part says."""
    now = written_at(stage, period, part)
    yield now
    report = handed_in(stage, duty, period, number, part, now)
    if part.fate == AT_UNIT:
        return
    if report.state == ReportState.SUBMITTED:
        now = stage.later(now)
        yield now
        reviewer = stage.reviewers[duty.unit_id]
        report = reviewing.forward_report(reviewer, report=report, version=report.version, now=now)
    if part.fate == AT_OFFICE:
        return
    now = stage.later(now)
    yield now
    decision = {"report": report, "version": report.version, "now": now}
    if part.fate == RETURNED:
        reason = f"（演示）没有写明“{subject_of(duty.measure.text)}”形成了什么文件，请补充文号和日期。"
        reviewing.return_report(stage.office[0], reason=reason, **decision)
    elif part.fate == APPROVED:
        reviewing.approve_report(stage.office[0], **decision)
        stage.percents[duty.pk] = report.percent_complete or 0


def written_at(stage: Stage, period: ReportingPeriod, part: Part) -> datetime.datetime:
    """Within the period's working days, from its second on; a late one up to three working days behind them."""
    if part.is_late:
        return stage.later(stage.moment(period.due_on), 3)
    day = stage.calendar.workdays_after(period.opens_on, stage.dice.randint(1, 8))
    return stage.moment(min(day, period.due_on))


def handed_in(
    stage: Stage, duty: Duty, period: ReportingPeriod, number: int, part: Part, now: datetime.datetime
) -> ProgressReport:
    writer = stage.writer(duty)
    if part.is_unchanged:
        expected = period.as_of + datetime.timedelta(days=90)
        return reporting.submit_unchanged(writer, duty=duty, period=period, change_expected_on=expected, now=now)
    reached = percent(stage, duty, number, part)
    fell = reached < stage.percents.get(duty.pk, 0)
    words = content(stage.dice, duty.measure.text, period.as_of, reached, part.confidence, fell)
    if part.ask is not None:
        words |= {
            "coordination_request": part.ask.text,
            "coordination_unit": Unit.objects.get(name=part.ask.whom),
            "coordination_due_on": answer_by(stage, period, number, part.ask.within),
        }
    report = reporting.save_draft(writer, duty=duty, period=period, content=words, version=None, now=now)
    return reporting.submit_report(writer, report=report, version=report.version, now=now)


def answer_by(stage: Stage, period: ReportingPeriod, number: int, within: int) -> datetime.date:
    """So many days from today in the latest period, from its due date in an earlier one."""
    start = stage.today if number == stage.periods - 1 else period.due_on
    return start + datetime.timedelta(days=within)
