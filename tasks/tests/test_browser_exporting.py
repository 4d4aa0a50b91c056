"""An export in the browser: saved under its name, told of while it takes long, given up without a trace."""

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LIST = "/plans/jiaodong/tasks/"
EXPORT = "**/export/ledger.csv*"


@pytest.fixture
def at_the_list(page: Page, live_site) -> Page:
    page.clock.install()
    page.goto(LIST)
    page.get_by_text("导出", exact=True).first.click()
    return page


def the_csv(page: Page):
    return page.locator("a[href*='ledger.csv']").first


def test_a_quick_one_is_saved_without_a_word(at_the_list: Page) -> None:
    with at_the_list.expect_download() as download:
        the_csv(at_the_list).click()
    assert download.value.suggested_filename.endswith(".csv")
    assert "聚力打造青岛国际性综合交通枢纽" in download.value.path().read_text(encoding="utf-8-sig")
    expect(at_the_list.locator(".exporting")).to_have_count(0)


def test_a_long_one_says_so_and_can_be_given_up(at_the_list: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    at_the_list.route(EXPORT, hold)
    the_csv(at_the_list).click()
    at_the_list.clock.run_for(2500)
    line = at_the_list.locator(".exporting")
    expect(line.get_by_role("status")).to_have_text("正在生成导出文件……")
    line.get_by_role("button", name="取消").click()
    expect(line).to_have_count(0)
    assert len(held) == 1


def test_one_that_breaks_off_is_no_file(at_the_list: Page) -> None:
    at_the_list.route(EXPORT, lambda route: route.abort())
    the_csv(at_the_list).click()
    expect(at_the_list.get_by_role("status").filter(has_text="导出中断")).to_have_text(
        "导出中断，没有存成文件。请再试一次。"
    )
    at_the_list.get_by_role("button", name="知道了").click()
    expect(at_the_list.locator(".exporting")).to_have_count(0)


def test_a_refusal_is_read_as_a_page(at_the_list: Page, allow_status) -> None:
    allow_status(429)
    refused = {"status": 429, "content_type": "text/html; charset=utf-8", "body": "<h1>请稍后再试</h1>"}
    at_the_list.route(EXPORT, lambda route: route.fulfill(**refused))
    the_csv(at_the_list).click()
    expect(at_the_list.get_by_role("heading", name="请稍后再试")).to_be_visible()


def test_without_script_it_is_a_plain_download(no_script: Page, live_site) -> None:
    no_script.goto(LIST)
    address = no_script.locator("a[href*='ledger.csv']").first.get_attribute("href")
    assert no_script.request.get(address).headers["content-disposition"].startswith("attachment")
