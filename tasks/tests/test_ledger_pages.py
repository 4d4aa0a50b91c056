"""The ledger's rows and pages: what a cell says, which rows stand on which page, who is let in, what it costs."""

import datetime
from itertools import chain

import pytest
from django.utils import timezone

from tasks.models import Measure
from tasks.services.standing import rebuild
from tasks.tables_ledger import LEDGER_SORT_WORDS, LedgerTable
from tasks.tests.desk import client_of
from tasks.tests.growth import grow
from tasks.tests.journeys import approved, more_duties
from tasks.tests.ledger_stage import EXPECTED, LATER, LEDGER, SAID, LedgerStage, ledger_stage
from tasks.tests.pages import Shown
from tasks.tests.people import make_period, make_stage, make_user
from units.choices import Role
from units.models import Unit

pytestmark = pytest.mark.django_db
ALL_COLUMNS = "&".join(f"cols={name}" for name in LedgerTable.base_columns)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def stage() -> LedgerStage:
    found = ledger_stage()
    rebuild(found.plan, now=LATER)
    return found


def cell(page: Shown, code: str, label: str) -> str:
    """What the cell of a column says in the row of a measure."""
    (row,) = [row for row in page.tree.xpath("//tbody/tr") if row.find_class("code")[0].text_content() == code]
    (found,) = row.xpath(f"./td[@data-l='{label}']")
    return " ".join(" ".join(found.itertext()).split())


class TestCells:
    @pytest.fixture
    def page(self, stage) -> Shown:
        return Shown(client_of(stage.office), f"{LEDGER}?{ALL_COLUMNS}")

    def test_every_column_of_the_table_is_there(self, page):
        assert page.heads == [
            "序号", "主要任务", "领域", "编号", "具体举措", "牵头单位", "责任单位", "责任单位（原文）", "开始日期",
            "完成时限", "本期进展", "完成率", "进度灯", "时限灯", "阶段", "存在问题", "需协调事项", "下一步", "审核人", "已报",
        ]  # fmt: skip

    def test_the_usual_ones(self, stage):
        assert Shown(client_of(stage.office), LEDGER).heads == [
            "序号", "主要任务", "编号", "具体举措", "责任单位", "完成时限", "本期进展", "完成率", "进度灯", "时限灯", "阶段",
        ]  # fmt: skip

    def test_a_moved_due_date_shows_the_original_and_how_often(self, page):
        assert cell(page, "1-4", "完成时限") == "2026-12-31 原定 2026-11-30 调整 1 次"
        assert [cell(page, code, "完成时限") for code in ("1-6", "1-8", "1-1")] == ["2026-10-16", "长期坚持", "未设定"]

    def test_percent_stands_beside_the_schedule(self, page):
        assert [cell(page, code, "完成率") for code in ("1-2", "1-5", "1-6")] == ["40% 序时 74%", "50%", "—"]

    def test_the_light_says_who_is_missing_and_what_the_unit_declared(self, page):
        assert cell(page, "1-1", "进度灯") == "本期未报 已报 0/3"
        assert cell(page, "1-2", "进度灯") == "滞后 自评 正常"
        assert cell(page, "1-4", "进度灯") == "正常"
        assert [cell(page, "1-1", "已报"), cell(page, "1-2", "已报"), cell(page, "1-9", "已报")] == ["0/3", "1/1", "—"]

    def test_deadline_light_and_stage_are_words(self, page):
        assert [cell(page, code, "时限灯") for code in ("1-6", "1-7", "2-1", "1-9")] == [
            "逾期 4 天", "临期 5 天", "临期 21 天", "按期办结",
        ]  # fmt: skip
        assert [cell(page, code, "阶段") for code in ("1-1", "1-2", "1-9", "1-10")] == [
            "未启动", "推进中", "已办结", "暂停",
        ]  # fmt: skip

    def test_a_light_leads_to_its_explanation(self, stage, page):
        links = page.tree.xpath("//tbody[1]/tr[2]//a[@class='why']/@href")
        assert links == ["/plans/jiaodong/measures/1-2/lights/"] * 2
        assert client_of(stage.auditor).get(links[0]).status_code == 200

    def test_what_was_reported_leads_to_the_report(self, stage, page):
        links = page.tree.xpath("//td[@data-l='本期进展']//a/@href")
        report = stage.duties["1-2"].reports.get()
        assert f"/reports/{report.duty_id}/{report.period_id}/" in links
        assert [client_of(stage.office).get(link).status_code for link in links] == [200] * len(links)

    def test_what_was_reported(self, page):
        assert cell(page, "1-2", "本期进展") == f"{SAID['1-2']['progress']} 填报 1-2"
        assert cell(page, "1-3", "存在问题") == SAID["1-3"]["problems"]
        assert cell(page, "1-4", "下一步") == SAID["1-4"]["next_steps"]
        assert cell(page, "1-5", "需协调事项") == (
            "请明确戊库的补偿标准。（请省发展改革委协调）（最迟 2026-11-30 答复）"
        )
        assert [cell(page, code, "审核人") for code in ("1-2", "1-6")] == ["督查专员甲", "—"]

    def test_who_leads(self, page):
        assert [cell(page, code, "牵头单位") for code in ("1-2", "2-1")] == ["—", "青岛海关"]

    def test_a_long_text_is_shortened_and_whole_one_click_away(self, stage):
        text = "第一句话说明本期完成的事项。" * 12
        stage.duties["1-2"].reports.update(progress=text)
        page = Shown(client_of(stage.office), LEDGER)
        (found,) = page.tree.xpath("//td[@data-l='本期进展']//details[@class='rest no-print']")
        assert found.xpath("./summary")[0].text_content() == text[:60].rstrip() + "…"
        assert found.xpath("./p")[0].text_content() == text
        assert page.text("//td[@data-l='本期进展']//span[@class='print-only']") == text

    def test_text_is_never_markup(self, stage):
        stage.duties["1-2"].reports.update(progress="<script>x</script>", problems="<b>" * 40)
        page = Shown(client_of(stage.office), f"{LEDGER}?{ALL_COLUMNS}")
        assert page.tree.xpath("//main//script") == []
        assert cell(page, "1-2", "本期进展").startswith("<script>x</script>")


