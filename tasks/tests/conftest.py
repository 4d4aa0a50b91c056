"""What tests of reporting ask for: the personas with their small plan, and a clock that stands."""

import pytest
from django.utils import timezone

from tasks.models import ProgressReport
from tasks.services.amending import amend_measure
from tasks.tests.journeys import YEAR_END, approved, earlier_period
from tasks.tests.people import NOW, Stage, make_stage


@pytest.fixture
def stage(db: None) -> Stage:
    return make_stage()


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def before(stage: Stage) -> ProgressReport:
    """Approved in the period before, which is still open."""
    return approved(stage, None, earlier_period(stage), progress="6月完成 81%，路基开工。")


@pytest.fixture
def dated(stage: Stage) -> Stage:
    """The measure is due at the end of the year."""
    amend_measure(stage.office, measure=stage.measure, changes={"due_on": YEAR_END}, reason="年度计划", now=NOW)
    stage.measure.refresh_from_db()
    return stage
