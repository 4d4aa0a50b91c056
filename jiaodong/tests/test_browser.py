"""The watch over browser tests sees what it is there for. A watch that sees nothing would pass every page."""

import asyncio
from collections.abc import Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, Route

from jiaodong.testing.browser import Watch, axe

pytestmark = pytest.mark.browser

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src * data:"
SITE = "http://site.test"


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def serve(page: Page, body: str, **headers: str) -> None:
    """Answer for a whole internet: one page, two scripts, and 404 for everything else."""
    html = f"<!doctype html><html lang='zh-CN'><title>页</title><main>{body}</main></html>"
    files = {f"{SITE}/": html, f"{SITE}/bad.js": "missing()", f"{SITE}/log.js": "console.error('坏了')"}

    def answer(route: Route) -> None:
        text = files.get(route.request.url)
        kind = "text/javascript" if route.request.url.endswith(".js") else "text/html; charset=utf-8"
        route.fulfill(status=404 if text is None else 200, body=text or "", headers={"Content-Type": kind, **headers})

    page.route("**/*", answer)


def troubles(page: Page, body: str, allowed: tuple[int, ...] = ()) -> list[str]:
    """What the watch reports of a page with this body, under a policy like the site's."""
    watch = Watch(SITE)
    watch.over(page)
    watch.allowed.update(allowed)
    serve(page, body, **{"Content-Security-Policy": CSP})
    page.goto(f"{SITE}/", wait_until="load")
    return watch.report()


def test_a_clean_page_passes(blank: Page) -> None:
    assert troubles(blank, "<h1>好</h1>") == []


def test_inline_style_breaks_the_policy(blank: Page) -> None:
    (trouble,) = troubles(blank, "<h1 style='color: red'>红</h1>")
    assert "Content Security Policy" in trouble


def test_inline_script_breaks_the_policy(blank: Page) -> None:
    (trouble,) = troubles(blank, "<script>document.title = 'x'</script>")
    assert "Content Security Policy" in trouble


def test_script_error(blank: Page) -> None:
    assert troubles(blank, "<script src='/bad.js'></script>") == ["script error: missing is not defined"]


def test_console_error(blank: Page) -> None:
    assert troubles(blank, "<script src='/log.js'></script>") == ["console error: 坏了"]


def test_missing_file(blank: Page) -> None:
    assert troubles(blank, "<img src='/none.png' alt=''>") == [f"404: {SITE}/none.png"]


def test_missing_file_where_the_test_means_it(blank: Page) -> None:
    assert troubles(blank, "<img src='/none.png' alt=''>", allowed=(404,)) == []


def test_request_to_elsewhere(blank: Page) -> None:
    body = "<img src='http://elsewhere.test/a.png' alt=''><img src='http://site.test.elsewhere.test/b.png' alt=''>"
    assert sorted(troubles(blank, body, allowed=(404,))) == [
        "request leaves the site: http://elsewhere.test/a.png",
        "request leaves the site: http://site.test.elsewhere.test/b.png",
    ]


def test_axe_names_rule_place_and_markup(blank: Page) -> None:
    serve(blank, "<h1>好</h1><img id='map' src='data:,'>")
    blank.goto(f"{SITE}/")
    (finding,) = axe(blank)
    assert finding.splitlines()[:3] == [
        "image-alt (critical): Images must have alternative text",
        "  #map",
        '  <img id="map" src="data:,">',
    ]


def test_queries_are_allowed_beside_a_browser(live_site, page: Page, loaded_plan) -> None:
    page.goto("/healthz")
    assert loaded_plan.slug == "jiaodong"
    assert page.url == f"{live_site.url}/healthz"


def test_a_browser_leaves_the_test_its_one_connection(browser: Browser) -> None:
    loop, beside = asyncio.get_running_loop(), connections["default"]
    asyncio._set_running_loop(None)
    without = connections["default"]
    asyncio._set_running_loop(loop)
    assert without is beside
