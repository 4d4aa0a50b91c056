"""What is kept of lights and figures equals the recount, after any verbs, today and on every later day."""

import datetime

import pytest

from tasks.models import (
    Duty,
    DutyFiling,
    Field,
    LightChange,
    MainTask,
    Measure,
    MeasureStanding,
    StandingSummary,
    UnitFigures,
    UnitFiling,
)
from tasks.queries.drift import drift
from tasks.queries.figures import Sums, as_kept, summed
from tasks.queries.standing import Judge, Present, judged_in_parts
from tasks.services.amending import amend_measure
from tasks.services.periods import freeze_period, open_period
from tasks.services.planning import save_duty, save_field, save_main_task, save_measure
from tasks.services.standing import rebuild
from tasks.tests.journeys import approved, more_duties
from tasks.tests.people import NOW, TODAY, Stage, make_period
from tasks.tests.verbs import VERBS, Office
from units.models import Unit

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)
SEEDS = (8,)
FEWEST_STEPS, MOST_STEPS = 120, 400
LATER = (1, 6, 8, 23, 31, 90)


@pytest.fixture
def kept(stage: Stage) -> Stage:
    """Four measures, one of them with a lead and a unit that only cooperates, and summaries of them."""
    more_duties(stage, 3)
    led, other, _ = Duty.objects.filter(measure__order__gt=1)
    Duty.objects.filter(pk=led.pk).update(role="lead")
    Duty.objects.create(measure=led.measure, unit=stage.other_duty.unit, role="shared", position=2)
    Duty.objects.create(measure=other.measure, unit=stage.other_duty.unit, role="cooperate", position=2)
    rebuild(stage.plan, now=NOW)
    return stage


def recounted(stage: Stage, day: datetime.date) -> Sums:
    measures = Measure.objects.filter(main_task__plan=stage.plan)
    return summed(judged_in_parts(Judge.of(stage.plan, day), measures))


def troubles(stage: Stage, day: datetime.date) -> list[str]:
    found, present, wanted = list(drift(stage.plan, day)), Present(stage.plan, day), recounted(stage, day)
    if as_kept(present.figures) != as_kept(wanted.plan):
        found.append(f"figures of {day}")
    by_unit = (
        (unit, as_kept(present.fields_of(unit)), as_kept(wanted.by_unit[unit.pk])) for unit in Unit.objects.all()
    )
    return found + [f"{unit} by field on {day}" for unit, said, right in by_unit if said != right]


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_verbs_what_is_kept_equals_the_recount(kept: Stage, seed: int) -> None:
    """Played until every verb has been done and not only refused."""
    office = Office(kept, seed)
    for number in range(MOST_STEPS):
        done = office.step()
        assert (number, done, troubles(kept, office.today)) == (number, done, [])
        if number % 20 == 19:
            days = [office.today + count * ONE_DAY for count in LATER]
            assert {day: troubles(kept, day) for day in days} == {day: [] for day in days}
        if set(office.done) == set(VERBS) and number >= FEWEST_STEPS:
            break
    assert set(VERBS) - set(office.done) == set()


def test_a_measure_counts_for_the_units_that_must_report_on_it_and_once_in_all(kept: Stage) -> None:
    """青岛海关 shares two of the four and only cooperates in a third."""
    figures = recounted(kept, TODAY).plan
    counts = {bucket: figures[bucket]["measures"] for bucket in ("all", f"unit:{kept.other_duty.unit_id}")}
    assert counts == {"all": 4, f"unit:{kept.other_duty.unit_id}": 2}


