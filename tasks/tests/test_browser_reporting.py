"""A reporter's work in a real browser: from the workbench to the reviewer, and every state read by axe."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tasks.choices import DutyRole, ReportState
from tasks.models import Duty, Plan, ReportingPeriod
from tasks.services import reviewing
from tasks.tests.browser_desk import Desk, enter, make_desk, sizes
from tasks.tests.people import content

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NEXT_YEAR = f"{timezone.localdate().year + 1}-06-30"


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


class TestJourney:
    def test_by_mouse_from_the_workbench_to_the_reviewer(self, page: Page, desk: Desk) -> None:
        duty = desk.duties[0]
        enter(page, desk.reporter)
        page.goto("/workbench/")
        page.get_by_role("link", name=f"填报 {duty.measure.code}", exact=True).click()
        expect(page.get_by_label("本期进展", exact=True)).to_have_value(content()["progress"])
        page.get_by_label("本期进展", exact=True).fill("11月3日路面铺完 12 公里，验收文件鲁交验〔2026〕3号。")
        page.get_by_label("完成率", exact=True).fill("30")
        page.get_by_label("完成率下降的说明").fill("按新的里程重新核算。")
        page.get_by_text("有风险", exact=True).click()
        page.get_by_label("风险说明").fill("冬季停工。")
        marks = page.locator(".changes:visible")
        expect(marks).to_have_count(5)
        page.locator("[data-row=percent_complete]").get_by_role("button", name="恢复上期").click()
        expect(page.get_by_label("完成率", exact=True)).to_have_value("40")
        page.get_by_role("button", name="提交审核").click()
        expect(page).to_have_url("/workbench/")
        expect(page.get_by_role("status")).to_have_text(f"举措 {duty.measure.code} 已提交，等待本单位审核员初审。")
        row = page.locator("section[aria-labelledby=submitted] tbody tr")
        expect(row).to_contain_text("待初审，在本单位审核员处")
        report = desk.report(duty)
        assert (report.state, report.percent_complete, report.risk) == (ReportState.SUBMITTED, 40, "冬季停工。")
        row.get_by_role("link").click()
        page.get_by_role("button", name="撤回修改").click()
        expect(page.get_by_label("风险说明")).to_have_value("冬季停工。")

    def test_unchanged_takes_at_most_three_clicks(self, page: Page, desk: Desk) -> None:
        duty = desk.duties[0]
        enter(page, desk.reporter)
        page.goto("/workbench/")
        page.evaluate(
            "window.name = '0'; addEventListener('click', () => { window.name = Number(window.name) + 1 }, true)"
        )
        page.get_by_text("本期无变化").first.click()
        expect(page.get_by_label("预计何时有变化").first).to_be_focused()
        page.keyboard.type(NEXT_YEAR)
        page.get_by_role("button", name=f"确认提交 {duty.measure.code}").click()
        expect(page.get_by_role("status")).to_contain_text("已提交")
        assert int(page.evaluate("window.name")) == 2
        assert desk.report(duty).is_unchanged

    def test_unchanged_without_script_takes_three(self, no_script: Page, desk: Desk) -> None:
        enter(no_script, desk.reporter)
        no_script.goto("/workbench/")
        no_script.get_by_text("本期无变化").first.click()
        no_script.get_by_label("预计何时有变化").click()
        no_script.keyboard.type(NEXT_YEAR)
        no_script.get_by_role("button", name="确认提交").click()
        expect(no_script.get_by_role("status")).to_contain_text("已提交")
        assert desk.report(desk.duties[0]).is_unchanged

    def test_a_refusal_has_the_focus_and_leads_to_the_field(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.goto(desk.address(desk.duties[0]))
        page.get_by_text("滞后", exact=True).click()
        page.get_by_label("下一步").fill("")
        page.get_by_role("button", name="提交审核").click()
        expect(page.locator("[data-focus]")).to_be_focused()
        page.get_by_role("link", name="研判为滞后，请写明存在什么问题。").click()
        expect(page.get_by_label("存在问题")).to_be_focused()

    def test_files_go_up_as_they_are_chosen_and_come_off_again(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.goto(desk.address(desk.duties[0]))
        page.get_by_label("本期进展", exact=True).fill("见附件，11月3日。")
        page.get_by_label("佐证材料").set_input_files(
            [
                {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"},
                {"name": "程序.exe", "mimeType": "application/pdf", "buffer": b"MZ"},
            ]
        )
        files = page.locator("#files")
        expect(files).to_contain_text("程序.exe：只接受 PDF、Word（docx）、Excel（xlsx）、PNG 和 JPG 文件")
        with page.expect_download() as download:
            files.get_by_role("link", name="纪要.pdf").click()
        assert download.value.suggested_filename == "纪要.pdf"
        files.get_by_role("button", name="删除 纪要.pdf").click()
        expect(page.get_by_label("本期进展", exact=True)).to_have_value("见附件，11月3日。")
        assert desk.report(desk.duties[0]).attachments.count() == 0


class TestAxe:
    @pytest.mark.parametrize("mode", ["", "large", "contrast"])
    def test_workbench_and_form(self, page: Page, desk: Desk, mode: str) -> None:
        first, back, gone, late, helping = desk.duties[:5]
        report = desk.submitted(back)
        reviewing.return_report(
            desk.reviewer, report=report, version=report.version, now=timezone.now(), reason="请补充文号。"
        )
        desk.submitted(gone)
        late.measure.due_on = timezone.localdate() - datetime.timedelta(days=3)
        late.measure.save()
        Duty.objects.filter(pk=helping.pk).update(role=DutyRole.COOPERATE)
        enter(page, desk.reporter)
        page.context.add_cookies([{"name": "display", "value": mode, "url": page.url}])
        found = {}
        for path in ("/workbench/", *(desk.address(duty) for duty in (first, back, gone, late))):
            page.goto(path)
            if wrong := sizes(page):
                found[path] = wrong
        assert found == {}

    def test_refusals(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.goto("/workbench/")
        page.get_by_text("本期无变化").first.click()
        page.get_by_role("button", name="确认提交").click()
        expect(page.get_by_role("alert")).to_contain_text("没有提交")
        assert sizes(page) == {}
        page.goto(desk.address(desk.duties[0]))
        page.get_by_label("完成率", exact=True).fill("八成")
        page.get_by_label("最迟答复").fill("月底")
        page.get_by_label("本期进展", exact=True).fill("")
        page.get_by_text("滞后", exact=True).click()
        page.get_by_role("button", name="提交审核").click()
        expect(page.get_by_role("alert").first).to_contain_text("请先改好 4 处")
        assert sizes(page) == {}

    @pytest.mark.parametrize("state", ["past", "none", "done"])
    def test_other_states_of_the_workbench(self, page: Page, desk: Desk, state: str) -> None:
        periods = ReportingPeriod.objects.filter(pk=desk.period.pk)
        if state == "past":
            periods.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
        elif state == "none":
            periods.update(frozen_at=timezone.now(), frozen_by=desk.office)
        else:
            Duty.objects.filter(unit=desk.reporter.unit).exclude(pk=desk.duties[0].pk).delete()
            desk.submitted(desk.duties[0])
        enter(page, desk.reporter)
        page.goto("/workbench/")
        assert sizes(page) == {}
