"""The list of measures as shown, taken away as a working sheet: the rows, columns and order of the page."""

import datetime
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tasks.excel import layout
from tasks.excel.cells import csv_file, put
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

    Rows go to the file as they come; the memory taken does not grow with them.
    """
    book = layout.new_workbook(write_only=True)
    add_styles(book)
    layout.set_properties(book, selection.plan.title, selection.plan.subject)
    sheet = book.create_sheet("台账")
    widths = [WIDTHS.get(column.name, USUAL_WIDTH) for column in selection.table.columns]
    set_up(sheet, widths)
    write_banner(sheet, 1, selection.plan.title, TITLE, widths, size=16)
    write_banner(sheet, 2, facts(selection, today), FACTS, widths, size=SIZE)
    write_rows(sheet, selection.table.as_values(), widths)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def facts(selection: Selection, today: datetime.date) -> str:
    """What is in the sheet and why, in one line; conditions that could not be used are told as on the page."""
    conditions = "，".join(map(selection.filter.in_words, selection.filter.asked)) or "全部举措"
    count = f"共 {selection.measure_count} 项举措、{selection.task_count} 项任务"
    told = "；".join([f"筛选：{conditions}", selection.in_words, count, f"{today:%Y-%m-%d} 导出"])
    return "。".join([told, "".join(selection.problems)]) if selection.problems else told


def add_styles(book: Workbook) -> None:
    body, rule, tint = layout.font(layout.SONG, SIZE), "B9C9DE", "E9EFF7"
    layout.add_style(book, TITLE, layout.font(layout.HEI, 16), ruled=None)
    layout.add_style(book, FACTS, layout.font(layout.SONG, SIZE, color="4A5462"), ruled=None)
    layout.add_style(book, HEAD, layout.font(layout.HEI, SIZE), align="center", ruled=rule, fill=tint)
    layout.add_style(book, SHORT, body, align="center", vertical="top", ruled=rule)
    layout.add_style(book, TEXT, body, vertical="top", ruled=rule)


def set_up(sheet: WriteOnlyWorksheet, widths: Sequence[int]) -> None:
    """Everything that stands in the file before the rows."""
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    layout.set_page(sheet, paper="A4" if sum(widths) <= WIDEST_ON_A4 else "A3", header_row=HEADER_ROW)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"


def write_banner(
    sheet: WriteOnlyWorksheet, row: int, text: str, style: str, widths: Sequence[int], *, size: int
) -> None:
    """A line across the whole table."""
    height = layout.row_height(layout.text_height(text, sum(widths), size=size))
    append(sheet, row, [put(WriteOnlyCell(sheet), text, style)], height)
    sheet.merged_cells.add(f"A{row}:{get_column_letter(len(widths))}{row}")


def write_rows(sheet: WriteOnlyWorksheet, rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
    styles = [TEXT if width > USUAL_WIDTH else SHORT for width in widths]
    for row, values in enumerate(rows, HEADER_ROW):
        head = row == HEADER_ROW
        cells = [
            put(WriteOnlyCell(sheet), value, HEAD if head else style)
            for value, style in zip(values, styles, strict=True)
        ]
        append(sheet, row, cells, layout.row_height(*map(height, values, widths)))
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(widths))}{row}"


def height(value: Any, width: int) -> float:
    return layout.text_height(str(value), width, size=SIZE)


def append(sheet: WriteOnlyWorksheet, row: int, cells: Sequence[Cell], height: float) -> None:
    sheet.row_dimensions[row].height = height
    sheet.append(cells)
    del sheet.row_dimensions[row]  # it is in the file already
