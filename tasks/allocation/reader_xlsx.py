"""The table as an Excel workbook: merged cells fill down, plain blanks never do (contract, rows 2 to 4, 8)."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import replace

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from tasks.allocation.findings import TOO_LARGE, UnreadableError
from tasks.allocation.grid import cell_of, line_of
from tasks.allocation.ooxml import Package, Relation
from tasks.allocation.reader_text import LINE_END
from tasks.allocation.rows import HEADER, Document, Line, document
from tasks.allocation.sheet import Sheet, Texts, Values, read_sheet, unescaped

BINARY = "这是二进制工作簿（.xlsb）。请在 Excel 或 WPS 中另存为 .xlsx 后再读。"
EMPTY = "工作簿是空的，没有可读的内容。请检查是否选错了文件，或内容是否在隐藏的工作表里。"

# Formats of dates that are built into Chinese Excel, so that its files name them by number only.
EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
FIRST_COLUMNS = (1, 2, 3, 4)
MOST_SHARED_TEXT = 10_000_000  # characters: of all sheets, the table's and the others
LONGEST_FORMAT = 255  # characters in Excel; to look through a longer one takes quadratic time


def read_workbook(package: Package) -> Document:
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
    for entry in book.iterfind("sheets/sheet"):
        relation = relations.get(entry.get("id", ""))
        if relation and relation.kind == "worksheet" and entry.get("state", "visible") == "visible":
            yield read_sheet(package, relation.part, values)


def values_of(package: Package, book: ET.Element, relations: list[Relation]) -> Values:
    parts = {relation.kind: relation.part for relation in relations}
    properties = book.find("workbookPr")
    from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return Values(
        strings=shared_strings(package, parts["sharedStrings"]) if "sharedStrings" in parts else [],
        date_styles=date_styles(package.root(parts["styles"])) if "styles" in parts else frozenset(),
        epoch=MAC_EPOCH if from_1904 else WINDOWS_EPOCH,
    )


def shared_strings(package: Package, part: str) -> list[str]:
    target = StringsTarget()
    for _ in package.parsed(part, target):
        pass
    return target.strings


class StringsTarget:
    """The texts that cells point at: their own or those of their runs. A reading aid (rPh) is not the cell's."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.pieces: list[str] = []
        self.length = 0
        self.is_collecting = self.is_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self.is_collecting = not self.is_phonetic
        elif name == "rPh":
            self.is_phonetic = True

    def data(self, text: str) -> None:
        if self.is_collecting:
            self.pieces.append(text)
            self.length += len(text)
            if self.length > MOST_SHARED_TEXT:
                raise UnreadableError(TOO_LARGE)

    def end(self, name: str) -> None:
        if name == "t":
            self.is_collecting = False
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "si":
            self.strings.append(unescaped("".join(self.pieces)))
            self.pieces.clear()


def date_styles(styles: ET.Element) -> frozenset[int]:
    """The styles, by their place in the list that cells refer to, under which a number is a day."""
    own = {int(item.get("numFmtId", 0)): item.get("formatCode", "") for item in styles.iterfind("numFmts/numFmt")}
    formats = [int(item.get("numFmtId", 0)) for item in styles.iterfind("cellXfs/xf")]
    days = {key for key in set(formats) if is_day(key, own)}
    return frozenset(place for place, key in enumerate(formats) if key in days)


def is_day(key: int, own: Mapping[int, str]) -> bool:
    if key in EAST_ASIAN_DATES and key not in own:
        return True
    code = own.get(key) or BUILTIN_FORMATS.get(key) or ""
    return len(code) <= LONGEST_FORMAT and bool(is_date_format(code))


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
        here = (*sheet.rows[number], *columns)
        running = {column: merged[column][1] for column in here if column in merged and number <= merged[column][0]}
        own = {column: text for column, text in uncovered(sheet, number) if column not in running}
        if not own:
            continue  # nothing but merged cells that began above
        columns = header_columns(own) or columns
        merged |= {column: (sheet.end_of(number, column)[0], own[column]) for column in columns if column in own}
        filled = own | {column: running[column] for column in columns if column in running}
        outside = sorted(filled.keys() - set(columns))
        cells = [cell_of(LINE_END.split(filled.get(column, ""))) for column in (*columns, *outside)]
        wide = any(sheet.end_of(number, column)[1] > column for column in own)
        yield replace(line_of(number, cells, wide=wide, started=started), is_below=columns[0] in running)
        started = started or len(filled) > 1


def uncovered(sheet: Sheet, number: int) -> Iterator[tuple[int, str]]:
    """The texts of a row without those that hide behind a merged cell to their left, as the format painter leaves."""
    covered = 0
    for column, text in sorted(sheet.rows[number].items()):
        if column > covered:
            covered = sheet.end_of(number, column)[1]
            yield column, text
