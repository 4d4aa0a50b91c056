"""A file of any accepted kind becomes the same rows. What the bytes are decides, not what the name says."""

from tasks.allocation.findings import Finding
from tasks.allocation.reader_docx import read_docx
from tasks.allocation.reader_text import read_text
from tasks.allocation.reader_xlsx import read_xlsx
from tasks.allocation.rows import Document

OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, .doc, and Office files under a password


def read_table(data: bytes) -> Document:
    """Read a table from the bytes of a .txt, .xlsx or .docx file. Never raises on content: problems are findings."""
    if data.startswith(OLE):
        return refused("这是旧版 .xls、.doc 文件，或设了打开密码。请去掉密码，另存为 .xlsx 或 .docx 后再读。")
    if not data.startswith(b"PK"):
        return read_text(data)
    if b"xl/workbook" in data:
        return read_xlsx(data)
    if b"word/document" in data:
        return read_docx(data)
    return refused("这是一个压缩文件，但里面没有 Excel 工作簿或 Word 文档。请选 .txt、.xlsx 或 .docx 文件。")


def refused(message: str) -> Document:
    return Document(findings=(Finding("UNREADABLE_FILE", 1, message),))