class TestOrder:
    @pytest.mark.parametrize("sort", [sign + key for key in LEDGER_SORT_WORDS for sign in ("", "-")])
    def test_pages_by_key_give_every_row_once_in_the_order_of_one_page(self, stage, sort, monkeypatch):
        monkeypatch.setattr("tasks.tables_ledger.LEDGER_PER_PAGE", {"25": 4, "100": 100})
        client = client_of(stage.office)
        whole = Shown(client, LEDGER, sort=sort).codes
        page = Shown(client, LEDGER, sort=sort, per_page="25")
        forward = [page.codes]
        while page.tree.xpath("//a[@rel='next']"):
            page = Shown(client, LEDGER + page.tree.xpath("//a[@rel='next']/@href")[0])
            forward.append(page.codes)
        backward = [page.codes]
        while page.tree.xpath("//a[@rel='prev']"):
            page = Shown(client, LEDGER + page.tree.xpath("//a[@rel='prev']/@href")[0])
            backward.append(page.codes)
        assert [len(codes) for codes in forward] == [4, 4, 3]
        assert [*chain(*forward)] == whole
        assert backward == forward[::-1]
        assert sorted(whole) == sorted(EXPECTED)

    def test_the_last_page_is_one_click_away(self, stage, monkeypatch):
        monkeypatch.setattr("tasks.tables_ledger.LEDGER_PER_PAGE", {"25": 4, "100": 100})
        page = Shown(client_of(stage.office), LEDGER, per_page="25")
        last = Shown(client_of(stage.office), LEDGER, **page.link("末页"))
        assert last.codes == list(EXPECTED)[-4:]
        assert last.tree.xpath("//a[@rel='next']") == []

    def test_the_worst_light_stands_first(self, stage):
        lights = [EXPECTED[code].progress for code in Shown(client_of(stage.office), LEDGER, sort="progress").codes]
        assert list(dict.fromkeys(lights)) == [
            "not_reported", "behind", "at_risk", "on_track", "not_judged", "completed",
        ]  # fmt: skip

    def test_by_due_date_and_by_percent(self, stage):
        client = client_of(stage.office)
        assert Shown(client, LEDGER, sort="due_on").codes[:3] == ["1-6", "1-7", "2-1"]
        assert Shown(client, LEDGER, sort="-percent").codes[:4] == ["1-4", "1-3", "1-5", "1-2"]