class TestDrift:
    """The proof itself: it sees what is wrong."""

    def test_sees_a_row_that_says_something_else(self, kept: Stage) -> None:
        row = MeasureStanding.objects.get(measure=kept.measure)
        MeasureStanding.objects.filter(pk=row.pk).update(progress_light="on_track")
        said = list(drift(kept.plan, TODAY))
        units = sorted(Duty.objects.filter(measure=kept.measure).values_list("unit", flat=True))
        assert [one.split(" 的现状")[0] for one in said] == [
            f"举措 {kept.measure.pk}",
            "汇总数字与各项举措的现状之和不一致。",
            *(f"单位 {unit} 的分领域数字与其各项举措的现状之和不一致。" for unit in units),
        ]

    def test_sees_a_missing_row(self, kept: Stage) -> None:
        MeasureStanding.objects.filter(measure=kept.measure).delete()
        assert f"举措 {kept.measure.pk} 没有现状。" in list(drift(kept.plan, TODAY))

    def test_sees_a_figure_that_was_changed(self, kept: Stage) -> None:
        StandingSummary.objects.filter(plan=kept.plan).update(figures={"all": {"measures": 5}})
        assert list(drift(kept.plan, TODAY)) == ["汇总数字与各项举措的现状之和不一致。"]

    def test_sees_a_unit_whose_fields_were_changed(self, kept: Stage) -> None:
        unit = kept.duty.unit.pk
        UnitFigures.objects.filter(unit=unit).update(figures={"field:None": {"measures": 5}})
        assert list(drift(kept.plan, TODAY)) == [f"单位 {unit} 的分领域数字与其各项举措的现状之和不一致。"]

    @pytest.mark.parametrize(
        "said",
        [
            {"work_list": 3},
            {"until": TODAY},
            {"number": 9},
            {"handed_in_at": NOW},
            {"state": "approved"},
            {"is_late": True},
        ],
    )
    def test_sees_a_duty_on_another_list_and_a_rebuild_puts_it_back(self, kept: Stage, said: dict) -> None:
        DutyFiling.objects.filter(duty=kept.duty).update(**said)
        DutyFiling.objects.filter(duty=kept.other_duty).delete()
        duties = sorted((kept.duty.pk, kept.other_duty.pk))
        wanted = [f"{kept.period} 职责 {key} 的清单与填报不一致。" for key in duties]
        assert list(drift(kept.plan, TODAY)) == wanted
        rebuild(kept.plan, now=NOW)
        assert list(drift(kept.plan, TODAY)) == []

    def test_sees_a_filing_count_that_was_changed(self, kept: Stage) -> None:
        UnitFiling.objects.filter(unit=kept.duty.unit).update(drafted=1)
        assert len(list(drift(kept.plan, TODAY))) == 1


class TestLists:
    def test_a_due_date_that_moves_moves_the_duty(self, kept: Stage) -> None:
        change = {"due_on": TODAY + 40 * ONE_DAY}
        amend_measure(kept.office, measure=kept.measure, changes=change, reason="年度计划", now=NOW)
        places = DutyFiling.objects.filter(duty__measure=kept.measure).values_list("until", flat=True)
        assert set(places) == set(change.values())

    def test_a_frozen_period_has_nothing_to_be_done(self, kept: Stage) -> None:
        freeze_period(kept.office, period=kept.period, now=NOW)
        assert not DutyFiling.objects.filter(period=kept.period).exists()


class TestFrozenEarly:
    def test_missing_reports_are_not_reported_though_the_due_date_is_ahead(self, kept: Stage) -> None:
        freeze_period(kept.office, period=kept.period, now=NOW)
        lights = set(kept.period.frozen_measures.values_list("progress_light", flat=True))
        assert (kept.period.due_on > TODAY, lights) == (True, {"not_reported"})

    def test_a_measure_due_before_the_period_is_not_overdue_yet(self, kept: Stage) -> None:
        """Frozen on a day on which its due date has not passed, it is judged by the schedule of that day."""
        duty = Duty.objects.get(role="shared", measure=kept.measure, unit=kept.duty.unit)
        Duty.objects.filter(measure=kept.measure).exclude(pk=duty.pk).delete()
        dates = {"starts_on": TODAY - 100 * ONE_DAY, "due_on": TODAY + ONE_DAY}
        amend_measure(kept.office, measure=kept.measure, changes=dates, reason="年度计划", now=NOW)
        approved(kept, percent_complete=85)
        freeze_period(kept.office, period=kept.period, now=NOW)
        frozen = kept.period.frozen_measures.get(measure=kept.measure)
        assert (frozen.scheduled, frozen.percent, frozen.progress_light) == (90, 85, "on_track")


