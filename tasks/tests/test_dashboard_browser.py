"""A leader at the dashboard in a real browser: what is to be decided, in how many clicks; on paper; without script."""

import datetime
import gzip
import re
import time
from pathlib import Path

import bootstrap_wrapper
import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage, axe
from tasks.choices import Confidence
from tasks.models import Duty, Plan, ReportingPeriod
from tasks.services import amending, periods
from tasks.tests.browser_desk import enter, log_in, sizes
from tasks.tests.scene import approved_by
from units.choices import Role
from units.models import Unit, User
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
BOARD = "/plans/jiaodong/dashboard/"
REQUESTS = ("请召集联席会议议定资产划转口径。", "请牵头裁定岸线分区的 3 处冲突。", "请明确跨市指标收益分成的依据。")
OF_OTHERS = "请加快办理用地预审。"
COUNT_CLICKS = "addEventListener('click', () => { window.name = Number(window.name) + 1 }, true)"


@pytest.fixture
def leader(live_site, loaded_plan: Plan) -> User:
    """Three matters for the leader's own unit and one for another, among reports of every kind, all by the services."""
    commission = Unit.objects.get(name="省发展改革委")
    office, today = make_user(Role.OFFICE, unit=commission), timezone.localdate()
    before = period_of(loaded_plan, office, "上一期", today - datetime.timedelta(days=100))
    duties = list(Duty.objects.filter(unit__kind="provincial").select_related("unit", "measure__main_task"))[:12]
    writers = {
        unit: make_user(Role.REPORTER, unit=unit, username=unit.slug) for unit in {duty.unit for duty in duties}
    }
    for duty in duties[:8]:
        approved_by(writers[duty.unit], office, duty, before, timezone.now(), percent_complete=30)
    periods.freeze_period(office, period=before, now=timezone.now())
    period = period_of(loaded_plan, office, "本期", today - datetime.timedelta(days=30))
    for duty, asked in zip(duties, asked_of(commission, today), strict=False):
        approved_by(writers[duty.unit], office, duty, period, timezone.now(), percent_complete=40, **asked)
    year = {"starts_on": today - datetime.timedelta(days=300), "due_on": today + datetime.timedelta(days=60)}
    for duty in duties:
        amending.amend_measure(office, measure=duty.measure, changes=year, reason="分期实施。", now=timezone.now())
    return make_user(Role.LEADER, unit=commission)


def period_of(plan: Plan, office: User, label: str, first: datetime.date) -> ReportingPeriod:
    days = {"as_of": first, "opens_on": first, "due_on": first + datetime.timedelta(days=15)}
    return periods.open_period(office, plan=plan, label=label, now=timezone.now(), **days)


def asked_of(commission: Unit, today: datetime.date) -> list[dict]:
    """What each report asks, in turn; the rest ask nothing."""
    by = {
        "coordination_due_on": today + datetime.timedelta(days=10),
        "confidence": Confidence.BEHIND,
        "problems": "卡住。",
    }
    asking = [{"coordination_request": text, "coordination_unit": commission, **by} for text in REQUESTS]
    another = Unit.objects.get(name="省自然资源厅")
    return [*asking, {**by, "coordination_request": OF_OTHERS, "coordination_unit": another}, *[{}] * 6]


def requests_shown(page: Page) -> list[str]:
    return page.locator("section[aria-labelledby=decide] dt:has-text('诉求') + dd").all_inner_texts()


class TestDecisions:
    def test_are_found_in_a_minute_and_two_clicks(self, page: Page, leader: User) -> None:
        """Counted from the first page after login: none to read the three, two to stand before the form of a 批示."""
        page.goto("/login/")
        begun = time.monotonic()
        log_in(page, leader)
        expect(page).to_have_url(BOARD)
        page.evaluate(f"window.name = '0'; {COUNT_CLICKS}")
        assert sorted(requests_shown(page)) == sorted(REQUESTS)
        expect(page.get_by_text("另有 1 件由单位之间协调。")).to_be_visible()
        page.get_by_role("link", name="本期填报").first.click()
        expect(page.get_by_text(REQUESTS[0])).to_be_visible()
        page.go_back()
        assert page.evaluate("window.name") == "1"
        page.evaluate(COUNT_CLICKS)
        page.get_by_role("link", name="批示交办").first.click()
        expect(page).to_have_url(re.compile(r"/instructions/new/\?measure="))
        expect(page.locator("main")).to_contain_text(REQUESTS[0])
        assert page.evaluate("window.name") == "2"
        assert time.monotonic() - begun < 60

    def test_what_was_seen_is_told_no_more(self, page: Page, leader: User) -> None:
        enter(page, leader)
        page.goto(BOARD)
        expect(page.get_by_role("heading", name="与上期相比")).to_be_visible()
        page.get_by_role("button", name="已看过").click()
        expect(page.get_by_role("status")).to_have_text("已记下，下次从现在起列出变化。")
        expect(page.get_by_role("heading", name="上次查看以来")).to_be_visible()
        expect(page.get_by_text("没有灯发生变化。")).to_be_visible()


