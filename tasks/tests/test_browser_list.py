"""The living table and the pages under it in a real browser: seen, typed into, printed, and without script."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import DESK, PHONE, OpenPage, axe, sticks_out
from tasks.models import Plan
from tasks.tests.browser_desk import enter, tab_to
from tasks.tests.pages import TASKS
from units.choices import Role
from units.context import DISPLAY_COOKIE
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

ALL_COLUMNS = "cols=task&cols=field&cols=code&cols=units&cols=responsibility_text&cols=duty_count&cols=due_on"
PAGES = {
    "list": f"{TASKS}?per_page=25",
    "filtered": f"{TASKS}?unit=qingdao&role=responsible&sort=-units&{ALL_COLUMNS}",
    "nothing": f"{TASKS}?unit=keji&field=1&role=wrong",
    "task": "/plans/jiaodong/tasks/24/",
    "measure": "/plans/jiaodong/measures/15-2/",
}
WIDTHS = {"desk": DESK, "phone": PHONE}
MODES = ("", "large", "contrast", "large.contrast")


def show_in(page: Page, mode: str) -> None:
    page.context.add_cookies([{"name": DISPLAY_COOKIE, "value": mode, "url": page.url}])
    page.reload()


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(found => { found.open = true })")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(open_page: OpenPage, name: str, width: str) -> None:
    page = open_page(viewport=WIDTHS[width])
    page.goto(PAGES[name])
    found = {}
    for mode in MODES:
        show_in(page, mode)
        closed = sticks_out(page)
        open_all(page)
        found[mode] = (axe(page), closed)
    assert found == {mode: ([], 0) for mode in MODES}


def test_staff_notes_pass_axe(open_page: OpenPage, live_site) -> None:
    client = Client()
    client.force_login(make_user(Role.OFFICE))
    page = open_page()
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_site.url}
    page.context.add_cookies([session])
    page.goto(PAGES["measure"])
    expect(page.get_by_role("heading", name="疑似笔误")).to_be_visible()
    assert axe(page) == []


class TestWithoutScript:
    def test_filter_by_keyboard_alone(self, no_script: Page) -> None:
        no_script.goto(TASKS)
        no_script.get_by_label("关键词").focus()
        no_script.keyboard.type("海洋")
        for key in ("Tab", *["ArrowDown"] * 4, "Tab", "Tab", "Tab", "Tab", "Enter"):
            no_script.keyboard.press(key)
        expect(no_script).to_have_url(re.compile(r"q=%E6%B5%B7%E6%B4%8B&field=4"))
        expect(no_script.get_by_role("status")).to_contain_text("显示 4 项举措、1 项任务")

    def test_take_the_last_condition_away(self, no_script: Page) -> None:
        no_script.goto(f"{TASKS}?q=海洋")
        no_script.get_by_role("link", name="去掉条件 关键词：海洋").click()
        expect(no_script.get_by_role("status")).to_contain_text("显示 79 项举措")

    def test_choose_columns(self, no_script: Page) -> None:
        no_script.goto(f"{TASKS}?unit=keji")
        no_script.locator("summary", has_text="列").click()
        no_script.get_by_label("编号").uncheck()
        no_script.get_by_label("完成时限").check()
        no_script.get_by_role("button", name="应用").click()
        expect(no_script.get_by_role("columnheader", name="完成时限")).to_be_visible()
        heads = no_script.get_by_role("columnheader").all_inner_texts()
        assert [head.rstrip("↕↑↓") for head in heads] == ["序号", "主要任务", "具体举措", "责任单位", "完成时限"]
        expect(no_script.get_by_role("status")).to_contain_text("显示 7 项举措")

    def test_sort_and_turn_the_page(self, no_script: Page) -> None:
        no_script.goto(f"{TASKS}?per_page=25")
        no_script.get_by_role("columnheader", name="责任单位").get_by_role("link").click()
        no_script.get_by_role("columnheader", name="责任单位").get_by_role("link").click()
        expect(no_script.get_by_role("columnheader", name="责任单位")).to_have_attribute("aria-sort", "descending")
        expect(no_script.locator("td.code").first).to_have_text("11-6")
        no_script.get_by_role("link", name="下一页").click()
        expect(no_script.get_by_role("status")).to_contain_text("按责任单位数从多到少，第 26 至 50 项")

    def test_unfold_a_group(self, no_script: Page) -> None:
        no_script.goto(f"{TASKS}?unit=jiaodong-wushi")
        member = no_script.get_by_role("link", name="日照市政府").first
        expect(member).to_be_hidden()
        no_script.locator("summary", has_text="胶东五市政府（5 市）").first.click()
        member.click()
        expect(no_script).to_have_url(re.compile(r"/units/rizhao/$"))

    def test_from_the_list_to_a_measure_and_on(self, no_script: Page) -> None:
        no_script.goto(TASKS)
        no_script.get_by_role("link", name=re.compile("^建设国家跨行业跨领域工业互联网平台")).click()
        expect(no_script).to_have_url(re.compile(r"/measures/7-3/$"))
        no_script.get_by_role("link", name="下一项 7-4").click()
        no_script.get_by_role("link", name="7 合作培育优势集群").first.click()
        expect(no_script.get_by_role("heading", level=1)).to_have_text("合作培育优势集群")


class TestOnAPhone:
    def test_rows_are_blocks_that_still_are_a_table(self, phone: Page) -> None:
        phone.goto(f"{TASKS}?{ALL_COLUMNS}")
        row = phone.get_by_role("row").filter(has=phone.get_by_role("cell", name="1-2", exact=True))
        expect(row).to_have_css("display", "grid")
        label = row.locator("td[data-l='完成时限']").evaluate("cell => getComputedStyle(cell, '::before').content")
        assert label == '"完成时限"'

    def test_the_heads_that_sort_stay(self, phone: Page) -> None:
        phone.goto(TASKS)
        shown = [head for head in phone.get_by_role("columnheader").all() if head.bounding_box()["x"] >= 0]
        assert [head.inner_text() for head in shown] == ["序号↑", "主要任务↕", "责任单位↕"]
        assert all(head.get_by_role("link").bounding_box()["height"] >= 24 for head in shown)

    def test_menus_stay_inside(self, phone: Page) -> None:
        phone.goto(TASKS)
        for name in ("列", "导出"):
            phone.locator("summary", has_text=name).click()
            assert sticks_out(phone) == 0

    @pytest.mark.parametrize("path", [TASKS, "/plans/jiaodong/ledger/", "/audit/"])
    def test_the_first_row_is_on_the_first_screen_and_the_conditions_unfold(
        self, open_page: OpenPage, loaded_plan: Plan, path: str
    ) -> None:
        page = open_page(viewport=PHONE, java_script_enabled=False)
        enter(page, make_user(Role.AUDITOR))
        page.goto(path)
        assert page.locator("main tbody, main .notice").first.bounding_box()["y"] < PHONE["height"]
        condition = page.get_by_label("单位" if path == "/audit/" else "职责", exact=True)
        expect(condition).to_be_hidden()
        tab_to(page, "更多条件")
        page.keyboard.press("Space")
        expect(condition).to_be_visible()
        page.get_by_role("button", name="筛选").click()
        expect(page).to_have_url(re.compile(r"[?&](unit|role)="))

    def test_unfolded_conditions_pass_axe(self, phone: Page) -> None:
        phone.goto(TASKS)
        phone.locator("label", has_text="更多条件").click()
        expect(phone.get_by_label("职责", exact=True)).to_be_visible()
        assert (axe(phone), sticks_out(phone)) == ([], 0)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_while_the_page_loads(open_page: OpenPage, name: str, width: str) -> None:
    """A style sheet or a script that comes late moves something every time; a page that a busy machine paints half read
    moves now and then.
    """
    assert 0 in (shift(open_page(viewport=WIDTHS[width]), PAGES[name]) for _ in range(3))


def shift(page: Page, url: str) -> float:
    page.goto(url, wait_until="networkidle")
    return page.evaluate(
        """() => new Promise(tell => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value }))
                .observe({type: "layout-shift", buffered: true});
            setTimeout(() => tell(sum), 200);
        })"""
    )


class TestOnPaper:
    def test_the_list_lies_and_repeats_its_heads(self, page: Page) -> None:
        page.goto(f"{TASKS}?unit=qingdao")
        sheet = page.pdf(prefer_css_page_size=True)
        width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet).groups())
        assert (round(width), round(height)) == (842, 595)
        page.emulate_media(media="print")
        expect(page.locator("thead")).to_have_css("display", "table-header-group")

    def test_controls_stay_behind_and_the_conditions_are_told(self, page: Page) -> None:
        page.goto(f"{TASKS}?unit=qingdao&role=responsible&per_page=25")
        page.emulate_media(media="print")
        expect(page.get_by_text("筛选条件 责任单位：青岛市政府；职责：负责")).to_be_visible()
        for hidden in ("form[role=search]", "nav.crumbs", ".pages", "details.menu", ".top"):
            expect(page.locator(hidden).first).to_be_hidden()

    def test_a_measure_stands_upright(self, page: Page) -> None:
        page.goto(PAGES["measure"])
        sheet = page.pdf(prefer_css_page_size=True)
        width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet).groups())
        assert (round(width), round(height)) == (595, 842)
