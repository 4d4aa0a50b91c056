"""What is refused of an uploaded table before anybody looks into it. Pure."""

from collections.abc import Iterator

from tasks.allocation.findings import Finding
from tasks.allocation.reader import OLE, ZIP, read_table
from tasks.allocation.rows import Document

EMPTY = "文件是空的。请确认选对了文件。"
MACRO = "文件带宏。请另存为不带宏的 .xlsx 或 .docx 后再上传。"
RENAMED = "文件的内容与扩展名不符。请用 Excel、Word 或 WPS 打开，另存为 .xlsx 或 .docx 后再上传。"
NUL = "表中含有不可见的空字符（NUL），数据库不能保存，没有写入。请在原文件中删去后再导入。"
NO_ROWS = "没有读到任何一行表格内容。请确认文件是分工表，有序号、主要任务、具体举措、责任单位四栏。"


class RefusedError(Exception):
    """The upload is not taken; its text is the sentence for the person."""


def taken(name: str, data: bytes) -> Document:
    """Read an uploaded table. Raises RefusedError where there is nothing to check line by line."""
    ending = name.lower().rpartition(".")[2]
    if not data:
        raise RefusedError(EMPTY)
    if ending in {"xlsm", "docm", "xltm", "dotm"} or (data.startswith(ZIP) and b"vbaproject.bin" in data.lower()):
        raise RefusedError(MACRO)
    if ending in {"txt", "xlsx", "docx"} and not data.startswith(OLE) and (ending == "txt") == data.startswith(ZIP):
        raise RefusedError(RENAMED)
    document = read_table(data)
    for finding in document.findings:
        if whole_file(finding):
            raise RefusedError(finding.message)
    if not document.rows:
        raise RefusedError(NO_ROWS)
    if any("\x00" in text for text in texts(document)):
        raise RefusedError(NUL)
    return document


def too_large(most: int) -> str:
    return f"文件超过 {most // 1024 // 1024} MB，不像一份分工表。请把分工表单独复制到一个新文件后再上传。"


def texts(document: Document) -> Iterator[str]:
    yield document.title
    for row in document.rows:
        yield from (row.number, row.title, *row.measures, *row.responsibilities)


def whole_file(finding: Finding) -> bool:
    return finding.code in {"UNREADABLE_FILE", "BAD_ENCODING"}
