"""What a leader is told has turned since the last look, and how the look is remembered."""

import pytest
from django.utils import timezone

from tasks.models import LastLook, LightChange
from tasks.tests.desk import client_of
from tasks.tests.pages import Shown
from tasks.tests.scene import LATER, Scene, at, count_turn
from units.models import User

pytestmark = pytest.mark.django_db
BOARD = "/plans/jiaodong/dashboard/"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def page(user: User) -> Shown:
    return Shown(client_of(user), BOARD)


class TestSinceLastLook:
    def turned(self, shown: Shown) -> list[str]:
        return shown.texts("//section[@aria-labelledby='turns']//li")

    def test_the_first_visit_compares_with_the_last_frozen_period(self, scene: Scene) -> None:
        shown = page(scene.people["leader"])
        assert shown.text("//h2[@id='turns']") == "与上期相比"
        assert self.turned(shown)[:3] == ["变好1-3 任务1 滞后 → 有风险", "变好3-1 任务3 滞后 → 有风险", "办结2-3"]

    def test_looking_writes_nothing(self, scene: Scene) -> None:
        page(scene.people["leader"])
        assert LastLook.objects.count() == 0

    def test_from_a_look_on_only_what_came_later(self, scene: Scene, monkeypatch) -> None:
        leader = scene.people["leader"]
        (until,) = page(leader).tree.xpath("//input[@name='until']/@value")
        later = at(10, 22)
        LightChange.objects.create(
            plan=scene.plan, measure=scene.measures["1-1"], at=at(10, 21), before="on_track", after="at_risk"
        )
        monkeypatch.setattr(timezone, "now", lambda: later)
        response = client_of(leader).post("/plans/jiaodong/dashboard-seen/", {"until": until})
        assert (response.status_code, response.url) == (302, BOARD)
        # When the page was drawn, not when the button was pressed:
        assert LastLook.objects.get(person=leader).looked_at == LATER
        shown = page(leader)
        assert shown.text("//h2[@id='turns']") == "上次查看以来"
        assert self.turned(shown) == ["变差1-1 任务1 正常 → 有风险"]
        assert self.turned(page(scene.people["office"])) != self.turned(shown)

    def test_there_and_back_is_no_change(self, scene: Scene) -> None:
        LastLook.objects.create(plan=scene.plan, person=scene.people["leader"], looked_at=at(10, 18))
        LightChange.objects.all().delete()
        for day, before, after in ((18, "on_track", "at_risk"), (19, "at_risk", "on_track")):
            LightChange.objects.create(
                plan=scene.plan, measure=scene.measures["1-1"], at=at(10, day).replace(hour=12), before=before,
                after=after,
            )  # fmt: skip
        assert page(scene.people["leader"]).text("//section[@aria-labelledby='turns']/p") == "没有灯发生变化。"

    def test_a_unit_is_told_of_its_own_measures_alone(self, scene: Scene, monkeypatch) -> None:
        """Of the four that turned since the period before, 青岛海关 answers for two; what is new to it comes after its look."""
        own = f"{BOARD}hg/"
        assert self.turned(Shown(client_of(scene.people["hg"]), own)) == [
            "变好3-1 任务3 滞后 → 有风险",
            "办结2-3",
            "其他1-4",
        ]
        monkeypatch.setattr(timezone, "now", lambda: at(10, 22))
        client = client_of(scene.people["hg"])
        response = client.post("/plans/jiaodong/dashboard-seen/", {"until": LATER.isoformat()}, follow=True)
        assert response.redirect_chain[-1][0] == own
        for code in ("1-1", "1-2"):
            LightChange.objects.create(
                plan=scene.plan, measure=scene.measures[code], at=at(10, 21), before="on_track", after="at_risk"
            )
        count_turn(scene.plan)
        assert self.turned(Shown(client, own)) == ["变差1-1 任务1 正常 → 有风险"]

    def test_another_units_page_asks_nobody_to_confirm(self, scene: Scene) -> None:
        shown = Shown(client_of(scene.people["leader"]), f"{BOARD}hg/")
        assert (len(self.turned(shown)), shown.texts("//button[text()='已看过']")) == (3, [])

    def test_a_look_never_goes_back(self, scene: Scene) -> None:
        leader = client_of(scene.people["leader"])
        for until in (LATER.isoformat(), "2026-01-01T00:00:00+08:00", "2099-01-01T00:00:00+08:00", "什么时候"):
            leader.post("/plans/jiaodong/dashboard-seen/", {"until": until})
            assert LastLook.objects.get().looked_at == LATER
