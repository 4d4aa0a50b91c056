"""What the cells of a workbook hold becomes text: numbers, days, formulas, paragraphs, whoever wrote the file."""

import re
from datetime import date, datetime, time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet.formula import ArrayFormula

from tasks.allocation.reader import read_table
from tasks.allocation.rows import Document
from tasks.tests.office_files import (
    HEADER,
    SHEETS,
    TITLE,
    cells,
    fill,
    found,
    inline,
    packed,
    refusal,
    row,
    saved,
    sheet_of,
    unpacked,
    with_part,
    workbook_of,
    xlsx,
)
from tasks.tests.reading_xlsx import ROW, SHEET, patched, read


class TestValues:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (1, "1"),
            (1.0, "1"),
            (2.50, "2.5"),
            (0.1 + 0.2, "0.3"),
            (20200131, "20200131"),
            (True, "TRUE"),
            (False, "FALSE"),
            (date(2020, 1, 31), "2020-01-31"),
            (datetime(2020, 1, 31, 8, 30), "2020-01-31 08:30:00"),
            (time(8, 30), "08:30:00"),
            ("=1+1", "=1+1"),
            ("'01", "'01"),
            ("#N/A", "#N/A"),
        ],
    )
    def test_what_is_not_text_is_read_as_text(self, value, text):
        assert cells(read(HEADER, (value, "甲", value, "丙"))) == [row(2, text, "甲", text, "丙")]

    def test_days_counted_from_1904(self):
        book = Workbook()
        book.epoch = MAC_EPOCH
        fill(book.active, (HEADER, ("1", "甲", date(2020, 1, 31), "丙")))
        assert cells(read_table(saved(book))) == [row(2, "1", "甲", "2020-01-31", "丙")]

    def test_days_in_the_formats_of_chinese_excel(self):
        data = xlsx(HEADER, ("1", "甲", date(2020, 1, 31), "丙"))
        data = with_part(data, "xl/styles.xml", lambda xml: xml.replace('numFmtId="14"', 'numFmtId="31"'))
        assert cells(read_table(data)) == [row(2, "1", "甲", "2020-01-31", "丙")]

    def test_a_number_that_is_no_day_is_shown_as_a_number(self):
        data = xlsx(HEADER, ("1", "甲", date(2020, 1, 31), "丙"))
        assert cells(patched(data, lambda xml: xml.replace("<v>43861</v>", "<v>-99999999</v>"))) == [
            row(2, "1", "甲", "-99999999", "丙")
        ]

    def test_a_number_too_large_for_any_format(self):
        assert cells(
            patched(xlsx(HEADER, (7, "甲", "乙", "丙")), lambda xml: xml.replace("<v>7</v>", "<v>1E999</v>"))
        ) == [row(2, "inf", "甲", "乙", "丙")]

    def test_an_error_value_is_kept_as_text(self):
        data = patched(
            xlsx(HEADER, (7, "甲", "乙", "丙")),
            lambda xml: xml.replace('t="n"><v>7</v>', 't="e"><f>A9</f><v>#REF!</v>'),
        )
        assert cells(data) == [row(2, "#REF!", "甲", "乙", "丙")]

    def test_formatting_inside_a_cell_is_dropped(self):
        book = Workbook()
        fill(book.active, (HEADER, ROW))
        book.active["C2"] = CellRichText("推进", TextBlock(InlineFont(b=True), "胶东 "), "一体化")
        assert cells(read_table(saved(book))) == [row(2, "1", "甲", "推进胶东 一体化", "丙")]

    def test_shared_texts_lose_their_formatting_and_reading_aids(self):
        strings = (
            "<si><t>甲</t></si>",
            '<si><r><t>胶</t></r><r><t xml:space="preserve">东 </t></r><rPh sb="0" eb="1"><t>jiāo</t></rPh></si>',
            "<si><t>丙_x000D_&#10;丁</t><phoneticPr/></si>",
        )
        shared = "<row><c><v>1</v></c>" + "".join(f'<c t="s"><v>{at}</v></c>' for at in range(3)) + "</row>"
        data = workbook_of(sheet_of(inline(*HEADER), shared), strings="".join(strings))
        assert cells(read_table(data)) == [(2, "1", "甲", ("胶东",), ("丙", "丁"))]

    def test_reading_aids_in_the_cell_itself_are_no_text(self):
        cell = '<c t="inlineStr"><is><t>甲</t><rPh sb="0" eb="1"><t>jiǎ</t></rPh></is></c>'
        data = workbook_of(sheet_of(inline(*HEADER), inline("1").replace("</row>", f"{cell}</row>")))
        assert cells(read_table(data)) == [row(2, "1", "甲", "", "")]


