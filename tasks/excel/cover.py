"""The cover of a workbook: what it is, of which day, by whom, and the code by which it is known again."""

from collections.abc import Iterator, Mapping
from typing import Any

from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tasks.excel import layout
from tasks.excel.cells import RowXml
from tasks.excel.looks import LABEL, MERGED, SIZE, TITLE

COVER = "封面"
WIDTHS = (16, 84)
WHAT_FOR = "在本系统的“校验”页输入校验码，或者上传这个文件，可以知道它与系统当时的数据是否一致。"
BY_FILE = "公开下载。在本系统的“校验”页上传这个文件，可以知道它是不是本系统给出的、有没有改动过。"


def cover_rows(sheet: WriteOnlyWorksheet, facts: Mapping[str, Any]) -> Iterator[str]:
    """One row for each fact, label and value, below the title; the first fact is the title too."""
    layout.set_page(sheet, WIDTHS, paper="A4", header_row=1)
    xml = RowXml(sheet)
    title = next(iter(facts.values()))
    yield xml.row(1, "A", [title], [TITLE], height=layout.row_height(layout.text_height(title, sum(WIDTHS), size=16)))
    layout.merge(sheet, 1, 1, 1, 2)
    for row, (label, value) in enumerate(facts.items(), 2):
        height = layout.row_height(layout.text_height(str(value), WIDTHS[1], size=SIZE))
        yield xml.row(row, "AB", [label, value], [LABEL, MERGED], height=height)
