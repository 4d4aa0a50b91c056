"""Lines of a document become the rows of the table, whatever file they came from (contract, rows 1 to 4, 8)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tasks.allocation.findings import Finding, UnreadableError

HEADER = ("序号", "主要任务", "具体举措", "责任单位")
# Hundreds of times the customer's table. Counted as the table is read: a merged cell in each of its rows.
MOST_TEXT, MOST_STATEMENTS, MOST_PARAGRAPHS = 2_000_000, 150_000, 100_000  # characters, those of statements once each
ALONE = "不像一份分工表。请把分工表单独复制到一个新文件后再读。"
TOO_MUCH = f"文件里的文字有二百万字以上，{ALONE}"
TOO_MANY_PARAGRAPHS = f"文件里的段落有十万段以上，{ALONE}"
TOO_MUCH_RESPONSIBILITY = f"责任单位一栏的文字有十五万字以上，{ALONE}"
CELLS_READ = 6  # of a line: more than five are wrong, however many they are
PAGE_NUMBER = re.compile(r"[-－–—―─‐−·.\s]*\d+[-－–—―─‐−·.\s]*|第\s*\d+\s*页.*")
NOTE = re.compile(r"(?:注|备注|说明|附注)\s*(?:\d+\s*)?[：:]")
# No < inside a tag, not even in quotes, as in XML: a search that may run past the next < takes quadratic time.
PARAGRAPH_TAG = re.compile(r"""<(?P<end>/)?p(?:\s(?:[^<>"']|"[^<"]*"|'[^<']*')*)?/?>""", re.IGNORECASE)

Cell = tuple[str, ...]  # its paragraphs, ends stripped; () is a blank cell, "" an empty paragraph beside others


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line: a data line has its cells, a line of running text has one. `is_below`: its first cell runs down
    from a row above.
    """

    number: int
    cells: tuple[Cell, ...]
    is_below: bool = False

    @property
    def text(self) -> str:
        return "".join(self.cells[0])


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table, cells as they stand. `is_below`: its number is that of a merged cell, begun in a row above."""

    line: int
    number: str
    title: str
    measures: Cell
    responsibilities: Cell
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its title, its rows, the notes around them, and what was found on the way."""

    title: str = ""
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def paragraphs(cell: str) -> Cell:
    """The paragraphs of a cell's text. Without a `<p>` the cell is one; text outside any `<p>` is one of its own."""
    if "<" not in cell:
        return (plain,) if (plain := cell.strip()) else ()
    found: list[str] = []
    inside, start = False, 0
    for tag in PARAGRAPH_TAG.finditer(cell):
        piece = cell[start : tag.start()].strip()
        if piece or (inside and tag["end"]):
            found.append(piece)
        inside, start = not tag["end"], tag.end()
    if rest := cell[start:].strip():
        found.append(rest)
    return tuple(found)


def document(lines: Iterable[Line], findings: Iterable[Finding] = ()) -> Document:
    """Sort lines into title, headers, rows and notes. A line that is none of them is a finding.

    Raises UnreadableError where there is more than any table has.
    """
    title, rows, notes, found = "", [], [], list(findings)
    header_seen = False
    for line in within_limits(lines):
        line, extra = without_extra_cell(line)
        found += extra
        if is_header(line):
            header_seen = True
        elif len(line.cells) == 4:
            rows.append(row_of(line))
        elif len(line.cells) == 1 and not title and not header_seen:
            title = line.text
        elif len(line.cells) == 1 and header_seen and is_page_number_or_note(line.text):
            notes.append(line.text)
            found.append(
                Finding("UNRECOGNISED_LINE", line.number, f"这一行不是表格内容，已略过：{shortened(line.text)}")
            )
        else:
            found.append(wrong_cell_count(line))
    return Document(title, tuple(rows), tuple(notes), tuple(found))


def within_limits(lines: Iterable[Line]) -> Iterator[Line]:
    text = paragraphs = statements = 0
    known: set[Cell] = set()
    for line in lines:
        text += sum(len(paragraph) for cell in line.cells for paragraph in cell)
        paragraphs += sum(map(len, line.cells))
        if text > MOST_TEXT:
            raise UnreadableError(TOO_MUCH, line.number)
        if paragraphs > MOST_PARAGRAPHS:
            raise UnreadableError(TOO_MANY_PARAGRAPHS, line.number)
        if len(line.cells) >= len(HEADER) and (said := line.cells[len(HEADER) - 1]) not in known:
            known.add(said)
            statements += sum(map(len, said))
            if statements > MOST_STATEMENTS:
                raise UnreadableError(TOO_MUCH_RESPONSIBILITY, line.number)
        yield line


def without_extra_cell(line: Line) -> tuple[Line, Iterator[Finding]]:
    if len(line.cells) != 5 or any(line.cells[4]):
        return line, iter(())
    warning = Finding("EXTRA_EMPTY_CELL", line.number, "这一行末尾多出一个空单元格，已略过。")
    return replace(line, cells=line.cells[:4]), iter((warning,))


def is_header(line: Line) -> bool:
    return len(line.cells) == len(HEADER) and all(
        re.sub(r"\s", "", "".join(cell)) == name for cell, name in zip(line.cells, HEADER, strict=True)
    )


def is_page_number_or_note(text: str) -> bool:
    return bool(PAGE_NUMBER.fullmatch(text) or NOTE.match(text))


def row_of(line: Line) -> Row:
    number, title, measures, responsibilities = line.cells
    return Row(line.number, "".join(number), "".join(title), measures, responsibilities, line.is_below)


def wrong_cell_count(line: Line) -> Finding:
    where = shortened(next(filter(None, map("".join, line.cells)), ""))
    count = f"{len(line.cells)} 个" if len(line.cells) < CELLS_READ else f"{CELLS_READ} 个以上"
    return Finding(
        "ROW_CELL_COUNT",
        line.number,
        f"这一行有 {count}单元格，应为 4 个（序号、主要任务、具体举措、责任单位）。"
        f"请补齐分隔，或把被分页截断的一行合回一行：{where}",
    )


def shortened(text: str, length: int = 24) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def refused(message: str, line: int = 1) -> Document:
    return Document(findings=(Finding("UNREADABLE_FILE", line, message),))
