"""The workbench: every duty of an open period in one list, counts that are the lists' own, and what to do first."""

import datetime

import pytest
from django.urls import reverse
from lxml import html

from tasks.choices import ClaimState, DutyRole, Halt
from tasks.models import CompletionClaim, Duty, Measure, ReportingPeriod
from tasks.queries.reports import last_approved, obliged_duties
from tasks.queries.workbench import Workbench
from tasks.services.standing import rebuild
from tasks.tests.desk import client_of
from tasks.tests.journeys import (
    approved,
    claimed,
    drafted,
    earlier_period,
    forwarded,
    more_duties,
    reported_before,
    returned,
    submitted,
)
from tasks.tests.people import NOW, TODAY, make_period
from units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def page(user: User, query: str = "") -> html.HtmlElement:
    return html.fromstring(client_of(user).get(f"/workbench/{query}").content.decode())


def lead(tree: html.HtmlElement) -> str:
    return " ".join(tree.find_class("lead-in")[0].text_content().split())


def codes(tree: html.HtmlElement, anchor: str) -> list[str]:
    (section,) = tree.xpath(f"//section[@aria-labelledby='{anchor}']")
    cells = section.find_class("code") or section.xpath(".//tbody//td[@data-l='编号']")
    return [cell.text_content() for cell in cells]


def sections(tree: html.HtmlElement) -> list[str]:
    return [section.get("aria-labelledby") for section in tree.xpath("//main//section")]


