"""A plan of any length from dice: what it holds is what the services would have left, and length costs no questions."""

import datetime
import io
from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.choices import OBLIGED_ROLES, DutyRole, ReportState
from tasks.models import (
    Duty,
    FrozenMeasure,
    LightChange,
    Measure,
    MeasureStanding,
    Plan,
    ProgressReport,
    ReportingPeriod,
    StandingSummary,
    UnitFiling,
)
from tasks.queries import figures
from tasks.queries.drift import drift
from tasks.queries.filing import filing_rows
from tasks.services.standing import rebuild, refresh
from units.choices import Role
from units.models import User

TODAY = datetime.date(2026, 11, 24)
NOW = timezone.make_aware(datetime.datetime(2026, 11, 24, 9))


def load(measures: int = 40, **given: object) -> None:
    call_command("load_scale", measures=measures, periods=3, today=TODAY, stdout=io.StringIO(), **given)


def told() -> dict[str, list]:
    place = ("measure__main_task__number", "measure__order", "position")
    return {
        "measures": list(Measure.objects.values_list("text", "due_on", "is_ongoing", "halted")),
        "duties": list(Duty.objects.values_list(*place, "unit__slug", "role")),
        "reports": list(
            ProgressReport.objects.order_by("period__as_of", *(f"duty__{name}" for name in place)).values_list(
                "period__label", "progress", "percent_complete", "confidence", "state", "submitted_at"
            )
        ),
        "lights": list(MeasureStanding.objects.values_list("progress_light", "deadline_light", "percent")),
    }


@pytest.fixture(scope="module")
def twice(django_db_setup, django_db_blocker) -> Iterator[list[dict[str, list]]]:
    """What two loads told. The second one stays for this module's tests."""
    with django_db_blocker.unblock(), override_settings(IS_DEMO=True):
        with transaction.atomic():
            load()
            first = told()
            transaction.set_rollback(True)
        with transaction.atomic():
            load()
            yield [first, told()]
            transaction.set_rollback(True)


@pytest.fixture
def plan(twice) -> Iterator[Plan]:
    """What a test changes is undone."""
    with transaction.atomic():
        yield Plan.objects.get()
        transaction.set_rollback(True)


class TestWhatItHolds:
    def test_the_same_seed_gives_the_same(self, twice) -> None:
        first, second = twice
        assert first == second

    def test_so_many_measures_with_duties_of_every_role(self, plan: Plan) -> None:
        assert Measure.objects.count() == 40
        assert set(Duty.objects.values_list("role", flat=True)) == set(DutyRole.values)
        assert not Measure.objects.filter(duties=None).exists()

    def test_all_periods_but_the_last_are_frozen_with_every_measure(self, plan: Plan) -> None:
        frozen = [(period.is_frozen, period.frozen_measures.count()) for period in plan.periods.order_by("as_of")]
        assert frozen == [(True, 40), (True, 40), (False, 0)]

    def test_every_duty_that_must_report_has_an_approved_report_in_the_frozen_ones(self, plan: Plan) -> None:
        duties = set(Duty.objects.filter(role__in=OBLIGED_ROLES, measure__halted="").values_list("pk", flat=True))
        for period in plan.periods.frozen():
            approved = period.reports.filter(state=ReportState.APPROVED)
            assert (set(approved.values_list("duty_id", flat=True)), period.reports.count()) == (duties, len(duties))

    def test_the_open_one_is_under_way(self, plan: Plan) -> None:
        states = Counter(ReportingPeriod.objects.get(frozen_at=None).reports.values_list("state", flat=True))
        assert (states["submitted"], states["forwarded"], set(states)) == (
            1,
            1,
            {"submitted", "forwarded", "approved"},
        )

    def test_it_names_no_person(self, plan: Plan) -> None:
        assert set(User.objects.values_list("last_name", flat=True)) == {""}


