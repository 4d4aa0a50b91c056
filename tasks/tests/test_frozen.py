"""A frozen period: it keeps what it was, and accepts nothing but corrections."""

import datetime
from collections.abc import Callable
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.choices import ReportState
from tasks.models import ProgressReport
from tasks.services import reporting, reviewing
from tasks.services.attaching import attach_file, remove_attachment
from tasks.services.periods import freeze_period
from tasks.tests.journeys import approved, drafted, more_duties, of_customs, reported_before, submitted
from tasks.tests.people import NOW, Stage, content

pytestmark = pytest.mark.django_db
A_PDF = b"%PDF-1.4 test"


def acts_on(stage: Stage) -> dict[str, Callable[[], object]]:
    """Every verb of a report, each ready to be done."""
    drafts, handed, waiting, unwritten = more_duties(stage, 4)
    reported_before(stage, unwritten)
    draft, report, forwarded = drafted(stage, drafts), submitted(stage, handed), of_customs(stage)
    file = attach_file(stage.reporter, report=draft, name="甲.pdf", data=A_PDF, now=NOW)
    own, by_unit = {"by": stage.reporter, "now": NOW}, {"by": stage.reviewer, "report": report, "now": NOW}
    by_office, anew = {"by": stage.office, "report": forwarded, "now": NOW}, {"duty": waiting, "period": stage.period}
    day = datetime.date(2026, 12, 1)

    def at(one: ProgressReport) -> dict[str, object]:
        return {"report": one, "version": one.version}

    return {
        "save": partial(reporting.save_draft, **own, **anew, content=content(), version=None),
        "submit": partial(reporting.submit_report, **own, **at(draft)),
        "unchanged": partial(
            reporting.submit_unchanged, **own, duty=unwritten, period=stage.period, change_expected_on=day
        ),
        "withdraw": partial(reporting.withdraw_report, **own, **at(report)),
        "attach": partial(attach_file, **own, report=draft, name="乙.pdf", data=A_PDF + b"2"),
        "remove": partial(remove_attachment, **own, attachment=file),
        "forward": partial(reviewing.forward_report, **by_unit, version=report.version),
        "return": partial(reviewing.return_report, **by_unit, version=report.version, reason="请补充"),
        "approve": partial(reviewing.approve_report, **by_office, version=forwarded.version),
        "return of the office": partial(
            reviewing.return_report, **by_office, version=forwarded.version, reason="请补充"
        ),
        "pass": partial(reviewing.pass_reports, stage.office, chosen=[(forwarded, forwarded.version)], now=NOW),
    }


def test_a_frozen_period_accepts_nothing(stage: Stage) -> None:
    acts = acts_on(stage)
    freeze_period(stage.office, period=stage.period, now=NOW)
    for name, act in acts.items():
        with pytest.raises(ValidationError, match="已冻结，不再接受填报和审核"):
            pytest.fail(f"{name}: {act()}")


@pytest.mark.parametrize(
    "name", ["save", "submit", "unchanged", "withdraw", "attach", "remove", "forward", "return", "approve"]
)
def test_what_it_refuses_is_accepted_before(stage: Stage, name: str) -> None:
    acts_on(stage)[name]()


def test_freezing_keeps_the_state_of_every_measure(stage: Stage) -> None:
    approved(stage)
    freeze_period(stage.office, period=stage.period, now=NOW)
    frozen = stage.period.frozen_measures.get()
    assert (frozen.code, frozen.text, frozen.stage) == ("1-1", stage.measure.text, "in_progress")
    assert (frozen.obliged, frozen.approved) == (3, 1)


def test_a_correction_is_a_further_entry_that_another_approves(stage: Stage) -> None:
    report = approved(stage)
    freeze_period(stage.office, period=stage.period, now=NOW)
    entry = reviewing.correct_report(
        stage.office, report=report, content=content(percent_complete=45), reason="核对后更正完成率", now=NOW
    )
    assert (entry.corrects, entry.state) == (report, ReportState.FORWARDED)
    with pytest.raises(PermissionDenied):
        reviewing.approve_report(stage.office, report=entry, version=entry.version, now=NOW)
    reviewing.approve_report(stage.second_office, report=entry, version=entry.version, now=NOW)
    report.refresh_from_db()
    assert report.percent_complete == 40