class TestLists:
    def test_each_duty_is_in_one_list_and_the_lead_counts_the_lists(self, stage):
        due, again, gone = more_duties(stage, 3)
        returned(stage, again)
        submitted(stage, gone)
        tree = page(stage.reporter)
        assert lead(tree) == "还有 3 项要办：退回修改 1 项、待填报 2 项。10月15日（星期四）截止，还有 6 天。"
        assert [link.get("href") for link in tree.find_class("lead-in")[0].iter("a")] == ["#returned", "#due"]
        assert codes(tree, "returned") == [again.measure.code]
        assert codes(tree, "due") == [stage.measure.code, due.measure.code]
        assert codes(tree, "submitted") == [gone.measure.code]
        assert sections(tree) == ["returned", "due", "submitted", "offline", "share", "dates"]

    def test_a_returned_report_shows_the_whole_reason_who_and_until_when(self, stage):
        reason = "“积极对接”没有说明对接了哪几家。" * 10
        returned(stage, reason=reason, mend_by=datetime.date(2026, 10, 12))
        (item,) = page(stage.reporter).xpath("//section[@aria-labelledby='returned']//li")
        text = " ".join(item.text_content().split())
        assert f"退回理由：{reason}" in text
        assert "10月9日退回退回人：省交通运输厅 审核员 交通审核员10月12日前改好" in text

    def test_what_is_due_earlier_comes_first(self, stage):
        late, soon = (
            more_duties(stage, 1, due_on=day)[0] for day in (datetime.date(2027, 6, 30), datetime.date(2026, 10, 1))
        )
        assert codes(page(stage.reporter), "due") == [soon.measure.code, late.measure.code, stage.measure.code]

    def test_returned_ones_are_in_the_order_of_their_own_day(self, stage):
        first, second = more_duties(stage, 2)
        returned(stage, first)
        returned(stage, second, mend_by=datetime.date(2026, 10, 10))
        assert codes(page(stage.reporter), "returned") == [second.measure.code, first.measure.code]

    def test_an_item_says_the_last_figures_and_the_draft(self, stage):
        reported_before(stage, percent_complete=65, confidence="at_risk", risk="用地未批。")
        drafted(stage)
        Measure.objects.update(due_on=TODAY - datetime.timedelta(days=3))
        (line,) = page(stage.reporter).xpath("//section[@aria-labelledby='due']//p[@class='line']")
        parts = [" ".join(part.text_content().split()) for part in line]
        assert parts == ["已存草稿 10-09 10:00", "有风险", "逾期 3 天", "上期 65%"]

    def test_halted_and_completed_measures_need_no_report(self, stage):
        halted, completed = more_duties(stage, 2)
        Measure.objects.filter(pk=halted.measure_id).update(halted=Halt.SUSPENDED)
        CompletionClaim.objects.create(
            measure=completed.measure,
            duty=completed,
            state=ClaimState.GRANTED,
            result="完成",
            document="文件",
            completed_on=TODAY,
            claimed_at=NOW,
            claimed_by=stage.reporter,
            decided_at=NOW,
            decided_by=stage.office,
        )
        assert codes(page(stage.reporter), "due") == [stage.measure.code]
        assert "另有 2 项举措已暂停、终止或办结，不需填报。" in page(stage.reporter).text_content()
        assert set(obliged_duties(stage.plan)) == {stage.duty, stage.other_duty, stage.group_duty}

    def test_cooperating_duties_stand_apart_and_count_in_nothing(self, stage):
        (helping,) = more_duties(stage, 1, role=DutyRole.COOPERATE)
        tree = page(stage.reporter)
        assert lead(tree) == "还有 1 项要办：待填报 1 项。10月15日（星期四）截止，还有 6 天。"
        assert codes(tree, "cooperating") == [helping.measure.code]
        submitted(stage, helping)
        tree = page(stage.reporter)
        assert codes(tree, "cooperating") == [helping.measure.code]
        assert "0 / 1 项已提交" in tree.text_content()

    def test_the_office_writes_for_open_groups_only(self, stage):
        (item,) = page(stage.office).xpath("//section[@aria-labelledby='due']//li")
        assert "各执法部门" in item.text_content()

    def test_the_office_sees_how_much_waits_in_each_queue(self, stage):
        forwarded(stage)
        claimed(stage)
        links = page(stage.office).xpath("//div[@class='page-head']/p/a")
        assert [(link.text, link.get("href")) for link in links if link.get("href") != "#due"] == [
            ("待复审 1 项", "/review/"),
            ("待办结核验 1 项", "/review/completions/"),
        ]  # and not the two where nothing waits
        assert page(stage.reporter).xpath("//div[@class='page-head']/p/a[starts-with(@href, '/review/')]") == []

    def test_the_office_fills_in_offline_what_open_groups_report(self, stage):
        links = page(stage.office).xpath("//section[@aria-labelledby='offline']//a")
        assert [link.text_content() for link in links] == ["下载本期填报表（各执法部门）", "上传填报表"]
        assert client_of(stage.office).get(links[0].get("href")).status_code == 200
        assert links[0].get("href") in client_of(stage.office).get("/reports/uploads/").content.decode()

    def test_an_older_period_that_is_still_open_is_work_too(self, stage):
        earlier_period(stage)
        tree = page(stage.reporter)
        lines = [
            " ".join(line.text_content().split())
            for line in tree.xpath("//section[@aria-labelledby='due']//p[@class='line']")
        ]
        assert lines == ["2026年二季度，07-15 已截止，补报首次填报", "2026年三季度，10-15 截止首次填报"]

    def test_every_open_period_stands_beside_the_report_before_it(self, stage):
        earliest = make_period(stage.plan, "2026年一季度", datetime.date(2026, 3, 31))
        approved(stage, None, earliest, percent_complete=20)
        approved(stage, None, earlier_period(stage), percent_complete=30)
        between = make_period(stage.plan, "2026年5月", datetime.date(2026, 5, 31))
        bench = Workbench(stage.reporter, TODAY)
        rows = bench.due[0:10]
        last = bench.last_words(rows)
        found = {row.period: last[row.duty.key, row.period.pk].percent_complete for row in rows}
        assert found == {between: 20, stage.period: 30}
        assert [last_approved(stage.duty, period).percent_complete for period in found] == list(found.values())

    def test_a_long_list_comes_in_pages_and_the_count_is_of_all(self, stage):
        more_duties(stage, 60)
        tree = page(stage.reporter, "?due=2")
        assert lead(tree).startswith("还有 61 项要办：待填报 61 项。")
        assert codes(tree, "due") == [f"1-{order}" for order in range(21, 41)]
        links = tree.xpath("//nav[contains(@class, 'pages')]/a")
        assert [link.get("href") for link in links] == ["?due=1#due", "?due=3#due"]