class TestParagraphs:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("举措一\n举措二", ("举措一", "举措二")),
            (" 举措一 \r\n　举措二", ("举措一", "举措二")),
            ("举措一_x000D_\n举措二", ("举措一", "举措二")),
            ("举措一\n\n举措二", ("举措一", "", "举措二")),
            ("<p>举措一</p>\n<P class='a'>举措二</P>", ("举措一", "举措二")),
            ("<p>举措\n一</p>", ("举措\n一",)),
            ("举措一。举措二。", ("举措一。举措二。",)),
            ("\n举措一", ("", "举措一")),
            ("举措一\n\n", ("举措一",)),
            ("\n \n", ()),
        ],
    )
    def test_line_breaks_and_marks(self, text, expected):
        assert read(HEADER, ("1", "甲", text, "一\n二\n三\n四\n五")).rows[0].measures == expected

    def test_number_and_title_are_one_text(self):
        assert cells(read(HEADER, ("1\n", "甲\n甲", "乙", "丙"))) == [row(2, "1", "甲甲", "乙", "丙")]

    def test_trailing_blanks_stay_where_they_make_equal_pairs(self):
        """Rule 9 calls this an error; dropping them would silently join two statements."""
        (read_row,) = read(HEADER, ("1", "甲", "乙\n", "丙\n丁")).rows
        assert (read_row.measures, read_row.responsibilities) == (("乙", ""), ("丙", "丁"))

    def test_escapes_for_what_no_text_holds_stay_escapes(self):
        assert cells(read(HEADER, ("1", "_x0041__x005F_x", "_xD800_", "_x0000_"))) == [
            row(2, "1", "A_x", "_xD800_", "_x0000_")
        ]


class TestFormulas:
    def with_formula(self, value: str, *, at: str = "A2", kind: str = "") -> Document:
        """The table with a formula in one cell, and what Excel stored as its value."""
        cell = f'<c r="{at}"{kind}><f>ROW()-1</f>{value}</c>'
        pattern = rf'<c r="{at}"[^>]*>.*?</c>'
        rows = [HEADER, (7, "甲", "乙", "丙", *([8] if at == "E2" else []))]
        return patched(xlsx(*rows), lambda xml: re.sub(pattern, cell, xml))

    def test_the_stored_value_is_read(self):
        assert cells(self.with_formula("<v>1</v>")) == [row(2, "1", "甲", "乙", "丙")]

    def test_a_stored_empty_text_is_blank(self):
        assert cells(self.with_formula("<v></v>", kind=' t="str"')) == [row(2, "", "甲", "乙", "丙")]

    @pytest.mark.parametrize("value", ["", "<v/>", "<v></v>"])
    def test_without_a_value_the_cell_is_named(self, value):
        document = self.with_formula(value)
        assert (document.rows, found(document)) == ((), [("UNREADABLE_FILE", 2)])
        assert document.findings[0].message == (
            "A2 是公式，但文件里没有存下计算结果。请用 Excel 或 WPS 打开并保存一次，或把公式粘贴为数值后再读。"
        )

    def test_several_are_named_and_counted(self):
        book = Workbook()
        fill(book.active, (HEADER, *[(f"{at}", "甲", "乙", "丙") for at in range(1, 8)]))
        for at in range(2, 9):
            book.active[f"A{at}"] = f"=ROW()-{at - 1}"
        book.active["B3"] = ArrayFormula("B3", "=A3")
        assert refusal(read_table(saved(book))).startswith("A2、A3、B3、A4、A5 等 8 个单元格 是公式")

    def test_outside_the_table_it_only_counts_as_text(self):
        document = self.with_formula("", at="E2")
        assert (cells(document), found(document)) == ([], [("ROW_CELL_COUNT", 2)])


