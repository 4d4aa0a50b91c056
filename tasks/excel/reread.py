"""A file that somebody brings, hashed anew from its cells. Nothing of it is kept, and nothing of it is believed."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any, NamedTuple

from python_calamine import CalamineWorkbook

from tasks.allocation.findings import UnreadableError
from tasks.allocation.ooxml import Package
from tasks.excel.book import HASHED
from tasks.excel.checkcode import Rows, check_code, public_code
from tasks.excel.extents import extents
from tasks.excel.incoming import content, refuse_repeated_texts, sheet_parts
from tasks.excel.looks import CODE_LABEL

MOST_BYTES = 20 * 1024 * 1024
MOST_CELLS, ALLOWANCE = 2_000_000, 10  # the last for `extents`
CELLS_OF_NONE = 10_000  # that an empty sheet counts for
NOT_READABLE = "这个文件打不开：它不是本系统导出的 xlsx 或 csv 文件，或者已经损坏。"
WITHOUT_CODE = {
    ".docx": "Word 汇报稿可以修改，不带校验码。请上传同一次下载的 Excel，两者数字相同。",
    ".zip": "请先解压，上传里面的 Excel。",
}
TOO_LARGE = "文件太大，最多 20 MB、200 万个单元格。"
NOT_UTF8 = "这个 CSV 文件不是 UTF-8 编码，可能被另存过。请上传下载时的原文件。"
csv.field_size_limit(MOST_BYTES)


class UnreadableFileError(Exception):
    """Says in Chinese what is wrong with the file."""


class Reread(NamedTuple):
    """`code` is what the cells give, empty where there is no cover; `printed` is what the cover claims; `public`: the
    cover's facts, where the code on it is the one that an outsider's sheet carries.
    """

    digest: str
    code: str = ""
    printed: str = ""
    public: Mapping[str, Any] | None = None


def reread(name: str, data: bytes) -> Reread:
    if len(data) > MOST_BYTES:
        raise UnreadableFileError(TOO_LARGE)
    if sentence := WITHOUT_CODE.get(PurePath(name).suffix.lower()):
        raise UnreadableFileError(sentence)
    if data[:2] == b"PK":
        return of_workbook(data)
    if name.lower().endswith(".csv"):
        return of_csv(data)
    raise UnreadableFileError(NOT_READABLE)


def of_csv(data: bytes) -> Reread:
    """One apostrophe in front of a field is the guard that every text a spreadsheet would run got on its way out."""
    return Reread(hashed([rows_of_csv(data)]))


def rows_of_csv(data: bytes) -> Iterator[list[str]]:
    try:
        yield from without_guards(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    except UnicodeDecodeError as problem:
        raise UnreadableFileError(NOT_UTF8) from problem
    except csv.Error as problem:
        raise UnreadableFileError(NOT_READABLE) from problem


def without_guards(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    cells = 0
    for row in rows:
        cells += max(1, len(row))
        if cells > MOST_CELLS:
            raise UnreadableFileError(TOO_LARGE)
        yield [field.removeprefix("'") for field in row]


def of_workbook(data: bytes) -> Reread:
    facts: dict[str, Any] = {}
    leaves = []
    for rows in sheets(data):
        if found := cover_of(rows):
            facts |= found
        else:
            leaves.append(rows)
    digest = hashed(leaves)
    if not facts:
        return Reread(digest)
    told, printed = {label: facts.get(label) for label in HASHED}, str(facts[CODE_LABEL])
    is_public = printed == public_code(told, digest)
    return Reread(digest, check_code(told, digest), printed, told if is_public else None)


def sheets(data: bytes) -> list[list[list[Any]]]:
    """Cells as they lie in the file, covered ones too, sheet by sheet. Sizes are known before anything is unpacked."""
    try:
        package = Package(data)
        if sum(rows * columns for rows, columns in extents(package, ALLOWANCE)) > MOST_CELLS:
            raise UnreadableFileError(TOO_LARGE)
        refuse_repeated_texts(package, [content(package, part) for _, part in sheet_parts(package)])
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        found, cells = [], 0
        for name in book.sheet_names:  # a part may be named again and again
            sheet = book.get_sheet_by_name(name)
            cells += max(CELLS_OF_NONE, sheet.total_height * sheet.total_width)
            if cells > MOST_CELLS:
                raise UnreadableFileError(TOO_LARGE)
            found.append(sheet.to_python(skip_empty_area=False))
    except UnreadableError as problem:
        raise UnreadableFileError(problem.message) from problem
    except UnreadableFileError:
        raise
    except Exception as problem:  # broken bytes make zip, XML and the reader raise nearly anything
        raise UnreadableFileError(NOT_READABLE) from problem
    return found


def cover_of(rows: list[list[Any]]) -> dict[str, Any]:
    """Label -> value where this sheet is a cover: it has the code's label in its first column."""
    facts = {str(row[0]): row[1] for row in rows[:30] if len(row) > 1}
    return facts if CODE_LABEL in facts else {}


def hashed(leaves: Iterable[Iterable[list[Any]]]) -> str:
    found = Rows()
    for rows in leaves:
        for row in rows:
            found.add(row)
        found.end_sheet()
    return found.digest
