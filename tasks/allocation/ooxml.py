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
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tasks.allocation.findings import TOO_LARGE, UnreadableError
from tasks.allocation.markup import MEGABYTE, MOST_READ, Spent, Target, check_beginning, parsed, tree
from tasks.allocation.rows import Document, refused

ENCRYPTED = 0x1
MOST_UNPACKED = 200 * MEGABYTE
MOST_RATIO, RATIO_COUNTS_FROM = 250, 10 * MEGABYTE  # real sheets full of empty cells reach a ratio of 50
MOST_PARTS, LONGEST_DIRECTORY = 10_000, MEGABYTE
MOST_WHOLE = 5 * MEGABYTE  # of one part that is read at once
MOST_CELLS = 60_000
ENTRY = b"PK\x01\x02"  # one part in the directory of a zip

DAMAGED = "文件已损坏或不完整，无法读取。请用 Excel、Word 或 WPS 打开，另存为新的 .xlsx 或 .docx 文件后再读。"
PROTECTED = "文件设了打开密码。请去掉密码后另存，再读一次。"
NOT_OFFICE = "这是一个压缩文件，但里面没有 Excel 工作簿或 Word 文档。请选 .txt、.xlsx 或 .docx 文件。"


class Zipped(BytesIO):
    """The bytes of a zip. Only its directory is asked for at once, and zipfile takes quadratic time for a long one."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LONGEST_DIRECTORY:
            raise UnreadableError(TOO_LARGE)
        return super().read(size)


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
        self.archive = ZipFile(Zipped(data))
        self.spent = Spent()
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
        if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in infos):
            raise BadZipFile  # Office writes no other, and some take long to unpack

    def open(self, part: str, most: int = 0) -> IO[bytes]:
        return self.open_entry(self.parts[part_key(part)], most)

    def open_entry(self, info: ZipInfo, most: int = 0) -> IO[bytes]:
        """One part as the directory has it: two may bear the same name."""
        if info.file_size > (most or MOST_READ):
            raise UnreadableError(TOO_LARGE)
        with self.archive.open(info) as beginning:
            check_beginning(beginning)
        return self.archive.open(info)

    def parsed(self, part: str, target: Target) -> Iterator[None]:
        """Give a part to the target piece by piece; it is the caller's turn after each."""
        with self.open(part) as stream:
            yield from parsed(stream, target, self.spent)

    def root(self, part: str) -> ET.Element:
        """A part as a whole, all names local."""
        with self.open(part, MOST_WHOLE) as stream:
            return tree(stream, self.spent)

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


def from_package(data: bytes, read: Callable[[Package], Document]) -> Document:
    """Read, and turn whatever stops the reading into a finding."""
    try:
        return read(Package(data))
    except UnreadableError as problem:
        return refused(problem.message, problem.line)
    except Exception:  # broken bytes make zipfile, zlib, the XML parser and the conversions raise nearly anything
        return refused(DAMAGED)
