"""The XML in Office files, read piece by piece. What would cost time or memory beyond its size is refused on the way.

Names are local ones: the two flavours of OOXML differ in nothing else, and an address put before every name would be
copied for each of them.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol
from xml.parsers import expat

from tasks.allocation.findings import TOO_LARGE, UnreadableError

MEGABYTE = 1024 * 1024
PIECE, MOST_NAMES, DEEPEST = 65536, 1_000, 10_000
LONGEST_TAG = 4 * PIECE  # or comment: a parser may begin one anew with each piece until it ends
# Of all parts of a file that are read. An allocation table has some dozens of rows; this is hundreds of times as much.
MOST_READ, MOST_ELEMENTS, MOST_ATTRIBUTES = 50 * MEGABYTE, 400_000, 1_000_000

DOCTYPE = "文件内含不允许的实体定义，已拒绝读取。请用 Excel、Word 或 WPS 打开，把表格复制到新文件后再读。"


class Target(Protocol):
    """Takes what the parser finds; names of elements are local, those of attributes as written."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def data(self, text: str) -> None: ...
    def end(self, name: str) -> None: ...


@dataclass(slots=True)
class Spent:
    """What the parts of one file have taken so far: a sheet named a thousand times counts a thousand times."""

    allowance: int = 1  # times the limits above
    read: int = 0
    elements: int = 0
    attributes: int = 0

    def add(self, read: int, elements: int, attributes: int) -> None:
        self.read += read
        self.elements += elements
        self.attributes += attributes

    def check(self, depth: int) -> None:
        """`depth`: of elements within each other, here and now."""
        used = max(self.read / MOST_READ, self.elements / MOST_ELEMENTS, self.attributes / MOST_ATTRIBUTES)
        if used > self.allowance:
            raise UnreadableError(TOO_LARGE)
        if depth > DEEPEST:
            raise ValueError("deeper than any document")


def parsed(stream: IO[bytes], target: Target, spent: Spent) -> Iterator[None]:
    """Give the target all that the stream holds, and the caller a turn after each piece."""
    parser, known = new_parser(), Names()
    take, end = target.start, target.end
    elements = attributes = depth = 0  # plain numbers: this is done for every cell of ten thousand rows

    def start(name: str, found: dict[str, str]) -> None:
        nonlocal elements, attributes, depth
        elements += 1
        attributes += len(found)
        depth += 1
        take(known[name], found)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(known[name])

    parser.StartElementHandler = start
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = target.data
    for size in fed(parser, stream):
        spent.add(size, elements, attributes)
        spent.check(depth)
        elements = attributes = 0
        yield
    parser.Parse(b"", True)
    yield


def new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(intern=None)  # names are not kept: nothing says that they come again
    parser.buffer_text, parser.buffer_size = True, PIECE  # else every line of a text is a call
    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


def refuse_doctype(*_: object) -> None:
    """The only place where entities can be defined; OOXML has none."""
    raise UnreadableError(DOCTYPE)


def fed(parser: expat.XMLParserType, stream: IO[bytes]) -> Iterator[int]:
    """The size of each piece, once the parser has it. A tag or a comment without end is refused."""
    total = 0
    while piece := stream.read(PIECE):
        parser.Parse(piece, False)
        total += len(piece)
        if total - parser.CurrentByteIndex > LONGEST_TAG + PIECE:
            raise UnreadableError(TOO_LARGE)
        yield len(piece)


def check_beginning(stream: IO[bytes]) -> None:
    """Read up to the root, in front of which a document type stands."""
    roots: list[str] = []
    parser = new_parser()
    parser.StartElementHandler = lambda name, _: roots.append(name)
    for _ in fed(parser, stream):
        if roots:
            return


def tree(stream: IO[bytes], spent: Spent) -> ET.Element:
    """A small part as a whole, attributes under their local names too."""
    target = TreeTarget()
    for _ in parsed(stream, target, spent):
        pass
    return target.builder.close()


class TreeTarget:
    def __init__(self) -> None:
        self.builder = ET.TreeBuilder()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.builder.start(name, {local(key): value for key, value in attributes.items()})

    def data(self, text: str) -> None:
        self.builder.data(text)

    def end(self, name: str) -> None:
        self.builder.end(name)


class Names(dict[str, str]):
    """Names of elements and their local ones. OOXML has some hundreds; a parser keeps each that it meets."""

    def __missing__(self, name: str) -> str:
        if len(self) == MOST_NAMES:
            raise UnreadableError(TOO_LARGE)
        self[name] = found = local(name)
        return found


def local(name: str) -> str:
    return name.rpartition(":")[2]
