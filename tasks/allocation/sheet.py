"""One sheet of a workbook: its texts by row and column, its merged cells, its formulas without a value."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.utils.cell import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel

from tasks.allocation.findings import TOO_LARGE, UnreadableError
from tasks.allocation.ooxml import MOST_CELLS, Package
from tasks.allocation.rows import MOST_TEXT

LETTERS = re.compile(r"[A-Za-z]+")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Texts = dict[int, str]  # the texts of a row that are not blank, by column
Place = tuple[int, int]  # row and column


@dataclass(slots=True)
class Sheet:
    """Bounded by the cells that hold something, whatever dimensions the sheet declares."""

    rows: dict[int, Texts] = field(default_factory=dict)
    merges: dict[Place, Place] = field(default_factory=dict)  # the last place of a merged cell, by its first
    formulas: set[Place] = field(default_factory=set)  # those without a value

    def end_of(self, row: int, column: int) -> Place:
        """Where the cell ends that begins here: its own place, unless it is merged."""
        return self.merges.get((row, column), (row, column))


@dataclass(frozen=True, slots=True)
class Values:
    """What turns the raw value of a cell into its text."""

    strings: list[str]
    date_styles: frozenset[int]
    epoch: datetime

    def text(self, kind: str, style: str, raw: str) -> str:
        match kind:
            case "s":
                return self.strings[int(raw)]
            case "n":
                return self.number(float(raw), int(style))
            case "b":
                return "TRUE" if raw == "1" else "FALSE"
        return unescaped(raw)

    def number(self, value: float, style: int) -> str:
        if style in self.date_styles:
            try:
                return str(from_excel(value, self.epoch)).removesuffix(" 00:00:00")
            except (OverflowError, ValueError):
                pass  # no day has this number: it is shown as it stands
        return f"{value:.15g}"


def read_sheet(package: Package, part: str, values: Values) -> Sheet:
    target = SheetTarget(values)
    for _ in package.parsed(part, target):
        pass
    return target.sheet


class SheetTarget:
    """Collects a sheet from the parser's events: twice as fast as building elements, and in constant memory."""

    def __init__(self, values: Values) -> None:
        self.values, self.sheet = values, Sheet()
        self.row = self.filled = self.length = self.collected = 0
        self.last_named, self.unnamed = "", 0  # cells may leave out where they are: next to the one before
        self.cell: dict[str, str] = {}
        self.pieces: list[str] = []
        self.has_value = self.has_formula = self.is_collecting = self.is_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "c":
                self.cell, self.pieces, self.has_value, self.has_formula = attributes, [], False, False
                self.collected = 0
                if "r" in attributes:
                    self.last_named, self.unnamed = attributes["r"], 0
                else:
                    self.unnamed += 1
            case "v":
                self.is_collecting = self.has_value = True
            case "t":
                self.is_collecting = not self.is_phonetic
            case "f":
                self.has_formula = True
            case "rPh":
                self.is_phonetic = True
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.last_named, self.unnamed = "", 0
            case "mergeCell":
                left, top, right, bottom = range_boundaries(attributes["ref"])
                self.sheet.merges[top, left] = bottom, right
                if len(self.sheet.merges) > MOST_CELLS:
                    raise UnreadableError(TOO_LARGE)

    def data(self, text: str) -> None:
        if self.is_collecting:
            self.pieces.append(text)
            self.collected += len(text)
            if self.collected > MOST_TEXT:
                raise UnreadableError(TOO_LARGE)

    def end(self, name: str) -> None:
        match name:
            case "c" if self.pieces or self.has_formula:
                self.put("".join(self.pieces))
            case "v" | "t":
                self.is_collecting = False
            case "rPh":
                self.is_phonetic = False

    def put(self, raw: str) -> None:
        kind = self.cell.get("t", "n")
        is_blank_text = self.has_value and kind == "str"  # a formula that gave ""
        if raw:
            text = self.values.text(kind, self.cell.get("s", "0"), raw)
        elif self.has_formula and not is_blank_text:
            self.sheet.formulas.add((self.row, self.column()))
            text = "="
        else:
            text = ""
        if text.strip():
            self.sheet.rows.setdefault(self.row, {})[self.column()] = text
            self.filled += 1
            self.length += len(text)
        if self.filled > MOST_CELLS or self.length > MOST_TEXT:
            raise UnreadableError(TOO_LARGE)

    def column(self) -> int:
        letters = LETTERS.match(self.last_named)
        return self.unnamed + (column_index_from_string(letters[0]) if letters else 0)


def unescaped(text: str) -> str:
    """Excel's own way to write what XML cannot carry: `_x000D_` is a carriage return."""
    return ESCAPED.sub(lambda found: character(found[0], int(found[1], 16)), text) if "_x" in text else text


def character(escape: str, code: int) -> str:
    """The character meant, or the escape itself where no text may hold that character."""
    return chr(code) if code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE else escape
