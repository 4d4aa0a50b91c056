"""The living table: which rows, in what order, with which columns, and what the page says about that."""

import gzip
from itertools import chain, groupby

import pytest
from django.test import Client

from tasks.choices import DutyRole
from tasks.models import Duty, MainTask, Measure, Plan
from tasks.tests.pages import TASKS, Shown
from units.models import Unit

pytestmark = pytest.mark.django_db

MEASURES_OF_TASKS = [6, 1, 1, 2, 4, 2, 7, 7, 4, 4, 6, 2, 1, 2, 4, 2, 3, 4, 1, 3, 3, 3, 3, 3, 1]


@pytest.fixture
def plan(loaded_plan: Plan) -> Plan:
    return loaded_plan


def codes_of(**conditions) -> list[str]:
    """The codes of the measures that answer the ORM's conditions, in source order."""
    found = Measure.objects.select_related("main_task").filter(**conditions).distinct()
    return [measure.code for measure in found.order_by("main_task__number", "order")]


class TestRows:
    def test_every_measure_stands_under_its_task_as_in_the_source(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS)
        titles = dict(MainTask.objects.values_list("number", "title"))
        expected = [(str(n), titles[n], count) for n, count in enumerate(MEASURES_OF_TASKS, 1)]
        assert page.groups == expected
        assert page.codes == codes_of()
        assert page.status == "显示 79 项举措、25 项任务 按原表顺序"

    def test_texts_are_verbatim_and_lead_to_the_measure(self, client: Client, plan: Plan) -> None:
        links = Shown(client, TASKS).tree.xpath("//td[contains(@class, 'mtext')]/a")
        assert [(link.get("href"), link.text) for link in links] == [
            (f"/plans/jiaodong/measures/{measure.code}/", measure.text)
            for measure in Measure.objects.select_related("main_task").order_by("main_task__number", "order")
        ]

    def test_duties_stand_by_role_in_words(self, client: Client, plan: Plan) -> None:
        cells = dict(zip(codes_of(), Shown(client, TASKS).tree.xpath("//td[contains(@class, 'units')]"), strict=True))
        lines = [[part.text_content() for part in line] for line in cells["1-1"].xpath(".//div[@class='unit-line']")]
        assert lines == [["按职责分工", "省交通运输厅", "省发展改革委"]]
        assert cells["1-2"].xpath(".//span")[0].get("class") == "role role-lead"

    def test_two_roles_are_two_lines(self, client: Client, plan: Plan) -> None:
        Duty.objects.filter(measure__main_task__number=1, measure__order=1, position=2).update(role=DutyRole.COOPERATE)
        cell = Shown(client, TASKS).tree.xpath("//td[contains(@class, 'units')]")[0]
        assert [line.text_content() for line in cell.xpath(".//div[@class='unit-line']")] == [
            "按职责分工省交通运输厅",
            "配合省发展改革委",
        ]

    def test_text_is_never_markup(self, client: Client, plan: Plan) -> None:
        evil = "<script>x</script>&\"'"
        MainTask.objects.filter(number=1).update(title=evil)
        Measure.objects.filter(main_task__number=1).update(text=evil, responsibility_text=evil)
        Unit.objects.filter(slug="jiaotong-yunshu").update(name=evil)
        page = Shown(client, f"{TASKS}?cols=task&cols=units&cols=responsibility_text")
        assert page.tree.xpath("//main//script") == []
        assert page.tree.xpath("//td[contains(@class, 'mtext')]/a")[0].text == evil
        assert page.tree.xpath("//th[@scope='rowgroup']//a")[0].text == evil
        assert evil in page.texts("//td//a[@class='unit']")
        assert evil in page.texts("//td[@class='statement']")

    def test_an_unknown_plan_is_not_found(self, client: Client, plan: Plan) -> None:
        assert client.get("/plans/none/tasks/").status_code == 404

    def test_a_plan_without_measures_says_so(self, client: Client, db: None) -> None:
        Plan.objects.create(slug="jiaodong", title="空表", source_name="x", source_sha256="0" * 64)
        page = Shown(client, TASKS)
        assert page.status == "显示 0 项举措、0 项任务 按原表顺序"
        assert page.texts("//main//div[@class='notice']") == ["这张分工表还没有举措。"]

    def test_the_list_is_read_only(self, client: Client, plan: Plan) -> None:
        assert client.post(TASKS).status_code == 405