class TestPeriodsAhead:
    def test_filing_of_a_period_prepared_for_later_follows_a_halt(self, kept: Stage) -> None:
        later = TODAY + 10 * ONE_DAY
        dates = {"as_of": later, "opens_on": later, "due_on": later + 5 * ONE_DAY}
        period = open_period(kept.office, plan=kept.plan, label="预先建立", **dates, now=NOW)
        before = UnitFiling.objects.get(period=period, unit=kept.duty.unit).obliged
        amend_measure(kept.office, measure=kept.measure, changes={"halted": "suspended"}, reason="暂停", now=NOW)
        assert UnitFiling.objects.get(period=period, unit=kept.duty.unit).obliged == before - 1
        assert list(drift(kept.plan, later)) == []

    def test_the_period_that_is_due_decides_behind_any_number_of_open_ones(self, kept: Stage) -> None:
        for count in range(1, 6):
            as_of = kept.period.as_of + count * ONE_DAY
            make_period(kept.plan, f"加报{count}", as_of, opens_on=TODAY, due_on=TODAY + 50 * ONE_DAY)
        day = kept.period.due_on + ONE_DAY
        found = Present(kept.plan, day).of([kept.measure.pk])[kept.measure.pk]
        assert (found.progress_light, found.period) == ("not_reported", kept.period)


class TestJoinedBehindAFreeze:
    """What came into the table behind a period's freeze is not missing in it: nobody can report there any more."""

    def light(self, stage: Stage, measure: Measure) -> tuple[str, int]:
        (found,) = Judge.of(stage.plan, stage.period.due_on + ONE_DAY).standings([measure])
        return found.progress_light, found.counted

    def test_a_unit_and_a_measure(self, stage: Stage) -> None:
        Duty.history.update(history_date=NOW)
        new = Measure.objects.create(main_task=stage.measure.main_task, order=9, text="新增的举措。")
        for measure in (stage.measure, new):
            Duty.objects.create(measure=measure, unit=stage.office.unit, role="lead", position=9)
        assert (self.light(stage, stage.measure), self.light(stage, new)) == (("not_reported", 4), ("not_reported", 1))
        freeze_period(stage.office, period=stage.period, now=NOW)
        Duty.history.filter(position=9).update(history_date=NOW + ONE_DAY)
        assert (self.light(stage, stage.measure), self.light(stage, new)) == (("not_reported", 3), ("awaited", 0))


class TestForgetting:
    def test_a_corrected_text_and_a_moved_date_are_no_reason_to(self, kept: Stage) -> None:
        measure = kept.measure
        measure.text = "推行“一卡通”。"
        measure.main_task.title = "畅通交通网"
        save_measure(kept.office, measure=measure, now=NOW)
        moved = {"due_on": TODAY - ONE_DAY}
        amend_measure(kept.office, measure=measure, changes=moved, reason="年度计划", now=NOW)
        save_main_task(kept.office, main_task=measure.main_task, now=NOW)
        save_field(kept.office, field=Field(plan=kept.plan, name="交通", position=1), now=NOW)
        present = Present(kept.plan, TODAY)
        assert (present.of([measure.pk])[measure.pk].deadline_light, present.summary is None) == ("overdue", False)
        assert troubles(kept, TODAY) == []

    @pytest.mark.parametrize("column", ["order", "main_task"])
    def test_a_measure_in_another_place_is(self, kept: Stage, column: str) -> None:
        elsewhere = {"order": 9, "main_task": MainTask(plan=kept.plan, number=9, title="另一项")}
        elsewhere["main_task"].save()
        setattr(kept.measure, column, elsewhere[column])
        save_measure(kept.office, measure=kept.measure, now=NOW)
        assert (Present(kept.plan, TODAY).summary, troubles(kept, TODAY)) == (None, [])

    def test_a_plan_whose_table_changed_is_computed_until_it_is_kept_again(self, kept: Stage) -> None:
        before = Present(kept.plan, TODAY).figures
        duty = Duty(measure=kept.measure, unit=kept.office.unit, role="shared", position=9)
        save_duty(kept.office, duty=duty, now=NOW)
        after = Present(kept.plan, TODAY)
        assert (after.summary, after.sums == recounted(kept, TODAY)) == (None, True)
        assert after.figures[f"unit:{kept.office.unit_id}"]["measures"] == 1
        assert before[f"unit:{kept.office.unit_id}"]["measures"] == 0


class TestLog:
    def test_a_light_that_turned_is_logged_once(self, kept: Stage) -> None:
        duty = Duty.objects.get(measure__order=3, role="shared")
        approved(kept, duty, percent_complete=50)
        rebuild(kept.plan, now=NOW)
        changes = LightChange.objects.filter(measure=duty.measure)
        assert list(changes.values_list("before", "after", "at")) == [("awaited", "on_track", NOW)]
