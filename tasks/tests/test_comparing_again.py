"""Changes are found once in an edition; of what has been judged since, only that is looked at again, and all the same."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiaodong.testing.played import played_once
from tasks.models import Measure, MeasureStanding, Plan
from tasks.queries import states
from tasks.queries.basis import Basis, Now, Then
from tasks.queries.comparing import Changes, Compared, Difference, differences
from tasks.services import standing
from tasks.services.periods import freeze_period
from tasks.tests.journeys import approved, earlier_period, more_duties
from tasks.tests.people import NOW, TODAY, Stage, make_stage
from tasks.tests.verbs import Office

pytestmark = pytest.mark.django_db
STEPS = 150
QUERIES = 12  # state, what was judged; of few measures: snapshots, duties touched since, reports that differ


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return third_quarter()


@played_once
def third_quarter() -> Stage:
    """The second quarter frozen with a report of each of five measures, the third open without any."""
    stage = make_stage()
    before = earlier_period(stage)
    for duty in (stage.duty, *more_duties(stage, 4)):
        approved(stage, duty, before, percent_complete=40)
    freeze_period(stage.office, period=before, now=NOW)
    standing.rebuild(stage.plan, now=NOW)
    return stage


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """How many measures each search was about; None for all of them."""
    found: list[int | None] = []
    whole, again = Changes.of_all, Changes.with_again

    def with_again(last: Changes, some: dict[int, Difference]) -> Changes:
        found.append(len(some))
        return again(last, some)

    def of_all(some: dict[int, Difference]) -> Changes:
        found.append(None)
        return whole(some)

    monkeypatch.setattr(Changes, "with_again", with_again)
    monkeypatch.setattr(Changes, "of_all", of_all)
    return found


def sides(plan: Plan, today: Any = TODAY) -> list[Basis]:
    frozen = [Then(plan, period) for period in plan.periods.frozen().order_by("as_of")]
    return [*frozen, Now(plan, today)]


def plain(changes: Changes) -> tuple:
    kinds = {key: changes.kinds[at] for key, at in zip(changes.keys, changes.at, strict=True)}
    assert list(changes.places) == sorted(changes.places)
    return list(kinds.items()), {kind: count for kind, count in changes.counts.items() if count}


def changes(stage: Stage) -> Changes:
    return Compared(*sides(stage.plan)).changes


def test_an_approval_is_looked_at_alone(stage, looked_at):
    whole = changes(stage)
    assert looked_at == [None]
    third = Measure.objects.get(order=3)
    approved(stage, third.duties.get(), percent_complete=70)
    found = changes(stage)
    assert looked_at == [None, 1]
    assert (plain(found), plain(changes(stage))) == (plain(Changes.of_all(differences(*sides(stage.plan)))),) * 2
    (key,) = {key for key, kinds in plain(found)[0] if (key, kinds) not in plain(whole)[0]}
    assert key == third.pk


def test_it_costs_as_much_for_one_as_for_three(stage):
    counts = []
    for orders in ((), (1,), (2, 3, 4)):
        for measure in Measure.objects.filter(order__in=orders):
            approved(stage, measure.duties.get(unit=stage.duty.unit), percent_complete=70)
        with CaptureQueriesContext(connection) as asked:
            changes(stage)
        counts.append(len(asked))
    assert counts[1:] == [QUERIES, QUERIES]


def test_what_changes_back_is_among_the_changes_no_more(stage, looked_at):
    MeasureStanding.objects.filter(measure__order=2).update(percent=7)
    assert "percent" in dict(plain(changes(stage))[0])[Measure.objects.get(order=2).pk]
    standing.refresh(stage.plan, list(Measure.objects.filter(order__in=(2, 4)).values_list("pk", flat=True)), now=NOW)
    found = changes(stage)
    assert looked_at == [None, 2]
    assert plain(found) == plain(Changes.of_all(differences(*sides(stage.plan))))


@pytest.mark.parametrize(
    "write",
    [
        lambda stage: standing.rebuild(stage.plan, now=NOW),
        lambda stage: Measure.objects.filter(order=1).update(text="改写。"),
    ],
    ids=["more were judged than are looked at one by one", "the table was written"],
)
def test_all_are_looked_at(stage, looked_at, monkeypatch, write: Callable[[Stage], object]):
    monkeypatch.setattr(states, "FEW", 4)
    changes(stage)
    write(stage)
    found = changes(stage)
    assert looked_at == [None, None]
    assert plain(found) == plain(Changes.of_all(differences(*sides(stage.plan))))


def test_after_any_verbs_they_are_as_if_found_anew(stage, looked_at, monkeypatch):
    office = Office(stage, seed=3)
    monkeypatch.setattr(timezone, "now", lambda: office.now)
    for number in range(STEPS):
        done = office.step()
        for pair in permutations(sides(stage.plan, office.today)[-3:], 2):
            found, anew = Compared(*pair).changes, Changes.of_all(differences(*pair))
            assert (number, done, plain(found)) == (number, done, plain(anew))
    assert sum(count or 0 for count in looked_at) > STEPS // 10
