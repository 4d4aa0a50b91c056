"""The table as issued, read back from the workbook."""

from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tasks.excel.original_table import original_table
from tasks.models import MainTask, Measure, Plan

URL = "/plans/jiaodong/export/original.xlsx"


@pytest.fixture
def book(loaded_plan: Plan) -> Workbook:
    return load_workbook(original_table(loaded_plan))


@pytest.fixture
def sheet(book: Workbook) -> Worksheet:
    return book.active


@pytest.fixture
def small_plan(db: None) -> Plan:
    plan = Plan.objects.create(slug="small", title="小表", source_name="small.txt", source_sha256="0" * 64)
    MainTask.objects.create(plan=plan, number=1, title="甲")
    return plan


def add_measure(plan: Plan, order: int, text: str) -> Measure:
    return Measure.objects.create(
        main_task=plan.main_tasks.get(), order=order, text=text, responsibility_text="省水利厅"
    )


class TestWhatItSays:
    def test_every_measure_has_a_row_with_its_verbatim_texts_in_order(self, sheet: Worksheet) -> None:
        rows = [(text, units) for _, _, text, units in sheet.iter_rows(min_row=3, values_only=True)]
        assert len(rows) == 79
        measures = Measure.objects.order_by("main_task__number", "order")
        assert rows == list(measures.values_list("text", "responsibility_text"))

    def test_number_and_title_stand_once_in_the_first_row_of_their_measures(self, sheet: Worksheet) -> None:
        tasks = [(number, title) for number, title, _, _ in sheet.iter_rows(min_row=3, values_only=True) if number]
        assert tasks == list(MainTask.objects.order_by("number").values_list("number", "title"))

    def test_number_and_title_are_merged_over_their_measures(self, sheet: Worksheet) -> None:
        expected, row = {"A1:D1"}, 3
        for task in MainTask.objects.order_by("number"):
            count = task.measures.count()
            if count > 1:
                expected |= {f"{column}{row}:{column}{row + count - 1}" for column in "AB"}
            row += count
        assert {str(merged) for merged in sheet.merged_cells.ranges} == expected

    def test_title_and_header(self, sheet: Worksheet) -> None:
        assert sheet["A1"].value == "重点任务推进落实分工表"
        assert [cell.value for cell in sheet[2]] == ["序号", "主要任务", "具体举措", "责任单位"]
        assert sheet.title == "重点任务推进落实分工表"

    def test_a_main_task_without_measures_has_its_row(self, small_plan: Plan) -> None:
        sheet = load_workbook(original_table(small_plan)).active
        assert list(sheet.iter_rows(min_row=3, values_only=True)) == [(1, "甲", None, None)]

    def test_a_plan_without_main_tasks_is_title_and_header(self, small_plan: Plan) -> None:
        MainTask.objects.all().delete()
        sheet = load_workbook(original_table(small_plan)).active
        assert sheet.max_row == 2

    def test_a_measure_that_begins_like_a_formula_is_text(self, small_plan: Plan) -> None:
        add_measure(small_plan, 1, "=1+1")
        cell = load_workbook(original_table(small_plan)).active["C3"]
        assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)

    def test_a_damaged_text_does_not_stop_the_table(self, small_plan: Plan) -> None:
        add_measure(small_plan, 1, "甲\x07乙😀")
        add_measure(small_plan, 2, "字" * 40000)
        sheet = load_workbook(original_table(small_plan)).active
        assert sheet["C3"].value == "甲␇乙😀"
        assert sheet["C4"].value.endswith("（原文共 40000 字，超出单元格上限，以下从略，全文见系统）")


class TestHowItLooks:
    def test_fonts_of_an_official_paper(self, sheet: Worksheet) -> None:
        fonts = [(sheet[name].font.name, sheet[name].font.size) for name in ("A1", "A2", "A3", "B3", "C3", "D3")]
        body = ("仿宋_GB2312", 12)
        assert fonts == [("方正小标宋简体", 22), ("黑体", 12), body, body, body, body]

    def test_every_cell_of_the_table_is_ruled_merged_ones_too(self, sheet: Worksheet) -> None:
        outer = {
            (row[0].border.left.style, row[0].border.right.style, row[2].border.top.style, row[3].border.right.style)
            for row in sheet.iter_rows(min_row=2)
        }
        assert outer == {("thin", "thin", "thin", "thin")}

    def test_it_prints_on_a4_held_sideways_one_page_wide_with_header_and_page_number(self, sheet: Worksheet) -> None:
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation) == (9, "landscape")
        assert (setup.fitToWidth, setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, 0, True)
        assert sheet.print_title_rows == "$2:$2"
        assert sheet.oddFooter.center.text == "— &P —"

    def test_title_and_header_stay_while_scrolling(self, sheet: Worksheet) -> None:
        assert sheet.freeze_panes == "A3"

    def test_pages_begin_where_the_issued_paper_begins_them_with_a_main_task(self, sheet: Worksheet) -> None:
        begins = [sheet.cell(page_break.id + 1, 1).value for page_break in sheet.row_breaks.brk]
        assert begins == [2, 5, 7, 8, 9, 11, 13, 16, 19, 21, 24]

    def test_it_names_its_title_and_no_person(self, book: Workbook) -> None:
        properties = book.properties
        assert (properties.title, properties.subject) == ("重点任务推进落实分工表", "胶东经济圈一体化发展")
        assert (properties.creator, properties.lastModifiedBy) == (None, None)

    def test_closing_it_unchanged_asks_nothing(self, book: Workbook) -> None:
        assert not book.calculation.fullCalcOnLoad


class TestDownload:
    def test_it_comes_as_a_file_named_like_the_plan(self, client: Client, loaded_plan: Plan) -> None:
        response = client.get(URL)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        name = (
            "%E9%87%8D%E7%82%B9%E4%BB%BB%E5%8A%A1%E6%8E%A8%E8%BF%9B%E8%90%BD%E5%AE%9E%E5%88%86%E5%B7%A5%E8%A1%A8.xlsx"
        )
        assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
        assert response["Cache-Control"] == "no-cache"
        assert load_workbook(BytesIO(response.getvalue())).active.max_row == 81

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Plan 1", 'filename="Plan 1.xlsx"'),
            ('a/b"c\nd', 'filename="a_b_c_d.xlsx"'),
            ("甲/乙", "filename*=utf-8''%E7%94%B2_%E4%B9%99.xlsx"),
        ],
    )
    def test_a_file_name_has_no_mark_a_file_system_refuses(
        self, client: Client, small_plan: Plan, title: str, name: str
    ) -> None:
        Plan.objects.update(title=title)
        assert client.get("/plans/small/export/original.xlsx")["Content-Disposition"] == f"attachment; {name}"

    def test_asking_for_the_headers_alone_works(self, client: Client, loaded_plan: Plan) -> None:
        response = client.head(URL)
        assert (response.status_code, response.getvalue()) == (200, b"")

    def test_an_unknown_plan_is_not_found_and_nothing_can_be_posted(self, client: Client, db: None) -> None:
        assert client.get("/plans/nosuch/export/original.xlsx").status_code == 404
        assert client.post(URL).status_code == 405

    def test_one_row_or_seventy_nine_four_queries(
        self, client: Client, loaded_plan: Plan, django_assert_num_queries
    ) -> None:
        """The first time the event as well, five more."""
        with django_assert_num_queries(4 + 5):
            client.get(URL)
        MainTask.objects.filter(number__gt=1).delete()
        Measure.objects.filter(order__gt=1).delete()
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        assert len(queries) == 4
