"""Overview, search, units, login and the pages for errors in a real browser: read by axe, by keyboard, without script."""

import re

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import DESK, PHONE, OpenPage, axe, sticks_out
from units.choices import Role
from units.context import DISPLAY_MODES
from units.tests.samples import PASSWORD, make_unit, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

MODES = ["", *DISPLAY_MODES.values()]
PAGES = [
    "/",
    "/plans/jiaodong/search/",
    "/plans/jiaodong/search/?q=海洋",
    "/plans/jiaodong/search/?q=火星",
    f"/plans/jiaodong/search/?q={'海' * 101}",
    "/units/",
    "/units/fazhan-gaige/",
    "/units/qingdao/",
    "/units/jiaodong-wushi/",
    "/login/",
]


def enter(page: Page, **person: object) -> None:
    """Log in as a person does."""
    make_user(Role.REPORTER, username="wang", **person)
    page.goto("/login/")
    page.get_by_label("账号").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def findings(page: Page) -> dict[str, list[str]]:
    """What is wrong with the page shown, at two widths and in every mode: axe's findings, and what sticks out."""
    wrong = {}
    page.evaluate("document.querySelectorAll('details').forEach(menu => { menu.open = true })")
    for mode in MODES:
        page.evaluate("name => { document.documentElement.className = name }", mode)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            spare = sticks_out(page)
            if found := axe(page) + [f"{spare} pixels stick out"] * (spare > 0):
                wrong[f"{mode or 'normal'} {size['width']}"] = found
    return wrong


class TestAxe:
    @pytest.mark.parametrize("path", PAGES)
    def test_an_outsiders_page(self, page: Page, path: str) -> None:
        page.goto(path)
        assert findings(page) == {}

    @pytest.mark.parametrize("path", ["/", "/units/qingdao/"])
    def test_with_the_header_of_staff(self, page: Page, path: str) -> None:
        enter(page, unit=make_unit("省人力资源社会保障厅二级单位"), last_name="欧阳", first_name="芳菲")
        page.goto(path)
        assert findings(page) == {}

    def test_with_the_banner_of_the_demonstration(self, page: Page, settings) -> None:
        settings.IS_DEMO = True
        page.goto("/")
        expect(page.get_by_role("banner").get_by_role("note")).to_contain_text("演示数据")
        assert findings(page) == {}

    def test_a_refused_login(self, page: Page) -> None:
        page.goto("/login/")
        page.get_by_label("账号").fill("wang")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确。")
        assert findings(page) == {}

    def test_not_found(self, page: Page, allow_status) -> None:
        allow_status(404)
        page.goto("/nowhere/")
        assert findings(page) == {}

    @pytest.mark.parametrize("status", [400, 403, 500])
    def test_pages_for_other_errors(self, page: Page, allow_status, status: int) -> None:
        allow_status(status)
        html = render_to_string(f"{status}.html")
        page.route("**/error/", lambda route: route.fulfill(status=status, body=html, content_type="text/html"))
        page.goto("/error/")
        assert findings(page) == {}


class TestByKeyboard:
    def test_the_first_stop_skips_to_the_content(self, page: Page) -> None:
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.get_by_text("跳到主要内容")).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    def test_every_stop_is_seen(self, page: Page) -> None:
        """Each stop has an outline: a browser's default is taken away by Bootstrap here and there."""
        page.goto("/")
        outlines = set()
        for _ in range(25):
            page.keyboard.press("Tab")
            outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineWidth"))
        assert outlines == {"3px"}


