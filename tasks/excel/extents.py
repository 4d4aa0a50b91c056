"""How far the cells of a workbook reach, before python-calamine lays out the whole rectangle of a sheet.

Where there is no memory for that, calamine ends the process. So every part that could be taken for a sheet is looked
through by a strict parser, whatever the workbook says of it, and nothing is left to the leniency of another.
"""

from collections.abc import Iterator

from openpyxl.utils import column_index_from_string

from tasks.allocation.findings import TOO_LARGE, UnreadableError
from tasks.allocation.markup import MOST_READ, Spent, parsed
from tasks.allocation.ooxml import Package

DIGITS = "0123456789"
SHEET_DATA = b"sheetData"


def extents(package: Package, allowance: int) -> Iterator[tuple[int, int]]:
    """Last row and last column of each part that is a sheet. Raises UnreadableError, ValueError for a place that is none.

    `allowance`: how many times the elements of an allocation table the file may have.
    """
    spent = Spent(allowance)
    for info in package.archive.infolist():
        if info.file_size > MOST_READ:
            raise UnreadableError(TOO_LARGE)
        if SHEET_DATA not in package.archive.read(info):
            continue  # a picture, for instance
        target = Extent()
        with package.open_entry(info) as stream:
            for _ in parsed(stream, target, spent):
                pass
        yield target.last_row, target.last_column


class Extent:
    """A cell counts that has anything in it. One that does not say where it is stands next to the one before."""

    def __init__(self) -> None:
        self.row = self.column = self.last_row = self.last_column = 0
        self.is_in_cell = False  # with nothing in it so far
        self.columns = Columns()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.is_in_cell = True
            if place := attributes.get("r"):
                letters = place.rstrip(DIGITS)
                self.row, self.column = int(place[len(letters) :]), self.columns[letters]
            else:
                self.column += 1
        elif name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif self.is_in_cell:
            self.is_in_cell = False
            if self.row > self.last_row:
                self.last_row = self.row
            if self.column > self.last_column:
                self.last_column = self.column

    def data(self, text: str) -> None:
        """Texts are of no interest."""

    def end(self, name: str) -> None:
        if name == "c":
            self.is_in_cell = False


class Columns(dict[str, int]):
    """Letters of columns -> their numbers from 1, as they are met. Raises ValueError for what is no column."""

    def __missing__(self, letters: str) -> int:
        self[letters] = number = column_index_from_string(letters)
        return number