class TestSummaries:
    def test_those_of_the_present_equal_the_recount(self, plan: Plan) -> None:
        assert StandingSummary.objects.filter(plan=plan, period=None).count() == 1
        assert list(drift(plan, TODAY)) == []

    def test_those_of_frozen_periods_equal_their_rows(self, plan: Plan) -> None:
        for period in plan.periods.frozen():
            kept = period.summary.figures
            assert lights(kept["all"]) == Counter(period.frozen_measures.values_list("progress_light", flat=True))
            for unit in Duty.objects.filter(role__in=OBLIGED_ROLES).values_list("unit_id", flat=True).distinct():
                duties = Duty.objects.filter(unit=unit, role__in=OBLIGED_ROLES)
                rows = FrozenMeasure.objects.filter(period=period, measure__in=duties.values("measure"))
                assert lights(kept[f"unit:{unit}"]) == Counter(rows.values_list("progress_light", flat=True))

    def test_lights_that_turned_since_the_last_freeze_are_logged(self, plan: Plan) -> None:
        last = plan.periods.frozen().order_by("-as_of")[0]
        before = dict(last.frozen_measures.values_list("measure_id", "progress_light"))
        present = MeasureStanding.objects.values_list("measure_id", "progress_light")
        turned = {(key, before[key], light) for key, light in present if light != before[key]}
        assert set(LightChange.objects.values_list("measure_id", "before", "after")) == turned
        assert turned

    def test_filing_is_counted_as_row_by_row(self, plan: Plan) -> None:
        rows = filing_rows(ReportingPeriod.objects.get(frozen_at=None))
        states = Counter((row.unit, row.state) for row in rows)
        for kept in UnitFiling.objects.filter(period__frozen_at=None):
            counts = {state: states[kept.unit_id, state] for state in ("approved", "in_review", "returned", "drafted")}
            assert {state: getattr(kept, state) for state in counts} == counts
            assert kept.obliged == sum(row.unit == kept.unit_id for row in rows)
        assert {row.unit for row in rows} == set(
            UnitFiling.objects.filter(period__frozen_at=None).values_list("unit_id", flat=True)
        )

    def test_parts_of_any_size_give_the_same(self, plan: Plan, monkeypatch) -> None:
        before = (told()["lights"], StandingSummary.objects.get(period=None).figures)
        monkeypatch.setattr(figures, "AT_ONCE", 7)
        rebuild(plan, now=NOW)
        assert (told()["lights"], StandingSummary.objects.get(period=None).figures) == before
        assert list(drift(plan, TODAY)) == []


def lights(counts: dict[str, int]) -> dict[str, int]:
    return {key.removeprefix("progress:"): count for key, count in counts.items() if key.startswith("progress:")}


class TestCost:
    """In questions to the database, savepoints included."""

    @pytest.mark.parametrize("measures", [20, 50])
    def test_of_a_rebuild(self, db, settings, measures: int) -> None:
        settings.IS_DEMO = True
        load(measures)
        with CaptureQueriesContext(connection) as asked:
            rebuild(Plan.objects.get(), now=NOW)
        assert len(asked) == 35

    @pytest.mark.parametrize("measures", [20, 60])
    def test_of_a_refresh(self, db, settings, measures: int) -> None:
        settings.IS_DEMO = True
        load(measures)
        key = MeasureStanding.objects.filter(progress_light="on_track").values_list("measure_id", flat=True)[0]
        with CaptureQueriesContext(connection) as asked:
            refresh(Plan.objects.get(), [key], now=NOW)
        assert len(asked) == 18


class TestRefusals:
    def test_a_real_database(self, db) -> None:
        with pytest.raises(CommandError, match="独立的演示数据库"):
            load()
        assert not Plan.objects.exists()

    def test_a_plan_that_is_there_already(self, plan: Plan, settings) -> None:
        settings.IS_DEMO = True
        with pytest.raises(CommandError, match="没有改动"):
            load()
        assert Plan.objects.count() == 1

    def test_no_measures(self, db, settings) -> None:
        settings.IS_DEMO = True
        with pytest.raises(CommandError, match="至少为 1"):
            load(0)

    def test_a_second_plan_stands_beside_the_first(self, plan: Plan, settings) -> None:
        settings.IS_DEMO = True
        load(5, plan="other")
        assert Measure.objects.filter(main_task__plan__slug="other").count() == 5
        reporting = Duty.objects.filter(role__in=OBLIGED_ROLES).values_list("unit_id", flat=True)
        assert set(reporting) <= set(User.objects.filter(role=Role.REPORTER).values_list("unit_id", flat=True))
        assert [list(drift(one, TODAY)) for one in Plan.objects.all()] == [[], []]
