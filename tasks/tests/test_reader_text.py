"""Text becomes rows: rules 1 to 4 and 8 of docs/allocation-format.md."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.allocation.reader_text import read_text
from tasks.allocation.rows import Document, Line, document, paragraphs
from tasks.tests.office_files import TITLE, cells, customer_table, found

HEADER = "序号\t主要任务\t具体举措\t责任单位"


def read(*lines: str) -> Document:
    return read_text("\n".join(lines).encode())


class TestLines:
    def test_a_bom_is_dropped(self):
        assert read_text(b"\xef\xbb\xbf" + TITLE.encode()).title == TITLE

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_each_line_end_counts_one_line(self, end):
        text = end.join([TITLE, "", HEADER, "1\t甲\t乙\t丙", ""])
        assert cells(read_text(text.encode())) == [(4, "1", "甲", ("乙",), ("丙",))]

    def test_mixed_line_ends(self):
        assert cells(read_text("1\t甲\t乙\t丙\r\r\n\n2\t丁\t戊\t己".encode())) == [
            (1, "1", "甲", ("乙",), ("丙",)),
            (4, "2", "丁", ("戊",), ("己",)),
        ]

    @pytest.mark.parametrize("blank", ["", "  ", "\u3000", "\u00a0", " \u3000\u00a0 "])
    def test_a_line_of_spaces_is_skipped_and_counted(self, blank):
        document = read(blank, TITLE, blank, HEADER, blank, "1\t甲\t乙\t丙")
        assert (document.title, cells(document), found(document)) == (TITLE, [(6, "1", "甲", ("乙",), ("丙",))], [])

    def test_a_line_of_tabs_is_a_row_of_blank_cells(self):
        assert cells(read(HEADER, "\t\t\t")) == [(2, "", "", (), ())]

    @pytest.mark.parametrize("no_end", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
    def test_no_other_character_ends_a_line(self, no_end):
        document = read(TITLE, HEADER, f"1\t甲\t前{no_end}后\t丙", "2\t丁\t戊\t己")
        assert cells(document) == [(3, "1", "甲", (f"前{no_end}后",), ("丙",)), (4, "2", "丁", ("戊",), ("己",))]

    def test_text_that_is_not_utf8_names_its_line(self):
        document = read_text("分工表\r\n\r".encode() + "责任单位".encode("gbk"))
        assert (document.title, document.rows, found(document)) == ("", (), [("BAD_ENCODING", 3)])
        assert document.findings[0].message == (
            "文件不是 UTF-8 编码。请在记事本或 WPS 中“另存为”，编码选 UTF-8，再读一次。"
        )

    def test_an_empty_file_has_nothing(self):
        assert read_text(b"") == Document()


class TestTitleAndHeader:
    def test_the_first_line_without_a_tab_is_the_title(self):
        assert read("", f"  {TITLE}　", HEADER).title == TITLE

    def test_there_may_be_no_title(self):
        document = read(HEADER, "1\t甲\t乙\t丙")
        assert (document.title, found(document)) == ("", [])

    def test_a_second_line_before_the_header_is_an_error(self):
        document = read(TITLE, "2020年1月", HEADER)
        assert (document.title, found(document)) == (TITLE, [("ROW_CELL_COUNT", 2)])

    def test_a_page_number_before_the_header_is_an_error_like_any_second_line(self):
        assert found(read(TITLE, "— 1 —", HEADER)) == [("ROW_CELL_COUNT", 2)]

    def test_a_line_after_the_header_is_no_title(self):
        document = read(HEADER, TITLE)
        assert (document.title, found(document)) == ("", [("ROW_CELL_COUNT", 2)])

    def test_a_header_is_known_without_its_spaces(self):
        assert read("序 号\t主　要 任务\t 具体举措 \t责任\u00a0单位") == Document()

    def test_a_header_in_paragraphs_is_one(self):
        assert read("<p>序号</p>\t<p>主要</p><p>任务</p>\t具体举措\t责任单位") == Document()

    def test_headers_repeat_where_pages_break(self):
        document = read(TITLE, HEADER, "1\t甲\t乙\t丙", "", HEADER, HEADER, "2\t丁\t戊\t己")
        assert cells(document) == [(3, "1", "甲", ("乙",), ("丙",)), (7, "2", "丁", ("戊",), ("己",))]
        assert found(document) == []

    def test_other_headings_are_a_row(self):
        assert cells(read("序号\t任务\t举措\t单位")) == [(1, "序号", "任务", ("举措",), ("单位",))]


class TestCells:
    def test_four_cells_are_a_row(self):
        document = read(HEADER, " 1 \t 甲\t\t丙　")
        assert (cells(document), found(document)) == ([(2, "1", "甲", (), ("丙",))], [])

    @pytest.mark.parametrize("fifth", ["", " ", "\u3000", "<p> </p>"])
    def test_a_fifth_blank_cell_is_a_warning(self, fifth):
        document = read(HEADER, f"1\t甲\t乙\t丙\t{fifth}")
        assert (cells(document), found(document)) == ([(2, "1", "甲", ("乙",), ("丙",))], [("EXTRA_EMPTY_CELL", 2)])

    def test_a_header_with_a_fifth_blank_cell_is_a_header(self):
        document = read(f"{HEADER}\t", "— 1 —")
        assert (cells(document), found(document)) == ([], [("EXTRA_EMPTY_CELL", 1), ("UNRECOGNISED_LINE", 2)])

    @pytest.mark.parametrize("line", ["1\t甲\t乙\t丙\t丁", "1\t甲\t乙\t丙\t\t", "1\t甲\t乙", "1\t甲", "\t\t\t\t\t"])
    def test_any_other_number_of_cells_is_an_error(self, line):
        document = read(HEADER, line)
        assert (cells(document), found(document)) == ([], [("ROW_CELL_COUNT", 2)])

    def test_the_halves_of_a_cut_row_are_never_glued(self):
        document = read(HEADER, "1\t甲", "乙\t丙", "2\t丁\t戊\t己")
        assert cells(document) == [(4, "2", "丁", ("戊",), ("己",))]
        assert found(document) == [("ROW_CELL_COUNT", 2), ("ROW_CELL_COUNT", 3)]

    def test_the_error_says_how_many_cells_and_where(self):
        assert read(HEADER, "\t\t乙").findings[0].message == (
            "这一行有 3 个单元格，应为 4 个（序号、主要任务、具体举措、责任单位）。"
            "请补齐分隔，或把被分页截断的一行合回一行：乙"
        )


class TestLinesBetween:
    @pytest.mark.parametrize("line", ["— 2 —", "-2-", "– 12 –", "2", "第 2 页", "第2页 共9页", "·3·", "－ 4 －", "５"])
    def test_a_page_number_is_passed_over(self, line):
        document = read(HEADER, line)
        assert (document.notes, found(document)) == ((line,), [("UNRECOGNISED_LINE", 2)])

    @pytest.mark.parametrize("line", ["注：列第一位的为牵头单位。", "注1:略", "备注：略", "说明：略"])
    def test_a_note_is_kept_as_a_note(self, line):
        document = read(HEADER, "1\t甲\t乙\t丙", line)
        assert (document.notes, found(document)) == ((line,), [("UNRECOGNISED_LINE", 3)])

    @pytest.mark.parametrize("line", ["一、基础设施", "牵头单位见附件", "2020年", "注意事项"])
    def test_any_other_line_is_an_error(self, line):
        document = read(HEADER, line)
        assert (document.notes, found(document)) == ((), [("ROW_CELL_COUNT", 2)])

    def test_the_warning_quotes_the_line(self):
        assert read(HEADER, "— 2 —").findings[0].message == "这一行不是表格内容，已略过：— 2 —"


class TestParagraphs:
    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            ("", ()),
            ("  ", ()),
            ("  一段。两句。 ", ("一段。两句。",)),
            ("<p>甲</p><p>乙</p>", ("甲", "乙")),
            ("<p> 甲 </p> \u3000<p>乙</p>", ("甲", "乙")),
            ("<P CLASS='x'>甲</P>", ("甲",)),
            ('<p align="a>b" data-x>甲</p>', ("甲",)),
            ("<p title='1 > 0'>甲</p >", ("甲",)),
            ("<p\nclass=x>甲</p>", ("甲",)),
            ("<p></p>", ("",)),
            ("<p>甲</p><p> </p><p>乙</p>", ("甲", "", "乙")),
            ("<p>甲", ("甲",)),
            ("<p>甲<p>乙", ("甲", "乙")),
            ("<p><p>甲</p></p>", ("甲",)),
            ("<p>甲</p>散<p>乙</p>", ("甲", "散", "乙")),
            ("前<p>甲</p>后", ("前", "甲", "后")),
            ("甲</p>乙", ("甲", "乙")),
            ("<pre>甲</pre>", ("<pre>甲</pre>",)),
            ("<p.>甲", ("<p.>甲",)),
            ("1 < 2 <b>p</b>", ("1 < 2 <b>p</b>",)),
            ('<p class="x>甲', ('<p class="x>甲',)),
            ("<p>“甲&amp;乙”  丙</p>", ("“甲&amp;乙”  丙",)),
        ],
    )
    def test_marks(self, cell, expected):
        assert paragraphs(cell) == expected

    def test_marks_that_never_close_are_read_in_linear_time(self):
        opened = "<p " * 200_000
        chained = "<p \"'\"'" * 200_000
        assert [paragraphs(opened), paragraphs(chained)] == [(opened.strip(),), (chained,)]


class TestDocument:
    def test_what_a_reader_found_before_comes_first(self):
        earlier = read(HEADER, "— 2 —").findings
        lines = [Line(5, (("分工表",),)), Line(6, (("甲",), ("乙",)))]
        assert found(document(lines, earlier)) == [("UNRECOGNISED_LINE", 2), ("ROW_CELL_COUNT", 6)]

    def test_the_customers_table_has_no_finding(self):
        table = customer_table()
        assert (table.title, len(table.rows), table.findings, table.notes) == (TITLE, 30, (), ())
        assert [row.line for row in table.rows if not row.number] == [12, 33, 35, 48, 50]


class TestAnything:
    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=400))
    def test_any_bytes_are_read_or_refused(self, data):
        assert isinstance(read_text(data), Document)

    @settings(max_examples=150, deadline=None)
    @given(st.text(st.sampled_from("甲乙1.、\t\t\t\n\r\u3000 <p>/注：—\"'\u2028\x0c"), max_size=120))
    def test_any_text_is_read(self, text):
        assert {finding.code for finding in read_text(text.encode()).findings} <= {
            "ROW_CELL_COUNT",
            "EXTRA_EMPTY_CELL",
            "UNRECOGNISED_LINE",
        }

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n<"), max_size=30), min_size=4, max_size=4
        )
    )
    def test_every_character_of_a_cell_is_kept(self, texts):
        number, title, measure, responsibility = (text.strip() for text in texts)
        assert cells(read(HEADER, "\t".join(texts))) == [
            (2, number, title, (measure,) if measure else (), (responsibility,) if responsibility else ())
        ]

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<"), max_size=20), max_size=6))
    def test_every_character_of_a_paragraph_is_kept(self, texts):
        marked = "".join(f"<p>{text}</p>" for text in texts)
        assert paragraphs(marked) == tuple(text.strip() for text in texts)
