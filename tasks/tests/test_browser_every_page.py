"""Every page of the site, as every role sees it, on a desk and on a phone: clean for axe and no wider than the window, nor
than one between these. The same at 200 % and on paper: nothing is cut off, nothing that stays in place covers what is read.

The addresses come from the URL resolver. A page that is added and not made known in `every_page.furnish` fails here.
"""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page

from jiaodong.testing.browser import AXE_SCRIPT, OpenPage, sticks_out
from tasks.models import Plan
from tasks.tests.browser_desk import enter, make_desk, sizes
from tasks.tests.every_page import NOT_PAGES, Known, addresses, furnish, routes
from units.choices import Role
from units.models import User
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# How many pages each may open, so that none goes unread because it answered with something else.
READABLE = {
    "outsider": 14,
    Role.REPORTER: 46,
    Role.UNIT_REVIEWER: 44,
    Role.OFFICE: 80,
    Role.LEADER: 42,
    Role.ADMINISTRATOR: 32,
    Role.AUDITOR: 32,
}
BETWEEN = (800, 1024, 1280)  # tablets and small screens, between the phone and the desk of `sizes`
ENLARGED = {"width": 720, "height": 450}  # a window of 1440 by 900 at 200 %
PORTRAIT, LANDSCAPE = 703, 1031  # pixels between the margins of A4: 186 and 273 millimetres
UNREADABLE = """isPaper => {
    const cuts = isPaper ? ['hidden', 'clip', 'auto', 'scroll'] : ['hidden', 'clip'], found = [];
    const spare = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (spare > 0) found.push(`${spare} pixels stick out`);
    for (const one of document.querySelectorAll('body *')) {
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        if (box.width <= 1 || !one.checkVisibility()) continue;
        const said = one.outerHTML.slice(0, 100);
        if (cuts.includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && one.innerText && one.clientWidth > 1)
            found.push(`cut at ${one.clientWidth} of ${one.scrollWidth}: ${said}`);
        if ([style.transitionDuration, style.animationDuration].some(
            text => text.split(',').some(part => parseFloat(part) > 0.01))) found.push(`moves: ${said}`);
        if (['fixed', 'sticky'].includes(style.position) && box.height > innerHeight / 2 && !isPaper)
            found.push(`covers ${box.height} pixels: ${said}`);
    }
    return found;
}"""


@pytest.fixture
def house(live_site, loaded_plan: Plan) -> tuple[Known, dict[str, list[str]]]:
    desk = make_desk(loaded_plan)
    for role in (Role.LEADER, Role.ADMINISTRATOR, Role.AUDITOR):
        make_user(role)
    return furnish(desk)


def main_part(page: Page, path: str) -> str | None:
    """What comes under the header, tokens apart; None where the page itself does not come: refused, or sent on."""
    answer = page.request.get(path, max_redirects=0)
    if answer.status != 200:
        return None
    main = answer.text().partition("<main ")[2].partition("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", main)


def read_all(page: Page, paths: list[str], seen: set[str], routes_seen: set[str]) -> tuple[int, dict[str, dict]]:
    """How many pages come, and what is wrong with them.

    What another role was shown word for word is not read again, but the first page is, for the header of the role. Between
    phone and desk, enlarged and on paper one page of each route is enough.
    """
    count, wrong = 0, {}
    for path in paths:
        shown = main_part(page, path)
        if shown is None:
            continue
        count += 1
        if count > 1 and shown in seen:
            continue
        seen.add(shown)
        page.goto(path)
        found, route = sizes(page), resolve(urlsplit(path).path).route
        if route not in routes_seen:
            routes_seen.add(route)
            found |= between(page) | enlarged_and_printed(page)
        if found:
            wrong[path] = found
    return count, wrong


def between(page: Page) -> dict[str, int]:
    """By how much the page is wider than these windows."""
    found = {}
    for width in BETWEEN:
        page.set_viewport_size({"width": width, "height": 900})
        found[f"{width} wide"] = sticks_out(page)
    return {where: pixels for where, pixels in found.items() if pixels}


def enlarged_and_printed(page: Page) -> dict[str, list[str]]:
    """What cannot be read at 200 %, or moves for those who do not want that, and what is cut on the paper asked for."""
    page.set_viewport_size(ENLARGED)
    page.emulate_media(reduced_motion="reduce")
    found = {"200 %": page.evaluate(UNREADABLE, False)}
    is_wide = page.evaluate("document.body.classList.contains('print-wide')")
    page.set_viewport_size({"width": LANDSCAPE if is_wide else PORTRAIT, "height": 900})
    page.emulate_media(media="print")
    found["on paper"] = page.evaluate(UNREADABLE, True)
    page.emulate_media(media="screen")
    return {where: said for where, said in found.items() if said}


def test_clean(house, open_page: OpenPage) -> None:
    paths, seen, routes_seen, counts, wrong = addresses(*house), set(), set(), {}, {}
    for role in READABLE:
        page = open_page()
        page.context.add_init_script(AXE_SCRIPT)  # handed over for each page anew it costs as much as the page
        if role != "outsider":
            enter(page, User.objects.get(username=role))
        counts[role], found = read_all(page, paths, seen, routes_seen)
        wrong |= {(role, path): what for path, what in found.items()}
    assert wrong == {}
    assert counts == READABLE


def test_nothing_is_said_of_a_route_that_is_not_there(house) -> None:
    known, queries = house
    assert {*NOT_PAGES, *known, *queries} - {name for name, _ in routes()} == set()
