"""The list as shown, taken away as .xlsx and .csv."""

import csv
import datetime
import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tasks.excel.book import Maker, as_xlsx
from tasks.excel.measures import list_export
from tasks.models import MainTask, Measure, Plan
from tasks.queries.edition import public_edition
from tasks.queries.options import options_in
from tasks.services.public_figures import count_public
from tasks.tables import MeasureTable, Selection, select_measures
from tasks.tests.people import NOW

LIST = "/plans/jiaodong/tasks/"
LEDGER = "/plans/jiaodong/export/ledger."
TODAY = datetime.date(2026, 10, 20)
ALL_COLUMNS = "&".join(f"cols={name}" for name in MeasureTable.base_columns)
FILTERS = [
    "",
    "field=1",
    "unit=qingdao",
    "role=lead",
    "unit=jiaodong-wushi&role=responsible",
    "q=海洋",
    "q=海洋&field=4&role=shared",
    "q=没有这样的举措",
    "sort=-number",
    "sort=units&field=2",
    "sort=-due_on",
    "per_page=25&page=3",
    "cols=code&cols=source_line",
]


def read_xlsx(content: bytes) -> Worksheet:
    return load_workbook(BytesIO(content)).active


def rows_of(sheet: Worksheet) -> list[list[Any]]:
    """Header and rows, found as any reader finds them: where the sheet's filter begins."""
    return [[cell.value for cell in row] for row in sheet[sheet.auto_filter.ref]]


def sheet_of(plan: Plan, query: str) -> Worksheet:
    return read_xlsx(list_xlsx(select_measures(plan, QueryDict(query), TODAY)))


def list_xlsx(selection: Selection) -> bytes:
    """As an outsider takes it, on a day of its own."""
    return b"".join(as_xlsx(list_export(selection, TODAY), Maker("公开访问者", NOW)))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def export(client: Client, extension: str, query: str = "") -> bytes:
    response = client.get(f"{LEDGER}{extension}?{query}")
    assert response.status_code == 200
    return response.getvalue()


def shown(plan: Plan, query: str) -> list[list[Any]]:
    """Header and rows of the list at this URL, all its pages."""
    return [list(row) for row in select_measures(plan, QueryDict(query), TODAY).table.as_values()]


def count_on_page(client: Client, query: str) -> int:
    page = client.get(f"{LIST}?{query}").content.decode()
    return int(re.search(r'显示 <strong class="num">(\d+)</strong> 项举措', page)[1])


class TestSameAsTheList:
    @pytest.mark.parametrize("query", FILTERS)
    def test_as_many_rows_as_the_page_says(self, client: Client, loaded_plan: Plan, query: str) -> None:
        count = count_on_page(client, query)
        assert len(rows_of(read_xlsx(export(client, "xlsx", query)))) == count + 1
        assert len(read_csv(export(client, "csv", query))) == count + 1

    @pytest.mark.parametrize("query", [*FILTERS, ALL_COLUMNS])
    def test_rows_columns_and_order_are_the_lists(self, client: Client, loaded_plan: Plan, query: str) -> None:
        rows = [[value if value != "" else None for value in row] for row in shown(loaded_plan, query)]
        assert rows_of(read_xlsx(export(client, "xlsx", query))) == rows
        assert read_csv(export(client, "csv", query)) == [
            ["" if value is None else str(value) for value in row] for row in rows
        ]

    def test_the_whole_plan_is_seventy_nine_rows(self, client: Client, loaded_plan: Plan) -> None:
        header, *rows = rows_of(read_xlsx(export(client, "xlsx")))
        assert header == ["序号", "主要任务", "编号", "具体举措", "责任单位"]
        assert [row[2] for row in rows] == [
            f"{number}-{order}"
            for number, order in Measure.objects.values_list("main_task__number", "order").order_by(
                "main_task__number", "order"
            )
        ]
        assert len(rows) == 79

    def test_number_and_title_stand_in_every_row_so_that_sorting_keeps_them_together(
        self, client: Client, loaded_plan: Plan
    ) -> None:
        sheet = read_xlsx(export(client, "xlsx", "field=1"))
        assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:E1", "A2:E2"}
        assert [row[0] for row in rows_of(sheet)[1:]] == [1, 1, 1, 1, 1, 1, 2, 3, 4, 4]

    def test_dates_are_dates_and_numbers_numbers(self, client: Client, loaded_plan: Plan) -> None:
        Measure.objects.filter(main_task__number=2).update(due_on=datetime.date(2026, 9, 30))
        Measure.objects.filter(main_task__number=3).update(is_ongoing=True)
        query = "cols=due_on&cols=duty_count&field=1&sort=due_on"
        first = [row[2:] for row in rows_of(read_xlsx(export(client, "xlsx", query)))][:2]
        assert first == [["职责数", "完成时限"], [3, datetime.datetime(2026, 9, 30)]]
        assert read_csv(export(client, "csv", query))[1][2:] == ["3", "2026-09-30"]
        ongoing = [row[-1] for row in rows_of(read_xlsx(export(client, "xlsx", query))) if row[0] == 3]
        assert ongoing == ["长期坚持"]


