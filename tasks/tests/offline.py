"""Filling in a unit's workbook away from the system, as people do, and knowing where every cell went."""

import datetime
from collections.abc import Sequence
from io import BytesIO
from random import Random
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tasks.excel import marks
from tasks.excel.cells import XML_ESCAPE
from tasks.excel.returned import read_back
from tasks.excel.unit_workbook import FIRST_ROW, KEY_ROW, SHEET, unit_workbook
from tasks.models import Duty, ReportingPeriod
from tasks.queries.roundtrip import Difference, compared, unit_lines, units_to_ask
from tasks.tests.people import NOW, TODAY
from units.models import Unit, User

Spot = tuple[int, str]  # duty and field


def taken(user: User, period: ReportingPeriod, unit: Unit, now: datetime.datetime = NOW) -> bytes:
    """The workbook as it is downloaded."""
    return unit_workbook(period, unit, unit_lines(user, period, unit), units_to_ask(), now).getvalue()


def brought(user: User, data: bytes, today: datetime.date = TODAY) -> Difference:
    return compared(user, read_back(data), today)


class Offline:
    """A workbook open on somebody's desk; `at(duty, field)` is the cell, wherever it has been moved."""

    def __init__(self, data: bytes, period: int) -> None:
        self.book: Workbook = load_workbook(BytesIO(data))
        self.period = period
        self.sheet: Worksheet = self.book[SHEET]
        self.key_row, self.first_row = KEY_ROW, FIRST_ROW

    def column(self, key: str) -> int:
        return next(cell.column for cell in self.sheet[self.key_row] if cell.value == key)

    def row(self, duty: int) -> int:
        (column, wanted) = self.column(marks.ID_KEY), marks.row_id(self.period, duty)
        rows = range(self.first_row, self.sheet.max_row + 1)
        return next(row for row in rows if self.sheet.cell(row, column).value == wanted)

    def at(self, duty: Duty | int, field: str):
        key = duty if isinstance(duty, int) else duty.pk
        return self.sheet.cell(self.row(key), self.column(marks.key_of(field)))

    def fill(self, duty: Duty | int, **values: Any) -> None:
        for field, value in values.items():
            cell = self.at(duty, field)
            cell.value = XML_ESCAPE.sub("_x005F_", value) if isinstance(value, str) else value  # as Excel saves it
            if isinstance(value, str) and not value.startswith("=SUM"):
                cell.data_type = "s"

    def address(self, duty: Duty | int, field: str) -> str:
        return self.at(duty, field).coordinate

    def rearrange(self, random: Random, name: str) -> None:
        """Columns shuffled, rows sorted another way, two rows and a column put in between, the sheet renamed."""
        rows = [[(cell.value, cell._style) for cell in row] for row in self.sheet.iter_rows()]
        order = list(range(len(rows[0])))
        random.shuffle(order)
        order.insert(random.randrange(len(order)), -1)
        top, body = rows[: self.first_row - 1], rows[self.first_row - 1 :]
        random.shuffle(body)
        blank = [(None, None)] * len(rows[0])
        self.write([blank, *top, *body[:1], blank, *body[1:]], order)
        self.key_row, self.first_row = self.key_row + 1, self.first_row + 1
        self.sheet.title = name
        for column in random.sample(range(1, len(order)), 3):
            self.sheet.column_dimensions[get_column_letter(column)].hidden = True

    def write(self, rows: Sequence[Sequence[tuple[Any, Any]]], order: Sequence[int]) -> None:
        for merged in list(self.sheet.merged_cells.ranges):
            self.sheet.unmerge_cells(str(merged))
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(order, 1):
                value, style = (None, None) if column < 0 else row[column]
                cell = self.sheet.cell(number, place)
                cell.value = value
                if isinstance(value, str) and not value.startswith("=SUM"):
                    cell.data_type = "s"
                if style is not None:
                    cell._style = style

    def add_foreign_row(self, values: dict[str, Any], row_id: str | None) -> int:
        """A row from somewhere else, at the end. Its number."""
        number = self.sheet.max_row + 1
        self.sheet.cell(number, self.column(marks.ID_KEY)).value = row_id
        for field, value in values.items():
            self.sheet.cell(number, self.column(marks.key_of(field))).value = value
        return number

    def saved(self) -> bytes:
        file = BytesIO()
        self.book.save(file)
        return file.getvalue()
