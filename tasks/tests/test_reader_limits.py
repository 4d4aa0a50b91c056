"""Twenty megabytes of anything are read or refused at once: what would take long or much memory is no table."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.allocation.findings import TOO_LARGE
from tasks.allocation.markup import LONGEST_TAG
from tasks.allocation.ooxml import MOST_PARTS
from tasks.allocation.reader import read_table
from tasks.allocation.reader_text import MOST_LINES, MOST_TAGS, TOO_LONG
from tasks.allocation.rows import Document
from tasks.tests.office_files import (
    document_of,
    header_row,
    inline,
    packed,
    refusal,
    sheet_of,
    table_of,
    tc,
    tr,
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


TEXTS = {
    "rows without end": ROW * (MOST_LINES + 1),
    "blank lines without end": "\n" * (MOST_LINES + 1),
    "old Macintosh lines without end": "\r" * (MOST_LINES + 1),
    "paragraphs without end": "1\t任务\t" + "<p>" * (MOST_TAGS + 1) + "\t省交通运输厅",
}
FILES: dict[str, Callable[[], bytes]] = {
    "a sheet of nothing": lambda: workbook_of(sheet_of("<row><c/></row>" * ELEMENTS)),
    "a sheet of cells": lambda: workbook_of(sheet_of(inline(*CELLS) * (ELEMENTS // 20))),
    "strings without end": lambda: workbook_of(sheet_of(), strings="<si/>" * ELEMENTS),
    "a document of nothing": lambda: document_of(INSIDE * (ELEMENTS // 10)),
    "a document of drawings": lambda: document_of(f"<w:drawing>{INSIDE * (ELEMENTS // 10)}</w:drawing>"),
    "a document of rows": lambda: document_of(table_of(header_row(), tr(*["<w:tc/>"] * 4) * (ELEMENTS // 20))),
    "attributes without end": lambda: document_of(f'<w:p a="{"x" * LONGEST_TAG * 2}"/>'),
    "a part that is read whole": lambda: with_part(workbook_of(sheet_of()), "xl/workbook.xml", padded),
    "a sheet that is long": lambda: workbook_of(sheet_of(inline("山" * BYTES * 10))),
    "parts without end": lambda: packed({f"{at}": "" for at in range(MOST_PARTS + 1)}),
}


def padded(xml: str) -> str:
    return f"{xml}<!-- {'x' * BYTES} -->"


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_no_table_is_refused_before_it_is_taken_apart(name: str) -> None:
    assert refusal(read_table(TEXTS[name].encode())) == TOO_LONG


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table_is_refused(name: str) -> None:
    assert refusal(read_table(FILES[name]())) == TOO_LARGE


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
