"""The page of a main task and the page of a measure; and what on them is for staff alone."""

from urllib.parse import urldefrag, urljoin

import pytest
from django.test import Client
from lxml import html

from tasks.models import Duty, MainTask, Measure, Plan, ProbableSlip
from tasks.tests.pages import Shown
from units.choices import Role
from units.tests.samples import make_user

pytestmark = pytest.mark.django_db

STAFF_ONLY = ("疑似笔误", "疑应为", "校注甲", "校注乙")


@pytest.fixture
def plan(loaded_plan: Plan) -> Plan:
    return loaded_plan


def measure_url(code: str) -> str:
    return f"/plans/jiaodong/measures/{code}/"


def crumbs(page: Shown) -> list[tuple[str, str | None]]:
    items = page.tree.xpath("//nav[@class='crumbs']//li")
    return [(" ".join(li.text_content().split()), next(iter(li.xpath("a/@href")), None)) for li in items]


class TestTask:
    def test_title_field_and_measures(self, client: Client, plan: Plan) -> None:
        page = Shown(client, "/plans/jiaodong/tasks/7/")
        assert page.text("//h1") == "合作培育优势集群"
        assert page.texts("//dl[@class='meta']/div") == [
            "具体举措7 项",
            "责任单位5 个",
            "领域科技创新和产业发展（本系统归纳，原表没有这一栏）",
        ]
        assert page.codes == ["7-1", "7-2", "7-3", "7-4", "7-5", "7-6", "7-7"]
        assert page.heads == ["编号", "具体举措", "责任单位"]

    def test_its_field_leads_to_the_rows_of_the_field(self, client: Client, plan: Plan) -> None:
        assert Shown(client, "/plans/jiaodong/tasks/7/").link("科技创新和产业发展") == {"field": ["2"]}

    def test_breadcrumbs(self, client: Client, plan: Plan) -> None:
        assert crumbs(Shown(client, "/plans/jiaodong/tasks/7/")) == [
            ("总览", "/plans/jiaodong/"),
            ("任务清单", "/plans/jiaodong/tasks/"),
            ("7 合作培育优势集群", None),
        ]

    @pytest.mark.parametrize(
        ("number", "beside"),
        [
            (1, ["下一项 2 提高能源协同保障水平"]),
            (7, ["上一项 6 做强产业合作平台", "下一项 8 凝聚创新驱动合力"]),
            (25, ["上一项 24 创新合作机制"]),
        ],
    )
    def test_tasks_beside(self, client: Client, plan: Plan, number: int, beside: list[str]) -> None:
        assert Shown(client, f"/plans/jiaodong/tasks/{number}/").texts("//nav[contains(@class, 'beside')]/a") == beside

    def test_group_is_folded_as_in_the_list(self, client: Client, plan: Plan) -> None:
        page = Shown(client, "/plans/jiaodong/tasks/24/")
        assert page.texts("//summary[@class='unit']") == ["胶东五市政府（5 市）"] * 2

    def test_without_field_or_measures(self, client: Client, plan: Plan) -> None:
        MainTask.objects.create(plan=plan, number=26, title="新的任务")
        page = Shown(client, "/plans/jiaodong/tasks/26/")
        assert page.texts("//dl[@class='meta']/div") == ["具体举措0 项", "责任单位0 个"]
        assert page.texts("//p[@class='notice']") == ["这项主要任务还没有具体举措。"]

    @pytest.mark.parametrize("number", ["0", "26", "9" * 30])
    def test_unknown_number_is_not_found(self, client: Client, plan: Plan, number: str) -> None:
        assert client.get(f"/plans/jiaodong/tasks/{number}/").status_code == 404


