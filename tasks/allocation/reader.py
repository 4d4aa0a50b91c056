"""A file of any accepted kind becomes the same rows. What the bytes are decides, not what the name says."""

from tasks.allocation.findings import UnreadableError
from tasks.allocation.ooxml import NOT_OFFICE, Package, from_package
from tasks.allocation.reader_docx import read_word
from tasks.allocation.reader_text import read_text
from tasks.allocation.reader_xlsx import read_workbook
from tasks.allocation.rows import Document, refused

OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, .doc, and Office files under a password
ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def read_table(data: bytes) -> Document:
    """Read a table from the bytes of a .txt, .xlsx or .docx file. Never raises on content: problems are findings."""
    if data.startswith(OLE):
        return refused("这是旧版 .xls、.doc 文件，或设了打开密码。请去掉密码，另存为 .xlsx 或 .docx 后再读。")
    if data.startswith(ZIP):
        return from_package(data, read_office)
    return read_text(data)


def read_office(package: Package) -> Document:
    """Read by the part the package calls its main one: a document may carry a whole workbook within, and the reverse."""
    if package.main.startswith("xl/"):
        return read_workbook(package)
    if package.main.startswith("word/"):
        return read_word(package)
    raise UnreadableError(NOT_OFFICE)
