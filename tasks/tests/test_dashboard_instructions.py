"""Instructions on a leader's dashboard: those that were answered and wait for a word, and those that are overdue."""

import datetime

import pytest
from django.utils import timezone

from tasks.models import Instruction
from tasks.tests.desk import client_of
from tasks.tests.pages import Shown
from tasks.tests.scene import LATER, Scene
from units.models import User

pytestmark = pytest.mark.django_db
BOARD = "/plans/jiaodong/dashboard/"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def page(user: User, url: str = BOARD) -> Shown:
    return Shown(client_of(user), url)


def test_they_are_named_with_their_number_and_lead_to_their_list(scene: Scene) -> None:
    leader, yesterday = scene.people["leader"], LATER.date() - datetime.timedelta(days=1)
    given = {"plan": scene.plan, "owner": scene.units["jt"], "given_at": LATER, "given_by": leader}
    done = {"state": "answered", "answer": "已办。", "answered_at": LATER, "answered_by": scene.people["jt"]}
    assert "批示" not in page(leader).text("//section[@aria-labelledby='decide']").replace("批示交办", "")
    Instruction.objects.create(number=1, text="请办。", due_on=yesterday, **given)
    Instruction.objects.create(number=2, text="请再办。", due_on=LATER.date(), **given, **done)
    shown = page(leader)
    assert "批示：1 件已反馈，等待办结；1 件逾期没有反馈。" in shown.texts("//section[@aria-labelledby='decide']/p")
    for words, number in (("1 件已反馈", "第 2 号"), ("1 件逾期", "第 1 号")):
        (url,) = shown.tree.xpath(f"//a[text()='{words}']/@href")
        assert [text for text in ("第 1 号", "第 2 号") if text in page(leader, url).text("//main")] == [number]