class TestStates:
    def test_all_done(self, stage):
        approved(stage)
        assert lead(page(stage.reporter)) == "本期 1 项都已提交，其中 1 项已通过。10月15日（星期四）截止，还有 6 天。"

    def test_after_the_due_date_late_reports_are_still_accepted(self, stage):
        ReportingPeriod.objects.update(due_on=TODAY - datetime.timedelta(days=1), opens_on=datetime.date(2026, 10, 1))
        tree = page(stage.reporter)
        assert lead(tree) == "还有 1 项要办：待填报 1 项。"
        (notice,) = tree.find_class("notice risk")
        assert notice.text_content().startswith(
            "2026年三季度填报已于 10月8日（星期四）截止，仍可补报：提交后标注“补报”"
        )

    def test_no_open_period_and_the_next_is_set_up(self, stage):
        ReportingPeriod.objects.update(frozen_at=NOW, frozen_by=stage.office)
        make_period(stage.plan, "2026年四季度", datetime.date(2026, 12, 31))
        text = page(stage.reporter).text_content()
        assert "现在没有开放的填报期次" in text
        assert "下一期 2026年四季度，2027年1月1日（星期五）开放，1月15日（星期五）截止。" in text

    def test_no_period_at_all(self, stage):
        ReportingPeriod.objects.all().delete()
        assert "下一期由督查专员建立" in page(stage.reporter).text_content()

    def test_nothing_to_report(self, stage):
        Duty.objects.filter(pk=stage.duty.pk).delete()
        assert lead(page(stage.reporter)) == "本期没有必须填报的举措。10月15日（星期四）截止，还有 6 天。"


class TestWho:
    def test_only_those_who_write(self, stage):
        answers = {name: client_of(user).get("/workbench/").status_code for name, user in stage.everybody.items()}
        assert answers == {
            "reporter": 200,
            "reviewer": 403,
            "other_reporter": 200,
            "office": 200,
            "second_office": 200,
            "leader": 403,
            "administrator": 403,
            "auditor": 403,
        }

    def test_an_outsider_is_asked_to_log_in(self, stage, client):
        assert client.get("/workbench/").url == "/login/?next=/workbench/"

    def test_a_unit_sees_its_own_duties_only(self, stage):
        (link,) = page(stage.other_reporter).xpath("//section[@aria-labelledby='due']//a[contains(@class, 'btn')]")
        assert link.get("href") == reverse("report", args=[stage.other_duty.pk, stage.period.pk])

    def test_each_role_begins_at_its_own_page(self, stage):
        begins = {name: client_of(user).get("/start/").url for name, user in stage.everybody.items()}
        assert begins == {
            "reporter": "/workbench/",
            "reviewer": "/review/",
            "other_reporter": "/workbench/",
            "office": "/review/",
            "second_office": "/review/",
            "leader": "/plans/jiaodong/dashboard/",
            "administrator": "/admin/units/user/",
            "auditor": "/audit/",
        }


class TestQueries:
    """Session and person; edition and end of the audit trail; periods, counts, what was returned, what is due, its reports, the
    last ones, measures falling due, instructions; one for what was handed in and one for 配合, where there are any."""

    def test_as_many_for_three_open_periods_as_for_one(self, stage, django_assert_num_queries):
        reported_before(stage)
        client = client_of(stage.reporter)
        rebuild(stage.plan, now=NOW)
        with django_assert_num_queries(13):
            client.get("/workbench/")
        for month in (7, 8):
            make_period(stage.plan, f"2026年{month}月", datetime.date(2026, month, 28))
        rebuild(stage.plan, now=NOW)
        with django_assert_num_queries(13):
            answer = client.get("/workbench/")
        assert answer.context["bench"].left == 3

    def test_two_more_at_most(self, stage, django_assert_num_queries):
        again, gone, helping = more_duties(stage, 3)
        Duty.objects.filter(pk=helping.pk).update(role=DutyRole.COOPERATE)
        returned(stage, again)
        submitted(stage, gone)
        rebuild(stage.plan, now=NOW)
        client = client_of(stage.reporter)
        with django_assert_num_queries(15):
            client.get("/workbench/")
        with django_assert_num_queries(6):
            client.get("/workbench/")
