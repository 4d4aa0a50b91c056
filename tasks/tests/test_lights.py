"""Both lights at every border of the rule: points behind schedule, days to the due date, who counts, which period."""

import datetime

import pytest

from tasks.choices import Confidence, RollUp, Stage
from tasks.lights import (
    COMPLETED,
    FIRST_RULE,
    HALTED,
    LEAD_DECIDES,
    PROGRESS_WORDS,
    STAGE_WORDS,
    DeadlineLight,
    ProgressLight,
    Rule,
    deadline_light,
    holds_until,
    progress_light,
    scheduled_percent,
)
from tasks.tests.facts import AS_OF, CLOSES, DUE, ONE_DAY, START, TODAY, facts, period, silent, word

LATER, LATER_CLOSES = datetime.date(2026, 3, 31), datetime.date(2026, 4, 20)
SOLE_DAY = datetime.date(2026, 5, 1)


def light(found, today: datetime.date = TODAY, rule: Rule = FIRST_RULE) -> str:
    return progress_light(found, rule, today).light.value


def in_days(days: int, today: datetime.date = TODAY, rule: Rule = FIRST_RULE) -> str:
    return deadline_light(facts(due_on=today + days * ONE_DAY), rule, today).value


class TestSchedule:
    @pytest.mark.parametrize(
        ("day", "percent"),
        [
            (START - ONE_DAY, 0),
            (START, 0),
            (START + ONE_DAY, 1),
            (AS_OF, 60),
            (DUE - ONE_DAY, 99),
            (DUE, 100),
            (DUE + ONE_DAY, 100),
        ],
    )
    def test_is_linear_over_the_time(self, day: datetime.date, percent: int) -> None:
        assert scheduled_percent(START, DUE, day) == percent

    def test_is_rounded_down(self) -> None:
        assert scheduled_percent(START, START + 3 * ONE_DAY, START + 2 * ONE_DAY) == 66

    @pytest.mark.parametrize(("day", "percent"), [(SOLE_DAY - ONE_DAY, 0), (SOLE_DAY, 100)])
    def test_of_a_measure_of_one_day(self, day: datetime.date, percent: int) -> None:
        assert scheduled_percent(SOLE_DAY, SOLE_DAY, day) == percent


class TestBySchedule:
    @pytest.mark.parametrize(
        ("behind", "expected"),
        [(-40, "on_track"), (9, "on_track"), (10, "at_risk"), (30, "at_risk"), (31, "behind"), (60, "behind")],
    )
    def test_points_behind(self, behind: int, expected: str) -> None:
        assert light(facts(word(60 - behind))) == expected

    def test_other_thresholds(self) -> None:
        rule = Rule(2, TODAY, risk_points=5, late_points=20)
        assert [light(facts(word(60 - gap)), rule=rule) for gap in (4, 5, 20, 21)] == [
            "on_track",
            "at_risk",
            "at_risk",
            "behind",
        ]

    def test_the_schedule_is_that_of_the_day_the_reports_speak_of(self) -> None:
        assert progress_light(facts(word()), FIRST_RULE, DUE).scheduled == 60

    def test_once_overdue_all_should_be_done(self) -> None:
        verdict = progress_light(facts(word(90)), FIRST_RULE, DUE + ONE_DAY)
        assert (verdict.scheduled, verdict.gap, verdict.light) == (100, 10, ProgressLight.AT_RISK)

    @pytest.mark.parametrize("lacking", [{"starts_on": None}, {"due_on": None}, {"due_on": None, "is_ongoing": True}])
    def test_without_both_dates_the_confidence_decides(self, lacking: dict) -> None:
        assert [light(facts(word(0, said), **lacking)) for said in Confidence.values] == Confidence.values

    def test_without_any_percentage_the_confidence_decides(self) -> None:
        verdict = progress_light(facts(word(None, "at_risk")), FIRST_RULE, TODAY)
        assert (verdict.light, verdict.scheduled) == (ProgressLight.AT_RISK, None)


