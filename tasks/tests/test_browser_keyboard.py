"""A report written, returned and mended by keyboard alone: Tab, Enter, Space, arrows and letters, never a click."""

import pytest
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage
from tasks.choices import Confidence, ReportState
from tasks.models import Duty, Plan
from tasks.tests.browser_desk import Desk, enter, make_desk, tab_to, told
from units.models import User
from units.tests.samples import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

FIRST = "主线路面铺装继续推进。"
MENDED = "11月3日路面铺完 12 公里。"
REASON = "请写明铺了多少公里。"


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


def press(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)


def write(page: Page, name: str, text: str) -> None:
    """In place of what the field holds."""
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def choose(page: Page, name: str, option: str) -> None:
    """In a list of options, by the arrow."""
    tab_to(page, name)
    for _ in range(60):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.selectedOptions[0].label") == option:
            return
    pytest.fail(f"“{option}” cannot be reached with the arrow")


def arrived(page: Page, heading: str) -> Page:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    return page


def log_in(page: Page, user: User) -> None:
    page.goto("/start/")
    write(page, "账号", user.username)
    write(page, "密码", PASSWORD)
    page.keyboard.press("Enter")


def write_report(page: Page, duty: Duty) -> None:
    press(arrived(page, "本期填报"), f"填报 {duty.measure.code}")
    arrived(page, "填报本期进展")
    write(page, "本期进展", FIRST)
    write(page, "完成率", "55")
    page.keyboard.press("Enter")  # keeps a draft; it never submits and never restores
    told(page, f"举措 {duty.measure.code} 的草稿已保存。")
    press(page, "正常", "ArrowRight")
    page.keyboard.press("ArrowRight")
    write(page, "存在问题", "两处用地没有交付。")
    write(page, "需协调事项", "请协调用地。")
    choose(page, "请哪个单位协调", "青岛市政府")
    write(page, "最迟答复（年-月-日）", "2099-12-31")
    write(page, "下一步", "12月底前铺完。")
    press(page, "提交审核", "Space")
    told(page, f"举措 {duty.measure.code} 已提交，等待本单位审核员初审。")


def send_back(page: Page, duty: Duty) -> None:
    press(arrived(page, "审核"), "通过", "ArrowDown")
    press(page, "缺少数字", "Space")
    write(page, "意见或退回理由", REASON)
    press(page, "提交")
    told(page, f"{duty.measure.code} {duty.unit.name}：已退回。")


def mend(page: Page, duty: Duty) -> None:
    press(page, "工作台")
    arrived(page, "本期填报")
    expect(page.get_by_role("region", name="退回修改")).to_contain_text(f"退回理由：缺少数字。{REASON}")
    press(page, f"修改 {duty.measure.code}")
    arrived(page, "填报本期进展")
    write(page, "本期进展", MENDED)
    press(page, "提交审核", "Space")
    told(page, f"举措 {duty.measure.code} 已提交，等待本单位审核员初审。")


def test_written_returned_and_mended(desk: Desk, open_page: OpenPage) -> None:
    duty = desk.duties[0]
    reporter, reviewer = open_page(), open_page()
    log_in(reporter, desk.reporter)
    write_report(reporter, duty)
    log_in(reviewer, desk.reviewer)
    send_back(reviewer, duty)
    mend(reporter, duty)
    report = desk.report(duty)
    assert (report.state, report.progress, report.percent_complete, report.confidence) == (
        ReportState.SUBMITTED,
        MENDED,
        55,
        Confidence.BEHIND,
    )
    assert (report.coordination_unit.name, str(report.coordination_due_on)) == ("青岛市政府", "2099-12-31")


def test_a_decision_is_eight_keys_away_from_the_one_before(desk: Desk, open_page: OpenPage) -> None:
    for duty in desk.duties[:3]:
        desk.submitted(duty)
    page = open_page()
    log_in(page, desk.reviewer)
    codes = arrived(page, "审核").locator(".queue .num").all_inner_texts()
    press(page, "提交，看下一项")
    told(page, f"{codes[0]} {desk.reviewer.unit.name}：初审通过")
    press(page, "跳到这份填报")
    expect(page.locator("#detail")).to_be_focused()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    expect(page.get_by_role("group", name="退回的常用理由")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("group", name="退回的常用理由")).to_be_visible()
    expect(page.get_by_role("textbox", name="改好日期")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="改好日期")).to_be_hidden()
    page.keyboard.press("Enter")
    told(page, f"{codes[1]} {desk.reviewer.unit.name}：初审通过")


REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => !one.disabled && one.tabIndex >= 0 && one.type !== 'hidden' && one.checkVisibility())
    .map((one, at) => { one.dataset.at = at; return one.type === 'radio' ? `radio ${one.name}` : String(at) })"""
FOCUSED = """() => { const one = document.activeElement, style = getComputedStyle(one);
    if (one === document.body) return null;
    const box = one.getBoundingClientRect(), said = one.outerHTML.slice(0, 100);
    const isRinged = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;  // a shadow is white on white
    const at = one.type === 'radio' ? `radio ${one.name}` : one.dataset.at;
    return [at, isRinged && box.width > 0 ? '' : said] }"""


def reached(page: Page) -> tuple[set[str], list[str]]:
    """What Tab never comes to on the page shown, and what it comes to without a sign that it is there."""
    wanted, found, unseen = set(page.evaluate(REACHABLE)), set(), []
    for _ in range(2 * len(wanted)):
        if wanted <= found:
            break
        page.keyboard.press("Tab")
        if here := page.evaluate(FOCUSED):  # none between the last and the first
            found.add(here[0])
            unseen += [here[1]] * bool(here[1])
    return wanted - found, unseen


def test_tab_comes_to_every_control_and_shows_where_it_is(desk: Desk, open_page: OpenPage) -> None:
    office = ["/plans/jiaodong/ledger/?field=1", "/plans/jiaodong/dashboard/", "/review/", "/allocation/"]
    reporter = ["/workbench/", desk.address(desk.duties[1]), "/reports/uploads/", "/account/"]
    wrong = {}
    for user, paths in ((None, ["/login/", "/"]), (desk.reporter, reporter), (desk.office, office)):
        page = open_page()
        if user:
            enter(page, user)
        for path in paths:
            page.goto(path)
            if any(found := reached(page)):
                wrong[path] = found
    assert wrong == {}
