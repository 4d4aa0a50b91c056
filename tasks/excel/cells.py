"""The only place where a value becomes a spreadsheet cell or a CSV field.

Whatever people wrote is untrusted here: text never becomes a formula, a number, a date or an error code, and
nothing of it is dropped in silence. `docs/decisions/0002-excel-text-stays-text.md` gives the reasons.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tasks.sheettext import clean

LONGEST_TEXT = 32767  # in UTF-16 units, as Excel counts; an emoji is two
LARGEST_NUMBER = 10**15  # beyond it Excel rounds the last digits
DATE, MOMENT, SHARE = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0%"

# A text without any of these, and no longer than this, goes into a cell as it is.
ODD = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
SURELY_FITS = LONGEST_TEXT // 2
XML_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as A
RETYPED = re.compile(r"\s*['=+\-@＝＋－＠\d]")  # typed in by hand, Excel would read these as something else
GUARDED = re.compile(r"\s*['=+\-@＝＋－＠]|[\t\n]")


class Share(float):
    """A share of one, shown in percent: `Share(0.45)` is 45 %. A number, so that it survives `as_values()`."""


class Sign(str):
    """A word that stands in a style of its own, whatever its column: a light. A text, so that it survives everything."""

    style: str


def sign(text: str, style: str) -> Sign:
    made = Sign(text)
    made.style = style
    return made


class RowXml:
    """Rows of one sheet as XML: each value, type and style as `put` writes them, at a tenth of the time."""

    def __init__(self, sheet: WriteOnlyWorksheet) -> None:
        self.sheet = sheet
        self.numbers: dict[tuple[str, str | None, bool], int] = {}

    def row(
        self, number: int, columns: Sequence[str], values: Sequence[Any], styles: Sequence[str], *, height: float
    ) -> str:
        """`columns` are their letters."""
        cells = [
            self.cell(f"{column}{number}", value, style)
            for column, value, style in zip(columns, values, styles, strict=True)
        ]
        return f'<row r="{number}" ht="{height:g}" customHeight="1">{"".join(cells)}</row>'

    def cell(self, at: str, value: Any, style: str) -> str:
        if type(value) is Sign:
            style = value.style
        is_plain = type(value) is str and value and len(value) < SURELY_FITS and not ODD.search(value)
        known = value if is_plain else excel_value(value)
        if isinstance(known, str):
            number = self.style(style, None, bool(RETYPED.match(known)))
            text = f'<is><t xml:space="preserve">{escape(known)}</t></is>'
            return f'<c r="{at}" s="{number}" t="inlineStr">{text}</c>'
        number = self.style(style, format_of(value), False)
        if known is None:
            return f'<c r="{at}" s="{number}"/>'
        stored = to_excel(known) if isinstance(known, datetime.date) else known
        return f'<c r="{at}" s="{number}"><v>{float(stored) if isinstance(stored, Share) else stored}</v></c>'

    def style(self, name: str, number_format: str | None, is_quoted: bool) -> int:
        """The number by which the workbook knows this look."""
        key = (name, number_format, is_quoted)
        if key not in self.numbers:
            cell = WriteOnlyCell(self.sheet)
            cell.style, cell.quotePrefix = name, is_quoted
            if number_format:
                cell.number_format = number_format
            self.numbers[key] = cell.style_id
        return self.numbers[key]


def put(cell: Cell, value: Any, style: str) -> Cell:
    """Write a value as what it is, in a named style of the workbook: text as text, a date as a date, a share as 45%."""
    cell.style = style
    cell.value = known = excel_value(value)
    if isinstance(known, str):
        cell.data_type = "s"  # openpyxl has made =… a formula and #N/A an error
        cell.quotePrefix = bool(RETYPED.match(known))
    elif number_format := format_of(value):
        cell.number_format = number_format
    return cell


def write_row(
    sheet: WriteOnlyWorksheet, row: int, values: Iterable[Any], styles: Iterable[str], *, height: float
) -> None:
    """Append a row, whose number the caller knows, to a sheet being streamed. The memory taken does not grow."""
    sheet.row_dimensions[row].height = height
    sheet.append([put(WriteOnlyCell(sheet), value, style) for value, style in zip(values, styles, strict=True)])
    del sheet.row_dimensions[row]  # it is in the file already


def excel_value(value: Any) -> str | int | float | Decimal | datetime.date | None:
    """The value as Excel can hold it: text, number or naive date. What Excel cannot hold exactly becomes text."""
    match value:
        case None | "":
            return None
        case bool():
            return "是" if value else "否"
        case int() | float() | Decimal() if abs(value) < LARGEST_NUMBER:
            return value
        case datetime.datetime() if value.year >= 1900:
            return local(value)
        case datetime.date() if value.year >= 1900:
            return value
    return fitting(XML_ESCAPE.sub("_x005F_", clean(str(value))))


def format_of(value: Any) -> str | None:
    match value:
        case datetime.datetime():
            return MOMENT
        case datetime.date():
            return DATE
        case Share():
            return SHARE
    return None


def local(moment: datetime.datetime) -> datetime.datetime:
    """The moment as the clock on the wall shows it (Asia/Shanghai); Excel knows no time zones."""
    return moment if timezone.is_naive(moment) else timezone.make_naive(moment, timezone.get_default_timezone())


def fitting(text: str) -> str:
    """The text as long as a cell may be; one that is longer says so at its end."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    note = f"……（原文共 {len(text)} 字，超出单元格上限，以下从略，全文见系统）"
    return units[: 2 * (LONGEST_TEXT - len(note))].decode("utf-16-le", "ignore") + note


def sheet_title(text: str) -> str:
    """The text as Excel accepts it for a sheet: 31 characters, none of `[]:*?/\\`, no apostrophe at an end."""
    kept = re.sub(r"[\[\]:*?/\\\n\t]", " ", clean(text)).strip(" '")
    return kept.encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip(" '") or "分工表"


def csv_field(value: Any) -> str | int | float | Decimal:
    """The value as one field. A text a spreadsheet would run gets one apostrophe in front.

    So does a text that starts with an apostrophe: a program takes one away wherever a field starts with one, and
    has the text to the letter. Numbers keep their sign; dates are 2026-09-30.
    """
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Share():
            return f"{value:.0%}"
        case int() | float() | Decimal():
            return value
        case datetime.datetime():
            return f"{local(value):%Y-%m-%d %H:%M}"
    text = clean(str(value))
    return f"'{text}" if GUARDED.match(text) else text