class TestMeasure:
    def test_verbatim_text_statement_and_source(self, client: Client, plan: Plan) -> None:
        page = Shown(client, measure_url("1-5"))
        measure = Measure.objects.get(main_task__number=1, order=5)
        heading = page.tree.xpath("//h1")[0]
        assert (heading.get("class"), heading.text) == ("verbatim", measure.text)
        assert f"责任单位（原文） {measure.responsibility_text}" in page.texts("//div[@class='page-head']/p")
        assert page.texts("//div[@class='page-head']/p")[-1] == (
            "出处：《重点任务推进落实分工表》序号 1，原表第 6 行第 5 段。原文未经改动。"
        )

    def test_a_measure_that_was_not_read_from_a_table(self, client: Client, plan: Plan) -> None:
        task = MainTask.objects.create(plan=plan, number=26, title="新的任务")
        Measure.objects.create(main_task=task, order=1, text="新的举措")
        page = Shown(client, measure_url("26-1"))
        assert page.texts("//div[@class='page-head']/p")[1:] == [
            "责任单位（原文） 原表此处为空",
            "出处：《重点任务推进落实分工表》序号 26。原文未经改动。",
        ]
        assert page.texts("//p[@class='notice']") == ["责任单位原文中没有读出单位。"]

    def test_duties_in_the_order_of_the_source(self, client: Client, plan: Plan) -> None:
        page = Shown(client, measure_url("25-1"))
        rows = [
            [" ".join(cell.text_content().split()) for cell in row] for row in page.tree.xpath("//section//tbody/tr")
        ]
        cities = ["青岛市政府", "烟台市政府", "潍坊市政府", "威海市政府", "日照市政府"]
        assert rows[:6] == [
            ["省发展改革委", "省直部门", "分别负责", "—"],
            *([city, "市政府", "分别负责", "胶东五市政府"] for city in cities),
        ]
        assert page.text("//h2[@id='duties']/following-sibling::span") == "6 个单位，未列牵头单位"

    def test_the_column_of_groups_is_there_where_one_is_named(self, client: Client, plan: Plan) -> None:
        heads = {
            code: Shown(client, measure_url(code)).texts("//section//th[@scope='col']") for code in ("25-1", "1-2")
        }
        assert heads == {"25-1": ["单位", "类别", "职责", "所属群体"], "1-2": ["单位", "类别", "职责"]}

    def test_a_lead_is_not_said_to_be_missing(self, client: Client, plan: Plan) -> None:
        assert Shown(client, measure_url("1-2")).text("//h2[@id='duties']/following-sibling::span") == "1 个单位"

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({}, ["未设定", "未设定"]),
            ({"starts_on": "2026-01-01", "due_on": "2026-12-31"}, ["2026-01-01", "2026-12-31"]),
            ({"is_ongoing": True}, ["未设定", "长期坚持"]),
        ],
    )
    def test_dates(self, client: Client, plan: Plan, given: dict[str, object], expected: list[str]) -> None:
        Measure.objects.filter(main_task__number=1, order=1).update(**given)
        assert Shown(client, measure_url("1-1")).texts("//aside//td") == expected

    @pytest.mark.parametrize(
        ("code", "beside"),
        [("1-1", ["下一项 1-2"]), ("1-6", ["上一项 1-5", "下一项 2-1"]), ("25-1", ["上一项 24-3"])],
    )
    def test_measures_beside(self, client: Client, plan: Plan, code: str, beside: list[str]) -> None:
        assert Shown(client, measure_url(code)).texts("//nav[contains(@class, 'beside')]/a") == beside

    def test_the_other_measures_of_its_task(self, client: Client, plan: Plan) -> None:
        page = Shown(client, measure_url("4-2"))
        links = page.tree.xpath("//aside//ul/li/a")
        assert [(link.text, link.get("href"), link.get("aria-current")) for link in links] == [
            ("4-1", measure_url("4-1"), None),
            ("4-2", measure_url("4-2"), "page"),
        ]

    def test_breadcrumbs(self, client: Client, plan: Plan) -> None:
        assert crumbs(Shown(client, measure_url("7-3"))) == [
            ("总览", "/plans/jiaodong/"),
            ("任务清单", "/plans/jiaodong/tasks/"),
            ("7 合作培育优势集群", "/plans/jiaodong/tasks/7/"),
            ("7-3", None),
        ]

    @pytest.mark.parametrize("code", ["7-0", "7-8", "26-1", f"1-{'9' * 30}", "7", "a-b"])
    def test_unknown_code_is_not_found(self, client: Client, plan: Plan, code: str) -> None:
        assert client.get(measure_url(code)).status_code == 404

    def test_a_code_of_another_plan_is_not_found(self, client: Client, plan: Plan) -> None:
        other = Plan.objects.create(slug="other", title="另一张表", source_name="x", source_sha256="0" * 64)
        MainTask.objects.create(plan=other, number=1, title="另一项任务")
        assert client.get("/plans/other/measures/1-1/").status_code == 404


