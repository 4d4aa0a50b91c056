"""Pieces of a dashboard and rows of the ledger are kept under all that they show: whatever is written, a page is as if drawn anew."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.utils import timezone

from tasks.choices import DutyRole
from tasks.models import Duty, Field, Measure, MeasureStanding, Plan, ReportingPeriod
from tasks.services.reviewing import approve_report
from tasks.tables_ledger import LedgerTable, pages
from tasks.tests.desk import client_of
from tasks.tests.scene import LATER, Scene, count_turn
from tasks.views import dashboard_lists
from tasks.views.ledger_rows import DRAWN
from units.models import Unit, UnitGroupMember, User

pytestmark = pytest.mark.django_db
PIECES = "template_fragments"
ALL_COLUMNS = "&".join(f"cols={name}" for name in LedgerTable.base_columns)
PAGES = (
    "/plans/jiaodong/dashboard/",
    "/plans/jiaodong/dashboard/qd/",
    "/plans/jiaodong/ledger/",
    f"/plans/jiaodong/ledger/?{ALL_COLUMNS}",
)


def approve(scene: Scene) -> None:
    report = scene.period.reports.get(duty=scene.duty("2-1", "yt"))
    approve_report(scene.people["office"], report=report, version=report.version, now=LATER)


def hand_in(scene: Scene) -> None:
    scene.handed_in("3-3", "fg", scene.period)


def settle(scene: Scene, **values: object) -> None:
    Measure.objects.filter(pk=scene.measures["2-1"].pk).update(**values)


def judge(scene: Scene) -> None:
    MeasureStanding.objects.filter(measure=scene.measures["2-1"]).update(percent=77)
    count_turn(scene.plan)


def name(rows, **values: str) -> Callable[[Scene], None]:
    return lambda scene: rows.objects.filter(**values).update(**{key: f"新{value}" for key, value in values.items()})


WRITTEN: dict[str, Callable[[Scene], object]] = {
    "a report is approved": approve,
    "a report is handed in": hand_in,
    "a unit is named anew": name(Unit, name="青岛市政府"),
    "a unit's address changes": lambda scene: Unit.objects.filter(slug="yt").update(slug="yantai"),
    "a group is named anew": name(Unit, name="两市政府"),
    "a city leaves its group": lambda scene: UnitGroupMember.objects.filter(unit=scene.units["yt"]).delete(),
    "a field is named anew": name(Field, name="公共服务"),
    "a frozen period is named anew": name(ReportingPeriod, label="2026年二季度"),
    "a measure is worded anew": lambda scene: settle(scene, text="完成规划。"),
    "a measure is due on another day": lambda scene: settle(scene, due_on=LATER.date()),
    "a measure comes under another main task": lambda scene: settle(
        scene, main_task=scene.measures["3-3"].main_task, order=9
    ),
    "a standing is judged anew": judge,
    "a report is worded anew": lambda scene: scene.period.reports.update(progress="规划已报批。"),
    "a duty's role changes": lambda scene: Duty.objects.filter(unit=scene.units["yt"]).update(role=DutyRole.COOPERATE),
    "a reviewer is named anew": lambda scene: User.objects.update(last_name="欧阳"),
    "a frozen figure is corrected": lambda scene: scene.plan.summaries.exclude(period=None).update(figures={}),
}


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def answered(person: User) -> list[str]:
    """The pages that exist, without the token that differs in every answer."""
    client = client_of(person)
    return [re.sub(r'value="\w{64}"', "", client.get(page).content.decode()) for page in PAGES]


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_what_is_kept_is_what_would_be_drawn(scene: Scene, write: Callable[[Scene], object]) -> None:
    leader = scene.people["leader"]
    before = answered(leader)
    write(scene)
    kept = answered(leader)
    caches[PIECES].clear()
    DRAWN.clear()
    pages.cache_clear()
    dashboard_lists.kept.cache_clear()
    assert kept == answered(leader)
    assert kept != before


def test_a_plan_shows_nothing_of_another(scene: Scene) -> None:
    leader = scene.people["leader"]
    before = answered(leader)
    Plan.objects.filter(pk=scene.plan.pk).update(slug="other")
    again = client_of(leader).get(PAGES[0].replace("jiaodong", "other")).content.decode()
    assert "/plans/jiaodong/" in before[0]
    assert "/plans/jiaodong/" not in again


def test_nothing_is_drawn_twice(scene: Scene, monkeypatch) -> None:
    leader = scene.people["leader"]
    answered(leader)
    monkeypatch.setattr("tasks.views.dashboard_figures.DashboardFigures.composition", None)
    monkeypatch.setattr("tasks.views.rows.MeasureRows.measure", None)
    answered(leader)
