"""Nothing typed is lost in a real browser: saving by itself, a cut connection, an ended session, two people."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from playwright.sync_api import Page, expect

from jiaodong.testing.browser import OpenPage, axe
from tasks.models import Plan
from tasks.services import reporting
from tasks.tests.browser_desk import Desk, enter, log_in, make_desk, sizes

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
A_SAVE = 20_000  # milliseconds between automatic saves


@pytest.fixture
def desk(live_site, loaded_plan: Plan) -> Desk:
    return make_desk(loaded_plan)


def saved_progress(desk: Desk) -> str | None:
    report = desk.report(desk.duties[0])
    return report and report.progress


def connection_refused(*args: object, **options: object) -> None:
    raise OperationalError("connection refused")


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """What a page that is gone has sent comes in when it comes in."""
    for _ in range(50):
        if is_so():
            return
        page.wait_for_timeout(100)
    pytest.fail("It never came to be so.")


class TestSavesByItself:
    def test_every_twenty_seconds_and_only_what_changed(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.clock.install()
        page.goto(desk.address(desk.duties[0]))
        page.clock.fast_forward(A_SAVE)
        assert desk.report(desk.duties[0]) is None
        page.get_by_label("本期进展", exact=True).fill("积极推进")
        page.clock.fast_forward(A_SAVE)
        expect(page.locator("#saved")).to_contain_text("已自动保存")
        expect(page.locator("#hints")).to_contain_text("没有日期、数字或具体名称")
        assert saved_progress(desk) == "积极推进"
        assert page.evaluate("localStorage.length") == 0

    def test_a_wrong_value_is_said_at_its_field_and_the_rest_is_saved(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.clock.install()
        page.goto(desk.address(desk.duties[0]))
        page.get_by_label("完成率", exact=True).fill("八成")
        page.get_by_label("本期进展", exact=True).fill("11月3日完成 3 项。")
        page.clock.fast_forward(A_SAVE)
        expect(page.locator("#f-percent_complete_error")).to_have_text("完成率请填 0 到 100 之间的整数。")
        expect(page.locator("#saved")).to_contain_text("标红的栏没有存")
        assert saved_progress(desk) == "11月3日完成 3 项。"

    def test_a_text_too_long_is_counted_and_not_sent_until_it_is_mended(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.goto(desk.address(desk.duties[0]))
        progress, count = page.get_by_label("本期进展", exact=True), page.locator("#f-progress_length")
        progress.fill("长" * 4500)
        expect(count).to_be_hidden()
        progress.fill("𠮷" * 4501 + "\n\n")  # two units of JavaScript, one sign of the server
        expect(count).to_have_text("已写 4501 字，最多 5000 字。")
        progress.fill("长" * 5120)
        page.locator(".action-bar button[value=save]").click()
        expect(count).to_have_text("已写 5120 字，最多 5000 字，请删减 120 字。")
        expect(progress).to_be_focused()
        assert desk.report(desk.duties[0]) is None
        assert axe(page) == []
        progress.fill("长" * 5000)
        page.locator(".action-bar button[value=save]").click()
        expect(page.get_by_role("status")).to_contain_text("草稿已保存")
        assert saved_progress(desk) == "长" * 5000

    def test_more_than_the_server_reads_is_said_and_stays_on_the_page(
        self, page: Page, desk: Desk, allow_status
    ) -> None:
        allow_status(413)
        enter(page, desk.reporter)
        page.clock.install()
        page.goto(desk.address(desk.duties[0]))
        progress = page.get_by_label("本期进展", exact=True)
        progress.fill("长" * 1_000_000)
        page.clock.fast_forward(A_SAVE)
        expect(page.locator("#trouble")).to_contain_text("文字或文件太大，服务器没有收下，文字已存在这台电脑上。")
        page.evaluate("document.getElementById('report').submit()")  # as without the script
        expect(page.get_by_role("heading", level=1)).to_have_text("文字太多，没有提交")
        assert axe(page) == []
        page.go_back()
        expect(progress).to_have_value("长" * 1_000_000)

    def test_on_leaving(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.goto(desk.address(desk.duties[0]))
        page.get_by_label("本期进展", exact=True).fill("11月3日离开前写的。")
        page.get_by_role("link", name="总览").click()
        expect(page).to_have_url("/plans/jiaodong/")
        wait_until(page, lambda: saved_progress(desk) == "11月3日离开前写的。")
        page.goto(desk.address(desk.duties[0]))
        expect(page.get_by_label("本期进展", exact=True)).to_have_value("11月3日离开前写的。")
        expect(page.locator("#local")).to_be_hidden()

    def test_a_cut_connection_is_said_and_costs_nothing(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.clock.install()
        page.goto(desk.address(desk.duties[0]))
        page.context.set_offline(True)
        page.get_by_label("本期进展", exact=True).fill("11月3日断网时写的。")
        page.clock.fast_forward(A_SAVE)
        trouble = page.locator("#trouble")
        expect(trouble).to_have_text("网络断开，文字已存在这台电脑上，恢复后自动保存。")
        page.get_by_label("完成率", exact=True).fill("41")
        page.context.set_offline(False)
        page.clock.fast_forward(A_SAVE)
        expect(page.locator("#saved")).to_contain_text("已自动保存")
        expect(trouble).to_be_empty()
        report = desk.report(desk.duties[0])
        assert (report.progress, report.percent_complete) == ("11月3日断网时写的。", 41)

    def test_a_database_that_is_away_costs_nothing_by_script_or_by_button(
        self, page: Page, desk: Desk, allow_status, monkeypatch
    ) -> None:
        allow_status(503)
        enter(page, desk.reporter)
        page.clock.install()
        page.goto(desk.address(desk.duties[0]))
        page.get_by_label("本期进展", exact=True).fill("11月3日数据库停机时写的。")
        page.get_by_label("下一步", exact=True).fill("12月底前完成下一步。")
        with monkeypatch.context() as away:
            away.setattr(reporting, "save_draft", connection_refused)
            page.clock.fast_forward(A_SAVE)
            expect(page.locator("#trouble")).to_have_text(
                "服务器暂时不能保存（503），文字已存在这台电脑上，会自动再试。"
            )
            page.get_by_role("button", name="提交审核").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("数据库暂时不可用")
            expect(page.locator("main")).to_contain_text("11月3日数据库停机时写的。")
            assert sizes(page) == {}
        page.get_by_role("button", name="再提交一次").click()
        expect(page.get_by_role("status")).to_contain_text("已提交")
        assert saved_progress(desk) == "11月3日数据库停机时写的。"
        assert page.evaluate("localStorage.length") == 0

    def test_a_text_from_before_a_crash_is_offered_and_taken(self, page: Page, desk: Desk) -> None:
        enter(page, desk.reporter)
        page.goto(desk.address(desk.duties[0]))
        page.context.set_offline(True)
        page.get_by_label("本期进展", exact=True).fill("11月3日死机前写的。")
        page.close(run_before_unload=False)
        page.context.set_offline(False)
        again = page.context.new_page()
        again.goto(desk.address(desk.duties[0]))
        offer = again.locator("#local")
        expect(offer).to_contain_text("11月3日死机前写的。")
        assert axe(again) == []
        offer.get_by_role("button", name="用这些文字").click()
        expect(again.get_by_label("本期进展", exact=True)).to_have_value("11月3日死机前写的。")
        again.get_by_role("button", name="保存草稿").click()
        expect(again.get_by_role("status")).to_contain_text("草稿已保存")
        assert saved_progress(desk) == "11月3日死机前写的。"
        assert again.evaluate("localStorage.length") == 0


class TestEndedSession:
    def test_with_script_the_login_opens_beside_and_the_page_goes_on(
        self, page: Page, desk: Desk, allow_status
    ) -> None:
        allow_status(401, 403)
        enter(page, desk.reporter)
        page.clock.install()
        page.goto(desk.address(desk.duties[0]))
        Session.objects.all().delete()
        page.get_by_label("本期进展", exact=True).fill("11月3日登录过期时写的。")
        page.clock.fast_forward(A_SAVE)
        with page.context.expect_page() as opened:
            page.locator("#trouble").get_by_role("link", name="在新标签页登录").click()
        log_in(opened.value, desk.reporter)
        expect(opened.value).to_have_url("/workbench/")
        opened.value.close()
        page.clock.fast_forward(A_SAVE)
        expect(page.locator("#saved")).to_contain_text("已自动保存")
        expect(page.locator("#trouble")).to_be_empty()
        page.get_by_role("button", name="提交审核").click()
        expect(page.get_by_role("status")).to_contain_text("已提交")
        assert saved_progress(desk) == "11月3日登录过期时写的。"

    def test_without_script_the_form_is_there_again_with_every_word(self, no_script: Page, desk: Desk) -> None:
        enter(no_script, desk.reporter)
        no_script.goto(desk.address(desk.duties[0]))
        Session.objects.all().delete()
        no_script.get_by_label("本期进展", exact=True).fill("11月3日登录过期时写的。")
        no_script.get_by_label("完成率", exact=True).fill("八成")
        no_script.get_by_role("button", name="提交审核").click()
        log_in(no_script, desk.reporter)
        expect(no_script).to_have_url(desk.address(desk.duties[0]))
        expect(no_script.get_by_label("本期进展", exact=True)).to_have_value("11月3日登录过期时写的。")
        expect(no_script.get_by_label("完成率", exact=True)).to_have_value("八成")
        assert desk.report(desk.duties[0]) is None
        no_script.get_by_label("完成率", exact=True).fill("80")
        no_script.get_by_role("button", name="提交审核").click()
        expect(no_script.get_by_role("status")).to_contain_text("已提交")
        assert saved_progress(desk) == "11月3日登录过期时写的。"


class TestTwoPeople:
    def test_the_second_compares_and_chooses(self, page: Page, open_page: OpenPage, desk: Desk, allow_status) -> None:
        allow_status(409)
        duty, second = desk.duties[0], open_page()
        enter(page, desk.reporter)
        enter(second, desk.colleague)
        second.clock.install()
        for one in (page, second):
            one.goto(desk.address(duty))
        page.get_by_label("本期进展", exact=True).fill("甲写的，11月3日。")
        page.get_by_role("button", name="保存草稿").click()
        expect(page.get_by_role("status")).to_contain_text("草稿已保存")
        second.get_by_label("本期进展", exact=True).fill("乙写的，11月4日。")
        second.get_by_label("完成率", exact=True).fill("44")
        second.clock.fast_forward(A_SAVE)
        expect(second.locator("#trouble")).to_contain_text("刚才也保存了这份填报，您的文字还没有保存。")
        second.get_by_role("button", name="比较两份文字").click()
        expect(second.get_by_role("heading", level=1)).to_have_text("选用哪一份文字")
        assert sizes(second) == {}
        second.get_by_role("button", name="存为草稿").click()
        expect(second.get_by_role("alert")).to_contain_text("还有 2 栏没有选")
        second.get_by_label("用您填写的进展").check()
        second.get_by_label("用已保存的完成率").check()
        second.get_by_role("button", name="存为草稿").click()
        expect(second.get_by_label("本期进展", exact=True)).to_have_value("乙写的，11月4日。")
        report = desk.report(duty)
        assert (report.progress, report.percent_complete) == ("乙写的，11月4日。", 40)
