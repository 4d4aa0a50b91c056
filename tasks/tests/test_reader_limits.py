"""Twenty megabytes of anything are read or refused at once: what would take long or much memory is no table."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.allocation.findings import TOO_LARGE
from tasks.allocation.markup import LONGEST_TAG, MOST_NAMES
from tasks.allocation.ooxml import DAMAGED, MOST_PARTS
from tasks.allocation.reader import read_table
from tasks.allocation.reader_text import MOST_LINES, MOST_TAGS, TOO_LONG
from tasks.allocation.reader_xlsx import is_day
from tasks.allocation.rows import (
    MOST_PARAGRAPHS,
    MOST_STATEMENTS,
    MOST_TEXT,
    TOO_MANY_PARAGRAPHS,
    TOO_MUCH,
    TOO_MUCH_RESPONSIBILITY,
    Document,
)
from tasks.allocation.table import number_of
from tasks.tests.office_files import (
    document_of,
    header_row,
    inline,
    packed,
    refusal,
    run,
    sheet_of,
    table_of,
    tc,
    tr,
    unpacked,
    with_part,
    workbook_of,
)

ROW = "1\t任务\t举措\t省交通运输厅\n"
CELLS = ("1", "任务", "举措", "省交通运输厅")
INSIDE = "".join(f"<a{at % 10}/>" for at in range(10))  # elements that mean nothing


ELEMENTS, BYTES = 2_000, 20_000  # the limits, made small for the tests


@pytest.fixture
def small_limits(monkeypatch) -> None:
    monkeypatch.setattr("tasks.allocation.markup.MOST_ELEMENTS", ELEMENTS)
    for module in ("reader_docx", "sheet"):
        monkeypatch.setattr(f"tasks.allocation.{module}.MOST_CELLS", ELEMENTS // 10)
    monkeypatch.setattr("tasks.allocation.markup.MOST_READ", BYTES * 10)
    monkeypatch.setattr("tasks.allocation.ooxml.MOST_WHOLE", BYTES)
    monkeypatch.setattr("tasks.allocation.ooxml.LONGEST_DIRECTORY", 70_000)


TEXTS = {
    "rows without end": ROW * (MOST_LINES + 1),
    "blank lines without end": "\n" * (MOST_LINES + 1),
    "old Macintosh lines without end": "\r" * (MOST_LINES + 1),
    "paragraphs without end": "1\t任务\t" + "<p>" * (MOST_TAGS + 1) + "\t省交通运输厅",
}
FILES: dict[str, Callable[[], bytes]] = {
    "a sheet of nothing": lambda: workbook_of(sheet_of("<row><c/></row>" * ELEMENTS)),
    "a sheet of cells": lambda: workbook_of(sheet_of(inline(*CELLS) * (ELEMENTS // 20))),
    "merges without end": lambda: workbook_of(
        sheet_of(end="".join(f'<mergeCell ref="A{at}:B{at}"/>' for at in range(1, 300)))
    ),
    "cells without end": lambda: document_of(table_of(header_row(), tr(*["<w:tc/>"] * 300))),
    "strings without end": lambda: workbook_of(sheet_of(), strings="<si/>" * ELEMENTS),
    "a document of nothing": lambda: document_of(INSIDE * (ELEMENTS // 10)),
    "a document of drawings": lambda: document_of(f"<w:drawing>{INSIDE * (ELEMENTS // 10)}</w:drawing>"),
    "a document of rows": lambda: document_of(table_of(header_row(), tr(*["<w:tc/>"] * 4) * (ELEMENTS // 20))),
    "attributes without end": lambda: document_of(f'<w:p a="{"x" * LONGEST_TAG * 2}"/>'),
    "a part that is read whole": lambda: with_part(workbook_of(sheet_of()), "xl/workbook.xml", padded),
    "a sheet that is long": lambda: workbook_of(sheet_of(inline("山" * BYTES * 10))),
    "names without end": lambda: document_of("".join(f"<a{at}/>" for at in range(MOST_NAMES))),
    "a comment without end": lambda: document_of(f"<!--{'>' * LONGEST_TAG * 2}-->"),
    "a comment without end before all": lambda: with_part(document_of(""), "word/document.xml", commented),
    "a sheet named again and again": lambda: named_again(workbook_of(sheet_of("<row><c/></row>" * (ELEMENTS // 10)))),
    "a directory without end": lambda: packed({f"{at}" * 100: "" for at in range(1_000)}),
    "parts without end": lambda: packed({f"{at}": "" for at in range(MOST_PARTS + 1)}),
}


def commented(xml: str) -> str:
    return f"<!--{'>' * LONGEST_TAG * 2}-->{xml}"


def named_again(workbook: bytes) -> bytes:
    return with_part(workbook, "xl/workbook.xml", lambda xml: re.sub("<sheet .*?/>", lambda found: found[0] * 10, xml))


def padded(xml: str) -> str:
    return f"{xml}<!-- {'x' * BYTES} -->"


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_no_table_is_refused_before_it_is_taken_apart(name: str) -> None:
    assert refusal(read_table(TEXTS[name].encode())) == TOO_LONG


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table_is_refused(name: str) -> None:
    assert refusal(read_table(FILES[name]())) == TOO_LARGE


LONG = "山" * 1_000
DOWN = '<w:vMerge w:val="restart"/>'
RUNNING = table_of(
    header_row(), tr(*(tc(LONG, properties=DOWN) for _ in range(3)), tc("单位")),
    tr(*(tc("", properties="<w:vMerge/>") for _ in range(3)), tc("单位")) * (MOST_TEXT // 3_000),
)  # fmt: skip
MUCH = {
    "a text": (lambda: ("山" * (MOST_TEXT + 1)).encode(), TOO_MUCH),
    "a line": (lambda: f"{ROW}1\t{'山' * (MOST_TEXT - 10)}\t举措\t单位".encode(), TOO_MUCH),
    "merged cells, once a row": (lambda: document_of(RUNNING), TOO_MUCH),
    "notes": (lambda: document_of(f"<w:p>{run(LONG)}</w:p>" * 2_100 + table_of(header_row())), TOO_MUCH),
    "a cell of a sheet": (lambda: workbook_of(sheet_of(inline("_x0041_" * MOST_TEXT))), TOO_LARGE),
    "paragraphs": (lambda: f"1\t任务\t{'<p>山</p>' * MOST_PARAGRAPHS}\t单位".encode(), TOO_MANY_PARAGRAPHS),
    "statements": (lambda: f"1\t任务\t举措\t{'甲、' * MOST_STATEMENTS}".encode(), TOO_MUCH_RESPONSIBILITY),
}  # fmt: skip


@pytest.mark.parametrize("name", MUCH)
def test_more_text_than_any_table_has_is_refused(name: str) -> None:
    data, sentence = MUCH[name]
    assert sentence == read_table(data()).findings[0].message
    assert read_table(data()).rows == ()


def test_a_statement_counts_once_however_many_rows_it_governs() -> None:
    rows = "".join(f"{at}\t任务\t举措\t{'山' * 200}\n" for at in range(1_000))
    assert len(read_table(rows.encode()).rows) == 1_000


def test_attributes_without_end_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("tasks.allocation.markup.MOST_ATTRIBUTES", 100)
    assert refusal(read_table(document_of("".join(f'<w:p a="" b{at}=""/>' for at in range(51))))) == TOO_LARGE


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_a_file_packed_as_office_never_packs_is_damaged(method: int) -> None:
    stream = BytesIO()
    with ZipFile(stream, "w", method) as archive:
        for name, content in unpacked(document_of(table_of(header_row(), tr(*map(tc, CELLS))))).items():
            archive.writestr(name, content)
    assert refusal(read_table(stream.getvalue())) == DAMAGED


def test_a_paragraph_within_a_paragraph_is_read_once() -> None:
    inner = f"<w:p>{run('外')}<w:p>{run('内')}</w:p></w:p>"
    data = document_of(table_of(header_row(), tr(*map(tc, CELLS[:3]), f"<w:tc>{inner}</w:tc>")))
    assert read_table(data).rows[0].responsibilities == ("外", "内")


def test_a_number_is_no_page_of_marks() -> None:
    assert number_of("1" + "\u0301\u0327" * 100_000) is None


def test_a_format_longer_than_excel_knows_makes_no_day() -> None:
    assert [is_day(1, {1: code}) for code in ("yyyy", "[" * 256 + "yyyy", "y" * 256)] == [True, False, False]


@pytest.mark.parametrize(
    "data",
    [
        (ROW * 10_000).encode(),
        document_of(
            table_of(header_row(), *(tr(*map(tc, (str(at), "任务", "举措", "单位"))) for at in range(10_000)))
        ),
    ],
    ids=["text", "docx"],
)
def test_ten_thousand_rows_are_read(data: bytes) -> None:
    """Four hundred times the customer's table."""
    assert len(read_table(data).rows) == 10_000


PIECES = st.sampled_from(
    [
        "序号",
        "主要任务",
        "具体举措",
        "责任单位",
        "\t",
        "\n",
        "\r",
        "<p>",
        "</p>",
        "<p/>",
        "1",
        "—",
        "　",
        "\ufeff",
        "省科技厅",
    ]
)
WORDS = st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join)
PARTS = [
    (workbook_of(sheet_of(inline(*CELLS))), "xl/worksheets/sheet1.xml"),
    (document_of(table_of(header_row(), tr(*map(tc, CELLS)))), "word/document.xml"),
]


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(read_table(text.encode("utf-8", "surrogatepass")), Document)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PARTS), st.data())
def test_xml_with_pieces_doubled_moved_and_cut_is_read_or_refused(file: tuple[bytes, str], draw) -> None:
    def spoil(xml: str) -> str:
        start = draw.draw(st.integers(0, len(xml) - 1))
        end = start + draw.draw(st.integers(1, 60))
        return xml[:start] + xml[start:end] * draw.draw(st.sampled_from([0, 2, 50])) + xml[end:]

    data, part = file
    assert isinstance(read_table(with_part(data, part, spoil)), Document)
