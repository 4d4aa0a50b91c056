"""The list of measures as shown, taken away as a working sheet: the rows, columns and order of the page."""

import datetime
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tasks.excel import layout
from tasks.excel.cells import csv_file, write_row
from tasks.tables import Selection

HEADER_ROW = 3  # below title and facts; the sheet's filter begins in it, which is how a reader finds it
WIDTHS = {
    "number": 7,
    "task": 20,
    "field": 19,
    "code": 8,
    "text": 60,
    "units": 36,
    "responsibility_text": 36,
    "duty_count": 9,
    "source_line": 11,
}
USUAL_WIDTH = 14
WIDEST_ON_A4 = 150
SIZE = 11
TITLE, FACTS, HEAD, SHORT, TEXT = "台账标题", "台账说明", "台账表头", "台账短栏", "台账正文"


def ledger_csv(selection: Selection) -> BytesIO:
    """The rows as shown, header first, nothing before it: a program reads this one."""
    return csv_file(selection.table.as_values())


def ledger_xlsx(selection: Selection, today: datetime.date) -> BytesIO:
    """The rows as shown, to work in. Number and title stand in every row: merged cells cannot be sorted or filtered.

    Rows go to the file as they come.
    """
    book = layout.new_workbook(selection.plan.title, selection.plan.subject)
    add_styles(book)
    sheet = book.create_sheet("台账")
    widths = [WIDTHS.get(column.name, USUAL_WIDTH) for column in selection.table.columns]
    paper = "A4" if sum(widths) <= WIDEST_ON_A4 else "A3"
    layout.set_page(sheet, widths, paper=paper, header_row=HEADER_ROW)
    write_banner(sheet, 1, selection.plan.title, TITLE, widths, size=16)
    write_banner(sheet, 2, facts(selection, today), FACTS, widths, size=SIZE)
    write_rows(sheet, selection.table.as_values(), widths)
    return layout.saved(book)


def facts(selection: Selection, today: datetime.date) -> str:
    """What is in the sheet and why, in one line; conditions that could not be used are told as on the page."""
    conditions = "，".join(map(selection.filter.in_words, selection.filter.asked)) or "全部举措"
    count = f"共 {selection.measure_count} 项举措、{selection.task_count} 项任务"
    told = "；".join([f"筛选：{conditions}", selection.in_words, count, f"{today:%Y-%m-%d} 导出"])
    return f"{told}。{''.join(selection.problems)}" if selection.problems else told


def add_styles(book: Workbook) -> None:
    body, rule, tint = layout.font(layout.SONG, SIZE), "B9C9DE", "E9EFF7"
    layout.add_style(book, TITLE, layout.font(layout.HEI, 16), ruled=None)
    layout.add_style(book, FACTS, layout.font(layout.SONG, SIZE, "4A5462"), ruled=None)
    layout.add_style(book, HEAD, layout.font(layout.HEI, SIZE), align="center", ruled=rule, fill=tint)
    layout.add_style(book, SHORT, body, align="center", vertical="top", ruled=rule)
    layout.add_style(book, TEXT, body, vertical="top", ruled=rule)


def write_banner(
    sheet: WriteOnlyWorksheet, row: int, text: str, style: str, widths: Sequence[int], *, size: int
) -> None:
    """A line across the whole table."""
    write_row(sheet, row, [text], [style], height=layout.row_height(layout.text_height(text, sum(widths), size=size)))
    layout.merge(sheet, row, row, 1, len(widths))


def write_rows(sheet: WriteOnlyWorksheet, rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
    """The header, in its row, and what follows it."""
    body = [TEXT if width > USUAL_WIDTH else SHORT for width in widths]
    for row, values in enumerate(rows, HEADER_ROW):
        styles = body if row > HEADER_ROW else [HEAD] * len(widths)
        write_row(sheet, row, values, styles, height=layout.row_height(*map(height, values, widths)))
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(widths))}{row}"


def height(value: Any, width: int) -> float:
    return layout.text_height(str(value), width, size=SIZE)
