"""A workbook becomes the rows its text would give: merged cells fill down, plain blanks never do."""

import pytest
from openpyxl import Workbook

from tasks.allocation.reader import read_table
from tasks.allocation.reader_text import read_text
from tasks.excel.original_table import original_table
from tasks.tests.office_files import (
    HEADER,
    TITLE,
    cells,
    customer_table,
    fill,
    found,
    refusal,
    row,
    saved,
    split_rows,
    xlsx,
)
from tasks.tests.reading_xlsx import ROW, patched, read


class TestRows:
    def test_rows_have_the_numbers_that_excel_shows(self):
        document = read((TITLE,), (), HEADER, (1, "甲", "乙", "丙"), (), (" ", "\u3000"), ("", "", "丁", "戊"))
        assert (document.title, found(document)) == (TITLE, [])
        assert cells(document) == [row(4, "1", "甲", "乙", "丙"), row(7, "", "", "丁", "戊")]

    def test_headers_repeat(self):
        assert cells(read(HEADER, ROW, HEADER, ROW)) == [row(2, *ROW), row(4, *ROW)]

    def test_hidden_rows_and_columns_are_read(self):
        book = Workbook()
        fill(book.active, (HEADER, ROW))
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["C"].hidden = True
        assert cells(read_table(saved(book))) == [row(2, *ROW)]

    def test_text_right_of_the_table_is_a_fifth_cell(self):
        document = read(HEADER, (*ROW, "已完成"), (*ROW, "  "), (*ROW, None, None, "备注", "备注"))
        assert cells(document) == [row(3, *ROW)]
        assert [finding.message[:7] for finding in document.findings] == ["这一行有 5 ", "这一行有 6 "]
        assert found(document) == [("ROW_CELL_COUNT", 2), ("ROW_CELL_COUNT", 4)]

    def test_a_fifth_heading_is_reported_too(self):
        assert found(read((*HEADER, "完成时限"), (*ROW, "2020年"))) == [("ROW_CELL_COUNT", 1), ("ROW_CELL_COUNT", 2)]

    def test_text_left_of_the_table_is_not_lost(self):
        document = read(("", *HEADER), ("基础设施", *ROW), ("", *ROW))
        assert (cells(document), found(document)) == ([row(3, *ROW)], [("ROW_CELL_COUNT", 2)])


class TestColumns:
    def test_the_header_says_where_the_columns_are(self):
        document = read(("", "", TITLE), ("", "", *HEADER), ("", "", *ROW))
        assert (document.title, cells(document)) == (TITLE, [row(3, *ROW)])

    def test_blank_columns_may_stand_between(self):
        rows = [(a, None, b, c, None, None, d) for a, b, c, d in (HEADER, ROW)]
        assert cells(read(*rows, merge=("A1:B1", "A2:B2", "D1:F1"))) == [row(2, *ROW)]

    def test_spaces_in_headings_do_not_count(self):
        assert cells(read(("", "序 号", "主要\n任务", "具体　举措", "责任单位 "), ("", *ROW))) == [row(2, *ROW)]

    def test_a_later_header_may_move_the_columns(self):
        document = read(HEADER, ROW, ("", *HEADER), ("", *ROW))
        assert (cells(document), found(document)) == ([row(2, *ROW), row(4, *ROW)], [])

    def test_without_a_header_the_first_four_columns_are_the_table(self):
        document = read((TITLE,), ROW, ("", *ROW))
        assert (document.title, cells(document)) == (TITLE, [row(2, *ROW)])
        assert found(document) == [("ROW_CELL_COUNT", 3)]


