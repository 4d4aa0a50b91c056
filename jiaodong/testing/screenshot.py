"""Takes docs/screenshot.png with the browser tests' own fixtures: `make screenshot`. Not collected with the tests."""

from pathlib import Path

from playwright.sync_api import Page

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "screenshot.png"


def test_screenshot(page: Page) -> None:
    page.goto("/plans/jiaodong/tasks/", wait_until="networkidle")
    page.screenshot(path=PICTURE)
