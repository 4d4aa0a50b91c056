"""The table as Word tables: merged cells fill down, tracked deletions are gone (contract, rows 2 to 4, 8, 9).

Rows are counted through all tables of the body from 1. An empty paragraph inside a cell is a paragraph; those at its
end are judged by grid.without_trailing_blanks.
"""

import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from tasks.allocation.findings import TOO_LARGE, UnreadableError
from tasks.allocation.grid import cell_of, line_of
from tasks.allocation.ooxml import MOST_CELLS, Package
from tasks.allocation.rows import MOST_TEXT, TOO_MUCH, Cell, Document, Line, document

NO_TABLE = "文档里没有表格。请把分工表做成四列的表格（序号、主要任务、具体举措、责任单位）；文本框里的表格请移到正文。"

MOST_COLUMNS = 63  # of a table in Word
BLOCKS = frozenset({"p", "tr", "tbl"})
UNREAD = frozenset({"drawing", "pict", "object", "Fallback", "rt", "tabs"})  # text boxes and second versions of a text
WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo"})
NO_TEXT = frozenset({"pPr", "rPr", "del", "moveFrom"})
CHARACTERS = {"tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}  # a soft line break is nothing


@dataclass(frozen=True, slots=True)
class Box:
    """One cell of a Word row: where it begins in the table's grid, how far it reaches, what it holds."""

    start: int
    span: int
    cell: Cell
    is_own: bool  # not filled down from above


@dataclass(slots=True)
class Table:
    """What a table has shown so far: where its columns begin and which merged cells run down."""

    columns: list[int] = field(default_factory=list)
    merged: dict[int, Cell] = field(default_factory=dict)


def read_word(package: Package) -> Document:
    body = Body(package)
    lines = body.lines()
    beginning = list(islice(lines, 1))  # by then the title is known
    title = [Line(0, ((body.title,),))] if body.title else []
    found = document(chain(title, beginning, lines))
    if not body.has_table:
        raise UnreadableError(NO_TABLE)
    return replace(found, notes=(*body.notes, *found.notes))


class Body:
    """The body of a document, read once: `lines` yields the tables, and leaves title and notes behind."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.title, self.notes = "", list[str]()
        self.length = 0  # of the notes
        self.has_table = False

    def lines(self) -> Iterator[Line]:
        table, number, count, started = Table(), 0, 0, False
        for element in blocks(self.package):
            if element.tag == "p":
                self.take_paragraph("".join(pieces(element)).strip())
            elif element.tag == "tbl":
                table = Table()
            elif not is_marked(element, "trPr", "del"):
                self.has_table = True
                number, boxes = number + 1, boxes_of(element, table)
                count += len(boxes)
                if count > MOST_CELLS:
                    raise UnreadableError(TOO_LARGE)
                if any(box.is_own and any(box.cell) for box in boxes):
                    line = row_line(number, boxes, table, started=started)
                    started = started or len(line.cells) > 1
                    yield line

    def take_paragraph(self, text: str) -> None:
        """The first text before the tables is the title. The rest is kept: a rule for all statements may stand there."""
        if text and not self.title and not self.has_table and not self.notes:
            self.title = text
        elif text:
            self.notes.append(text)
            self.length += len(text)
            if self.length > MOST_TEXT:
                raise UnreadableError(TOO_MUCH)


def blocks(package: Package) -> Iterator[ET.Element]:
    """The paragraphs of the body, the rows of its tables and the ends of its tables, each emptied after use."""
    target = BlockTarget()
    for _ in package.parsed(package.main, target):
        for element in target.finished:
            yield element
            element.clear()
        target.finished.clear()


class BlockTarget:
    """Builds elements from the parser's events, with the one attribute that is asked for: `val`."""

    def __init__(self) -> None:
        self.builder = ET.TreeBuilder()
        self.around: list[str] = []
        self.unread = 0
        self.finished: list[ET.Element] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.unread or name in UNREAD:
            self.unread += 1
            return
        if name in BLOCKS:
            self.around.append(name)
        kept = {}
        for key, value in attributes.items():
            if key.endswith(":val"):
                kept = {"val": value}
        self.builder.start(name, kept)

    def data(self, text: str) -> None:
        if not self.unread:
            self.builder.data(text)

    def end(self, name: str) -> None:
        if self.unread:
            self.unread -= 1
            return
        element = self.builder.end(name)
        if element.tag in BLOCKS:
            self.around.pop()
            if self.around == (["tbl"] if element.tag == "tr" else []):
                self.finished.append(element)


def boxes_of(row: ET.Element, table: Table) -> list[Box]:
    """The cells of a row. A merged cell continues the one that began in the same grid column, or it is a plain one."""
    boxes: list[Box] = []
    start = number_at(row, "trPr", "gridBefore")
    for element in inside(row, "tc"):
        span = max(1, number_at(element, "tcPr", "gridSpan"))
        if boxes and merge_of(element, "hMerge") == "continue":
            boxes[-1] = replace(boxes[-1], span=boxes[-1].span + span)
        else:
            boxes.append(box_of(element, start, span, table))
        start += span
        if len(boxes) > MOST_CELLS:
            raise UnreadableError(TOO_LARGE)
    return boxes


def box_of(element: ET.Element, start: int, span: int, table: Table) -> Box:
    merge = merge_of(element, "vMerge")
    if merge == "continue" and start in table.merged:
        return Box(start, span, table.merged[start], is_own=False)
    cell = cell_of(list(paragraph_texts(element)))
    for column in range(start, start + min(span, MOST_COLUMNS)):
        table.merged.pop(column, None)
    if merge == "restart":
        table.merged[start] = cell
    return Box(start, span, cell, is_own=True)


def row_line(number: int, boxes: list[Box], table: Table, *, started: bool) -> Line:
    """The line of a row. Fewer cells than columns are put where they begin, if one spans columns or the first are cut."""
    if len(boxes) == 4 and not table.columns:
        table.columns = [box.start for box in boxes]
    merged = len(boxes) < 4 and (boxes[0].start > 0 or any(box.span > 1 for box in boxes))
    cells = [box.cell for box in boxes]
    if merged and table.columns:
        places = [max(0, bisect_right(table.columns, box.start) - 1) for box in boxes]
        if len(set(places)) == len(places):
            cells = [dict(zip(places, cells, strict=True)).get(place, ()) for place in range(4)]
    line = line_of(number, cells, wide=len(boxes) == 1 or (merged and is_wide(boxes)), started=started)
    return replace(line, is_below=not boxes[0].is_own)


def is_wide(boxes: list[Box]) -> bool:
    return any(box.span > 1 for box in boxes if any(box.cell))


def paragraph_texts(cell: ET.Element) -> Iterator[str]:
    """The paragraphs of a cell, those of a table within it too. A paragraph whose mark is deleted runs into the next."""
    carried = ""
    for paragraph in cell.iter("p"):
        carried += "".join(pieces(paragraph))
        if not is_marked(paragraph, "pPr", "rPr", "del") and not is_marked(paragraph, "pPr", "rPr", "moveFrom"):
            yield carried
            carried = ""
    if carried:
        yield carried


def pieces(element: ET.Element) -> Iterator[str]:
    for child in element:
        if child.tag == "t":
            yield child.text or ""
        elif child.tag in CHARACTERS:
            yield CHARACTERS[child.tag]
        elif child.tag not in NO_TEXT and child.tag != "p":  # a paragraph within stands for itself
            yield from pieces(child)


def inside(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """The children of one name, those in content controls and tracked insertions too."""
    for child in element:
        if child.tag == name:
            yield child
        elif child.tag in WRAPPERS:
            yield from inside(child, name)


def merge_of(cell: ET.Element, name: str) -> str:
    """`restart`, `continue` or "" for none. The mark without a word means `continue`."""
    mark = at(cell, "tcPr", name)
    return "" if mark is None else mark.get("val", "continue")


def number_at(element: ET.Element, *path: str) -> int:
    found = at(element, *path)
    return 0 if found is None else int(found.get("val", "0"))


def is_marked(element: ET.Element, *path: str) -> bool:
    return at(element, *path) is not None


def at(element: ET.Element, *path: str) -> ET.Element | None:
    """The element at a path of names. One find a step is three times as fast as a find of the path."""
    found: ET.Element | None = element
    for name in path:
        found = found.find(name) if found is not None else None
    return found
