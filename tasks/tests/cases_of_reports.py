"""Rows that the constraints of periods, reports, reviews and attachments accept and refuse."""

import datetime

from tasks.choices import Confidence, ReportState, ReviewLevel, RollUp, Stage
from tasks.models import Attachment, FrozenMeasure, Measure, ProgressReport, ReportingPeriod, Review
from tasks.tests.people import NOW, make_period, make_stage
from tasks.tests.samples import make_measure, make_plan
from units.choices import Role
from units.models import User
from units.tests.constraints import Case
from units.tests.samples import make_user

OPENING = datetime.date(2027, 1, 1)
BEFORE_OPENING = OPENING - datetime.timedelta(days=1)


def person(role: Role = Role.OFFICE) -> User:
    return make_user(role)


def period(**given) -> ReportingPeriod:
    """The fourth quarter, the third being there."""
    usual = {
        "plan": make_period(make_plan()).plan,
        "label": "2026年四季度",
        "as_of": datetime.date(2026, 12, 31),
        "opens_on": OPENING,
        "due_on": OPENING,
        "opened_at": NOW,
        "opened_by": person(),
    }
    return ReportingPeriod(**usual | given)


def frozen(measure: Measure, in_period: ReportingPeriod) -> FrozenMeasure:
    return FrozenMeasure(
        period=in_period,
        measure=measure,
        code=measure.code,
        text=measure.text,
        stage=Stage.IN_PROGRESS,
        starts_on=OPENING,
        due_on=OPENING,
        original_due_on=OPENING,
        roll_up=RollUp.WORST,
        obliged=1,
        approved=0,
    )


def second_frozen(order: int) -> FrozenMeasure:
    """Frozen after measure 1-1, in the same period."""
    first = make_measure()
    in_period = make_period(first.main_task.plan)
    frozen(first, in_period).save()
    return frozen(first if order == 1 else make_measure(first.main_task, order=order), in_period)


def report(**given) -> ProgressReport:
    stage = make_stage()
    usual = {
        "duty": stage.duty,
        "period": stage.period,
        "created_at": NOW,
        "saved_at": NOW,
        "written_by": stage.reporter,
    }
    return ProgressReport(**usual | given)


def stored_report(**given) -> ProgressReport:
    made = report(**given)
    made.save()
    return made


def approved_report(**given) -> ProgressReport:
    return report(**{"state": ReportState.APPROVED, "approved_at": NOW, "approved_by": person()} | given)


def second_report(*, is_correction: bool) -> ProgressReport:
    """For the same duty and period as the first."""
    first = stored_report()
    return ProgressReport(
        duty=first.duty,
        period=first.period,
        corrects=first if is_correction else None,
        created_at=NOW,
        saved_at=NOW,
        written_by=first.written_by,
    )


def publication(state: ReportState) -> dict:
    by = person()
    approval = {"approved_at": NOW, "approved_by": by} if state == ReportState.APPROVED else {}
    return {"state": state, "published_at": NOW, "published_by": by, **approval}


def review(**given) -> Review:
    first = stored_report()
    usual = {"level": ReviewLevel.UNIT, "is_passed": False, "remark": "请补充文号。", "version": 1}
    return Review(**{"report": first, "decided_at": NOW, "decided_by": person(), **usual} | given)


def second_attachment(sha256: str) -> Attachment:
    first = Attachment.objects.create(**attachment(stored_report()))
    return Attachment(**attachment(first.report) | {"sha256": sha256})


def attachment(to: ProgressReport) -> dict:
    return {
        "report": to,
        "file": "attachments/a",
        "name": "批复.pdf",
        "content_type": "application/pdf",
        "size": 1,
        "sha256": "0" * 64,
        "uploaded_at": NOW,
        "uploaded_by": to.written_by,
    }


CASES_OF_REPORTS = {
    "period_label_once": Case(accepted=period, refused=lambda: period(label="2026年三季度")),
    "period_as_of_once": Case(accepted=period, refused=lambda: period(as_of=datetime.date(2026, 9, 30))),
    "period_due_after_opening": Case(accepted=period, refused=lambda: period(due_on=BEFORE_OPENING)),
    "period_frozen_at_and_by": Case(
        accepted=lambda: period(frozen_at=NOW, frozen_by=person(Role.LEADER)),
        refused=lambda: period(frozen_at=NOW),
    ),
    "frozen_once": Case(accepted=lambda: second_frozen(order=2), refused=lambda: second_frozen(order=1)),
    "report_once": Case(
        accepted=lambda: second_report(is_correction=True), refused=lambda: second_report(is_correction=False)
    ),
    "report_state_known": Case(accepted=report, refused=lambda: report(state="else")),
    "report_percent_0_to_100": Case(
        accepted=lambda: report(percent_complete=100), refused=lambda: report(percent_complete=101)
    ),
    "report_confidence_known": Case(
        accepted=lambda: report(confidence=Confidence.BEHIND), refused=lambda: report(confidence="else")
    ),
    "report_approved_has_time": Case(
        accepted=approved_report, refused=lambda: approved_report(approved_at=None, approved_by=None)
    ),
    "report_published_is_approved": Case(
        accepted=lambda: report(**publication(ReportState.APPROVED)),
        refused=lambda: report(**publication(ReportState.FORWARDED)),
    ),
    "report_submitted_at_and_by": Case(
        accepted=lambda: report(submitted_at=NOW, submitted_by=person()), refused=lambda: report(submitted_at=NOW)
    ),
    "report_approved_at_and_by": Case(accepted=approved_report, refused=lambda: approved_report(approved_by=None)),
    "report_published_at_and_by": Case(
        accepted=lambda: report(**publication(ReportState.APPROVED)),
        refused=lambda: report(**publication(ReportState.APPROVED) | {"published_by": None}),
    ),
    "review_return_has_reason": Case(accepted=review, refused=lambda: review(remark="")),
    "attachment_once": Case(accepted=lambda: second_attachment("1" * 64), refused=lambda: second_attachment("0" * 64)),
}
