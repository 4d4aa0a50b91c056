"""往返填报 in a real browser: download, fill in, upload, settle a conflict, write, take back."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tasks.models import ChangeSet, Plan, ProgressReport
from tasks.services.reporting import save_draft
from tasks.tests.browser_desk import Desk, at_work, make_desk, told
from tasks.tests.offline import Offline
from tasks.tests.people import content

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


def downloaded(page: Page, desk: Desk) -> Offline:
    with page.expect_download() as download:
        page.get_by_role("link", name="下载本期填报表").click()
    assert download.value.suggested_filename == "省交通运输厅_本期填报表.xlsx"
    return Offline(Path(download.value.path()).read_bytes(), desk.period.pk)


def test_from_the_download_to_the_taking_back(page: Page, desk: Desk) -> None:
    first, second = desk.duties[:2]
    draft = desk.saved(first)
    at_work(page, desk.reporter)
    offline = downloaded(page, desk)
    offline.fill(first, percent_complete=0.6, next_steps="年底前验收。")
    offline.fill(second, progress="11月3日开工。", confidence="很好")
    meanwhile = content(next_steps="明年一季度验收。")
    about = {"duty": first, "period": desk.period, "version": draft.version, "now": timezone.now()}
    save_draft(desk.reporter, content=meanwhile, **about)

    page.get_by_role("link", name="上传填报表").click()
    file = {"name": "填好的.xlsx", "mimeType": "application/octet-stream", "buffer": offline.saved()}
    page.get_by_label("选择填报表").set_input_files([file])
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对导入内容")
    expect(page.locator(".figure b")).to_have_text(["90", "2", "1", "1", "0", "86"])
    assert desk.report(second) is None

    page.get_by_role("button", name="写入所选的格").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("没有写入：还有 1 处冲突没有选。")
    expect(alert).to_be_focused()
    page.get_by_role("group", name=f"{first.measure.code} 下一步 采用哪个值").get_by_label("采用文件的值").check()
    page.get_by_label(f"写入 {second.measure.code} 本期进展").uncheck()
    page.get_by_role("button", name="写入所选的格").click()
    told(page, "已写入 2 处，都存为草稿，还没有提交。")
    written = desk.report(first)
    assert (written.percent_complete, written.next_steps, written.state) == (60, "年底前验收。", "draft")
    assert desk.report(second) is None

    page.get_by_role("button", name="整批撤销").click()
    told(page, "已整批撤销，2 处都恢复到写入以前。")
    back = desk.report(first)
    assert (back.percent_complete, back.next_steps) == (40, "明年一季度验收。")
    expect(page.get_by_role("button", name="整批撤销")).to_have_count(0)


def test_without_script_the_choices_for_all_and_the_handing_in(no_script: Page, desk: Desk) -> None:
    page, duty = no_script, desk.duties[0]
    at_work(page, desk.reporter)
    offline = downloaded(page, desk)
    offline.fill(duty, progress="11月3日开工。", fall_reason="")
    page.goto("/reports/uploads/")
    file = {"name": "填好的.xlsx", "mimeType": "application/octet-stream", "buffer": offline.saved()}
    page.get_by_label("选择填报表").set_input_files([file])
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="全部不写").click()
    expect(page.get_by_label(f"写入 {duty.measure.code} 本期进展")).not_to_be_checked()
    page.get_by_role("button", name="全部写入").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载批注副本").click()
    assert download.value.suggested_filename == "填好的_批注.xlsx"
    page.get_by_role("button", name="写入所选的格").click()
    page.get_by_label(f"提交 {duty.measure.code}").check()
    page.get_by_role("button", name="提交勾选的各项").click()
    told(page, f"已提交 1 项：{duty.measure.code}。")
    assert ProgressReport.objects.get(duty=duty, period=desk.period).state == "submitted"
    expect(page.get_by_role("button", name="整批撤销")).to_have_count(0)
    assert ChangeSet.objects.get().cell_count == 1
