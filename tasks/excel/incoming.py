"""A file that somebody brings: whether it is a workbook that can be read at all, and its sheets as grids of values.

python-calamine reads ten times as fast as openpyxl and says nothing about formulas, errors and formats; it builds the
whole rectangle up to the last cell. So the parts are looked at first: their sizes, how far cells reach, and which
cells are formulas or errors, which would otherwise read as their last value or as blank.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from tasks.allocation import findings, markup, ooxml
from tasks.allocation.reader import OLE
from tasks.allocation.reader_xlsx import shared_strings
from tasks.excel.extents import extents

ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
MOST_ROWS, MOST_COLUMNS = 20_000, 300
MOST_CELLS, MOST_MERGED = 2_000_000, 200_000  # of all sheets together, blank ones too; behind merged ones of a sheet
MOST_XML, ALLOWANCE = 32 * 2**20, 3  # bytes of all sheets, of which 10,000 rows take 25 MB; for `extents`

EMPTY = "这是一个空文件，里面什么也没有。请重新选择填好的填报表。"
OLD = "这是旧版 Excel 文件（.xls）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
PROTECTED = "文件设了打开密码。请去掉密码、另存后再上传。"
MACRO = "文件带有宏（.xlsm）。请另存为不带宏的 .xlsx 后再上传。"
BINARY = "这是二进制工作簿（.xlsb）。请另存为 .xlsx 后再上传。"
NO_WORKBOOK = "这不是 Excel 工作簿，改扩展名不能改变文件的内容。请上传从本系统下载的 .xlsx 填报表。"
DAMAGED = "文件已损坏或没有传完整，无法读取。请用 Excel 或 WPS 打开、另存后再上传。"
TOO_LARGE = "文件展开后太大，不像一份填报表。请把填写的内容复制到重新下载的填报表中，再上传。"
TOO_WIDE = "工作表里最远的单元格超出了填报表的范围。请删去多余的行和列，另存后再上传。"
UNPLACED = "文件里的公式没有写明位置。请用 Excel 或 WPS 打开、另存后再上传。"
SENTENCES = {
    findings.TOO_LARGE: TOO_LARGE,
    ooxml.PROTECTED: PROTECTED,
    ooxml.NOT_OFFICE: NO_WORKBOOK,
    markup.DOCTYPE: DAMAGED,
}

NAME = rb"<(?:\w+:)?"  # an element may carry a prefix
# The attributes of a cell are found first and looked into then: a pattern that looks for one of them on its way through
# begins anew at each, and takes quadratic time.
CELL = re.compile(NAME + rb"c\b([^<>]*)>")
FORMULA = re.compile(NAME + rb"c\b([^<>]*)>\s*<(?:\w+:)?f[\s/>]")
ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
ANY_FORMULA = re.compile(rb"[<:]f[\s/>]")
ANY_ERROR = re.compile(rb"""=\s*["']e["']""")
AT = re.compile(rb"""\br\s*=\s*["'](([A-Z]+)[0-9]+)["']""")
STYLE = re.compile(rb"""\bs\s*=\s*["']([0-9]+)["']""")

SHARED = re.compile(rb"""\bt\s*=\s*["']s["']""")
VALUE = re.compile(NAME + rb"c\b([^<>]*)>\s*<(?:\w+:)?v\b[^<>]*>\s*([0-9]+)")
SHARED_TEXT = re.compile(NAME + rb"si\b")

Place = tuple[int, int]  # row and column, from 1


class RefusedFileError(Exception):
    """The file as a whole cannot be taken; the sentence says in Chinese what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(slots=True)
class Grid:
    """A sheet. `values[0][0]` is A1; what cannot be taken at its value is named by its address."""

    name: str
    values: list[list[Any]]
    covered: set[Place] = field(default_factory=set)  # behind a merged cell
    formulas: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    xml: bytes = b""
    percent_styles: frozenset[int] = frozenset()

    def percent_cells(self, letters: str) -> set[str]:
        """The cells of a column that are shown in percent. Looked up for the rare column that needs it."""
        found = ((AT.search(attributes), STYLE.search(attributes)) for attributes in CELL.findall(self.xml))
        here = [(at, style) for at, style in found if at and style and at[2] == letters.encode()]
        return {at[1].decode() for at, style in here if int(style[1]) in self.percent_styles}


def grids(data: bytes) -> list[Grid]:
    """Every sheet of the workbook, hidden ones too. Raises RefusedFileError."""
    refuse_by_content(data)
    try:
        package = ooxml.Package(data)
        refuse_by_parts(package)
        return list(read(package, data))
    except findings.UnreadableError as problem:
        raise RefusedFileError(SENTENCES.get(problem.message, DAMAGED)) from problem
    except RefusedFileError:
        raise
    except Exception as problem:  # broken bytes make every library raise nearly anything
        raise RefusedFileError(DAMAGED) from problem


def refuse_by_content(data: bytes) -> None:
    if not data:
        raise RefusedFileError(EMPTY)
    if data.startswith(OLE):
        raise RefusedFileError(PROTECTED if ENCRYPTED_PART in data else OLD)
    if not data.startswith(b"PK\x03\x04"):
        raise RefusedFileError(NO_WORKBOOK)


def refuse_by_parts(package: ooxml.Package) -> None:
    if any(name.endswith("vbaproject.bin") for name in package.parts):
        raise RefusedFileError(MACRO)
    if package.main.endswith(".bin"):
        raise RefusedFileError(BINARY)
    if not package.main.startswith("xl/"):
        raise RefusedFileError(NO_WORKBOOK)


def read(package: ooxml.Package, data: bytes) -> Iterator[Grid]:
    parts = dict(sheet_parts(package))
    texts: dict[str, bytes] = {}
    for name, part in parts.items():
        texts[name] = content(package, part)
        if sum(map(len, texts.values())) > MOST_XML:
            raise RefusedFileError(TOO_LARGE)
    reached = list(extents(package, ALLOWANCE))
    if any(row > MOST_ROWS or column > MOST_COLUMNS for row, column in reached):
        raise RefusedFileError(TOO_WIDE)
    if sum(row * column for row, column in reached) > MOST_CELLS:
        raise RefusedFileError(TOO_WIDE)
    refuse_repeated_texts(package, texts.values())
    percent = percent_styles(package)
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        for name in book.sheet_names:
            sheet, xml = book.get_sheet_by_name(name), texts.get(name, b"")
            grid = Grid(name, sheet.to_python(skip_empty_area=False), xml=xml, percent_styles=percent)
            grid.formulas = addresses(FORMULA.findall(xml)) if ANY_FORMULA.search(xml) else set()
            grid.errors = addresses(filter(ERROR.search, CELL.findall(xml))) if ANY_ERROR.search(xml) else set()
            grid.covered = covered(sheet.merged_cell_ranges or [])
            yield grid


def sheet_parts(package: ooxml.Package) -> Iterator[tuple[str, str]]:
    relations = package.relations(package.main)
    for entry in package.root(package.main).iterfind("sheets/sheet"):
        key = entry.get("id", "")
        if key in relations and relations[key].kind == "worksheet":
            yield entry.get("name", ""), relations[key].part


def part_of(package: ooxml.Package, kind: str) -> str | None:
    """The one part of this kind that the workbook refers to."""
    return next((one.part for one in package.relations(package.main).values() if one.kind == kind), None)


def content(package: ooxml.Package, part: str) -> bytes:
    with package.open(part) as stream:
        return stream.read()


def refuse_repeated_texts(package: ooxml.Package, sheets: Collection[bytes]) -> None:
    """A long text is kept once in the file and read anew for every cell that points at it.

    Counted as if each cell brought its own, the file must not be larger than one that does. Raises findings.UnreadableError.
    """
    part = part_of(package, "sharedStrings")
    if part is None:
        return
    longest = max(map(len, SHARED_TEXT.split(content(package, part))))
    cells = [len(SHARED.findall(xml)) for xml in sheets]
    if longest * sum(cells) <= ooxml.MOST_UNPACKED:
        return
    lengths = [len(text.encode()) for text in shared_strings(package, part)]
    for xml, count in zip(sheets, cells, strict=True):
        places = [int(place) for attributes, place in VALUE.findall(xml) if SHARED.search(attributes)]
        if len(places) != count or sum(lengths[place] for place in places) > ooxml.MOST_UNPACKED:
            raise findings.UnreadableError(findings.TOO_LARGE)


def addresses(cells: Iterable[bytes]) -> set[str]:
    """Of cells known by their attributes."""
    found = set()
    for attributes in cells:
        at = AT.search(attributes)
        if at is None:
            raise RefusedFileError(UNPLACED)
        found.add(at[1].decode())
    return found


def covered(ranges: list[tuple[Place, Place]]) -> set[Place]:
    """Every cell of the merged ranges but the first of each; calamine counts from 0."""
    hidden: set[Place] = set()
    area = 0
    for (top, left), (bottom, right) in ranges:
        area += (bottom - top + 1) * (right - left + 1)
        if bottom >= MOST_ROWS or right >= MOST_COLUMNS or area > MOST_MERGED:
            raise RefusedFileError(TOO_WIDE)
        places = {(row, column) for row in range(top + 1, bottom + 2) for column in range(left + 1, right + 2)}
        hidden |= places - {(top + 1, left + 1)}
    return hidden


def percent_styles(package: ooxml.Package) -> frozenset[int]:
    """The styles, by their place in the list that cells refer to, that show a number in percent."""
    part = part_of(package, "styles")
    if part is None:
        return frozenset()
    styles = package.root(part)
    own = {int(item.get("numFmtId", 0)): item.get("formatCode", "") for item in styles.iterfind("numFmts/numFmt")}
    formats = [int(item.get("numFmtId", 0)) for item in styles.iterfind("cellXfs/xf")]
    return frozenset(place for place, key in enumerate(formats) if "%" in own.get(key, "%" if key in (9, 10) else ""))
