"""Chromium for tests, and a watch that fails a test for whatever goes wrong in the page without being asked about.

The fixtures are taken by the root conftest; a test asks for `page`, `phone` or `no_script`, and for
`allow_status(404)` where a refusal is what it wants to see.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
HERE = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL_SCHEMES = {"data", "blob", "about"}
PATIENCE = 15_000  # milliseconds
AXE_SCRIPT = Axe().axe_script

OpenPage = Callable[..., Page]


class Watch:
    """What went wrong in the pages of one test."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.allowed: set[int] = set()
        self.troubles: list[str] = []
        self.statuses: list[tuple[int, str]] = []

    def over(self, page: Page) -> None:
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self.on_request)
        page.on("response", self.on_response)

    def on_console(self, message: ConsoleMessage) -> None:
        """Errors and warnings, CSP violations among them. A refused load is counted by its status instead."""
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme not in LOCAL_SCHEMES and not request.url.startswith(f"{self.site}/"):
            self.troubles.append(f"request leaves the site: {request.url}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.statuses.append((response.status, response.url))

    def report(self) -> list[str]:
        refused = [f"{status}: {url}" for status, url in self.statuses if status not in self.allowed]
        return self.troubles + refused


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's own Chromium, one for all tests.

    Playwright keeps an event loop running in this thread, and Django then takes every query of a test for one made
    inside a coroutine. It is not, so Django is told to allow it for as long as the browser lives.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("没有找到 Chromium。请先运行 make prerequisites，它会安装或说明如何安装。")
    expect.set_options(timeout=PATIENCE)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has none to offer root
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET + sandbox)
        yield chromium
        chromium.close()


@pytest.fixture
def watch(live_site) -> Iterator[Watch]:
    watch = Watch(live_site.url)
    yield watch
    if troubles := watch.report():
        pytest.fail("; ".join(troubles))


@pytest.fixture
def allow_status(watch: Watch) -> Callable[..., None]:
    """`allow_status(403, 404)`: in this test these answers are meant."""
    return lambda *statuses: watch.allowed.update(statuses)


@pytest.fixture
def open_page(browser: Browser, watch: Watch) -> Iterator[OpenPage]:
    """`open_page(**context)`: a page in a context of its own, watched; `goto("/")` is the live site's."""
    contexts = []

    def open_one(**options: object) -> Page:
        context = browser.new_context(base_url=watch.site, **{"viewport": DESK, **HERE, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True)


@pytest.fixture
def no_script(open_page: OpenPage) -> Page:
    return open_page(java_script_enabled=False)


def sticks_out(page: Page) -> int:
    """By how many pixels the page is wider than its window.

    After a click, ask for something of the next page first: until it is there the old one answers, or none at all.
    """
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page, one line for each element: rule, what it asks for, where, the markup.

    Nothing is loaded beforehand: axe-core would ask for an imported sheet at an address beside the page.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(
        "axe.run({ preload: false, resultTypes: ['violations'] }).then(results => results.violations)"
    )
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n  {' '.join(map(str, node['target']))}\n"
        f"  {node['html']}\n  {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
