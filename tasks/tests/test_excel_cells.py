"""What becomes of a value on its way into a cell or a CSV field."""

import csv
import datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell import Cell

from tasks.choices import ExportKind
from tasks.excel import layout
from tasks.excel.book import Column, Export, Maker, Sheet, as_csv
from tasks.excel.cells import LONGEST_TEXT, Share, clean, csv_field, sheet_title, write_row

UTC = datetime.UTC


def written(*values: Any) -> list[Cell]:
    """The values as a reader of the saved workbook finds them."""
    book = layout.new_workbook("", "")
    layout.add_style(book, "正文", layout.font(layout.SONG, 12))
    sheet = book.create_sheet()
    for row, value in enumerate(values, 1):
        write_row(sheet, row, [value], ["正文"], height=20)
    read = load_workbook(layout.saved(book)).active
    return [cell for (cell,) in read.iter_rows(max_row=len(values), max_col=1)]


def csv_of(*values: str) -> bytes:
    """A file of one row under columns of these numbers."""
    sheet = Sheet("表", [Column(str(number), 20) for number in range(len(values))], [values])
    export = Export(ExportKind.PROGRESS, None, datetime.date(2026, 9, 30), [sheet], 1)
    return b"".join(as_csv(export, Maker("督查专员", datetime.datetime(2026, 9, 30))))


def row_of(file: bytes) -> list[str]:
    _, row = csv.reader(StringIO(file.decode("utf-8-sig"), newline=""))
    return row


class TestTextInACell:
    @pytest.mark.parametrize(
        "text", ["=1+1", "=HYPERLINK(A1)", "+1", "-1", "@sum", "＝1", "'=1", " =1", "7-3", "007", "5G网络", "1e5"]
    )
    def test_what_excel_would_read_otherwise_is_text_and_stays_so_when_typed_again(self, text: str) -> None:
        (cell,) = written(text)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)

    @pytest.mark.parametrize(
        "text", ["聚力打造青岛国际性综合交通枢纽。", "#N/A", "TRUE", "a=1", "(1)", "emoji 😀🏗️", " 空格 "]
    )
    def test_other_text_is_text_without_a_prefix(self, text: str) -> None:
        (cell,) = written(text)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", False)

    def test_a_control_character_is_shown_as_its_picture(self) -> None:
        (cell,) = written("甲\x00乙\x07丙\x1b丁\x1f")
        assert cell.value == "甲␀乙␇丙␛丁␟"

    def test_what_is_no_character_is_shown_as_a_replacement(self) -> None:
        (cell,) = written("甲\ud800乙\ufffe丙\uffff")
        assert cell.value == "甲\ufffd乙\ufffd丙\ufffd"

    def test_tabs_and_line_ends_are_kept_and_line_ends_made_one_kind(self) -> None:
        (cell,) = written("甲\t乙\n丙\r\n丁\r戊")
        assert cell.value == "甲\t乙\n丙\n丁\n戊"

    def test_what_looks_like_an_escape_is_escaped_so_that_excel_shows_it_as_written(self) -> None:
        (cell,) = written("第_x0041_号，a_xb_")
        assert cell.value == "第_x005F_x0041_号，a_xb_"

    def test_a_text_as_long_as_a_cell_is_whole(self) -> None:
        text = "字" * LONGEST_TEXT
        (cell,) = written(text)
        assert cell.value == text

    def test_a_longer_text_says_at_its_end_that_it_is_not_whole(self) -> None:
        (cell,) = written("字" * (LONGEST_TEXT + 1))
        note = "……（原文共 32768 字，超出单元格上限，以下从略，全文见系统）"
        assert cell.value == "字" * (LONGEST_TEXT - len(note)) + note

    def test_an_emoji_counts_twice_and_is_never_halved(self) -> None:
        (cell,) = written("一" + "😀" * 20000)
        assert len(cell.value.encode("utf-16-le")) // 2 in (LONGEST_TEXT - 1, LONGEST_TEXT)
        assert cell.value.startswith("一😀😀")
        assert cell.value.endswith("😀……（原文共 20001 字，超出单元格上限，以下从略，全文见系统）")

    @given(st.text())
    def test_any_text_becomes_text_as_long_as_before_and_without_what_xml_forbids(self, text: str) -> None:
        shown = clean(text)
        assert len(shown) == len(text.replace("\r\n", "\n"))
        assert not any(char < " " and char not in "\t\n" for char in shown)
        assert clean(shown) == shown


