"""Filters of the living table: each one, all together, and what they say when nothing answers or a value is wrong."""

from typing import Any

import pytest
from django.test import Client

from tasks.choices import DutyRole
from tasks.models import Duty, Measure, Plan
from tasks.tests.pages import TASKS, Shown
from tasks.tests.test_measure_list import codes_of
from units.models import Unit, UnitAlias

pytestmark = pytest.mark.django_db

NOT_USED = "这个条件没有使用，其余条件照常。"


@pytest.fixture
def plan(loaded_plan: Plan) -> Plan:
    return loaded_plan


def codes(client: Client, **asked: Any) -> list[str]:
    return Shown(client, TASKS, **asked).codes


class TestEach:
    @pytest.mark.parametrize(("position", "tasks"), [(1, range(1, 5)), (3, range(9, 12)), (7, range(23, 26))])
    def test_field(self, client: Client, plan: Plan, position: int, tasks: range) -> None:
        assert codes(client, field=position) == codes_of(main_task__number__in=tasks)

    def test_unit(self, client: Client, plan: Plan) -> None:
        assert codes(client, unit="jiaotong-yunshu") == codes_of(duties__unit__name="省交通运输厅")

    def test_unit_has_its_duties_through_a_group_too(self, client: Client, plan: Plan) -> None:
        through = codes_of(duties__unit__slug="qingdao", duties__via_group__isnull=False)
        assert through == ["1-6", "23-3", "24-2", "24-3", "25-1"]
        assert set(through) < set(codes(client, unit="qingdao"))

    def test_closed_group_is_what_came_through_it(self, client: Client, plan: Plan) -> None:
        assert codes(client, unit="jiaodong-wushi") == ["1-6", "23-3", "24-2", "24-3", "25-1"]

    def test_open_group_holds_duties_itself(self, client: Client, plan: Plan) -> None:
        assert codes(client, unit="ge-zhifa-bumen") == codes_of(duties__unit__name="各执法部门")

    @pytest.mark.parametrize(
        ("role", "count"), [("shared", 46), ("lead", 27), ("responsible", 4), ("several", 2), ("cooperate", 0)]
    )
    def test_role(self, client: Client, plan: Plan, role: str, count: int) -> None:
        found = codes(client, role=role)
        assert found == codes_of(duties__role=role)
        assert len(found) == count

    def test_unit_and_role_are_one_duty(self, client: Client, plan: Plan) -> None:
        Duty.objects.filter(measure__main_task__number=1, measure__order=1, position=2).update(role=DutyRole.LEAD)
        assert codes(client, unit="jiaotong-yunshu", role="lead") == ["1-2"]
        assert "1-1" in codes(client, unit="fazhan-gaige", role="lead")


class TestText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("优化产业空间布局", ["5-1", "5-2", "5-3", "5-4"]),
            ("招远核电", ["2-1"]),
            ("5g", ["4-1"]),
            ("各执法部门", ["18-2"]),
            ("　渤海海峡　跨海通道　", ["1-4"]),
            ("渤海海峡 招远核电", []),
            ("100%", []),
            ("_", []),
        ],
    )
    def test_title_measure_or_statement(self, client, plan: Plan, text: str, expected: list[str]) -> None:
        assert codes(client, q=text) == expected

    def test_short_name_of_a_unit(self, client: Client, plan: Plan) -> None:
        assert codes(client, q="工信厅") == codes_of(duties__unit__name="省工业和信息化厅")

    def test_other_name_of_a_unit(self, client: Client, plan: Plan) -> None:
        UnitAlias.objects.create(unit=Unit.objects.get(slug="keji"), name="省科学技术委员会")
        assert codes(client, q="科学技术委员会") == codes_of(duties__unit__slug="keji")

    def test_short_name_of_a_group(self, client: Client, plan: Plan) -> None:
        Unit.objects.filter(slug="jiaodong-wushi").update(short_name="东部五城")
        assert codes(client, q="东部五城") == ["1-6", "23-3", "24-2", "24-3", "25-1"]