class TestGroups:
    """A closed group stands as one chip where all of it came through the group, else its members stand."""

    def test_whole_group_is_one_chip_with_its_members_inside(self, client: Client, plan: Plan) -> None:
        (group,) = Shown(client, TASKS, q="公共交通“一卡通”").tree.xpath("//details[@class='members']")
        assert group.xpath("summary")[0].text == "胶东五市政府（5 市）"
        assert [(chip.get("href"), chip.text) for chip in group.xpath(".//a")] == [
            ("/units/qingdao/", "青岛市政府"),
            ("/units/yantai/", "烟台市政府"),
            ("/units/weifang/", "潍坊市政府"),
            ("/units/weihai/", "威海市政府"),
            ("/units/rizhao/", "日照市政府"),
        ]

    def test_a_member_with_a_duty_of_its_own_breaks_the_group_up(self, client: Client, plan: Plan) -> None:
        Duty.objects.filter(measure__text__contains="公共交通“一卡通”", unit__slug="qingdao").update(
            via_group=None, role="lead"
        )
        page = Shown(client, TASKS, q="公共交通“一卡通”")
        assert page.tree.xpath("//details[@class='members']") == []
        assert page.texts("//td//div[@class='unit-line']") == [
            "牵头青岛市政府",
            "负责烟台市政府潍坊市政府威海市政府日照市政府",
        ]

    def test_an_open_group_is_a_chip_like_any_other(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, unit="ge-zhifa-bumen")
        assert page.tree.xpath("//a[@href='/units/ge-zhifa-bumen/']")[0].text == "各执法部门"


class TestSorting:
    @pytest.mark.parametrize(
        ("sort", "words", "first", "last"),
        [
            ("number", "按原表顺序", "1-1", "25-1"),
            ("-number", "按原表倒序", "25-1", "1-1"),
            ("-units", "按责任单位数从多到少", "11-6", "24-1"),
            ("duty_count", "按职责数从少到多", "1-2", "24-3"),
            ("-source_line", "按原表行号从大到小", "25-1", "1-6"),
            ("-field", "按领域倒序", "23-1", "4-2"),
        ],
    )
    def test_rows_and_words_follow(self, client, plan, sort: str, words: str, first: str, last: str) -> None:
        page = Shown(client, TASKS, sort=sort)
        assert (page.codes[0], page.codes[-1], len(page.codes)) == (first, last, 79)
        assert page.status.endswith(words)

    def test_rows_without_a_date_come_last_both_ways(self, client: Client, plan: Plan) -> None:
        for number, day in ((5, "2026-03-31"), (3, "2026-12-31")):
            Measure.objects.filter(main_task__number=number, order=1).update(due_on=day)
        assert Shown(client, TASKS, sort="due_on").codes[:3] == ["5-1", "3-1", "1-1"]
        assert Shown(client, TASKS, sort="-due_on").codes[:3] == ["3-1", "5-1", "1-1"]

    def test_by_title_rows_of_a_task_stay_together(self, client: Client, plan: Plan) -> None:
        titles = [title for _, title, _ in Shown(client, TASKS, sort="task").groups]
        assert titles == sorted(titles)
        assert len(titles) == 25

    def test_out_of_source_order_a_task_spans_only_its_neighbouring_rows(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, sort="-units")
        runs = [(number, len(list(run))) for number, run in groupby(code.split("-")[0] for code in page.codes)]
        assert [(number, span) for number, _, span in page.groups] == runs
        assert len(runs) > 25

    def test_the_head_tells_the_order_and_asks_for_the_other(self, client: Client, plan: Plan) -> None:
        def state(page: Shown) -> dict[str, str]:
            return {head.text_content(): head.get("aria-sort") for head in page.tree.xpath("//th[@aria-sort]")}

        first = Shown(client, TASKS)
        assert state(first) == {"序号↑": "ascending"}
        assert first.link("序号")["sort"] == ["-number"]
        upward = Shown(client, TASKS, **first.link("责任单位"))
        assert state(upward) == {"责任单位↑": "ascending"}
        assert state(Shown(client, TASKS, **upward.link("责任单位"))) == {"责任单位↓": "descending"}

    def test_an_order_that_does_not_exist_is_told(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, sort="text")
        assert page.problems == ["排序：不能按“text”排列，现在按原表顺序。请点列标题排序。"]
        assert page.codes == codes_of()


