"""The zip of XML parts that .xlsx and .docx files are, opened with suspicion.

Writing libraries are not used for reading: one broken picture or style stops them, a merged range is unrolled cell by
cell as far as XFD1048576, and a formula without a value looks like a blank cell. Here only the parts asked for are
read, and none before the directory of the zip has told its sizes.
"""

import posixpath
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from tasks.allocation.findings import Finding
from tasks.allocation.rows import Document

ENCRYPTED = 0x1
MEGABYTE = 1024 * 1024
MOST_UNPACKED = 200 * MEGABYTE
MOST_RATIO, RATIO_COUNTS_FROM = 250, 10 * MEGABYTE  # real sheets full of empty cells reach a ratio of 50
# An allocation table has some dozens of rows; these are hundreds of times as many, and two seconds of reading at most.
MOST_PARTS = 10_000
MOST_READ, MOST_WHOLE = 50 * MEGABYTE, 5 * MEGABYTE  # of one part that is read piece by piece, and at once
MOST_ELEMENTS, MOST_CELLS = 500_000, 60_000
LONGEST_TAG = 4 * 65536
ENTRY = b"PK\x01\x02"  # one part in the directory of a zip

DAMAGED = "文件已损坏或不完整，无法读取。请用 Excel、Word 或 WPS 打开，另存为新的 .xlsx 或 .docx 文件后再读。"
PROTECTED = "文件设了打开密码。请去掉密码后另存，再读一次。"
NOT_OFFICE = "这是一个压缩文件，但里面没有 Excel 工作簿或 Word 文档。请选 .txt、.xlsx 或 .docx 文件。"
TOO_LARGE = "文件展开后太大，不像一份分工表。请把分工表单独复制到一个新文件，保存后再读。"
DOCTYPE = "文件内含不允许的实体定义，已拒绝读取。请用 Excel、Word 或 WPS 打开，把表格复制到新文件后再读。"


class UnreadableError(Exception):
    """The file as a whole cannot be read; says in Chinese what to mend."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part says of another: `kind` is the last word of the relationship's type, `worksheet` for instance."""

    kind: str
    part: str


class Package:
    """The parts of one file. Names are compared without regard to case, as Office does."""

    def __init__(self, data: bytes) -> None:
        if data.count(ENTRY) > MOST_PARTS:
            raise UnreadableError(TOO_LARGE)
        self.archive = ZipFile(BytesIO(data))
        self.parts = {part_key(info.filename): info for info in self.archive.infolist()}
        self.refuse_unfit(len(data))
        self.main = next((to.part for to in self.relations("").values() if to.kind == "officeDocument"), "")
        if part_key(self.main) not in self.parts:
            raise UnreadableError(NOT_OFFICE)

    def refuse_unfit(self, packed: int) -> None:
        """zipfile never unpacks more than the size declared here, so a directory that lies gains nothing."""
        infos = self.archive.infolist()
        unpacked = sum(info.file_size for info in infos)
        if unpacked > MOST_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > packed * MOST_RATIO):
            raise UnreadableError(TOO_LARGE)
        if any(info.flag_bits & ENCRYPTED for info in infos):
            raise UnreadableError(PROTECTED)

    def open(self, part: str, most: int = 0) -> IO[bytes]:
        info = self.parts[part_key(part)]
        if info.file_size > (most or MOST_READ):
            raise UnreadableError(TOO_LARGE)
        with self.archive.open(info) as beginning:
            refuse_doctype(beginning)
        return self.archive.open(info)

    def root(self, part: str) -> ET.Element:
        with self.open(part, MOST_WHOLE) as stream:
            return ET.parse(stream).getroot()  # noqa: S314 open() lets no document type through

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by their id; those of the package itself for ""."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if part_key(rels) not in self.parts:
            return {}
        return {
            item.get("Id", ""): Relation(
                item.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, item.get("Target", ""))).lstrip("/"),
            )
            for item in self.root(rels)
            if item.get("TargetMode") != "External"
        }


def part_key(name: str) -> str:
    return name.replace("\\", "/").lower()


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces, for a parser. A tag without end is refused: its attributes would be gathered until then."""
    silent = 0
    while piece := stream.read(65536):
        silent = 0 if b">" in piece else silent + len(piece)
        if silent > LONGEST_TAG:
            raise UnreadableError(TOO_LARGE)
        yield piece


def refuse_doctype(stream: IO[bytes]) -> None:
    """Stop at a document type, the only place where entities can be defined; OOXML has none. Reads up to the root."""
    roots: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = raise_doctype
    parser.StartElementHandler = lambda name, _: roots.append(name)
    while not roots and (piece := stream.read(1024)):
        parser.Parse(piece)


def raise_doctype(*_: object) -> None:
    raise UnreadableError(DOCTYPE)


def from_package(data: bytes, read: Callable[[Package], Document]) -> Document:
    """Read, and turn whatever stops the reading into a finding."""
    try:
        return read(Package(data))
    except UnreadableError as problem:
        return refused(problem.message, problem.line)
    except Exception:  # broken bytes make zipfile, zlib, the XML parser and the conversions raise nearly anything
        return refused(DAMAGED)


def refused(message: str, line: int = 1) -> Document:
    return Document(findings=(Finding("UNREADABLE_FILE", line, message),))