class TestSheets:
    def book(self, *sheets, hidden=()) -> bytes:
        book = Workbook()
        book.remove(book.active)
        for rows in sheets:
            fill(book.create_sheet(), rows)
        for at in hidden:
            book.worksheets[at].sheet_state = "hidden"
        return saved(book)

    def test_the_first_sheet_with_a_header_is_read(self):
        document = read_table(self.book([("填表说明",)], [(TITLE,), HEADER, ROW], [HEADER, ("2", "丁", "戊", "己")]))
        assert (document.title, cells(document)) == (TITLE, [row(3, *ROW)])

    def test_a_hidden_sheet_is_not_read(self):
        data = self.book([HEADER, ("9", "旧", "旧", "旧")], [HEADER, ROW], hidden=[0])
        assert cells(read_table(data)) == [row(2, *ROW)]

    def test_without_a_header_the_first_sheet_is_read(self):
        assert cells(read_table(self.book([], [ROW], [("2", "丁", "戊", "己")]))) == [row(1, *ROW)]

    def test_a_chart_sheet_is_passed_over(self):
        book = Workbook()
        book.create_chartsheet("图", 0)
        fill(book.worksheets[0], (HEADER, ROW))
        assert cells(read_table(saved(book))) == [row(2, *ROW)]

    def test_an_empty_workbook_is_refused(self):
        assert refusal(read_table(saved(Workbook()))) == (
            "工作簿是空的，没有可读的内容。请检查是否选错了文件，或内容是否在隐藏的工作表里。"
        )


class TestMergedCells:
    def test_number_and_title_fill_down(self):
        rows = [
            (1, "甲", "举措一", "一局"),
            ("", "", "举措二", "二局"),
            ("", "", "举措三", "三局"),
            (2, "丁", "戊", "己"),
        ]
        assert cells(read(HEADER, *rows, merge=("A2:A4", "B2:B4"))) == [
            row(2, "1", "甲", "举措一", "一局"),
            row(3, "1", "甲", "举措二", "二局"),
            row(4, "1", "甲", "举措三", "三局"),
            row(5, "2", "丁", "戊", "己"),
        ]

    def test_plain_blanks_never_fill_down(self):
        rows = [(1, "甲", "举措一", "一局"), ("", "", "举措二", ""), ("", "", "", "三局")]
        assert cells(read(HEADER, *rows)) == [
            row(2, "1", "甲", "举措一", "一局"),
            row(3, "", "", "举措二", ""),
            row(4, "", "", "", "三局"),
        ]

    def test_one_responsibility_serves_each_of_its_measures(self):
        rows = [(1, "甲", "举措一", "一局"), ("", "", "举措二", ""), ("", "", "举措三", "")]
        merge = ("A2:A4", "B2:B4", "D2:D3")
        assert cells(read(HEADER, *rows, merge=merge)) == [
            row(2, "1", "甲", "举措一", "一局"),
            row(3, "1", "甲", "举措二", "一局"),
            row(4, "1", "甲", "举措三", ""),
        ]

    def test_one_measure_fills_down_beside_its_responsibilities(self):
        rows = [(1, "甲", "举措", "一局"), ("", "", "", "二局")]
        assert cells(read(HEADER, *rows, merge=("A2:A3", "B2:B3", "C2:C3"))) == [
            row(2, "1", "甲", "举措", "一局"),
            row(3, "1", "甲", "举措", "二局"),
        ]

    def test_a_row_merged_over_several_is_one_row(self):
        merge = ("A2:A4", "B2:B4", "C2:C4", "D2:D4")
        assert cells(read(HEADER, ROW, (), (), ("2", "丁", "戊", "己"), merge=merge)) == [
            row(2, *ROW),
            row(5, "2", "丁", "戊", "己"),
        ]

    def test_a_merged_blank_stays_blank(self):
        rows = [ROW, ("", "", "丁", "戊"), ("", "", "己", "庚")]
        assert cells(read(HEADER, *rows, merge=("A3:A4", "B3:B4"))) == [
            row(2, *ROW),
            row(3, "", "", "丁", "戊"),
            row(4, "", "", "己", "庚"),
        ]

    def test_what_hides_behind_a_merged_cell_is_not_read(self):
        """The format painter merges cells and leaves their old texts behind."""
        rows = [(TITLE, "旧", "旧", "旧"), HEADER, (1, "甲", "乙", "丙"), (99, "旧", "丁", "戊"), (98, "旧", "", "")]
        merge = '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="A3:A5"/><mergeCell ref="B3:B5"/></mergeCells>'
        document = patched(xlsx(*rows), lambda xml: xml.replace("</sheetData>", f"</sheetData>{merge}"))
        assert (document.title, found(document)) == (TITLE, [])
        assert cells(document) == [row(3, "1", "甲", "乙", "丙"), row(4, "1", "甲", "丁", "戊")]

    def test_cells_merged_across_leave_the_others_blank(self):
        assert cells(read(HEADER, ("1", "", "乙", "丙"), merge=("A2:B2",))) == [row(2, "1", "", "乙", "丙")]


