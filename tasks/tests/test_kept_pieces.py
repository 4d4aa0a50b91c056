"""Pieces of a dashboard, rows of the ledger, orders, counts and answers are kept under all that they depend on: whatever is
written, a page is as if everything were counted and drawn anew.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.utils import timezone

from tasks.choices import DutyRole
from tasks.models import (
    Duty,
    Field,
    MainTask,
    Measure,
    MeasureStanding,
    Plan,
    ProgressReport,
    PublicFigures,
    ReportingPeriod,
)
from tasks.services.reviewing import approve_report
from tasks.services.standing import rebuild
from tasks.tables_ledger import LedgerTable, pages
from tasks.tests.desk import client_of
from tasks.tests.people import NOW
from tasks.tests.readers import browser_of
from tasks.tests.scene import LATER, Scene, count_turn
from tasks.tests.table_verbs import ALL_VERBS, furnished
from tasks.tests.verbs import Office
from tasks.views import dashboard_lists, ledger, periods
from tasks.views.ledger_rows import DRAWN
from units import audit
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


def recorded(write: Callable[[Scene], object]) -> Callable[[Scene], object]:
    """With an event, as every verb has one."""

    def act(scene: Scene) -> None:
        write(scene)
        audit.record(None, "修改", scene.period, now=LATER)

    return act


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
    "a report is worded anew": recorded(lambda scene: scene.period.reports.update(progress="规划已报批。")),
    "a duty's role changes": lambda scene: Duty.objects.filter(unit=scene.units["yt"]).update(role=DutyRole.COOPERATE),
    "a reviewer is named anew": recorded(lambda scene: User.objects.update(last_name="欧阳")),
    "a frozen figure is corrected": lambda scene: scene.plan.summaries.exclude(period=None).update(figures={}),
}


TOKENS = re.compile(r'value="\w{64}"|nonce="[^"]+"|[0-9a-f]{32}')
SEEDS, STEPS, AT_ONCE, COUNTED_ANEW = (1,), 60, 12, 3
OF_PLAN = (
    "", "tasks/", "ledger/", "dashboard/", "coordination/", "stocktake/", "compare/", "periods/", "publishing/", "amendments/",
    "rules/", "ledger/views/", "export/", "instructions/", "search/?q=海洋", "publishing/publish/",
)  # fmt: skip
ELSEWHERE = (
    "/", "/units/", "/workbench/", "/review/", "/review/returned/", "/review/completions/", "/review/extensions/",
    "/reports/uploads/", "/account/", "/plans/other/", "/plans/other/ledger/", "/plans/other/dashboard/",
)  # fmt: skip
OF_LEDGER = (
    "progress=behind", "progress=unjudged", "deadline=overdue", "stage=completed", "field=1", "field=none", "disagreement=1",
    "unit=jt&role=obliged", "unit=two", "moved=1", "schedule=1", "q=路基", "q=路基 公里", "q=举措&sort=-percent", "sort=-progress", "sort=percent", "sort=-due_on",
    "sort=deadline", "sort=task", "sort=-stage", "sort=field", "sort=original_due_on",
)  # fmt: skip
OF_LIST = (
    "field=1", "unit=jt", "unit=two", "role=lead", "published=any", "published=behind", "published=none", "q=举措",
    "sort=-due_on", "sort=units", "sort=field", "unit=qd&role=shared",
)  # fmt: skip


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
    ledger.kept.cache_clear()
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


def addresses(dice) -> Iterator[str]:
    """Of every page that shows what is kept, and of what is there of each kind a few."""
    plan = "/plans/jiaodong/"
    yield from ELSEWHERE
    yield from (plan + page for page in OF_PLAN)
    yield from (f"{plan}ledger/?{asked}" for asked in OF_LEDGER)
    yield from (f"{plan}tasks/?{asked}" for asked in OF_LIST)
    yield from (f"{plan}tasks/{one.number}/" for one in some(dice, MainTask.objects.filter(plan__slug="jiaodong")))
    for one in some(dice, Measure.objects.filter(main_task__plan__slug="jiaodong").select_related("main_task")):
        yield from (f"{plan}measures/{one.code}/", f"{plan}measures/{one.code}/lights/")
    for one in some(dice, Unit.objects.all()):
        yield from (f"/units/{one.slug}/", f"{plan}dashboard/{one.slug}/", f"{plan}ledger/?unit={one.slug}")
    for one in some(dice, ProgressReport.objects.all()):
        yield from (f"/reports/{one.duty_id}/{one.period_id}/", f"/review/{one.pk}/")
    for one in some(dice, ReportingPeriod.objects.all()):
        yield from (f"{plan}periods/{one.pk}/{page}" for page in ("", "filing/", "freeze/", "change/", "filing.csv"))
        yield from (f"{plan}periods/{one.pk}/filing/?state={state}" for state in some_of(dice, periods.LISTS))
        yield from (f"/workbench/?period={one.pk}", f"{plan}publishing/?period={one.pk}")
    for one in some(dice, ReportingPeriod.objects.exclude(frozen_at=None)):
        yield from (f"{plan}ledger/?period={one.pk}&{asked}" for asked in OF_LEDGER[::3])
        yield from (f"{plan}compare/?from={one.pk}&to=now", f"{plan}stocktake/?period={one.pk}")


def some(dice, rows) -> list:
    return some_of(dice, rows.order_by("pk"))


def some_of(dice, found: Iterable) -> list:
    found = list(found)
    return dice.sample(found, min(2, len(found)))


def shown(asked: list[tuple[User | None, str]]) -> dict[tuple[str, str], str]:
    """Person and address -> status and page, without the tokens that differ in every answer."""
    found = {}
    for person, url in asked:
        answer = browser_of(person or AnonymousUser()).get(url)
        page = TOKENS.sub("", answer.getvalue().decode())
        found[str(person), url] = f"{answer.status_code} {page}"
    return found


def empty() -> None:
    """Nothing is kept in this process any more."""
    ours = [module for name, module in sys.modules.items() if name.startswith(("tasks.", "units."))]
    for value in [value for module in ours for value in vars(module).values()]:
        if callable(getattr(value, "cache_clear", None)):
            value.cache_clear()
    DRAWN.clear()
    for cache in caches.all():
        cache.clear()


def count_anew(office: Office) -> None:
    """As the nightly command does; and what the public overview counts is kept no more."""
    PublicFigures.objects.all().delete()
    for plan in Plan.objects.order_by("pk"):
        rebuild(plan, now=office.now)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_verbs_every_page_is_as_if_counted_and_drawn_anew(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)  # duties entered after a freeze would not be in it
    office = Office(furnished(), seed)
    monkeypatch.setattr(timezone, "now", lambda: office.now)
    people = [*office.stage.everybody.values(), None]
    for number in range(STEPS):
        urls = office.dice.sample(list(addresses(office.dice)), AT_ONCE)
        asked = [(office.dice.choice(people), url) for url in urls]
        shown(asked)
        done = office.step(ALL_VERBS)
        if done not in ALL_VERBS:
            continue
        kept = shown(asked)
        empty()
        if number % COUNTED_ANEW == 0:
            count_anew(office)
        anew = shown(asked)
        assert (number, done, [one for one in kept if kept[one] != anew[one]]) == (number, done, [])
