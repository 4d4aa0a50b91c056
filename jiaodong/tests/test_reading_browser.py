"""Who reads with large type, at 200 %, without script or without movement reads the same pages, whole."""

import pytest
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage, sticks_out
from tasks.models import Plan
from tasks.tests.browser_desk import enter
from units.choices import Role
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PUBLIC = [
    "/",
    "/plans/jiaodong/tasks/?field=1",
    "/plans/jiaodong/measures/1-1/",
    "/units/",
    "/plans/jiaodong/search/?q=海洋",
    "/verify/",
    "/login/",
]
STAFF = ["/plans/jiaodong/ledger/?field=1", "/plans/jiaodong/dashboard/", "/review/", "/roles/", "/account/"]
TWICE_AS_LARGE = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}  # a 1280 pixel window at 200 %
MOVING = """() => [...document.querySelectorAll('body *')].filter(one => {
    const style = getComputedStyle(one), long = text => text.split(',').some(part => parseFloat(part) > 0.01);
    return long(style.transitionDuration) || long(style.animationDuration);
}).map(one => one.outerHTML.slice(0, 120))"""
WRITTEN = "document.querySelector('main').innerText.replace(/\\s+/g, ' ')"


@pytest.fixture
def office(loaded_plan: Plan):
    return make_user(Role.OFFICE)


def wide(page: Page, paths: list[str]) -> dict[str, int]:
    """The pages that are wider than the window, and by how much."""
    found = {}
    for path in paths:
        page.goto(path)
        found[path] = sticks_out(page)
    return {path: spare for path, spare in found.items() if spare > 0}


@pytest.mark.parametrize("modes", ["", "large.contrast"], ids=["as it is", "for elders"])
def test_at_200_percent_nothing_is_scrolled_sideways(open_page: OpenPage, office, modes: str) -> None:
    page = open_page(**TWICE_AS_LARGE)
    enter(page, office)
    page.context.add_cookies([{"name": "display", "value": modes, "url": page.url}])
    assert wide(page, PUBLIC[:-1] + STAFF) == {}


def test_elders_switch_once_and_keep_it_without_script(no_script: Page, loaded_plan: Plan) -> None:
    no_script.goto("/units/")
    plain = size_of_text(no_script)
    no_script.get_by_role("link", name="长者模式").click()
    expect(no_script).to_have_url("/units/")
    no_script.goto("/plans/jiaodong/measures/1-1/")
    expect(no_script.locator("html")).to_have_class("is-large is-contrast")
    assert size_of_text(no_script) == plain * 1.25
    assert colours(no_script) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    no_script.get_by_role("link", name="长者模式").click()
    expect(no_script.locator("html")).not_to_have_class("is-large is-contrast")


def size_of_text(page: Page) -> float:
    return page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")


def colours(page: Page) -> list[str]:
    return page.evaluate("(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))")


def test_the_sign_of_the_elders_link_follows_the_buttons(page: Page, loaded_plan: Plan) -> None:
    page.goto("/units/")
    for name in ("大字版", "高对比度"):
        page.get_by_role("button", name=name).click()
    expect(page.get_by_role("link", name="长者模式")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="长者模式").click()
    expect(page.get_by_role("link", name="长者模式")).not_to_have_attribute("aria-current", "true")


def test_without_script_every_page_says_the_same(open_page: OpenPage, office) -> None:
    pages = [open_page(java_script_enabled=enabled) for enabled in (True, False)]
    said = []
    for page in pages:
        enter(page, office)
        said.append({path: written(page, path) for path in PUBLIC[:-1] + STAFF})
    assert said[0] == said[1]
    assert all(len(text) > 30 for text in said[0].values())


def written(page: Page, path: str) -> str:
    page.goto(path)
    return page.evaluate(WRITTEN)


def test_nothing_moves_for_those_who_asked_for_that(open_page: OpenPage, office) -> None:
    page = open_page(reduced_motion="reduce")
    enter(page, office)
    moving = {}
    for path in PUBLIC[:-1] + STAFF:
        page.goto(path)
        if found := page.evaluate(MOVING):
            moving[path] = found
    assert moving == {}
