"""Tables in Word, read by the rows that a test writes into them."""

from tasks.allocation.reader import read_table
from tasks.allocation.rows import Document
from tasks.tests.office_files import document_of, docx, header_row, table_of

ROW = ("1", "甲", "乙", "丙")
RESTART, CONTINUE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def read(*rows, **options) -> Document:
    return read_table(docx(*rows, **options))


def of(*rows: str) -> Document:
    """A document of one table, by the XML of its rows under the header."""
    return read_table(document_of(table_of(header_row(), *rows)))


def span(columns: int) -> str:
    return f'<w:gridSpan w:val="{columns}"/>'
