"""Tables in Excel, read by the rows that a test writes into them."""

from collections.abc import Callable

from tasks.allocation.reader import read_table
from tasks.allocation.rows import Document
from tasks.tests.office_files import with_part, xlsx

SHEET = "xl/worksheets/sheet1.xml"
ROW = ("1", "甲", "乙", "丙")


def read(*rows, merge=()) -> Document:
    return read_table(xlsx(*rows, merge=merge))


def patched(data: bytes, change: Callable[[str], str]) -> Document:
    return read_table(with_part(data, SHEET, change))
