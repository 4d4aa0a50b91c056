"""A report's whole way in a real browser: written, returned, mended, passed on, approved, published, read outside.

Five people, each in a browser of their own, and between them nothing but pages.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from jiaodong.testing.browser import OpenPage
from tasks.models import Duty, Plan
from tasks.tests.browser_desk import Desk, at_work, in_menu, make_desk, told

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

FIRST = "主线路面铺装继续推进。"
MENDED = "11月3日主线路面铺完 62 公里，验收文件鲁交验〔2026〕3号。"
PROBLEM = "K15 段两处用地没有交付。"
REQUEST = "请协调 K15 段用地，尽快交付。"
NEXT = "12月底前铺完 70 公里。"
REASON = "请写明到截至日期铺了多少公里、依据是哪份文件。"
PRIVATE = (PROBLEM, REQUEST, NEXT, REASON)


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


def as_it_stands(marked: Locator) -> str:
    """The text without what is marked as deleted."""
    return marked.evaluate(
        """marked => { const copy = marked.cloneNode(true);
        copy.querySelectorAll('del').forEach(gone => gone.remove());
        return copy.textContent }"""
    )


def begin_report(reporter: Page, duty: Duty) -> None:
    reporter.get_by_role("link", name=f"填报 {duty.measure.code}", exact=True).click()
    reporter.get_by_label("本期进展", exact=True).fill(FIRST)
    reporter.get_by_label("完成率", exact=True).fill("55")
    reporter.get_by_text("滞后", exact=True).click()
    reporter.get_by_label("存在问题").fill(PROBLEM)
    reporter.get_by_label("需协调事项").fill(REQUEST)
    reporter.get_by_label("请哪个单位协调").select_option("青岛市政府")
    reporter.get_by_label("最迟答复").fill("2099-12-31")
    reporter.get_by_label("下一步").fill(NEXT)
    reporter.get_by_role("button", name="提交审核").click()
    told(reporter, f"举措 {duty.measure.code} 已提交，等待本单位审核员初审。")


def send_back(reviewer: Page, duty: Duty) -> None:
    reviewer.reload()
    assert FIRST in as_it_stands(reviewer.get_by_role("region", name="与上期相比"))
    reviewer.get_by_role("radio", name="退回修改").check()
    reviewer.get_by_role("checkbox", name="缺少数字").check()
    reviewer.get_by_label("意见或退回理由").fill(REASON)
    reviewer.get_by_role("button", name="提交", exact=True).click()
    told(reviewer, f"{duty.measure.code} {duty.unit.name}：已退回。")
    expect(reviewer.get_by_role("main")).to_contain_text("没有待审事项。")


def mend(reporter: Page, duty: Duty) -> None:
    in_menu(reporter, "工作台")
    returned = reporter.get_by_role("region", name="退回修改")
    expect(returned).to_contain_text(f"退回理由：缺少数字。{REASON}")
    returned.get_by_role("link", name=f"修改 {duty.measure.code}", exact=True).click()
    expect(reporter.get_by_role("main")).to_contain_text(REASON)
    expect(reporter.get_by_label("存在问题")).to_have_value(PROBLEM)
    reporter.get_by_label("本期进展", exact=True).fill(MENDED)
    reporter.get_by_role("button", name="提交审核").click()
    told(reporter, f"举措 {duty.measure.code} 已提交，等待本单位审核员初审。")


def pass_on(judge: Page, duty: Duty, outcome: str) -> None:
    judge.reload()
    assert MENDED in as_it_stands(judge.get_by_role("region", name="与退回时相比"))
    judge.get_by_role("radio", name="通过", exact=True).check()
    judge.get_by_role("button", name="提交", exact=True).click()
    told(judge, f"{duty.measure.code} {duty.unit.name}：{outcome}。")


def publish(office: Page, duty: Duty) -> None:
    in_menu(office, "公开")
    office.get_by_role("checkbox", name=f"选择 {duty.measure.code} {duty.unit.name}").check()
    office.get_by_role("button", name="公开勾选的各项…").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("核对要公开的各项")
    expect(office.get_by_role("main")).to_contain_text(MENDED)
    assert seen_of(PRIVATE, office.get_by_role("main")) == []
    office.get_by_role("button", name="公开这 1 项").click()
    told(office, "已公开 1 项。")


def seen_of(texts: tuple[str, ...], where: Locator) -> list[str]:
    shown = where.inner_text()
    return [text for text in texts if text in shown]


def test_from_the_reporter_by_way_of_a_return_to_the_public(desk: Desk, open_page: OpenPage) -> None:
    duty, outsider = desk.duties[0], open_page()
    reporter, reviewer, office = (at_work(open_page(), one) for one in (desk.reporter, desk.reviewer, desk.office))
    begin_report(reporter, duty)
    send_back(reviewer, duty)
    mend(reporter, duty)
    pass_on(reviewer, duty, "初审通过")
    pass_on(office, duty, "复审通过")

    outsider.goto("/")
    assert seen_of((MENDED, *PRIVATE), outsider.get_by_role("main")) == []
    publish(office, duty)

    outsider.reload()
    newest = outsider.get_by_role("region", name="最新公开进展")
    expect(newest.get_by_role("listitem")).to_have_count(1)
    expect(newest).to_contain_text(MENDED)
    assert seen_of(PRIVATE, outsider.get_by_role("main")) == []
    newest.get_by_role("link", name=duty.measure.code, exact=True).click()
    progress = outsider.get_by_role("region", name="公开进展")
    expect(progress).to_contain_text(f"{duty.unit.name}　本期")
    expect(progress).to_contain_text("完成率 55%　研判：滞后")
    assert seen_of((MENDED, *PRIVATE), outsider.get_by_role("main")) == [MENDED]
