"""What a dashboard costs: the same number of queries for one measure, for three, and for a hundred tables."""

import gzip

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.models import Duty, MainTask, Measure, Plan
from tasks.queries.dashboard import kept_matters
from tasks.services import periods, standing
from tasks.services.amending import amend_measure
from tasks.tests.desk import client_of
from tasks.tests.growth import grow
from tasks.tests.people import make_user
from tasks.tests.scene import ASKED, LATER, YEAR, Scene, approved_by, at, make_scene, opened
from tasks.views import dashboard_lists
from units.choices import Role
from units.models import Unit, User

pytestmark = pytest.mark.django_db
BOARD = "/plans/jiaodong/dashboard/"
COUNTS = {"unseen": 16, "leader": 9, "office": 10, "unit": 12, "coordination": 7}
# Unseen: where nobody has asked in this state.
JUDGING = 16  # more, on a day on which some kept rows no longer hold and nothing is kept


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def queries(person: User, url: str) -> int:
    client = client_of(person)
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as made:
        client.get(url)
    return len(made)


def unseen_queries(person: User, url: str) -> int:
    """As the first who asks in this state."""
    client = client_of(person)
    client.get(url)
    caches["template_fragments"].clear()
    for kept in (dashboard_lists.kept, kept_matters):
        kept.cache_clear()
    with CaptureQueriesContext(connection) as made:
        client.get(url)
    return len(made)


def costs(people: dict[str, User], unit: str) -> dict[str, int]:
    return {
        "unseen": unseen_queries(people["leader"], BOARD),
        "leader": queries(people["leader"], BOARD),
        "office": queries(people["office"], BOARD),
        "unit": queries(people["leader"], f"{BOARD}{unit}/"),
        "coordination": queries(people["leader"], "/plans/jiaodong/coordination/"),
    }


def keep_only(scene: Scene, *codes: str) -> None:
    """Leave these measures in the table; the frozen period stays what it was."""
    gone = [measure.pk for code, measure in scene.measures.items() if code not in codes]
    for place, measure in enumerate(Measure.objects.filter(pk__in=gone, main_task__plan=scene.plan)):
        Measure.objects.filter(pk=measure.pk).update(main_task=other_task(), order=place)
    standing.rebuild(scene.plan, now=LATER)


def other_task() -> MainTask:
    plan = Plan.objects.create(
        slug=f"other-{Plan.objects.count()}", title="另一张表", source_name="表.txt", source_sha256="0" * 64
    )
    return plan.main_tasks.create(number=1, title="别的任务")


class TestCost:
    def test_at_one_measure_and_at_three(self) -> None:
        scene = make_scene()
        keep_only(scene, "1-2", "1-3", "3-1")
        three = costs(scene.people, "jt")
        keep_only(scene, "1-2")
        assert (costs(scene.people, "jt"), three) == (COUNTS, COUNTS)

    def test_at_a_hundred_times_the_table(self, loaded_plan: Plan) -> None:
        people = reported(loaded_plan)
        once = costs(people, "jiaotong-yunshu")
        grow(loaded_plan, 100)
        standing.rebuild(loaded_plan, now=LATER)
        assert Measure.objects.count() == 7_900
        assert (costs(people, "jiaotong-yunshu"), once) == (COUNTS, COUNTS)
        page = client_of(people["leader"]).get(BOARD).content.decode()
        assert "7900 项" in page
        assert len(gzip.compress(page.encode())) < 25_000

    def test_on_a_day_on_which_kept_rows_no_longer_hold(self, loaded_plan: Plan, monkeypatch) -> None:
        """Whoever has to be judged anew is, all together: ten queries more, for one and for all."""
        people = reported(loaded_plan)
        grow(loaded_plan, 2)
        standing.rebuild(loaded_plan, now=LATER)
        monkeypatch.setattr(timezone, "now", lambda: at(12, 30))
        assert queries(people["leader"], BOARD) == COUNTS["leader"] + JUDGING
        grow(loaded_plan, 3)
        standing.rebuild(loaded_plan, now=LATER)
        assert queries(people["leader"], BOARD) == COUNTS["leader"] + JUDGING


def reported(plan: Plan) -> dict[str, User]:
    """A frozen period and one fallen due, in which a measure is behind and asks the leader's unit for something."""
    transport, commission = (Unit.objects.get(slug=slug) for slug in ("jiaotong-yunshu", "fazhan-gaige"))
    people = {name: make_user(name, name, commission) for name in (Role.LEADER, Role.OFFICE)}
    people["transport"] = make_user("transport", Role.REPORTER, transport)
    duty = Duty.objects.filter(unit=transport).select_related("unit", "measure__main_task").first()
    Duty.objects.filter(measure=duty.measure).exclude(pk=duty.pk).delete()
    amend_measure(people["office"], measure=duty.measure, changes=YEAR, reason="分期实施。", now=at(7, 1))
    earlier = opened(plan, people["office"], "2026年二季度", 7)
    approved_by(people["transport"], people["office"], duty, earlier, at(7, 9), percent_complete=20)
    periods.freeze_period(people["office"], period=earlier, now=at(7, 20))
    period = opened(plan, people["office"], "2026年三季度", 10)
    asking = {**ASKED, "coordination_unit": commission}
    approved_by(people["transport"], people["office"], duty, period, at(10, 9), percent_complete=20, **asking)
    standing.rebuild(plan, now=LATER)
    return people
