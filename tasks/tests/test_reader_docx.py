"""A Word document becomes the rows its text would give: merged cells fill down, tracked deletions are gone."""

from tasks.allocation.reader import read_table
from tasks.allocation.reader_text import read_text
from tasks.tests.office_files import (
    HEADER,
    TITLE,
    cells,
    customer_table,
    document_of,
    found,
    header_row,
    refusal,
    row,
    run,
    split_rows,
    table_of,
    tc,
    tr,
)
from tasks.tests.reading_docx import CONTINUE, RESTART, ROW, of, read, span


class TestRows:
    def test_rows_are_counted_from_the_first_of_the_table(self):
        document = read(HEADER, ROW, ("", "", "", ""), ("", "", "丁", "戊"), before=["", TITLE])
        assert (document.title, found(document)) == (TITLE, [])
        assert cells(document) == [row(2, *ROW), row(4, "", "", "丁", "戊")]

    def test_rows_are_counted_on_through_all_tables(self):
        one, two = (
            table_of(header_row(), tr(*map(tc, ROW))),
            table_of(header_row(), tr(*map(tc, ("2", "丁", "戊", "己")))),
        )
        assert cells(read_table(document_of(one + f"<w:p>{run('续表')}</w:p>" + two))) == [
            row(2, *ROW),
            row(4, "2", "丁", "戊", "己"),
        ]

    def test_headers_repeat_where_pages_break(self):
        document = read(HEADER, ROW, ("序 号", *HEADER[1:]), ("2", "丁", "戊", "己"))
        assert (cells(document), found(document)) == ([row(2, *ROW), row(4, "2", "丁", "戊", "己")], [])

    def test_a_fifth_blank_cell_is_a_warning(self):
        document = read((*HEADER, ""), (*ROW, ""))
        assert cells(document) == [row(2, *ROW)]
        assert found(document) == [("EXTRA_EMPTY_CELL", 1), ("EXTRA_EMPTY_CELL", 2)]

    def test_a_fifth_text_is_an_error(self):
        assert found(read((*HEADER, "备注"), (*ROW, "略"))) == [("ROW_CELL_COUNT", 1), ("ROW_CELL_COUNT", 2)]

    def test_a_table_of_three_columns_is_an_error_in_each_row(self):
        assert found(read(HEADER[:3], ROW[:3])) == [("ROW_CELL_COUNT", 1), ("ROW_CELL_COUNT", 2)]

    def test_a_document_without_a_table_is_refused(self):
        assert refusal(read_table(document_of(f"<w:p>{run(TITLE)}</w:p>"))) == (
            "文档里没有表格。请把分工表做成四列的表格（序号、主要任务、具体举措、责任单位）；文本框里的表格请移到正文。"
        )


class TestTitleAndNotes:
    def test_the_first_text_before_the_table_is_the_title(self):
        document = read(
            HEADER, ROW, before=["　", f" {TITLE} ", "（2020年1月）"], after=["列第一位的为牵头单位。", ""]
        )
        assert (document.title, document.notes) == (TITLE, ("（2020年1月）", "列第一位的为牵头单位。"))
        assert found(document) == []

    def test_text_after_the_table_is_no_title(self):
        document = read(HEADER, ROW, after=["注：略"])
        assert (document.title, document.notes) == ("", ("注：略",))

    def test_a_merged_first_row_of_the_table_is_the_title(self):
        document = read((TITLE, "", "", ""), HEADER, ROW, merge=[(0, 0, 0, 3)])
        assert (document.title, cells(document), found(document)) == (TITLE, [row(3, *ROW)], [])

    def test_a_second_title_in_the_table_is_an_error_as_in_text(self):
        document = read((TITLE, "", "", ""), HEADER, ROW, merge=[(0, 0, 0, 3)], before=["附件"])
        assert (document.title, found(document)) == ("附件", [("ROW_CELL_COUNT", 1)])

    def test_page_numbers_and_notes_in_the_table_are_passed_over(self):
        note = "注：列第一位的为牵头单位"
        document = read(HEADER, ROW, (note, "", "", ""), ("", "", "", "— 2 —"), merge=[(2, 0, 2, 3)], after=["附后"])
        assert (document.notes, cells(document)) == (("附后", note, "— 2 —"), [row(2, *ROW)])
        assert found(document) == [("UNRECOGNISED_LINE", 3), ("UNRECOGNISED_LINE", 4)]

    def test_a_section_heading_across_the_table_is_an_error_as_in_text(self):
        document = read(HEADER, ("一、基础设施", "", "", ""), ROW, merge=[(1, 0, 1, 3)])
        assert (cells(document), found(document)) == ([row(3, *ROW)], [("ROW_CELL_COUNT", 2)])