class TestWhoCounts:
    def test_the_worst_confidence_and_the_mean_rounded_down(self) -> None:
        found = progress_light(facts(word(81, "at_risk"), word(70), due_on=None), FIRST_RULE, TODAY).rolled_up
        assert (found.confidence, found.percent, found.obliged, found.reported) == ("at_risk", 75, 2, 2)

    def test_who_gave_no_percentage_is_left_out_of_the_mean(self) -> None:
        assert progress_light(facts(word(None), word(55)), FIRST_RULE, TODAY).rolled_up.percent == 55

    def test_one_missing_unit_is_enough_for_not_reported(self) -> None:
        verdict = progress_light(facts(word(), word(), silent()), FIRST_RULE, TODAY)
        assert (verdict.light, verdict.rolled_up.reported, verdict.rolled_up.obliged) == (
            ProgressLight.NOT_REPORTED,
            2,
            3,
        )

    def test_where_the_lead_decides_the_others_do_not_count(self) -> None:
        found = facts(word(60, is_lead=True), word(0, "behind"), silent(), roll_up=LEAD_DECIDES)
        verdict = progress_light(found, FIRST_RULE, TODAY)
        assert (verdict.light, verdict.rolled_up.obliged) == (ProgressLight.ON_TRACK, 1)

    def test_where_the_lead_decides_but_is_missing(self) -> None:
        assert light(facts(silent(is_lead=True), word(), roll_up=LEAD_DECIDES)) == "not_reported"

    def test_where_no_lead_is_named_all_count(self) -> None:
        found = facts(word(60), word(0, "behind"), roll_up=LEAD_DECIDES)
        assert progress_light(found, FIRST_RULE, TODAY).rolled_up.obliged == 2

    def test_a_measure_on_which_nobody_must_report_is_not_judged(self) -> None:
        assert light(facts()) == "not_judged"


class TestWhichPeriod:
    def test_until_the_due_date_a_missing_report_is_awaited(self) -> None:
        assert [light(facts(silent()), day) for day in (CLOSES, CLOSES + ONE_DAY)] == ["awaited", "not_reported"]

    def test_before_the_first_period(self) -> None:
        assert light(facts(periods=[], stage="not_started")) == "awaited"

    def test_while_a_period_is_being_filed_the_one_before_stands(self) -> None:
        filing = period(word(100), silent(), as_of=LATER, due_on=LATER_CLOSES)
        verdict = progress_light(facts(periods=[filing, period(word(0), word(0))]), FIRST_RULE, TODAY)
        assert (verdict.light, verdict.period.as_of) == (ProgressLight.BEHIND, AS_OF)

    def test_as_soon_as_all_have_reported_the_newer_one_stands(self) -> None:
        filed = period(word(100), word(90), as_of=LATER, due_on=LATER_CLOSES)
        verdict = progress_light(facts(periods=[filed, period(silent())]), FIRST_RULE, TODAY)
        assert (verdict.light, verdict.period.as_of) == (ProgressLight.ON_TRACK, LATER)

    def test_not_reported_stays_while_the_next_one_is_being_filed(self) -> None:
        filing = period(silent(), as_of=LATER, due_on=LATER_CLOSES)
        assert light(facts(periods=[filing, period(silent())])) == "not_reported"

    def test_once_due_the_newer_one_stands_reported_or_not(self) -> None:
        filing = period(silent(), as_of=LATER, due_on=LATER_CLOSES)
        assert light(facts(periods=[filing, period(word())]), LATER_CLOSES + ONE_DAY) == "not_reported"


class TestStages:
    def test_completed_is_a_sign_of_its_own(self) -> None:
        assert light(facts(silent(), stage=COMPLETED)) == "completed"

    @pytest.mark.parametrize("stage", HALTED)
    def test_halted_is_not_judged(self, stage: str) -> None:
        assert light(facts(silent(), stage=stage)) == "not_judged"


