"""导入分工表 in a real browser: upload, decide on a unit, place rows, read the difference, write it, go back."""

import pytest
from playwright.sync_api import Page, expect

from tasks.models import Plan, TableImport
from tasks.tests.bringing import CUSTOMERS
from tasks.tests.browser_desk import Desk, enter, make_desk, told
from units.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AMENDED = CUSTOMERS.replace("转移接续和异地贷款。", "转移接续、异地贷款和互认互贷。").replace(
    "<p>省发展改革委牵头负责</p>\n18\t", "<p>省发展改革委牵头，省数据中心配合</p>\n18\t"
)


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


def test_from_the_upload_to_the_measures_amendment_and_back(page: Page, desk: Desk) -> None:
    enter(page, desk.office)
    page.goto("/plans/jiaodong/amendments/")
    page.get_by_role("link", name="导入分工表").click()
    file = {"name": "修订表.txt", "mimeType": "text/plain", "buffer": AMENDED.encode()}
    page.get_by_label("分工表文件").set_input_files([file])
    page.get_by_role("button", name="上传并核对").click()
    expect(page.locator(".figure b")).to_have_text(["25", "79", "191", "0", "6", "1", "12"])
    expect(page.locator("details.read[open]")).to_have_count(5)

    page.get_by_role("link", name="下一步：认定新单位").click()
    asked = page.get_by_role("group", name="省数据中心")
    expect(asked).to_contain_text("18-4")
    asked.get_by_role("radio", name="新单位").check()
    page.get_by_role("button", name="保存认定，下一步").click()

    page.get_by_role("link", name="导入分工表", exact=True).first.click()  # leave, and come back
    page.get_by_role("link", name="修订表.txt").click()
    page.get_by_role("link", name="确认归属", exact=True).first.click()
    row = page.get_by_label("第 43 行第 7 段归入")
    expect(row).to_have_value("18")
    page.get_by_role("button", name="确认归属，下一步").click()

    expect(page.locator(".figure b")).to_have_text(["0", "2", "1", "1–3"])
    assert not Unit.objects.filter(name="省数据中心").exists()
    page.get_by_role("button", name="写入这 3 处").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明导入的理由。")
    page.get_by_label("理由").fill("年度修订。")
    page.get_by_label("依据文件及文号").fill("鲁发改〔2026〕9号")
    page.get_by_role("button", name="写入这 3 处").click()
    told(page, "分工表已写入，形成调整第 1 至 3 号。")

    page.goto("/plans/jiaodong/measures/17-3/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("互认互贷")
    expect(page.get_by_role("main")).to_contain_text("第 1 号")
    expect(page.get_by_role("main")).to_contain_text("鲁发改〔2026〕9号")

    page.goto(f"/allocation/{TableImport.objects.get().pk}/")
    page.get_by_role("button", name="准备恢复，先看差异").click()
    page.get_by_label("理由").fill("修订有误。")
    page.get_by_role("button", name="写入这 3 处").click()
    told(page, "分工表已写入，形成调整第 4 至 6 号。")
    page.goto("/plans/jiaodong/measures/17-3/")
    expect(page.get_by_role("heading", level=1)).to_have_text("推行住房公积金转移接续和异地贷款。")
