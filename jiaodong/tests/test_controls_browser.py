"""Controls as a browser draws them: nothing fetched from a data: address, every border seen, every error marked."""

import pytest
from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

CONTROLS = """
<select class="form-select"><option>甲</option></select>
<select class="form-select" aria-invalid="true"><option>乙</option></select>
<input class="form-control"><input class="form-control" aria-invalid="true">
<textarea class="form-control"></textarea><textarea class="form-control" aria-invalid="true"></textarea>
<input class="form-check-input" type="checkbox"><input class="form-check-input" type="checkbox" checked>
<input class="form-check-input" type="radio"><input class="form-check-input" type="radio" checked>
"""
DRAWN = """() => [...document.querySelectorAll("#controls > *")].map(control => {
  const style = getComputedStyle(control);
  return [style.backgroundImage.replace(/.*\\/(\\w+)(\\.\\w+)?\\.svg.*/, "$1"), style.borderTopColor];
})"""
EDGE, INK, LATE = "rgb(108, 119, 133)", "rgb(18, 58, 109)", "rgb(165, 29, 23)"


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance of `rgb(r, g, b)`."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_controls_are_drawn_from_our_own_files_and_borders(page: Page) -> None:
    page.goto("/login/")
    page.evaluate(
        "html => { document.querySelector('main').innerHTML = `<div id='controls'>${html}</div>`; }", CONTROLS
    )
    assert page.evaluate(DRAWN) == [
        ["chevron", EDGE],
        ["chevron", LATE],
        ["none", EDGE],
        ["none", LATE],
        ["none", EDGE],
        ["none", LATE],
        ["none", EDGE],
        ["check", INK],
        ["none", EDGE],
        ["none", INK],
    ]


def test_no_browser_has_bootstrap_without_our_files(page: Page) -> None:
    """Sheets come in any order, and a style asked for in between must not fetch what the policy refuses."""

    held: list[Route] = []
    page.route("**/jiaodong/*.css", lambda route: held.append(route))
    page.goto("/login/", wait_until="commit")
    page.locator("main h1").wait_for(state="attached")
    sign = "() => getComputedStyle(document.querySelector('main select')).backgroundImage"
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", CONTROLS)
    page.wait_for_timeout(300)
    early = page.evaluate(sign)
    for route in held:
        route.continue_()
    page.wait_for_load_state()
    assert "data:" not in early
    assert "chevron" in page.evaluate(sign)


@pytest.mark.parametrize("colour", [EDGE, INK, LATE])
def test_a_border_stands_out_from_the_page_by_three_to_one(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 3
