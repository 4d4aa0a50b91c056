"""A leader's word in a real browser: given on the spot, answered by the unit, sent back once, closed by the Office."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage
from tasks.models import Duty, Plan
from tasks.tests.browser_desk import Desk, at_work, in_menu, make_desk, told
from tasks.tests.every_page import approved
from units.choices import Role
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WORDS = "请年底前接通五市一卡通，结果报我。"
ANSWER = "10月底已在四市接通，日照 12月10日接通。"
REASON = "请写明日照推迟的原因。"
FULLER = "10月底已在四市接通；日照因闸机更换推迟到 12月10日。"


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


def to_measure(page: Page, duty: Duty) -> None:
    in_menu(page, "任务清单")
    page.get_by_role("link", name=duty.measure.text, exact=True).click()


def give(leader: Page, duty: Duty, due_on: datetime.date) -> None:
    to_measure(leader, duty)
    leader.get_by_role("main").get_by_role("link", name="批示", exact=True).click()
    leader.get_by_role("textbox", name="批示").fill(WORDS)
    leader.get_by_label("承办单位").select_option(label=duty.unit.name)
    leader.get_by_role("textbox", name="办理时限").fill(str(due_on))
    leader.get_by_role("button", name="发出批示").click()
    told(leader, f"批示第 1 号已发出，由{duty.unit.name}办理，时限 {due_on}。")
    expect(leader.get_by_role("heading", level=1)).to_have_text(duty.measure.text)  # where the leader was


def answer(reporter: Page, words: str) -> None:
    in_menu(reporter, "工作台")
    reporter.get_by_role("region", name="批示").get_by_role("link", name=WORDS).click()
    reporter.get_by_role("textbox", name="办理情况").fill(words)
    reporter.get_by_role("button", name="提交反馈").click()
    told(reporter, "批示第 1 号已反馈，等待办结。")


def send_back(leader: Page) -> None:
    in_menu(leader, "批示")
    leader.get_by_role("link", name="已反馈 1 件").click()
    leader.get_by_role("link", name=WORDS).click()
    expect(leader.get_by_role("main")).to_contain_text(ANSWER)
    leader.get_by_role("textbox", name="意见或理由").fill(REASON)
    leader.get_by_role("button", name="退回反馈").click()
    told(leader, "批示第 1 号已退回，承办单位能看到理由。")


def close(office: Page) -> None:
    in_menu(office, "工作台")
    office.get_by_role("region", name="批示").get_by_role("link", name=WORDS).click()
    office.get_by_role("button", name="办结", exact=True).click()
    told(office, "批示第 1 号已办结。")


def test_given_answered_sent_back_and_closed(desk: Desk, open_page: OpenPage) -> None:
    duty = desk.duties[0]
    approved(desk, duty)
    leader = at_work(open_page(), make_user(Role.LEADER, unit=desk.office.unit))
    reporter, office = at_work(open_page(), desk.reporter), at_work(open_page(), desk.office)
    give(leader, duty, timezone.localdate() + datetime.timedelta(days=20))
    answer(reporter, ANSWER)
    send_back(leader)
    answer(reporter, FULLER)
    close(office)
    for page in (leader, reporter, office):
        to_measure(page, duty)
        expect(page.get_by_role("region", name="批示").get_by_text("已办结")).to_be_visible()
        page.get_by_role("region", name="批示").get_by_role("link", name=WORDS).click()
        course = page.get_by_role("region", name="办理过程").get_by_role("listitem")
        expect(course).to_have_count(4)
        for item, words in zip(course.all(), (ANSWER, REASON, FULLER, "办结批示"), strict=True):
            expect(item).to_contain_text(words)
