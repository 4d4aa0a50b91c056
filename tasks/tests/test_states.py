"""What is kept of a whole plan: the next one asks less, and whatever changes is seen at once."""

import datetime

import pytest
from django.utils import timezone

from tasks.choices import DutyRole
from tasks.models import Duty, Measure, ProgressReport, ReportingPeriod
from tasks.queries.periods import approved_by_period, listed
from tasks.queries.publishing import Counts, counts_by_period, periods_with_counts
from tasks.services import amending, planning, publishing, reviewing
from tasks.services.periods import freeze_period
from tasks.services.standing import forget, rebuild
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, more_duties
from tasks.tests.people import NOW, Stage, content, make_period, make_stage
from tasks.tests.planted import corrected
from tasks.tests.test_comparing import COMPARE, TODAY, kinds, shown, two_quarters

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = two_quarters()
    monkeypatch.setattr(timezone, "now", lambda: TODAY)
    return stage


def correct(stage: Stage) -> None:
    report = ProgressReport.objects.get(period=stage.period, duty__measure__order=7)
    text = content(progress="更正：路基 41 公里。")
    entry = reviewing.correct_report(stage.office, report=report, content=text, reason="数字有误", now=TODAY)
    reviewing.approve_report(stage.second_office, report=entry, version=entry.version, now=TODAY)


def report_anew(stage: Stage) -> None:
    period = make_period(stage.plan, "2026年10月", datetime.date(2026, 10, 5))
    approved(stage, Duty.objects.get(measure__order=7), period, progress="十月写了癸字样。")


def word_anew(stage: Stage) -> None:
    measure = Measure.objects.get(order=7)
    measure.text = "举措之7，改写。"
    planning.save_measure(stage.office, measure=measure, now=TODAY)


def halt(stage: Stage) -> None:
    measure = Measure.objects.get(order=7)
    amending.amend_measure(stage.office, measure=measure, changes={"halted": "suspended"}, reason="停", now=TODAY)


def assign(stage: Stage) -> None:
    duty = Duty(measure=Measure.objects.get(order=7), unit=stage.other_duty.unit, role=DutyRole.COOPERATE, position=2)
    planning.save_duty(stage.office, duty=duty, now=TODAY)


class TestKept:
    @pytest.mark.parametrize("change", [correct, report_anew, word_anew, halt, assign])
    def test_what_changes_is_there_at_once(self, stage, change):
        sides = (None, None) if change is correct else (stage.period.pk, "now")
        assert kinds(shown(stage, *sides)) == kinds(shown(stage, *sides))
        assert "1-7" not in kinds(shown(stage, *sides))
        change(stage)
        rebuild(stage.plan, now=TODAY)  # where the table changed; a verb has done it
        assert "1-7" in kinds(shown(stage, *sides))

    def test_a_verb_needs_no_rebuilding(self, stage):
        kept = kinds(shown(stage))
        correct(stage)
        assert kinds(shown(stage)) == kept | {"1-7": ["填报内容"]}

    def test_the_second_one_asks_in_which_state_the_plan_is(self, stage, django_assert_num_queries):
        """Not for rows and reports of either side, nor for the duties touched."""
        client = client_of(stage.office)
        for expected in (26, 7):
            with django_assert_num_queries(expected):
                client.get(COMPARE, {"from": ReportingPeriod.objects.earliest("as_of").pk, "to": stage.period.pk})

    def test_a_forgotten_plan_keeps_nothing(self, stage, monkeypatch):
        kept = kinds(shown(stage, stage.period.pk, "now"))
        forget(plan=stage.plan)
        monkeypatch.setattr(timezone, "now", lambda: TODAY + datetime.timedelta(days=100))
        assert kinds(shown(stage, stage.period.pk, "now")) != kept


class TestCounts:
    def test_of_what_was_approved_and_what_is_public_follow_every_verb(self, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        stage = make_stage()
        report = approved(stage)
        rebuild(stage.plan, now=NOW)

        def counts() -> tuple[int, Counts]:
            ((_, found),) = listed(stage.plan)
            ((_, public),) = periods_with_counts(stage.plan)
            assert {stage.period.pk: found} == approved_by_period(stage.plan.pk)
            assert {stage.period.pk: public} == counts_by_period(stage.plan)
            return found, public

        assert counts() == (1, Counts(1, 0))
        approved(stage, more_duties(stage, 1)[0])
        assert counts() == (2, Counts(2, 0))
        publishing.publish_reports(stage.office, reports=[report], now=NOW)
        assert counts() == (2, Counts(1, 1))
        freeze_period(stage.office, period=stage.period, now=NOW)
        corrected(stage, report)
        assert counts() == (2, Counts(2, 1))
        publishing.unpublish_report(stage.office, report=report, reason="数字有误", now=NOW)
        assert counts() == (2, Counts(2, 0))
