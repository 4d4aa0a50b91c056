"""The uploaded workbook again, each cell in question filled and commented: what was made of it, and why."""

from io import BytesIO

from openpyxl import load_workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tasks.queries.roundtrip import Difference
from tasks.roundtrip import Kind, Verdict, as_shown
from tasks.sheettext import clean

AUTHOR = "系统"
FILLS = {Kind.CHANGED: "E7F3EB", Kind.CONFLICT: "FFF1D2", Kind.REFUSED: "FCE9E7", Kind.UNKNOWN: "ECEFF3"}
WORDS = {
    Kind.CHANGED: "修改",
    Kind.CONFLICT: "冲突：下载以后系统里这一格也改过",
    Kind.REFUSED: "不能写入",
    Kind.UNKNOWN: "对不上的行，不写入",
}
LONGEST = 1500  # of a text in a comment; the whole one is in the cell or on the page


def annotated(data: bytes, difference: Difference) -> BytesIO:
    """What people wrote stays as they wrote it; only fills and comments are added."""
    book = load_workbook(BytesIO(data))
    for verdict in difference.verdicts:
        if verdict.kind in FILLS:
            mark(book[verdict.cell.sheet], verdict.cell.address, verdict.kind, note(verdict))
    for stray in difference.returned.strays:
        for address in stray.cells:
            mark(book[stray.sheet], address, Kind.UNKNOWN, f"{WORDS[Kind.UNKNOWN]}。{stray.reason}")
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def mark(sheet: Worksheet, address: str, kind: Kind, text: str) -> None:
    """A cell behind a merged one can bear nothing: what is said of it stands on the one that is seen."""
    cell = sheet[address]
    if isinstance(cell, MergedCell):
        range_ = next(one for one in sheet.merged_cells.ranges if address in one)
        cell, text = sheet.cell(range_.min_row, range_.min_col), f"{address}：{text}"
    said = [cell.comment.text] if cell.comment and cell.comment.author == AUTHOR else []
    cell.fill = PatternFill("solid", fgColor=FILLS[kind])
    cell.comment = Comment("\n".join([*said, clean(text)]), AUTHOR, height=160, width=320)


def note(verdict: Verdict) -> str:
    said = [WORDS[verdict.kind]]
    if verdict.reason:
        said.append(verdict.reason)
    if verdict.kind == Kind.CONFLICT:
        said.append(f"下载时：{cut(as_shown(verdict.cell.field, verdict.base))}")
    if verdict.kind in (Kind.CHANGED, Kind.CONFLICT):
        said.append(f"系统现值：{cut(as_shown(verdict.cell.field, verdict.ours))}")
    return "\n".join(said)


def cut(text: str) -> str:
    return f"{text[:LONGEST]}……" if len(text) > LONGEST else text or "（空）"