class TestCharts:
    def test_drawing_and_table_change_places_without_script(self, no_script: Page, leader: User) -> None:
        enter(no_script, leader)
        no_script.goto(BOARD)
        trend = no_script.locator("section[aria-labelledby=trend]")
        drawing, table = trend.locator(".smalls"), trend.get_by_role("region", name="近期走势的数字")
        expect(drawing).to_be_visible()
        expect(table).to_be_hidden()
        trend.locator("summary").first.click()
        expect(drawing).to_be_hidden()
        expect(table).to_be_visible()

    def test_each_says_all_its_values(self, page: Page, leader: User) -> None:
        enter(page, leader)
        page.goto(BOARD)
        for figure in page.locator(".smalls figure").all():
            words = [link.get_attribute("aria-label") for link in figure.locator("svg[role=img]").all()]
            drawn = figure.locator("svg[role=img] text:first-of-type").all_text_contents()
            assert [re.search(r"(\d+) 项$", word)[1] for word in words] == drawn
            assert [word.removesuffix(" 项") for word in words] == figure.get_attribute("aria-label").split("：")[
                1
            ].split("，")


class TestModes:
    """In the usual look every page is read by test_browser_every_page.py."""

    PAGES = {
        Role.LEADER: ("dashboard/", "coordination/"),
        Role.OFFICE: ("dashboard/", "ledger/", "compare/", "measures/1-1/lights/", "rules/", "stocktake/"),
        Role.REPORTER: ("dashboard/jiaotong-yunshu/",),
    }

    def test_axe_finds_nothing_and_nothing_sticks_out(self, open_page: OpenPage, leader: User) -> None:
        """Large letters and high contrast together on a desk and on a phone; the reader's own colours on a desk."""
        wrong = {}
        for role, paths in self.PAGES.items():
            large, forced = open_page(), open_page(forced_colors="active")
            for page in (large, forced):
                enter(page, User.objects.filter(role=role).order_by("pk").first())
            large.context.add_cookies([{"name": "display", "value": "large.contrast", "url": large.url}])
            for path in paths:
                for page in (large, forced):
                    page.goto(f"/plans/jiaodong/{path}")
                wrong[role, path] = [sizes(large), axe(forced)]
            assert forced.locator("header .top").bounding_box()["height"] < 60, f"the menu of {role} takes two lines"
        assert {asked: found for asked, found in wrong.items() if any(found)} == {}


class TestPage:
    def test_takes_two_sheets_of_paper(self, page: Page, leader: User) -> None:
        enter(page, leader)
        page.goto(BOARD)
        sheets = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheets)) == 2

    @pytest.mark.parametrize("path", [BOARD, f"{BOARD}jiaotong-yunshu/"])
    def test_its_trend_is_not_cut_by_the_end_of_a_sheet(self, page: Page, leader: User, path: str) -> None:
        enter(page, leader)
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.get_by_role("region", name="近期走势", exact=True)).to_have_css("break-inside", "avoid")

    def test_is_light(self, page: Page, leader: User) -> None:
        """The page with all its style sheets, compressed."""
        enter(page, leader)
        source = page.request.get(BOARD).body()
        own = settings.BASE_DIR / "jiaodong" / "static" / "jiaodong"
        sheets = [own / name for name in ("theme.css", "paper.css", "work.css", "dashboard.css")]
        sheets.append(Path(bootstrap_wrapper.get_bootstrap_css_dir()) / "bootstrap.min.css")
        assert sum(len(gzip.compress(part)) for part in (source, *(sheet.read_bytes() for sheet in sheets))) < 90_000