class TestBadConditions:
    QUERY = "field=1&unit=nosuch&sort=nosuch&cols=nosuch&per_page=7&page=x"

    def test_they_count_as_on_the_page(self, client: Client, loaded_plan: Plan) -> None:
        assert count_on_page(client, self.QUERY) == 10
        assert rows_of(read_xlsx(export(client, "xlsx", self.QUERY))) == shown(loaded_plan, "field=1")
        assert len(read_csv(export(client, "csv", self.QUERY))) == 11

    def test_the_sheet_tells_what_was_not_used(self, loaded_plan: Plan) -> None:
        assert sheet_of(loaded_plan, "field=1&unit=nosuch&sort=nosuch")["A2"].value == (
            "筛选：领域：基础设施；按原表顺序；共 10 项举措、4 项任务；2026-10-20 导出。"
            "责任单位：没有“nosuch”这一选项，请从列表中另选。这个条件没有使用，其余条件照常。"
            "排序：不能按“nosuch”排列，现在按原表顺序。请点列标题排序。"
        )

    def test_the_sheet_says_nothing_of_pages_it_does_not_have(self, client: Client, loaded_plan: Plan) -> None:
        facts = read_xlsx(export(client, "xlsx", "per_page=7&page=x"))["A2"].value
        assert re.fullmatch(r"筛选：全部举措；按原表顺序；共 79 项举措、25 项任务；\d{4}-\d\d-\d\d 导出", facts)


class TestWorkingSheet:
    @pytest.fixture
    def sheet(self, loaded_plan: Plan) -> Worksheet:
        return sheet_of(loaded_plan, "role=lead&q=海洋&sort=-number")

    def test_its_first_lines_say_what_it_is(self, sheet: Worksheet) -> None:
        assert sheet["A1"].value == "重点任务推进落实分工表"
        assert sheet["A2"].value == (
            "筛选：关键词：海洋，职责：牵头；按原表倒序；共 4 项举措、3 项任务；2026-10-20 导出"
        )

    def test_a_sheet_without_conditions_says_so(self, loaded_plan: Plan) -> None:
        assert (
            sheet_of(loaded_plan, "")["A2"].value
            == "筛选：全部举措；按原表顺序；共 79 项举措、25 项任务；2026-10-20 导出"
        )

    def test_it_can_be_filtered_and_keeps_its_head_in_sight(self, sheet: Worksheet) -> None:
        assert (sheet.title, sheet.auto_filter.ref, sheet.freeze_panes) == ("任务清单", "A3:E7", "A4")

    def test_its_head_is_filled_and_texts_wrap(self, sheet: Worksheet) -> None:
        assert {cell.fill.fgColor.rgb for cell in sheet[3]} == {"00E9EFF7"}
        assert {cell.alignment.wrap_text for row in sheet["A3:E7"] for cell in row} == {True}
        assert {sheet.row_dimensions[row].customHeight for row in range(1, 8)} == {True}

    def test_it_prints_sideways_one_page_wide_with_its_head_on_each(self, sheet: Worksheet) -> None:
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight) == (9, "landscape", 1, 0)
        assert sheet.print_title_rows == "$3:$3"
        assert sheet.oddFooter.center.text == "— &P —"

    def test_many_columns_print_on_a3(self, loaded_plan: Plan) -> None:
        assert sheet_of(loaded_plan, ALL_COLUMNS).page_setup.paperSize == 8

    def test_nothing_found_is_a_head_alone(self, loaded_plan: Plan) -> None:
        assert rows_of(sheet_of(loaded_plan, "q=没有这样的举措")) == [
            ["序号", "主要任务", "编号", "具体举措", "责任单位"]
        ]


