"""The table as an Excel workbook: merged cells fill down, plain blanks never do (contract, rows 2 to 4, 8)."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from tasks.allocation.grid import cell_of, line_of
from tasks.allocation.ooxml import (
    MOST_ELEMENTS,
    TOO_LARGE,
    Package,
    Relation,
    UnreadableError,
    from_package,
    pieces_of,
)
from tasks.allocation.reader_text import LINE_END
from tasks.allocation.rows import HEADER, Document, Line, document
from tasks.allocation.sheet import Sheet, Texts, Values, read_sheet, unescaped

NO_WORKBOOK = "这个文件不是 Excel 工作簿，可能改过扩展名。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再读。"
BINARY = "这是二进制工作簿（.xlsb）。请在 Excel 或 WPS 中另存为 .xlsx 后再读。"
EMPTY = "工作簿是空的，没有可读的内容。请检查是否选错了文件，或内容是否在隐藏的工作表里。"

EAST_ASIAN_DATES = frozenset(
    {*range(27, 37), *range(50, 59)}
)  # built into Chinese Excel, so its files never spell them
FIRST_COLUMNS = (1, 2, 3, 4)


def read_xlsx(data: bytes) -> Document:
    return from_package(data, read_workbook)


def read_workbook(package: Package) -> Document:
    if not package.main.startswith("xl/"):
        raise UnreadableError(NO_WORKBOOK)
    if package.main.endswith(".bin"):
        raise UnreadableError(BINARY)
    sheet = table_sheet(package)
    refuse_formulas(sheet)
    return document(lines(sheet))


def table_sheet(package: Package) -> Sheet:
    """The first visible sheet with a header, or else the first with anything in it."""
    first = None
    for sheet in visible_sheets(package):
        if any(header_columns(texts) for texts in sheet.rows.values()):
            return sheet
        first = first or (sheet if sheet.rows else None)
    if first is None:
        raise UnreadableError(EMPTY)
    return first


def visible_sheets(package: Package) -> Iterator[Sheet]:
    book, relations = package.root(package.main), package.relations(package.main)
    values = values_of(package, book, list(relations.values()))
    for entry in book.iterfind("{*}sheets/{*}sheet"):
        key = next((value for name, value in entry.items() if name.endswith("}id")), "")
        relation = relations.get(key)
        if relation and relation.kind == "worksheet" and entry.get("state", "visible") == "visible":
            with package.open(relation.part) as stream:
                sheet = read_sheet(stream, values)
            yield sheet


def values_of(package: Package, book: ET.Element, relations: list[Relation]) -> Values:
    parts = {relation.kind: relation.part for relation in relations}
    properties = book.find("{*}workbookPr")
    from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return Values(
        strings=shared_strings(package, parts["sharedStrings"]) if "sharedStrings" in parts else [],
        date_styles=date_styles(package.root(parts["styles"])) if "styles" in parts else frozenset(),
        epoch=MAC_EPOCH if from_1904 else WINDOWS_EPOCH,
    )


def shared_strings(package: Package, part: str) -> list[str]:
    strings, elements = [], 0
    parser = ET.XMLPullParser(("end",))  # open() lets no document type through
    with package.open(part) as stream:
        for item in finished(parser, pieces_of(stream)):
            elements += 1
            if elements > MOST_ELEMENTS:
                raise UnreadableError(TOO_LARGE)
            if item.tag.endswith("}si"):
                # Its own text or that of its runs; a reading aid (rPh) has a text too, which is not the cell's.
                texts = (*item.iterfind("{*}t"), *item.iterfind("{*}r/{*}t"))
                strings.append(unescaped("".join(text.text or "" for text in texts)))
                item.clear()
    return strings


def finished(parser: ET.XMLPullParser, pieces: Iterator[bytes]) -> Iterator[ET.Element]:
    for piece in pieces:
        parser.feed(piece)
        events: Iterator[Any] = parser.read_events()
        for _, item in events:
            yield item
    parser.close()


def date_styles(styles: ET.Element) -> frozenset[int]:
    """The styles, by their place in the list that cells refer to, under which a number is a day."""
    own = {int(item.get("numFmtId", 0)): item.get("formatCode") for item in styles.iterfind("{*}numFmts/{*}numFmt")}
    formats = [int(item.get("numFmtId", 0)) for item in styles.iterfind("{*}cellXfs/{*}xf")]
    return frozenset(
        place
        for place, key in enumerate(formats)
        if (key in EAST_ASIAN_DATES and key not in own) or is_date_format(own.get(key) or BUILTIN_FORMATS.get(key))
    )


def header_columns(texts: Texts) -> tuple[int, ...]:
    """The columns of the four header cells, which may stand further right and with blank columns between; else ()."""
    columns = sorted(texts)
    plain = ["".join(texts[column].split()) for column in columns]
    if HEADER[0] not in plain:
        return ()
    start = plain.index(HEADER[0])
    return tuple(columns[start : start + 4]) if tuple(plain[start : start + 4]) == HEADER else ()


def table_columns(sheet: Sheet) -> tuple[int, ...]:
    """The columns of the first header, or else A to D."""
    headers = (header_columns(sheet.rows[number]) for number in sorted(sheet.rows))
    return next(filter(None, headers), FIRST_COLUMNS)


def refuse_formulas(sheet: Sheet) -> None:
    """A formula without a value would read as a blank cell. Outside the table's columns it only counts as text."""
    columns = table_columns(sheet)
    places = sorted(place for place in sheet.formulas if place[1] in columns)
    if places:
        names = [f"{get_column_letter(column)}{row}" for row, column in places]
        which = "、".join(names[:5]) + (f" 等 {len(names)} 个单元格" if len(names) > 5 else "")
        mend = "请用 Excel 或 WPS 打开并保存一次，或把公式粘贴为数值后再读。"
        raise UnreadableError(f"{which} 是公式，但文件里没有存下计算结果。{mend}", places[0][0])


def lines(sheet: Sheet) -> Iterator[Line]:
    columns, started = table_columns(sheet), False
    merged: dict[int, tuple[int, str]] = {}  # the cell that runs down each column: its last row and its text
    for number in sorted(sheet.rows):
        running = {column: text for column, (last, text) in merged.items() if number <= last}
        own = {column: text for column, text in uncovered(sheet, number) if column not in running}
        if not own:
            continue  # nothing but merged cells that began above
        columns = header_columns(own) or columns
        merged |= {column: (sheet.end_of(number, column)[0], own[column]) for column in columns if column in own}
        filled = own | {column: running[column] for column in columns if column in running}
        outside = sorted(filled.keys() - set(columns))
        cells = [cell_of(LINE_END.split(filled.get(column, ""))) for column in (*columns, *outside)]
        wide = any(sheet.end_of(number, column)[1] > column for column in own)
        yield line_of(number, cells, wide=wide, started=started)
        started = started or len(filled) > 1


def uncovered(sheet: Sheet, number: int) -> Iterator[tuple[int, str]]:
    """The texts of a row without those that hide behind a merged cell to their left, as the format painter leaves."""
    covered = 0
    for column, text in sorted(sheet.rows[number].items()):
        if column > covered:
            covered = sheet.end_of(number, column)[1]
            yield column, text