class TestColumns:
    def test_usual_ones(self, client: Client, plan: Plan) -> None:
        assert Shown(client, TASKS).heads == ["序号", "主要任务", "编号", "具体举措", "责任单位"]

    def test_chosen_ones_stand_in_the_tables_order_beside_the_fixed(self, client: Client, plan: Plan) -> None:
        page = Shown(client, f"{TASKS}?cols=due_on&cols=duty_count&cols=field&cols=source_line&cols=starts_on")
        assert page.heads == ["序号", "领域", "具体举措", "职责数", "开始日期", "完成时限", "原表行号"]
        assert page.texts("//tbody[1]/tr[1]/td")[1::2] == ["基础设施", "2", "未设定"]

    def test_dates_and_lasting_measures(self, client: Client, plan: Plan) -> None:
        Measure.objects.filter(main_task__number=2).update(due_on="2026-12-31")
        Measure.objects.filter(main_task__number=3).update(is_ongoing=True)
        page = Shown(client, f"{TASKS}?cols=due_on")
        cells = {row: page.texts(f"//tbody[{row}]/tr[1]/td[@data-l='完成时限']") for row in (1, 2, 3)}
        assert cells == {1: ["未设定"], 2: ["2026-12-31"], 3: ["长期坚持"]}

    def test_only_the_fixed_ones(self, client: Client, plan: Plan) -> None:
        assert Shown(client, f"{TASKS}?cols=number").heads == ["序号", "具体举措"]

    def test_sorting_by_a_hidden_column_works(self, client: Client, plan: Plan) -> None:
        page = Shown(client, f"{TASKS}?cols=code&sort=-units")
        assert page.heads == ["序号", "编号", "具体举措"]
        assert page.codes[0] == "11-6"

    def test_one_that_does_not_exist_is_told(self, client: Client, plan: Plan) -> None:
        page = Shown(client, f"{TASKS}?cols=code&cols=budget")
        assert page.problems == ["列：没有“budget”这一列，请在“列”菜单中选择。"]
        assert page.heads == ["序号", "编号", "具体举措"]

    def test_the_menu_keeps_the_rest_of_the_list(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS, unit="qingdao", sort="-units", per_page="25")
        menu = page.tree.xpath("//form[.//input[@type='checkbox'][@name='cols']]")[0]
        kept = {field.get("name"): field.get("value") for field in menu.xpath(".//input[@type='hidden']")}
        assert kept == {"unit": "qingdao", "sort": "-units", "per_page": "25", "cols": "number"}


class TestPages:
    def test_all_79_stand_on_one(self, client: Client, plan: Plan) -> None:
        page = Shown(client, TASKS)
        assert page.texts("//nav[@aria-label='分页']") == []
        assert "第 1 至 79 项，共 79 项" in page.text("//main")

    @pytest.mark.parametrize(("per_page", "sizes"), [("25", [25, 25, 25, 4]), ("50", [50, 29]), ("all", [79])])
    def test_every_row_stands_on_exactly_one(self, client, plan, per_page: str, sizes: list[int]) -> None:
        pages = [Shown(client, TASKS, per_page=per_page, page=n).codes for n in range(1, len(sizes) + 1)]
        assert [len(codes) for codes in pages] == sizes
        assert list(chain(*pages)) == codes_of()

    def test_links_keep_filter_order_and_columns(self, client: Client, plan: Plan) -> None:
        page = Shown(client, f"{TASKS}?role=shared&sort=-number&cols=code&cols=field&per_page=25")
        kept = {"role": ["shared"], "sort": ["-number"], "cols": ["field", "code"], "per_page": ["25"]}
        assert page.link("下一页") == kept | {"page": ["2"]}
        assert page.link("50 项") == kept | {"per_page": ["50"]}
        assert page.link("领域") == kept | {"sort": ["field"]}

    @pytest.mark.parametrize(
        ("asked", "problem", "first"),
        [
            ({"page": "9", "per_page": "25"}, "页码：没有第 9 页，现在显示最后一页。", "24-1"),
            ({"page": "0"}, "页码：“0”不是页码，现在显示第 1 页。", "1-1"),
            ({"page": "二"}, "页码：“二”不是页码，现在显示第 1 页。", "1-1"),
            ({"page": "9" * 30}, f"页码：“{'9' * 30}”不是页码，现在显示第 1 页。", "1-1"),
            (
                {"per_page": "7"},
                "每页项数：没有“7”这一选项，请选 25、50、100 或全部。现在每页 100 项。",
                "1-1",
            ),
        ],
    )
    def test_what_cannot_be_is_told(self, client, plan, asked: dict[str, str], problem: str, first: str) -> None:
        page = Shown(client, TASKS, **asked)
        assert (page.problems, page.codes[0]) == ([problem], first)


class TestWeight:
    def test_fifty_rows_stay_small(self, client: Client, plan: Plan) -> None:
        response = client.get(TASKS, {"per_page": "50"}, headers={"Accept-Encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        assert len(response.content) <= 60 * 1024
        assert gzip.decompress(response.content).count(b'class="code"') == 50