class TestRunningText:
    @pytest.mark.parametrize("at", [0, 1, 2, 3, 5])
    def test_a_lone_text_above_the_table_is_its_title(self, at):
        document = read((*[None] * at, TITLE), HEADER, ROW)
        assert (document.title, found(document)) == (TITLE, [])

    def test_a_title_merged_across_is_read_once(self):
        document = read((TITLE,), (), HEADER, ROW, merge=("A1:D2",))
        assert (document.title, cells(document)) == (TITLE, [row(4, *ROW)])

    def test_a_second_line_above_is_an_error_as_in_text(self):
        assert found(read((TITLE,), ("2020年1月",), HEADER, ROW)) == [("ROW_CELL_COUNT", 2)]

    @pytest.mark.parametrize("at", [0, 1, 2, 3, 6])
    def test_page_numbers_and_notes_are_passed_over(self, at):
        blank = [None] * at
        document = read(HEADER, ROW, (*blank, "— 2 —"), (*blank, "注：列第一位的为牵头单位"))
        assert document.notes == ("— 2 —", "注：列第一位的为牵头单位")
        assert found(document) == [("UNRECOGNISED_LINE", 3), ("UNRECOGNISED_LINE", 4)]

    def test_a_section_heading_merged_across_is_an_error_as_in_text(self):
        assert found(read(HEADER, ("一、基础设施",), ROW, merge=("A2:D2",))) == [("ROW_CELL_COUNT", 2)]

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (("1、",), row(2, "1、", "", "", "")),
            (("", "甲"), row(2, "", "甲", "", "")),
            (("", "", "乙"), row(2, "", "", "乙", "")),
            (("", "", "", "丙"), row(2, "", "", "", "丙")),
        ],
    )
    def test_a_lone_cell_of_the_table_is_a_row(self, values, expected):
        assert cells(read(HEADER, values)) == [expected]


class TestCustomerTable:
    def test_as_a_sheet_it_gives_the_same_rows(self):
        table = customer_table()
        rows = [
            (row.number, row.title, "\n".join(row.measures), "\n".join(row.responsibilities)) for row in table.rows
        ]
        document = read((TITLE,), HEADER, *rows, merge=("A1:D1",))
        assert [item[1:] for item in cells(document)] == [item[1:] for item in cells(table)]
        assert (document.title, document.findings) == (TITLE, ())

    def test_one_measure_a_row_with_merged_numbers_and_titles(self):
        table = customer_table()
        rows, merge, expected = [(TITLE,), HEADER], ["A1:D1"], []
        for source in table.rows:
            first, split = len(rows) + 1, split_rows(source)
            rows += split
            expected += [row(first + at, source.number, source.title, *pair[2:]) for at, pair in enumerate(split)]
            if len(split) > 1:
                merge += [f"{column}{first}:{column}{len(rows)}" for column in "AB"]
        document = read(*rows, merge=merge)
        assert cells(document) == expected
        assert (document.title, document.findings, len(document.rows)) == (TITLE, (), 80)

    def test_the_table_as_issued_by_this_site_is_read_back(self, loaded_plan):
        document = read_table(original_table(loaded_plan).getvalue())
        measures = loaded_plan.main_tasks.order_by("number", "measures__order").values_list(
            "number", "title", "measures__text", "measures__responsibility_text"
        )
        assert cells(document) == [
            row(line, str(number), *texts) for line, (number, *texts) in enumerate(measures, start=3)
        ]
        assert (document.title, document.findings) == (loaded_plan.title, ())

    def test_text_and_sheet_find_the_same(self):
        lines = ["— 1 —", "\t\t举措\t省教育厅", "1\t甲\t乙\t丙\t丁", "x\t甲\t\t", "注：略", "一、甲"]
        text = read_text("\n".join([TITLE, "\t".join(HEADER), *lines]).encode())
        sheet = read((TITLE,), HEADER, *[line.split("\t") for line in lines])
        assert (sheet.title, cells(sheet), sheet.notes, sheet.findings) == (
            text.title,
            cells(text),
            text.notes,
            text.findings,
        )
