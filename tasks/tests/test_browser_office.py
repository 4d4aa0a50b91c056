"""The Office's pages in a real browser: in every size by axe, on paper, and what is told while boxes are ticked."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tasks.models import Plan
from tasks.services import reviewing
from tasks.tests.browser_desk import Desk, enter, make_desk, sizes

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PLAN = "/plans/jiaodong/"
A4 = {"width": 703, "height": 1010}  # 186 mm between the margins, at 96 dots an inch


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    """Two reports before the Office, one published a period ago."""
    desk = make_desk(loaded_plan)
    for duty in desk.duties[:2]:
        report = desk.submitted(duty)
        reviewing.forward_report(desk.reviewer, report=report, version=report.version, now=timezone.now())
    return desk


def test_every_page_of_a_period_passes_axe_and_fits_a_phone(page: Page, desk: Desk) -> None:
    enter(page, desk.office)
    here, before = f"{PLAN}periods/{desk.period.pk}/", f"{PLAN}periods/{desk.before.pk}/"
    pages = [f"{PLAN}periods/", here, f"{here}filing/?state=missing", f"{here}filing/?state=drafted", f"{here}freeze/"]
    pages.append(f"{here}filing/?state=unfinished")
    wrong = {}
    for address in (*pages, before, f"{before}filing/?state=approved", f"{PLAN}publishing/", "/review/"):
        page.goto(address)
        if found := sizes(page):
            wrong[address] = found
    assert wrong == {}


def test_ticking_says_how_many_and_which(page: Page, desk: Desk) -> None:
    second, first = (duty.measure.code for duty in desk.duties[:2])  # the first report of a duty changes most
    enter(page, desk.office)
    page.goto("/review/")
    said = page.locator("[data-chosen]")
    expect(said).to_have_text("")
    page.get_by_role("checkbox", name=f"选择 {first}").check()
    expect(said).to_have_text(f"已选 1 项：{first}。")
    page.get_by_role("checkbox", name=f"选择 {second}").check()
    expect(said).to_have_text(f"已选 2 项：{first}、{second}。")
    page.get_by_role("button", name="通过勾选的各项…").click()
    page.get_by_role("button", name="通过这 2 项").click()
    expect(page.get_by_role("status")).to_have_text(f"已通过 2 项：{second}、{first}，是否公开在“公开”一页决定。")


def test_the_words_to_chase_with_are_copied_with_one_press(page: Page, desk: Desk) -> None:
    enter(page, desk.office)
    page.goto(f"{PLAN}periods/{desk.period.pk}/")
    page.get_by_role("link", name="催办…").click()
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("status")).to_have_text("已复制。")
    page.goto("/review/")
    box = page.get_by_role("textbox", name="意见或退回理由")
    box.press("Control+V")
    assert "没有报送，请尽快登录系统办理：\n" in box.input_value()


def test_on_paper_the_queue_and_the_item_are_there_and_the_controls_are_not(page: Page, desk: Desk) -> None:
    enter(page, desk.office)
    page.set_viewport_size(A4)
    page.goto("/review/")
    page.emulate_media(media="print")
    expect(page.locator(".queue li")).to_have_count(2)
    expect(page.locator(".queue a").first).to_be_visible()
    page.locator(".queue a").first.evaluate("link => link.click()")
    expect(page.locator("table.diff")).to_be_visible()
    for control in ("button:visible", "input:not([type=hidden]):visible", "textarea:visible"):
        expect(page.locator(f"main {control}")).to_have_count(0)


def test_on_paper_the_workbench_has_no_buttons(page: Page, desk: Desk) -> None:
    enter(page, desk.reporter)
    page.set_viewport_size(A4)
    page.goto("/workbench/")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="待填报")).to_be_visible()
    for control in (".btn:visible", "button:visible", "summary:visible"):
        expect(page.locator(f"main {control}")).to_have_count(0)


def test_on_paper_the_board_of_every_unit_is_one_sheet(page: Page, desk: Desk) -> None:
    enter(page, desk.office)
    page.goto(f"{PLAN}periods/{desk.period.pk}/")
    expect(page.locator("table.board tbody tr")).to_have_count(45)
    sheets = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheets)) == 1
