"""The table as tab-separated text: one line a row, paragraphs marked `<p>` (contract, rows 1 and 8)."""

import re
from collections.abc import Iterator

from tasks.allocation.findings import Finding, UnreadableError
from tasks.allocation.rows import CELLS_READ, MOST_TEXT, TOO_MUCH, Document, Line, document, paragraphs, refused

LINE_END = re.compile(r"\r\n|\r|\n")  # str.splitlines would also split at form feeds and U+2028
MOST_LINES, MOST_TAGS = 20_000, 200_000  # hundreds of times a table's; two seconds of reading at most
TOO_LONG = "文件有两万行以上，不像一份分工表。请把分工表单独复制到一个新文件后再读。"
BLANK = " \u3000\u00a0"


def read_text(data: bytes) -> Document:
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        good = data[: error.start]
        line = good.count(b"\n") + good.count(b"\r") - good.count(b"\r\n") + 1
        message = "文件不是 UTF-8 编码。请在记事本或 WPS 中“另存为”，编码选 UTF-8，再读一次。"
        return Document(findings=(Finding("BAD_ENCODING", line, message),))
    if max(text.count("\n"), text.count("\r")) > MOST_LINES or text.count("<") > MOST_TAGS:
        return refused(TOO_LONG)
    if len(text) > MOST_TEXT:
        return refused(TOO_MUCH)
    try:
        return document(text_lines(text))
    except UnreadableError as problem:
        return refused(problem.message, problem.line)


def text_lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(LINE_END.split(text), start=1):
        if line.strip(BLANK):
            yield Line(number, tuple(paragraphs(cell) for cell in line.split("\t", CELLS_READ - 1)))