class TestOtherWriters:
    def test_cells_need_not_say_where_they_are(self):
        data = workbook_of(sheet_of(inline(TITLE), inline(*HEADER), inline(*ROW)))
        assert (read_table(data).title, cells(read_table(data))) == (TITLE, [row(3, *ROW)])

    def test_cells_without_a_place_follow_those_with_one(self):
        named = '<c r="C9" t="inlineStr"><is><t>{}</t></is></c><c t="inlineStr"><is><t>{}</t></is></c>'
        rows = [inline("", "", *HEADER), inline(*ROW).replace("<row>", '<row r="9">')]
        rows[1] = f'<row r="9">{named.format("1", "甲")}<c/><c r="F9" t="str"><v>丙</v></c></row>'
        assert cells(read_table(workbook_of(sheet_of(*rows)))) == [row(9, "1", "甲", "", "丙")]

    def test_the_strict_flavour(self):
        strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
        sheet = sheet_of(inline(*HEADER), inline(*ROW)).replace(SHEETS, strict)
        assert cells(read_table(workbook_of(sheet))) == [row(2, *ROW)]

    def test_macros_are_ignored(self):
        data = with_part(xlsx(HEADER, ROW), "xl/vbaProject.bin", lambda _: "macro")
        kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        assert cells(
            read_table(
                with_part(data, "[Content_Types].xml", lambda xml: re.sub(r"[\w/.+-]*sheet\.main\+xml", kind, xml))
            )
        ) == [row(2, *ROW)]

    def test_what_is_not_read_may_be_broken(self):
        data = with_part(xlsx(HEADER, ROW), "xl/theme/theme1.xml", lambda _: "<broken")
        data = with_part(data, "docProps/core.xml", lambda _: "<broken")
        assert cells(read_table(data)) == [row(2, *ROW)]

    def test_names_of_parts_know_no_case_and_both_slashes(self):
        parts = unpacked(workbook_of(sheet_of(inline(*HEADER), inline(*ROW))))
        parts["xl\\Worksheets\\SHEET1.xml"] = parts.pop(SHEET)
        assert cells(read_table(packed(parts))) == [row(2, *ROW)]

    def test_declared_dimensions_do_not_matter(self):
        dimension = '<dimension ref="A1:XFD1048576"/>'
        data = patched(xlsx(HEADER, ROW), lambda xml: re.sub("<dimension[^>]*>", dimension, xml))
        assert cells(data) == [row(2, *ROW)]

    def test_merged_cells_as_large_as_a_sheet_do_not_matter(self):
        merges = "".join(f'<mergeCell ref="A{at}:XFD1048576"/>' for at in range(3, 20_000))
        sheet = sheet_of(inline(*HEADER), inline(*ROW), end=f"<mergeCells>{merges}</mergeCells>")
        assert cells(read_table(workbook_of(sheet))) == [row(2, *ROW)]

    def test_a_text_in_the_last_row_of_all(self):
        last = inline(*ROW).replace("<row>", '<row r="1048576">')
        assert cells(read_table(workbook_of(sheet_of(inline(*HEADER), last)))) == [row(1048576, *ROW)]

    def test_more_cells_than_any_table_has_are_refused(self, monkeypatch):
        monkeypatch.setattr("tasks.allocation.sheet.MOST_CELLS", 8)
        assert cells(read(HEADER, ROW)) == [row(2, *ROW)]
        assert refusal(read(HEADER, (*ROW, "戊"))) == (
            "文件展开后太大，不像一份分工表。请把分工表单独复制到一个新文件，保存后再读。"
        )


LEGAL = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="<_\ufffe\uffff\x85\u2028\u2029"
)


class TestAnything:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text(LEGAL, max_size=30), min_size=4, max_size=4))
    @example(["1", "=SUM(A1)", "-1", "@x"])
    def test_every_character_of_a_cell_is_kept(self, texts):
        document = read(HEADER, ("1", *texts[1:]))
        number, title, measure, responsibility = ("1", *(text.strip() for text in texts[1:]))
        if title or measure or responsibility:
            assert cells(document) == [row(2, number, title, measure, responsibility)]

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(st.sampled_from(["", "1", "甲", "— 2 —", "注：略", *HEADER]), max_size=6), max_size=6))
    def test_any_sheet_is_read(self, rows):
        assert isinstance(read(*rows, merge=("A1:C2", "B3:B5")), Document)