class TestTogether:
    def test_every_condition_holds(self, client: Client, plan: Plan) -> None:
        asked = {"field": 2, "unit": "keji", "role": "shared", "q": "平台"}
        expected = codes_of(
            main_task__field__position=2, duties__unit__slug="keji", duties__role="shared", text__contains="平台"
        )
        assert codes(client, **asked) == expected
        assert expected == ["8-3", "8-4"]

    def test_header_counts_rows_and_tasks(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, unit="qingdao")
        assert page.status.startswith(f"显示 {len(page.codes)} 项举措、{len(page.groups)} 项任务")

    def test_groups_tell_what_is_hidden(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, unit="jiaodong-wushi")
        assert page.texts("//th[@scope='rowgroup']//small") == [
            "本任务 6 项中的 1 项",
            "本任务 3 项中的 1 项",
            "本任务 3 项中的 2 项",
            "本任务全部 1 项",
        ]

    def test_share_counts_the_whole_selection_not_the_page(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, role="shared", per_page="25", page="2")
        total = Measure.objects.filter(main_task__number=int(page.groups[0][0])).count()
        shared = len(codes_of(main_task__number=int(page.groups[0][0]), duties__role="shared"))
        expected = f"本任务全部 {total} 项" if shared == total else f"本任务 {total} 项中的 {shared} 项"
        assert page.texts("//th[@scope='rowgroup']//small")[0] == expected

    def test_unfiltered_groups_tell_nothing(self, client: Client, plan: Plan) -> None:
        assert Shown(client, TASKS).texts("//th[@scope='rowgroup']//small") == []

    def test_each_condition_can_be_taken_away(self, client: Client, plan: Plan) -> None:
        asked = {"q": "平台", "field": "2", "unit": "keji", "role": "shared", "sort": "-number"}
        page = Shown(client, TASKS, **asked)
        chips = {
            "q": "关键词：平台",
            "field": "领域：科技创新和产业发展",
            "unit": "责任单位：省科技厅",
            "role": "职责：按职责分工",
        }
        assert [page.link(words) for words in chips.values()] == [
            {key: [value] for key, value in asked.items() if key != name} for name in chips
        ]
        assert page.link("全部去掉") == {"sort": ["-number"]}

    def test_the_form_shows_what_was_asked(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, q="平台", field="2", unit="keji", role="shared", published="none", per_page="25")
        assert page.tree.xpath("//input[@type='search']/@value") == ["平台"]
        chosen = {select.get("name"): select.value for select in page.tree.xpath("//select")}
        assert chosen == {"field": "2", "unit": "keji", "role": "shared", "published": "none"}
        assert page.tree.xpath("//form[@role='search']//input[@type='hidden']/@name") == ["per_page"]

    def test_units_offered_are_the_plans_own_by_kind(self, client: Client, plan: Plan) -> None:
        Unit.objects.create(name="省外单位", short_name="省外", slug="outside", kind="central", position=1)
        page = Shown(client, TASKS)
        kinds = page.tree.xpath("//select[@name='unit']/optgroup/@label")
        assert kinds == ["省直部门", "省委部门", "中央驻鲁单位", "市政府", "群体"]
        offered = page.tree.xpath("//select[@name='unit']//option/@value")
        held = set(Duty.objects.values_list("unit__slug", flat=True)) | {"jiaodong-wushi"}
        assert (offered[0], set(offered[1:])) == ("", held)


class TestNothingFound:
    def test_each_way_out_tells_what_it_would_give(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, unit="keji", field="1")
        assert page.status.startswith("显示 0 项举措、0 项任务")
        assert page.texts("//div[@class='notice']//li") == [
            "去掉“领域：基础设施”，有 7 项",
            "去掉“责任单位：省科技厅”，有 10 项",
            "去掉全部条件，有 79 项",
        ]

    def test_a_way_out_leads_to_as_many(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, unit="keji", field="1")
        assert len(codes(client, **page.link("去掉“领域：基础设施”"))) == 7

    def test_conditions_that_would_not_help_are_not_offered(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, q="没有这几个字", field="1")
        assert page.texts("//div[@class='notice']//li") == [
            "去掉“关键词：没有这几个字”，有 10 项",
            "去掉全部条件，有 79 项",
        ]

    def test_nothing_to_export(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, q="没有这几个字")
        assert "当前筛选没有可导出的举措" in page.text("//main")


class TestWrongValues:
    @pytest.mark.parametrize(
        ("asked", "problem"),
        [
            ({"field": "99"}, f"领域：没有“99”这一选项，请从列表中另选。{NOT_USED}"),
            ({"field": "基础设施"}, f"领域：没有“基础设施”这一选项，请从列表中另选。{NOT_USED}"),
            ({"unit": "省科技厅"}, f"责任单位：没有“省科技厅”这一选项，请从列表中另选。{NOT_USED}"),
            ({"role": "主办"}, f"职责：没有“主办”这一选项，请从列表中另选。{NOT_USED}"),
            ({"q": "长" * 101}, f"关键词：最多 100 个字，请缩短。{NOT_USED}"),
            ({"q": "a\x00b"}, f"关键词：含有不可见的控制字符，请重新输入。{NOT_USED}"),
        ],
    )
    def test_it_is_told_and_the_rest_applies(self, client, plan: Plan, asked: dict[str, str], problem: str) -> None:
        rest = {"field": "1"} if "field" not in asked else {"role": "lead"}
        page = Shown(client, TASKS, **asked, **rest)
        assert page.problems == [problem]
        assert page.codes == codes(client, **rest)
        assert page.link("每页 全部") == {name: [value] for name, value in rest.items()} | {"per_page": ["all"]}

    def test_a_unit_outside_the_plan_is_no_choice(self, client: Client, plan: Plan) -> None:
        Unit.objects.create(name="省外单位", short_name="省外", slug="outside", kind="central", position=1)
        assert Shown(client, TASKS, unit="outside").problems != []

    def test_empty_values_are_no_conditions(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, q="", field="", unit="", role="", sort="", cols="", per_page="", page="")
        assert (page.problems, page.codes) == ([], codes_of())


class TestExportMenu:
    def test_links_tell_how_many_rows_and_carry_the_list(self, client: Client, plan: Plan) -> None:
        page = Shown(client, f"{TASKS}?unit=qingdao&sort=-number&cols=code&per_page=25")
        links = {link.text: link.get("href") for link in page.tree.xpath("//ul[@class='menu-list']//a")}
        query = "unit=qingdao&sort=-number&cols=code&per_page=25"
        assert links == {
            "Excel 清单（8 项）": f"/plans/jiaodong/export/ledger.xlsx?{query}",
            "CSV（8 项）": f"/plans/jiaodong/export/ledger.csv?{query}",
            "Excel 原表格式（79 项）": "/plans/jiaodong/export/original.xlsx",
        }

    def test_the_sheet_has_the_rows_of_the_page(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, q="海洋", sort="-units")
        told = "CSV（18 项）UTF-8 带 BOM，供表格软件打开；不带校验码，要校验请下载 Excel"
        sheet = client.get("/plans/jiaodong/export/ledger.csv", page.link(told))
        rows = sheet.getvalue().decode("utf-8-sig").splitlines()[1:]
        assert [row.split(",")[2] for row in rows] == page.codes
