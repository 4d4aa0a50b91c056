"""The end and the time of a measure in a real browser: claimed, verified, reopened; more time asked for and granted.

Whoever asks, whoever decides and whoever only reads has a browser of their own, and between them nothing but pages.
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage
from tasks.choices import Stage
from tasks.models import Duty, Plan
from tasks.tests.browser_desk import Desk, at_work, in_menu, make_desk, told
from units.choices import Role
from units.tests.samples import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

RESULT = "主线 62 公里全部通车。"
DOCUMENT = "鲁交建验〔2026〕8号"
EVIDENCE = "https://example.gov.cn/8.html"
REOPENED = "复核发现两处互通没有启用。"
DUE, LATER = "2099-06-30", "2099-12-31"
LATE_BECAUSE = "用地批复推迟，增加两个作业面，确保年底前完工。"


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


@pytest.fixture
def leader(desk: Desk, open_page: OpenPage) -> Page:
    return at_work(open_page(), make_user(Role.LEADER, unit=desk.office.unit))


def to_measure(page: Page, duty: Duty) -> None:
    in_menu(page, "任务清单")
    page.get_by_role("link", name=duty.measure.text, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(duty.measure.text)


def stands(page: Page, duty: Duty, stage: str) -> None:
    """The measure's own page gives the stage in a word, under the text and before all else."""
    to_measure(page, duty)
    expect(page.get_by_role("main").get_by_text(re.compile(f"^({'|'.join(Stage.labels)})$")).first).to_have_text(stage)


def asked_to_report(reporter: Page, duty: Duty) -> bool:
    in_menu(reporter, "工作台")
    expect(reporter.get_by_role("region", name="待填报")).to_be_visible()
    return reporter.get_by_role("link", name=f"填报 {duty.measure.code}", exact=True).count() == 1


def listed_as_missing(office: Page, duty: Duty) -> bool:
    """Among what the unit has not filed, in the Office's board of the period."""
    in_menu(office, "期次")
    office.get_by_role("link", name="本期", exact=True).click()
    office.get_by_role("link", name=f"{duty.unit.name} 未报").click()
    missing = office.get_by_role("table", name="未报的职责")
    expect(missing).to_be_visible()
    return missing.get_by_role("link", name=duty.measure.text, exact=True).count() == 1


def decide(office: Page, tab: str, decision: str) -> None:
    """On what waits first, beside its queue."""
    in_menu(office, "审核")
    office.get_by_role("navigation", name="审核事项").get_by_role("link", name=f"{tab} 1", exact=True).click()
    office.get_by_role("radio", name=decision).check()


def claim(reporter: Page, duty: Duty) -> None:
    reporter.get_by_role("link", name="申请办结").click()
    reporter.get_by_label("办结情况").fill(RESULT)
    reporter.get_by_label("依据文件及文号").fill(DOCUMENT)
    reporter.get_by_label("办结日期").fill(timezone.localdate().isoformat())
    reporter.get_by_label("网址").fill(EVIDENCE)
    reporter.get_by_role("button", name="提交办结申请").click()
    told(reporter, f"举措 {duty.measure.code} 的办结申请已提交，等待督查专员核验。")


def verify(office: Page, duty: Duty) -> None:
    decide(office, "待办结核验", "核验通过，举措办结")
    shown = office.get_by_role("region", name=f"{duty.unit.name}的办结申请")
    for evidence in (RESULT, DOCUMENT, EVIDENCE):
        expect(shown).to_contain_text(evidence)
    office.get_by_label("意见或退回理由").fill("验收文件已核对。")
    office.get_by_role("button", name="提交", exact=True).click()
    told(office, f"举措 {duty.measure.code} 的办结申请：核验通过，举措办结。")


def reopen(office: Page, duty: Duty) -> None:
    office.get_by_role("link", name="重新打开").click()
    office.get_by_label("理由").fill(REOPENED)
    office.get_by_role("button", name=f"重新打开 {duty.measure.code}").click()
    told(office, f"举措 {duty.measure.code} 已重新打开，申请和核验的记录都保留。")


def test_claimed_verified_and_reopened(desk: Desk, leader: Page, open_page: OpenPage) -> None:
    duty = desk.duties[0]
    reporter, office = at_work(open_page(), desk.reporter), at_work(open_page(), desk.office)
    stands(reporter, duty, "推进中")
    claim(reporter, duty)
    for page in (reporter, office, leader):
        stands(page, duty, "待核验")
    verify(office, duty)
    for page in (reporter, office, leader):
        stands(page, duty, "已办结")
        expect(page.get_by_role("region", name="办结申请")).to_contain_text("核验通过：验收文件已核对。")
    expect(reporter.get_by_role("link", name="申请办结")).to_have_count(0)
    assert (asked_to_report(reporter, duty), listed_as_missing(office, duty)) == (False, False)

    to_measure(office, duty)
    reopen(office, duty)
    for page in (reporter, office, leader):
        stands(page, duty, "推进中")
        expect(page.get_by_role("region", name="办结申请")).to_contain_text(f"重新打开：{REOPENED}")
    expect(reporter.get_by_role("link", name="申请办结")).to_have_count(1)
    assert (asked_to_report(reporter, duty), listed_as_missing(office, duty)) == (True, True)


def set_due_date(office: Page, duty: Duty) -> None:
    to_measure(office, duty)
    office.get_by_role("link", name="调整时间和规则").click()
    office.get_by_role("textbox", name="完成时限").fill(DUE)
    office.get_by_label("调整理由").fill("联席会议确定。")
    office.get_by_role("button", name="保存调整").click()


def ask_for_time(reporter: Page, duty: Duty) -> None:
    to_measure(reporter, duty)
    reporter.get_by_role("link", name="申请延期").click()
    reporter.get_by_label("申请延至").fill(LATER)
    reporter.get_by_label("延期理由").fill(LATE_BECAUSE)
    reporter.get_by_role("button", name="提交延期申请").click()
    told(reporter, f"举措 {duty.measure.code} 的延期申请已提交，等待督查专员决定。")


def grant(office: Page, duty: Duty) -> None:
    decide(office, "延期申请", "同意延期")
    shown = office.get_by_role("region", name=f"{duty.unit.name}的延期申请")
    expect(shown).to_contain_text(f"{DUE} → {LATER}")
    expect(shown).to_contain_text(LATE_BECAUSE)
    office.get_by_label("依据文件").fill(DOCUMENT)
    office.get_by_role("button", name="提交", exact=True).click()
    told(office, f"举措 {duty.measure.code} 的延期申请：同意延期。")


def test_more_time_asked_for_and_granted(desk: Desk, leader: Page, open_page: OpenPage) -> None:
    duty = desk.duties[0]
    reporter, office = at_work(open_page(), desk.reporter), at_work(open_page(), desk.office)
    set_due_date(office, duty)
    ask_for_time(reporter, duty)
    grant(office, duty)
    for page in (reporter, office, leader):
        to_measure(page, duty)
        expect(page.get_by_role("region", name="时间")).to_contain_text(f"完成时限{LATER}")
        expect(page.get_by_role("main").get_by_text(f"原定完成时限 {DUE}", exact=True)).to_be_visible()
        asked = page.get_by_role("region", name="延期申请")
        expect(asked).to_contain_text(f"{DUE} → {LATER}")
        expect(asked).to_contain_text(LATE_BECAUSE)
        amended = page.get_by_role("table", name="调整记录").get_by_role("row", name=f"{DUE} {LATER}")
        expect(amended).to_contain_text(f"依据：{DOCUMENT}")