class TestUntrustedText:
    @pytest.fixture(autouse=True)
    def texts(self, loaded_plan: Plan) -> None:
        task = MainTask.objects.get(number=1)
        MainTask.objects.exclude(pk=task.pk).delete()
        for order, text in enumerate(["=1+1", "+甲", "-乙", "@丙", "甲\x07乙", "😀", "字" * 40000], 1):
            Measure.objects.update_or_create(main_task=task, order=order, defaults={"text": text})

    def test_in_the_sheet_text_is_text(self, client: Client) -> None:
        cells = [row[3] for row in read_xlsx(export(client, "xlsx"))["A4:E10"]]
        assert {cell.data_type for cell in cells} == {"s"}
        assert [cell.value for cell in cells[:6]] == ["=1+1", "+甲", "-乙", "@丙", "甲␇乙", "😀"]
        assert cells[6].value.endswith("（原文共 40000 字，超出单元格上限，以下从略，全文见系统）")

    def test_the_code_of_a_measure_never_becomes_a_date(self, client: Client) -> None:
        cell = read_xlsx(export(client, "xlsx"))["C4"]
        assert (cell.value, cell.data_type, cell.quotePrefix) == ("1-1", "s", True)

    def test_in_the_csv_nothing_runs_and_nothing_is_lost(self, client: Client) -> None:
        texts = [row[3] for row in read_csv(export(client, "csv"))[1:]]
        assert texts == ["'=1+1", "'+甲", "'-乙", "'@丙", "甲␇乙", "😀", "字" * 40000]

    def test_a_condition_that_looks_like_a_formula_is_told_as_text(self, client: Client) -> None:
        cell = read_xlsx(export(client, "xlsx", "q=%3D1%2B1"))["A2"]
        assert cell.value.startswith("筛选：关键词：=1+1；按原表顺序；共 1 项举措")
        assert cell.data_type == "s"


class TestDownload:
    @pytest.mark.parametrize(
        ("extension", "content_type"),
        [
            ("csv", "text/csv; charset=utf-8"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ],
    )
    def test_it_comes_as_a_file_that_nobody_keeps(
        self, client: Client, loaded_plan: Plan, extension: str, content_type: str
    ) -> None:
        response = client.get(f"{LEDGER}{extension}")
        assert response["Content-Type"] == content_type
        assert response["Cache-Control"] == "private, no-store"
        title = "%E9%87%8D%E7%82%B9%E4%BB%BB%E5%8A%A1%E6%8E%A8%E8%BF%9B%E8%90%BD%E5%AE%9E%E5%88%86%E5%B7%A5%E8%A1%A8"
        ledger = "%EF%BC%88%E4%BB%BB%E5%8A%A1%E6%B8%85%E5%8D%95%EF%BC%89"
        assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{title}{ledger}.{extension}"

    @pytest.mark.parametrize("extension", ["csv", "xlsx"])
    def test_asking_for_the_headers_alone_works(self, client: Client, loaded_plan: Plan, extension: str) -> None:
        response = client.head(f"{LEDGER}{extension}")
        assert (response.status_code, response.getvalue()) == (200, b"")

    @pytest.mark.parametrize("path", ["/plans/nosuch/export/ledger.csv", "/plans/jiaodong/export/ledger.exe"])
    def test_unknown_plans_and_formats_are_not_found(self, client: Client, loaded_plan: Plan, path: str) -> None:
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("extension", ["csv", "xlsx"])
    @pytest.mark.parametrize(
        ("query", "again"), [("", 6), ("q=海洋&field=4&role=shared&sort=-units", 5), ("q=岛长制", 5)]
    )
    def test_always_as_many_queries(
        self, client: Client, loaded_plan: Plan, django_assert_num_queries, extension: str, query: str, again: int
    ) -> None:
        """The plan, its fields, the edition, the rows, their duties; of the whole plan how many, of a selection the first time. The
        event at first as well.
        """
        count_public(loaded_plan.pk)
        options_in(public_edition(), loaded_plan.pk, timezone.localdate())
        with django_assert_num_queries(11):
            export(client, extension, query)
        with django_assert_num_queries(again):
            export(client, extension, query)