class TestDisagreement:
    @pytest.mark.parametrize(
        ("declared", "percent", "expected"),
        [
            ("on_track", 51, False),
            ("on_track", 50, True),
            ("at_risk", 50, False),
            ("at_risk", 29, True),
            ("behind", 29, False),
            ("behind", 60, False),
        ],
    )
    def test_is_a_declared_word_better_than_the_light(self, declared: str, percent: int, expected: bool) -> None:
        assert progress_light(facts(word(percent, declared)), FIRST_RULE, TODAY).is_disagreement is expected

    def test_where_the_confidence_is_the_light_there_is_none(self) -> None:
        assert not progress_light(facts(word(0, "at_risk"), due_on=None), FIRST_RULE, TODAY).is_disagreement

    def test_nor_while_a_report_is_missing(self) -> None:
        assert not progress_light(facts(word(0), silent()), FIRST_RULE, TODAY).is_disagreement


class TestDeadline:
    @pytest.mark.parametrize(
        ("days", "expected"),
        [(-1, "overdue"), (0, "urgent"), (7, "urgent"), (8, "soon"), (30, "soon"), (31, "ahead")],
    )
    def test_days_left(self, days: int, expected: str) -> None:
        assert in_days(days) == expected

    def test_other_thresholds(self) -> None:
        rule = Rule(2, TODAY, urgent_days=3, soon_days=10)
        assert [in_days(days, rule=rule) for days in (3, 4, 10, 11)] == ["urgent", "soon", "soon", "ahead"]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"due_on": None, "is_ongoing": True}, DeadlineLight.ONGOING),
            ({"due_on": None}, DeadlineLight.UNDATED),
            ({"stage": "suspended", "due_on": START}, DeadlineLight.HALTED),
            ({"stage": "cancelled", "due_on": START}, DeadlineLight.HALTED),
            ({"stage": COMPLETED, "completed_on": DUE}, DeadlineLight.DONE_ON_TIME),
            ({"stage": COMPLETED, "completed_on": DUE + ONE_DAY}, DeadlineLight.DONE_LATE),
            ({"stage": COMPLETED, "completed_on": DUE, "due_on": None}, DeadlineLight.UNDATED),
            ({"stage": "awaiting_verification", "due_on": START}, DeadlineLight.OVERDUE),
        ],
    )
    def test_where_days_do_not_count(self, given: dict, expected: DeadlineLight) -> None:
        assert deadline_light(facts(**given), FIRST_RULE, TODAY) == expected


class TestHowLongItHolds:
    @pytest.mark.parametrize(
        ("day", "last"),
        [
            (AS_OF, datetime.date(2026, 3, 11)),  # 31 days left
            (datetime.date(2026, 3, 12), CLOSES),
            (CLOSES + ONE_DAY, datetime.date(2026, 4, 3)),  # 8 days left
            (datetime.date(2026, 4, 4), DUE),
            (DUE + ONE_DAY, datetime.date.max),
        ],
    )
    def test_is_the_last_day_before_something_can_turn(self, day: datetime.date, last: datetime.date) -> None:
        assert holds_until(facts(word()), FIRST_RULE, day) == last

    def test_at_both_ends_of_the_calendar(self) -> None:
        for due in (datetime.date.min, datetime.date.max):
            assert holds_until(facts(due_on=due, starts_on=None, periods=[period()]), FIRST_RULE, TODAY) >= TODAY


class TestWords:
    def test_stages_are_called_as_everywhere(self) -> None:
        assert {value: str(label) for value, label in Stage.choices} == STAGE_WORDS

    def test_confidence_is_called_as_everywhere(self) -> None:
        assert {value: PROGRESS_WORDS[ProgressLight(value)] for value in Confidence.values} == dict(Confidence.choices)

    def test_the_rule_that_looks_at_the_lead(self) -> None:
        assert RollUp.LEAD_DECIDES == LEAD_DECIDES