class TestWho:
    def test_all_of_staff(self, stage):
        answers = {name: client_of(user).get(LEDGER).status_code for name, user in stage.everybody.items()}
        assert set(answers.values()) == {200}

    def test_everybody_on_staff_finds_it_in_the_navigation(self, stage):
        for user in stage.everybody.values():
            assert Shown(client_of(user), LEDGER).texts("//nav[@aria-label='主导航']//a[@aria-current]") == ["台账"]

    def test_an_outsider_is_asked_to_log_in_and_finds_no_way_there(self, stage, client):
        assert client.get(LEDGER).url == f"/login/?next={LEDGER}"
        assert "台账" not in client.get("/plans/jiaodong/tasks/").content.decode()

    def test_an_account_taken_out_of_use_is_an_outsider(self, stage):
        client = client_of(stage.reporter)
        type(stage.reporter).objects.filter(pk=stage.reporter.pk).update(is_active=False)
        assert client.get(LEDGER).status_code == 302

    def test_an_unknown_plan_is_not_found(self, stage):
        assert client_of(stage.office).get("/plans/none/ledger/").status_code == 404

    def test_it_is_read_only(self, stage):
        assert client_of(stage.office).post(LEDGER).status_code == 405


class TestCost:
    """Session, person; plan, periods, edition; summary, whether anything no longer holds; the end of the trail, views. A page that
    nobody has asked for in this state adds its rows, standings, duties and reports, and with a filter what it left of the main tasks and what
    those had. Where no figure tells the count of a filter it asks which edition, and once an edition the count."""

    ALL, UNSEEN, FILTERED, COUNTED = 9, 13, 15, 10

    def count(self, client, django_assert_num_queries, expected: int, **asked: str) -> None:
        with django_assert_num_queries(expected):
            assert client.get(LEDGER, asked).status_code == 200

    @pytest.mark.parametrize("rows", [1, 3])
    def test_as_many_at_one_row_as_at_three(self, django_assert_num_queries, rows):
        stage = make_stage()
        for duty in (stage.duty, *more_duties(stage, rows - 1)):
            approved(stage, duty)
        rebuild(stage.plan, now=LATER)
        client = client_of(stage.office)
        page = Shown(client, LEDGER)
        assert len(page.codes) == len(page.tree.xpath("//div[@class='saying']")) == rows
        self.count(client, django_assert_num_queries, self.ALL)

    def test_as_many_at_7900_measures(self, loaded_plan, django_assert_num_queries):
        make_period(loaded_plan)
        grow(loaded_plan, 100)
        rebuild(loaded_plan, now=LATER)
        office = make_user("督查", Role.OFFICE, Unit.objects.get(name="省发展改革委"))
        client = client_of(office)
        assert Shown(client, LEDGER).status.startswith("显示 7900 项举措")
        self.count(client, django_assert_num_queries, self.ALL)
        self.count(client, django_assert_num_queries, self.FILTERED, progress="not_reported")
        self.count(client, django_assert_num_queries, self.COUNTED + 7, unit="qingdao")
        self.count(client, django_assert_num_queries, self.COUNTED, unit="qingdao")
        middle = Measure.objects.get(main_task__number=1200, order=1)
        self.count(client, django_assert_num_queries, self.UNSEEN + 1, after=str(middle.pk))

    def test_what_no_longer_holds_costs_a_constant_more(self, stage, django_assert_num_queries, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: LATER + datetime.timedelta(days=6))
        client = client_of(stage.office)
        self.count(client, django_assert_num_queries, self.UNSEEN + 10)  # and the units of the plan for the first time