class TestQueries:
    def test_task(self, client: Client, plan: Plan, django_assert_num_queries) -> None:
        with django_assert_num_queries(7):
            Shown(client, "/plans/jiaodong/tasks/7/")

    def test_measure(self, client: Client, plan: Plan, django_assert_num_queries) -> None:
        """Which edition, the measure, its duties, what is published of it, those before, after and beside it."""
        with django_assert_num_queries(7):
            Shown(client, measure_url("25-1"))
        Duty.objects.filter(measure__main_task__number=25).exclude(position=1).delete()
        with django_assert_num_queries(7):
            Shown(client, measure_url("25-1"))


class TestStaffNotes:
    """Probable slips stand beside the text for staff. Nobody else sees them, or that there are any, anywhere."""

    @pytest.fixture(autouse=True)
    def slip(self, plan: Plan) -> ProbableSlip:
        measure = Measure.objects.get(main_task__number=15, order=2)
        return ProbableSlip.objects.create(measure=measure, as_written="海域", probably="校注甲", remark="校注乙")

    @pytest.mark.parametrize("role", Role)
    def test_everyone_of_the_staff_sees_them(self, client: Client, role: Role) -> None:
        client.force_login(make_user(role))
        page = Shown(client, measure_url("15-2"))
        assert page.text("//h2[@id='slips']") == "疑似笔误"
        rows = page.texts("//section[@aria-labelledby='slips']//tbody/tr")
        assert rows == ["人海排污口入海排污口—", "海域校注甲校注乙"]

    def test_a_measure_without_them_says_nothing(self, client: Client) -> None:
        client.force_login(make_user(Role.OFFICE))
        assert "疑似笔误" not in Shown(client, measure_url("1-1")).text("//main")

    def test_an_outsider_meets_none_on_any_page(self, client: Client, plan: Plan) -> None:
        seen = crawl(client, "/")
        assert {measure_url(measure.code) for measure in Measure.objects.select_related("main_task")} <= seen.keys()
        assert {f"/plans/jiaodong/tasks/{n}/" for n in range(1, 26)} <= seen.keys()
        assert [url for url, text in seen.items() if any(words in text for words in STAFF_ONLY)] == []

    def test_an_account_that_was_closed_sees_none(self, client: Client) -> None:
        client.force_login(make_user(Role.OFFICE, is_active=False))
        assert "疑似笔误" not in client.get(measure_url("15-2")).content.decode()


def crawl(client: Client, start: str) -> dict[str, str]:
    """Every page and file that can be reached by links, sorting and paging aside: address -> what it holds."""
    seen: dict[str, str] = {}
    waiting = [start]
    while waiting:
        url = waiting.pop()
        if url in seen or any(part in url for part in ("/display/", "sort=", "page=", "next=", "/admin/")):
            continue
        response = client.get(url)
        is_page = response["Content-Type"].startswith("text/html")
        seen[url] = response.content.decode() if is_page else response.getvalue().decode(errors="ignore")
        if is_page:
            links = html.fromstring(seen[url]).xpath("//main//a/@href | //nav//a/@href")
            waiting += [urldefrag(urljoin(url, link)).url for link in links]
    return seen