class TestDisplayModes:
    def test_switched_on_the_spot_and_kept(self, page: Page) -> None:
        page.goto("/")
        page.evaluate("window.same = true")
        button = page.get_by_role("button", name="大字版")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("window.same") is True
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
        page.goto("/units/")
        assert page.evaluate("document.documentElement.className") == "is-large"

    def test_by_the_space_bar(self, page: Page) -> None:
        page.goto("/")
        page.get_by_role("button", name="高对比度").focus()
        page.keyboard.press("Space")
        assert page.evaluate("document.documentElement.className") == "is-contrast"
        page.keyboard.press("Space")
        assert page.evaluate("document.documentElement.className") == ""

    def test_without_script(self, no_script: Page) -> None:
        no_script.goto("/plans/jiaodong/search/?q=海洋")
        no_script.get_by_role("link", name="大字版").click()
        no_script.get_by_role("link", name="高对比度").click()
        expect(no_script.locator("html")).to_have_class("is-large is-contrast")
        expect(no_script.get_by_role("searchbox")).to_have_value("海洋")


class TestJourneys:
    @pytest.fixture(params=["with script", "without script"])
    def visitor(self, request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
        return open_page(java_script_enabled=request.param == "with script")

    def test_from_a_figure_to_its_rows(self, visitor: Page) -> None:
        visitor.goto("/")
        visitor.get_by_role("link", name="有牵头单位 27").click()
        expect(visitor.get_by_role("status")).to_contain_text("显示 27 项举措")

    def test_search_and_on_to_the_list(self, visitor: Page) -> None:
        visitor.goto("/")
        visitor.get_by_role("searchbox").fill("海洋")
        visitor.get_by_role("searchbox").press("Enter")
        expect(visitor.get_by_role("status")).to_have_text("找到 1 项主要任务、18 项具体举措、1 个单位。")
        assert visitor.locator("mark").all_inner_texts() == ["海洋"] * visitor.locator("mark").count()
        visitor.get_by_role("link", name="在任务清单中查看全部 18 项").click()
        expect(visitor.get_by_role("status")).to_contain_text("显示 18 项举措")

    def test_from_a_kind_of_unit_to_one_of_its_measures(self, visitor: Page) -> None:
        visitor.goto("/")
        visitor.get_by_role("link", name="中央驻鲁单位").click()
        expect(visitor).to_have_url(re.compile("/units/#central$"))
        visitor.get_by_role("link", name="青岛海关", exact=True).click()
        expect(visitor.get_by_role("heading", level=1)).to_have_text("青岛海关")
        visitor.get_by_role("link", name="10-3").click()
        expect(visitor).to_have_url(re.compile("/plans/jiaodong/measures/10-3/$"))

    def test_log_in_and_out_again(self, visitor: Page) -> None:
        enter(visitor, last_name="王", first_name="芳")
        expect(visitor.locator(".who")).to_contain_text("填报员 · 王芳")
        visitor.get_by_role("button", name="退出").click()
        expect(visitor.get_by_role("link", name="工作人员登录")).to_be_visible()


class TestMenus:
    def test_closed_by_escape_and_by_a_click_beside(self, page: Page) -> None:
        page.goto("/plans/jiaodong/tasks/")
        menu = page.locator("details.menu", has_text="导出")
        summary = menu.locator("summary")
        summary.click()
        expect(menu).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")
        expect(summary).to_be_focused()
        summary.click()
        page.get_by_role("heading", level=1).click()
        expect(menu).not_to_have_attribute("open", "")


class TestStability:
    @pytest.mark.parametrize("path", ["/", "/units/", "/units/qingdao/", "/plans/jiaodong/search/?q=海洋"])
    def test_nothing_moves_while_a_page_loads(self, page: Page, path: str) -> None:
        page.goto(path)
        shifts = page.evaluate(
            "new Promise(done => new PerformanceObserver(list => done(list.getEntries().map(e => e.value)))"
            ".observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done([]), 300))"
        )
        assert shifts == []


def test_one_heading_and_a_title_of_its_own_on_every_page(page: Page) -> None:
    titles = []
    for path in PAGES:
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        assert page.locator("header, main, footer").count() == 3, path
        titles.append(page.title())
    assert [title for title in titles if not re.fullmatch(r".+ - 胶东经济圈一体化发展重点任务推进落实", title)] == []
    assert len(set(titles)) == len(titles)