class TestOtherValuesInACell:
    def test_a_date_is_a_date(self) -> None:
        (cell,) = written(datetime.date(2026, 9, 30))
        assert (cell.value, cell.number_format) == (datetime.datetime(2026, 9, 30), "yyyy-mm-dd")

    def test_a_moment_is_shown_as_the_clock_in_jinan_shows_it(self) -> None:
        aware = datetime.datetime(2026, 9, 30, 17, 5, tzinfo=UTC)
        with timezone.override(UTC):
            cells = written(aware, datetime.datetime(2026, 9, 30, 17, 5))
        assert [cell.value for cell in cells] == [
            datetime.datetime(2026, 10, 1, 1, 5),
            datetime.datetime(2026, 9, 30, 17, 5),
        ]
        assert {cell.number_format for cell in cells} == {"yyyy-mm-dd hh:mm"}

    def test_a_date_before_excels_calendar_is_text(self) -> None:
        (cell,) = written(datetime.date(1899, 12, 31))
        assert (cell.value, cell.data_type) == ("1899-12-31", "s")

    def test_a_share_is_a_number_shown_in_percent(self) -> None:
        (cell,) = written(Share(0.45))
        assert (cell.value, cell.data_type, cell.number_format) == (0.45, "n", "0%")

    @pytest.mark.parametrize("number", [0, 79, -3, 2.5, Decimal("1.25")])
    def test_a_number_is_a_number(self, number: Any) -> None:
        (cell,) = written(number)
        assert (cell.value, cell.data_type) == (number, "n")

    def test_a_number_excel_would_round_is_text(self) -> None:
        (cell,) = written(370602199001010012)
        assert (cell.value, cell.data_type) == ("370602199001010012", "s")

    def test_yes_and_no_are_words_and_nothing_is_empty(self) -> None:
        assert [cell.value for cell in written(True, False, None, "")] == ["是", "否", None, None]


class TestSheetTitle:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("重点任务推进落实分工表", "重点任务推进落实分工表"),
            ("甲/乙:丙?[丁]", "甲 乙 丙  丁"),
            ("'引号'", "引号"),
            ("字" * 40, "字" * 31),
            ("😀" * 40, "😀" * 15),
            ("///", "分工表"),
        ],
    )
    def test_it_is_one_excel_accepts(self, text: str, title: str) -> None:
        assert sheet_title(text) == title


class TestCsvField:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-1", "@a", "＝1", "＋1", "－1", "＠a", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "'甲"],
    )
    def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_front(self, text: str) -> None:
        assert csv_field(text) == "'" + clean(text)

    @pytest.mark.parametrize("text", ["甲", "7-3", "a=1", "", "“十强”产业", "5G", "#N/A", "😀"])
    def test_other_text_is_as_it_is(self, text: str) -> None:
        assert csv_field(text) == text

    @given(st.text())
    def test_a_program_that_takes_one_apostrophe_away_has_the_text_to_the_letter(self, text: str) -> None:
        assert csv_field(text).removeprefix("'") == clean(text)

    def test_values_that_are_not_text_stay_readable_by_program(self) -> None:
        moment = datetime.datetime(2026, 9, 30, 17, 5, tzinfo=UTC)
        values = [None, True, False, -3, 2.5, Share(0.45), datetime.date(2026, 9, 30), moment]
        assert [csv_field(value) for value in values] == [
            "",
            "是",
            "否",
            -3,
            2.5,
            "45%",
            "2026-09-30",
            "2026-10-01 01:05",
        ]


class TestCsvFile:
    def test_it_begins_with_the_mark_by_which_excel_knows_utf_8(self) -> None:
        assert csv_of("甲", "乙") == b"\xef\xbb\xbf" + "0,1\r\n甲,乙\r\n".encode()

    def test_commas_quotes_and_line_ends_stay_inside_their_field(self) -> None:
        assert row_of(csv_of("甲,乙", '"丙"', "丁\n戊", "a\x00b")) == ["甲,乙", '"丙"', "丁\n戊", "a␀b"]

    def test_a_text_longer_than_a_cell_is_whole(self) -> None:
        text = "字" * 40000
        assert row_of(csv_of(text)) == [text]