class TestMergedCells:
    def test_number_and_title_fill_down(self):
        rows = [ROW, ("", "", "举措二", "二局"), ("", "", "举措三", "三局"), ("2", "丁", "戊", "己")]
        assert cells(read(HEADER, *rows, merge=[(1, 0, 3, 0), (1, 1, 3, 1)])) == [
            row(2, *ROW),
            row(3, "1", "甲", "举措二", "二局"),
            row(4, "1", "甲", "举措三", "三局"),
            row(5, "2", "丁", "戊", "己"),
        ]

    def test_plain_blanks_never_fill_down(self):
        assert cells(read(HEADER, ROW, ("", "", "举措二", ""))) == [row(2, *ROW), row(3, "", "", "举措二", "")]

    def test_one_responsibility_serves_each_of_its_measures(self):
        rows = [ROW, ("", "", "举措二", ""), ("", "", "举措三", "")]
        assert cells(read(HEADER, *rows, merge=[(1, 3, 2, 3)])) == [
            row(2, *ROW),
            row(3, "", "", "举措二", "丙"),
            row(4, "", "", "举措三", ""),
        ]

    def test_a_row_merged_over_several_is_one_row(self):
        blank = ("", "", "", "")
        merge = [(1, column, 3, column) for column in range(4)]
        assert cells(read(HEADER, ROW, blank, blank, ROW, merge=merge)) == [row(2, *ROW), row(5, *ROW)]

    def test_a_merge_ends_with_its_table(self):
        above = table_of(header_row(), tr(tc("1", properties=RESTART), *map(tc, ROW[1:])))
        below = table_of(tr(tc("", properties=CONTINUE), *map(tc, ("丁", "戊", "己"))))
        assert cells(read_table(document_of(above + below))) == [row(2, *ROW), row(3, "", "丁", "戊", "己")]

    def test_what_continues_nothing_is_a_cell_of_its_own(self):
        assert cells(of(tr(tc("1", properties=CONTINUE), *map(tc, ROW[1:])))) == [row(2, *ROW)]

    def test_a_header_in_between_ends_the_merge(self):
        first = tr(tc("1", properties=RESTART), *map(tc, ROW[1:]))
        last = tr(tc("", properties=CONTINUE), tc(""), tc("丁"), tc("戊"))
        assert cells(of(first, header_row(), last)) == [row(2, *ROW), row(4, "", "", "丁", "戊")]

    def test_a_row_across_the_table_ends_every_merge(self):
        first = tr(*(tc(text, properties=RESTART) for text in ROW))
        across = tr(tc("— 2 —", properties=span(4)))
        last = tr(tc("", properties=CONTINUE), tc("", properties=CONTINUE), tc("丁"), tc("戊"))
        assert cells(of(first, across, last)) == [row(2, *ROW), row(4, "", "", "丁", "戊")]

    def test_what_hides_in_a_continued_cell_is_not_read(self):
        rows = [
            tr(tc("1", properties=RESTART), *map(tc, ROW[1:])),
            tr(tc("99", properties=CONTINUE), *map(tc, ROW[1:])),
        ]
        assert cells(of(*rows)) == [row(2, *ROW), row(3, *ROW)]


class TestGrid:
    def test_cells_merged_across_leave_the_others_blank(self):
        assert cells(read(HEADER, ("1", "", "乙", "丙"), merge=[(1, 0, 1, 1)])) == [row(2, "1", "", "乙", "丙")]

    def test_borders_that_do_not_line_up_do_not_matter(self):
        header = tr(tc("序号"), tc("主要任务"), tc("具体举措", properties=span(2)), tc("责任单位"))
        data = tr(tc("1"), tc("甲"), tc("乙"), tc("丙", properties=span(2)))
        assert cells(read_table(document_of(table_of(header, data)))) == [row(2, *ROW)]

    def test_a_row_that_begins_late_keeps_its_columns(self):
        late = tr(tc("丁"), tc("戊"), properties='<w:gridBefore w:val="2"/>')
        assert cells(of(tr(*map(tc, ROW)), late)) == [row(2, *ROW), row(3, "", "", "丁", "戊")]

    def test_a_row_with_too_few_cells_is_an_error(self):
        assert found(of(tr(tc("1"), tc("甲"), tc("乙")))) == [("ROW_CELL_COUNT", 2)]

    def test_the_older_way_to_merge_across(self):
        merged = tc("1", properties='<w:hMerge w:val="restart"/>') + tc("", properties="<w:hMerge/>")
        assert cells(of(tr(merged, tc("乙"), tc("丙")))) == [row(2, "1", "", "乙", "丙")]

    def test_cells_and_rows_in_content_controls_are_read(self):
        held = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
        data = held.format(tr(held.format(tc("1")), *map(tc, ROW[1:])))
        assert cells(read_table(document_of(held.format(table_of(header_row(), data))))) == [row(2, *ROW)]

    def test_a_table_within_a_cell_is_part_of_its_text(self):
        within = tc("乙").replace("</w:tc>", table_of(tr(tc("丁"), tc("戊"))) + "<w:p/></w:tc>")
        assert of(tr(tc("1"), tc("甲"), within, tc("丙"))).rows[0].measures == ("乙", "丁", "戊")


class TestCustomerTable:
    def test_as_a_document_it_gives_the_same_rows(self):
        table = customer_table()
        rows = [(row.number, row.title, row.measures, row.responsibilities) for row in table.rows]
        document = read(HEADER, *rows, before=[TITLE])
        assert [item[1:] for item in cells(document)] == [item[1:] for item in cells(table)]
        assert (document.title, document.notes, document.findings) == (TITLE, (), ())

    def test_one_measure_a_row_with_merged_numbers_and_titles(self):
        rows, merge, expected = [HEADER], [], []
        for source in customer_table().rows:
            first, split = len(rows), split_rows(source)
            rows += split
            expected += [row(first + 1 + at, source.number, source.title, *pair[2:]) for at, pair in enumerate(split)]
            if len(split) > 1:
                merge += [(first, column, len(rows) - 1, column) for column in (0, 1)]
        document = read(*rows, merge=merge, before=[TITLE])
        assert cells(document) == expected
        assert (document.title, document.findings, len(document.rows)) == (TITLE, (), 80)

    def test_text_and_document_find_the_same(self):
        lines = ["— 1 —", "\t\t举措\t省教育厅", "x\t甲\t\t", "注：略", "一、甲"]
        text = read_text("\n".join([TITLE, "\t".join(HEADER), *lines]).encode())
        rows = [(TITLE, "", "", ""), HEADER, *[(line.split("\t") + [""] * 3)[:4] for line in lines]]
        word = read(*rows)
        assert (word.title, cells(word), word.notes, word.findings) == (
            text.title,
            cells(text),
            text.notes,
            text.findings,
        )
