"""上次查看以来 tells what the day or the table alone has turned, whether the summaries were made again that night or not."""

import datetime

import pytest
from django.utils import timezone

from tasks.choices import DutyRole
from tasks.models import Duty
from tasks.queries.standing import Present
from tasks.queries.turns import turns
from tasks.services import standing
from tasks.services.planning import save_duty
from tasks.tests.scene import LATER, TODAY, Scene, make_scene

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime.date(2027, 1, 1)
ONE_DAY = datetime.timedelta(days=1)


def clock(day: datetime.date, hour: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def told(scene: Scene, today: datetime.date, since: datetime.datetime) -> list[tuple[str, str, str]]:
    found = turns(Present(scene.plan, today), since)
    return [(one.code, one.before, one.after) for kind in found.by_kind.values() for one in kind]


def test_what_was_due_by_the_end_of_the_year_is_behind_on_new_years_day() -> None:
    """1-3 stands at half of what is due then. Its kept row held through 12-31 and nobody has done anything since."""
    scene = make_scene()
    eve, morning = clock(NEW_YEAR - ONE_DAY, 18), clock(NEW_YEAR, 8)
    turned = [("1-3", "at_risk", "behind")]
    asked = [(NEW_YEAR - ONE_DAY, eve), (NEW_YEAR, eve), (NEW_YEAR, morning), (NEW_YEAR + 2 * ONE_DAY, morning)]
    expected = [[], turned, [], []]
    assert [told(scene, *one) for one in asked] == expected
    standing.rebuild(scene.plan, now=clock(NEW_YEAR, 10))  # late, after somebody has looked
    assert [told(scene, *one) for one in asked[1:]] == expected[1:]


def test_what_a_change_of_the_table_has_turned_is_told_before_it_is_counted_again() -> None:
    """A further unit of 1-3 has not reported, and the period is over."""
    scene = make_scene()
    duty = Duty(measure=scene.measures["1-3"], unit=scene.units["fg"], role=DutyRole.SHARED, position=9)
    before = told(scene, TODAY, LATER - ONE_DAY)
    save_duty(scene.people["office"], duty=duty, now=LATER)
    turned = sorted([*before, ("1-3", "at_risk", "not_reported")])
    assert sorted(told(scene, TODAY, LATER - ONE_DAY)) == turned
    standing.rebuild(scene.plan, now=LATER)
    assert sorted(told(scene, TODAY, LATER - ONE_DAY)) == turned
