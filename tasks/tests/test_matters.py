"""需协调事项: which wait for an answer, how many of them, in which order, and no longer once they are answered."""

import datetime

import pytest
from django.utils import timezone

from tasks.choices import ReportState
from tasks.models import ProgressReport
from tasks.queries import coordination
from tasks.queries.content import content_of
from tasks.queries.dashboard import Dashboard
from tasks.queries.drift import drift
from tasks.services import reviewing, standing
from tasks.services.instructing import give_instruction
from tasks.services.periods import freeze_period
from tasks.tests.desk import client_of
from tasks.tests.pages import Shown
from tasks.tests.people import make_user
from tasks.tests.scene import LATER, TODAY, Scene
from tasks.views import dashboard
from units.choices import Role

pytestmark = pytest.mark.django_db
MATTERS = "/plans/jiaodong/coordination/"


class TestMatters:
    def test_those_of_the_period_that_counts_by_whom_they_ask(self, scene: Scene, board: Dashboard) -> None:
        """What 2-2 asked in the second quarter is asked no longer."""
        matters = coordination.open_matters(board.periods)
        assert board.matters(scene.units["fg"].pk) == (2, 1)
        shown = [(m.duty.measure.code, m.coordination_unit.name) for m in coordination.in_order(matters)]
        assert sorted(shown) == [("1-2", "省发展改革委"), ("1-3", "青岛海关"), ("3-1", "省发展改革委")]

    def test_while_a_period_is_being_filed_the_one_before_still_counts(self, scene: Scene) -> None:
        """On 10-15 the third quarter is not due yet: who has not reported in it stands by the second."""
        board = Dashboard(scene.plan, datetime.date(2026, 10, 15))
        shown = [m.duty.measure.code for m in coordination.open_matters(board.periods)]
        assert (len(board.periods), sorted(shown)) == (2, ["1-2", "1-3", "3-1"])
        reports = ProgressReport.objects.filter(duty=scene.duty("2-2", "qd"), period=scene.period)
        reports.update(state=ReportState.RETURNED, approved_at=None, approved_by=None)
        standing.forget(plan=scene.plan)
        shown = [m.code for m in coordination.most_urgent(board.periods, coordination.ANY, 10)]
        assert sorted(shown) == ["1-2", "1-3", "2-2", "3-1"]
        assert [m.code for m in coordination.most_urgent(board.periods, coordination.ANY, 2)] == shown[:2]
        assert board.matters(scene.units["fg"].pk) == (3, 1)

    def test_nothing_is_asked_of_somebody_without_a_unit(self, scene: Scene) -> None:
        leader = make_user("leader-of-all", Role.LEADER, None)
        own, others = (Shown(client_of(leader), f"{MATTERS}?to={to}") for to in ("own", "others"))
        assert [len(shown.tree.xpath("//ol[@class='decide']/li")) for shown in (own, others)] == [0, 3]
        assert "没有需要决定的事" in Shown(client_of(leader), "/plans/jiaodong/dashboard/").tree.text_content()

    def test_what_is_answered_waits_no_longer(self, scene: Scene) -> None:
        report = ProgressReport.objects.get(duty=scene.duty("3-1", "hg"), period=scene.period)
        give_instruction(
            scene.people["leader"], plan=scene.plan, text="请抓紧。", owner=scene.units["hg"],
            due_on=datetime.date(2026, 11, 15), report=report, now=LATER,
        )  # fmt: skip
        board = Dashboard(scene.plan, TODAY)
        assert (board.matters(scene.units["fg"].pk), list(drift(scene.plan, TODAY))) == ((1, 1), [])

    def test_not_even_where_the_report_is_corrected_twice(self, scene: Scene) -> None:
        said = ProgressReport.objects.get(duty=scene.duty("3-1", "hg"), period=scene.period)
        give_instruction(
            scene.people["leader"], plan=scene.plan, text="请抓紧。", owner=scene.units["hg"],
            due_on=datetime.date(2026, 11, 15), report=said, now=LATER,
        )  # fmt: skip
        freeze_period(scene.people["office"], period=scene.period, now=LATER)
        for text in ("更正一次。", "更正两次。"):
            changed = {**content_of(said), "progress": text}
            said = reviewing.correct_report(
                scene.people["office"], report=said, content=changed, reason="有误", now=LATER
            )
            reviewing.approve_report(scene.people["second_office"], report=said, version=said.version, now=LATER)
            said.refresh_from_db()
        assert Dashboard(scene.plan, TODAY).matters(scene.units["fg"].pk) == (1, 1)

    def test_page_by_page_as_all_at_once(self, scene: Scene, monkeypatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: LATER)
        leader = client_of(scene.people["leader"])
        every = Shown(leader, MATTERS).texts("//ol[@class='decide']/li//a[@class='strong']")
        monkeypatch.setattr(dashboard, "PER_PAGE", 1)
        found, url = [], MATTERS
        while url:
            shown = Shown(leader, url)
            assert "全部，3 件" in shown.text("//p[@role='status']")
            found += shown.texts("//ol[@class='decide']/li//a[@class='strong']")
            links = shown.tree.xpath("//a[text()='下一页']/@href")
            url = f"{MATTERS}{links[0]}" if links else ""
        assert (len(every), found) == (3, every)
