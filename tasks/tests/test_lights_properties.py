"""What holds of every measure, on every day, whatever is reported: tried on generated facts."""

import dataclasses
import datetime

from hypothesis import given
from hypothesis import strategies as st

from tasks.lights import (
    FIRST_RULE,
    SEVERITY,
    DeadlineLight,
    DutyWord,
    MeasureFacts,
    PeriodWord,
    ProgressLight,
    Rule,
    deadline_light,
    holds_until,
    progress_light,
)

DAY_ZERO = datetime.date(2026, 1, 1)
ONE_DAY = datetime.timedelta(days=1)
TIME_PASSES = [DeadlineLight.AHEAD, DeadlineLight.SOON, DeadlineLight.URGENT, DeadlineLight.OVERDUE]

days = st.integers(0, 150).map(lambda count: DAY_ZERO + count * ONE_DAY)
spoken = st.builds(
    DutyWord,
    unit=st.sampled_from("甲乙丙丁"),
    is_lead=st.booleans(),
    confidence=st.sampled_from(["on_track", "at_risk", "behind"]),
    percent=st.none() | st.integers(0, 100),
)
silent = st.builds(DutyWord, unit=st.sampled_from("甲乙丙丁"), is_lead=st.booleans())
rules = st.builds(
    lambda points, more, near, far: Rule(2, DAY_ZERO, points, points + more, near, near + far),
    st.integers(1, 50),
    st.integers(1, 50),
    st.integers(0, 20),
    st.integers(1, 40),
)


@st.composite
def periods(draw) -> tuple[PeriodWord, ...]:
    """One to three, the newest first, each closing some days after the day it speaks of; in all of them somebody must report, or in none."""
    ends = sorted(draw(st.sets(days, min_size=1, max_size=3)), reverse=True)
    least, most = draw(st.sampled_from([(1, 4), (1, 4), (1, 4), (0, 0)]))
    said = st.lists(spoken | silent, min_size=least, max_size=most).map(tuple)
    return tuple(PeriodWord(f"截至 {end}", end, end + draw(st.integers(1, 40)) * ONE_DAY, draw(said)) for end in ends)


@st.composite
def facts(draw) -> MeasureFacts:
    starts_on, due_on = sorted([draw(days), draw(days)])
    kind = draw(st.sampled_from(["dated", "dated", "undated", "ongoing"]))
    return MeasureFacts(
        stage=draw(st.sampled_from(["in_progress", "in_progress", "not_started", "completed", "suspended"])),
        starts_on=draw(st.none() | st.just(starts_on)),
        due_on=due_on if kind == "dated" else None,
        is_ongoing=kind == "ongoing",
        completed_on=draw(st.none() | days),
        roll_up=draw(st.sampled_from(["worst", "lead_decides"])),
        periods=draw(periods()),
    )


def both(found: MeasureFacts, rule: Rule, today: datetime.date) -> tuple[ProgressLight, DeadlineLight]:
    return progress_light(found, rule, today).light, deadline_light(found, rule, today)


@given(facts(), rules, days)
def test_one_more_day_never_improves_a_light(found: MeasureFacts, rule: Rule, today: datetime.date) -> None:
    now, tomorrow = both(found, rule, today), both(found, rule, today + ONE_DAY)
    if now[0] in SEVERITY:
        assert SEVERITY[tomorrow[0]] >= SEVERITY[now[0]]
    else:
        assert tomorrow[0] == now[0]
    if now[1] in TIME_PASSES:
        assert TIME_PASSES.index(tomorrow[1]) >= TIME_PASSES.index(now[1])
    else:
        assert tomorrow[1] == now[1]


@given(facts(), days, st.data())
def test_a_report_never_worsens_not_reported(found: MeasureFacts, today: datetime.date, data: st.DataObject) -> None:
    """Whoever reports, in whichever period: what was 本期未报 is that still or is judged; nothing else becomes it."""
    at = data.draw(st.integers(0, len(found.periods) - 1))
    duties = found.periods[at].duties
    missing = [number for number, duty in enumerate(duties) if not duty.confidence]
    if not missing:
        return
    number = data.draw(st.sampled_from(missing))
    said = dataclasses.replace(duties[number], confidence="on_track", percent=data.draw(st.integers(0, 100)))
    filed = dataclasses.replace(found.periods[at], duties=(*duties[:number], said, *duties[number + 1 :]))
    after = dataclasses.replace(found, periods=(*found.periods[:at], filed, *found.periods[at + 1 :]))
    before, now = (progress_light(one, FIRST_RULE, today).light for one in (found, after))
    if before == ProgressLight.NOT_REPORTED:
        assert SEVERITY[now] <= SEVERITY[before]
    else:
        assert now != ProgressLight.NOT_REPORTED


@given(facts(), rules, days, st.randoms())
def test_the_order_of_reports_within_a_period_does_not_matter(found, rule, today, dice) -> None:
    shuffled = tuple(
        dataclasses.replace(one, duties=tuple(dice.sample(one.duties, len(one.duties)))) for one in found.periods
    )
    before = progress_light(found, rule, today)
    after = progress_light(dataclasses.replace(found, periods=shuffled), rule, today)
    assert (after.light, after.rolled_up, after.scheduled, after.is_disagreement) == (
        before.light,
        before.rolled_up,
        before.scheduled,
        before.is_disagreement,
    )


@given(facts(), rules, days)
def test_both_lights_stay_until_the_day_named(found: MeasureFacts, rule: Rule, today: datetime.date) -> None:
    last = min(holds_until(found, rule, today), today + 200 * ONE_DAY)
    assert last >= today
    verdict = progress_light(found, rule, today)
    for count in range((last - today).days + 1):
        later = progress_light(found, rule, today + count * ONE_DAY)
        assert (later, deadline_light(found, rule, today + count * ONE_DAY)) == (
            verdict,
            deadline_light(found, rule, today),
        )


@given(facts(), days)
def test_not_reported_is_never_green(found: MeasureFacts, today: datetime.date) -> None:
    verdict = progress_light(found, FIRST_RULE, today)
    if verdict.light == ProgressLight.ON_TRACK:
        assert verdict.rolled_up.is_complete
