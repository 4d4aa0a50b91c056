"""A reporter's desk for browser tests: the customer's own measures, periods of today, people, and what they do."""

import datetime
import re
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import DESK, PHONE, axe, sticks_out
from tasks.models import Duty, Plan, ProgressReport, ReportingPeriod
from tasks.services import reporting, reviewing
from tasks.tests.desk import client_of
from tasks.tests.people import content, make_period
from units.choices import Role
from units.models import Unit, User
from units.tests.samples import PASSWORD, make_user


@dataclass
class Desk:
    """省交通运输厅 with its people, the customer's own measures, a period open today and one before it."""

    reporter: User
    colleague: User
    reviewer: User
    office: User
    duties: list[Duty]
    before: ReportingPeriod
    period: ReportingPeriod

    def approved_before(self, duty: Duty, **changes) -> ProgressReport:
        report = self.saved(duty, self.before, **changes)
        now = timezone.now()
        report = reporting.submit_report(self.reporter, report=report, version=report.version, now=now)
        report = reviewing.forward_report(self.reviewer, report=report, version=report.version, now=now)
        return reviewing.approve_report(self.office, report=report, version=report.version, now=now)

    def saved(self, duty: Duty, period: ReportingPeriod | None = None, **changes) -> ProgressReport:
        return reporting.save_draft(
            self.reporter,
            duty=duty,
            period=period or self.period,
            content=content(**changes),
            version=None,
            now=timezone.now(),
        )

    def submitted(self, duty: Duty, **changes) -> ProgressReport:
        report = self.saved(duty, **changes)
        return reporting.submit_report(self.reporter, report=report, version=report.version, now=timezone.now())

    def address(self, duty: Duty) -> str:
        return f"/reports/{duty.pk}/{self.period.pk}/"

    def report(self, duty: Duty) -> ProgressReport | None:
        return ProgressReport.objects.filter(duty=duty, period=self.period).first()


def make_desk(loaded_plan: Plan) -> Desk:
    unit, today = Unit.objects.get(name="省交通运输厅"), timezone.localdate()
    days = [today - datetime.timedelta(days=count) for count in (100, 10)]
    before = make_period(loaded_plan, "上一期", days[0])
    period = make_period(loaded_plan, "本期", days[1])
    desk = Desk(
        make_user(Role.REPORTER, unit=unit),
        make_user(Role.REPORTER, unit=unit, username="colleague"),
        make_user(Role.UNIT_REVIEWER, unit=unit),
        make_user(Role.OFFICE, unit=Unit.objects.get(name="省发展改革委")),
        list(Duty.objects.filter(unit=unit).select_related("measure__main_task")),
        before,
        period,
    )
    desk.approved_before(desk.duties[0])
    ReportingPeriod.objects.filter(pk=before.pk).update(frozen_at=timezone.now(), frozen_by=desk.office)
    return desk


def enter(page: Page, user: User) -> None:
    """Be logged in, without the login page."""
    key = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site(page)}])


def at_work(page: Page, user: User) -> Page:
    """Logged in, on the page where this person's work begins."""
    enter(page, user)
    page.goto("/start/")
    return page


def in_menu(page: Page, name: str) -> None:
    navigation = page.get_by_role("navigation", name="主导航")
    link = navigation.get_by_role("link", name=name, exact=True)
    if not link.count():  # folded away under 管理
        navigation.locator("summary").click()
    link.click()


def told(page: Page, words: str) -> None:
    """The page says that it is done."""
    begins = re.compile(rf"^\s*{re.escape(words.removesuffix('。'))}")
    expect(page.get_by_role("status").filter(has_text=begins)).to_be_visible()


def site(page: Page) -> str:
    page.goto("/healthz")
    return page.url


def log_in(page: Page, user: User) -> None:
    """As a person does."""
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(
            """name => { const here = document.activeElement;
            const label = here.labels && here.labels.length ? here.labels[0].textContent : here.textContent;
            return label.trim().replace(/\\s+/g, ' ') === name }""",
            name,
        ):
            return
    pytest.fail(f"“{name}” cannot be reached with Tab")


def sizes(page: Page) -> dict[int, list[str]]:
    """What axe finds, and what sticks out, on a desk and on a phone, with everything unfolded."""
    wrong = {}
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        page.evaluate("document.querySelectorAll('details').forEach(menu => { menu.open = true })")
        spare = sticks_out(page)
        if found := axe(page) + [f"{spare} pixels stick out"] * (spare > 0):
            wrong[size["width"]] = found
    return wrong
