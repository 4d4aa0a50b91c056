"""A workbook that leaves while it is being written: no file on disk, and no more memory for a hundred thousand rows than for ten.

openpyxl makes every part of the workbook; only the rows go straight into the archive, in the sheet's own XML.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO, RawIOBase
from itertools import islice
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

AT_ONCE = 64  # rows
LEVEL = 4  # of compression: a tenth larger than the usual 6 and half the time
EMPTY = b"<sheetData"


class Outlet(RawIOBase):
    """What the archive writes to. It cannot go back, and holds only what has not been taken yet."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.waiting += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


class AroundTheRows(ExcelWriter):
    """Writes everything but the sheets, which are in the archive already."""

    def write_worksheet(self, ws: WriteOnlyWorksheet) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        self.manifest.append(ws)


class Outgoing:
    """`sheet` for each sheet of the book in any order, then `end`; each yields bytes to be sent."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.outlet = book, Outlet()
        self.archive = ZipFile(self.outlet, "w", ZIP_DEFLATED, compresslevel=LEVEL)

    def sheet(self, sheet: WriteOnlyWorksheet, rows: Iterable[str]) -> Iterator[bytes]:
        """`rows` is XML. What stands before the rows must be settled by the first of them, what stands after by the last."""
        sheet._id, rows = self.book.worksheets.index(sheet) + 1, iter(rows)
        first = next(rows, "")
        with self.archive.open(sheet.path[1:], "w") as part:
            part.write(frame(sheet)[0] + b"<sheetData>" + first.encode())
            while some := "".join(islice(rows, AT_ONCE)):
                part.write(some.encode())
                if self.outlet.waiting:
                    yield self.outlet.take()
            part.write(b"</sheetData>" + frame(sheet)[1])
        yield self.outlet.take()

    def end(self) -> Iterator[bytes]:
        self.book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
        AroundTheRows(self.book, self.archive).write_data()
        self.archive.close()
        yield self.outlet.take()


def frame(sheet: WriteOnlyWorksheet) -> tuple[bytes, bytes]:
    """What stands before and after the rows, as openpyxl writes a sheet that has none."""
    writer = WorksheetWriter(sheet, out=BytesIO())
    sheet._cells, sheet._rels = {}, writer._rels
    writer.write()
    before, _, after = writer.read().partition(EMPTY)
    return before, after.removeprefix(b"/>").removeprefix(b"></sheetData>")
