"""Reading a unit's workbook back. Decides nothing about the database: what each cell says, and where Excel shows it.

Rows are known by the id in their hidden column and columns by the key in their hidden row, so that sorting, hiding,
moving and inserting change nothing. Whatever is not exactly clear is a problem of its cell, said in a sentence: a
doubtful cell is never a guess.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from openpyxl.utils import get_column_letter

from tasks.choices import Confidence
from tasks.excel import marks
from tasks.excel.incoming import Grid, RefusedFileError, grids
from tasks.excel.unit_workbook import LABELS
from tasks.excel.values import day, plain, shown
from tasks.forms import ONLY_THESE_WORDS, ReportForm
from tasks.roundtrip import EDITABLE, FIELDS, Base, Cell, Returned, Row, Stray

NOT_OURS = "这不是从本系统下载的填报表，里面没有本系统的隐藏编号。请在工作台重新下载，把内容填进去再上传。"
ELSEWHERE = "这份填报表是从另一个系统下载的，不能在这里上传。"
TAMPERED = "填报表里的隐藏编号被改动过，对不上系统的记录。请重新下载，把内容填进去再上传。"
NO_KEYS = "填报表里的隐藏行（各栏的标识）或隐藏的编号列不见了。请重新下载，把内容填进去再上传。"
KEY_ROWS = 60  # how far down the hidden row of keys is looked for: rows may have been inserted above it

FORMULA = "这一格是公式，公式不写入。请复制后“粘贴为数值”再上传。"
ERROR = "这一格是错误值（如 #N/A），不写入。"
MERGED = "这一格被合并在别的单元格里，不能确定内容。请取消合并。"
NOT_TEXT = "这一格存的是数字或日期，不是文字，可能已被改写。请把单元格格式设为“文本”，重新填写。"
ONE_OR_ALL = "这一格是 1，可能是 1%，也可能是 100%。请写成 1% 或 100%。"
LOCKED = "这一栏不能改，改动不写入。"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the id and the fields stand in a sheet, from 0, and the row of keys, from 0."""

    row: int
    id: int
    fields: Mapping[str, int]


def read_back(data: bytes) -> Returned:
    """The workbook as it came back. Raises RefusedFileError where it cannot be taken as a whole."""
    sheets = grids(data)
    hidden = next((sheet for sheet in sheets if is_marks(sheet)), None)
    if hidden is None:
        raise RefusedFileError(NOT_OURS)
    head, bases = marked(hidden)
    reader = Reader(int(head["period"]), bases)
    for sheet in sheets:
        if sheet is not hidden and (columns := columns_of(sheet)):
            reader.add(sheet, columns)
    if not reader.sheets:
        raise RefusedFileError(NO_KEYS)
    reader.read()
    return Returned(
        plan=int(head["plan"]),
        period=int(head["period"]),
        unit=int(head["unit"]),
        made_at=head["made_at"],
        bases=bases,
        rows=tuple(reader.rows),
        strays=tuple(reader.strays),
        unchanged=reader.unchanged,
        notes=tuple(reader.notes()),
    )


def is_marks(sheet: Grid) -> bool:
    return bool(sheet.values and sheet.values[0]) and sheet.values[0][0] == marks.MARK


def marked(sheet: Grid) -> tuple[dict[str, str], dict[int, Base]]:
    """What the workbook says of itself, once its check code is right."""
    width = 3 + len(FIELDS)
    rows = [[str(value) for value in row[:width]] + [""] * (width - len(row)) for row in sheet.values]
    if len(rows) < marks.FIRST_ROW - 1 or rows[0][1] != marks.FORMAT:
        raise RefusedFileError(TAMPERED)
    head = {row[0]: row[1] for row in rows[1 : 1 + len(marks.HEAD)]}
    if tuple(head) != marks.HEAD:
        raise RefusedFileError(TAMPERED)
    if not marks.is_same(head["site"], marks.site_mark()):
        raise RefusedFileError(ELSEWHERE)
    body = rows[marks.FIRST_ROW - 1 :]
    while body and not any(body[-1]):  # an office may leave blank rows behind
        body.pop()
    if not marks.is_same(head["code"], marks.check_code([head[name] for name in marks.HEAD[:-1]], body)):
        raise RefusedFileError(TAMPERED)
    bases = {int(row[0]): Base(*map(int, row[:3]), dict(zip(FIELDS, row[3:], strict=True))) for row in body}
    return head, bases


def columns_of(sheet: Grid) -> Columns | None:
    """The columns by the hidden row of keys; None for a sheet that is not ours."""
    for number, row in enumerate(sheet.values[:KEY_ROWS]):
        if marks.ID_KEY not in row:
            continue
        places: dict[str, int] = {}
        for column, value in enumerate(row):
            if isinstance(value, str) and value.startswith("key:"):
                if value in places:
                    twice = LABELS.get(value.removeprefix("key:"), "隐藏编号")
                    raise RefusedFileError(
                        f"“{sheet.name}”里的“{twice}”栏出现了两次，不能确定用哪一栏。请删去多余的一栏。"
                    )
                places[value] = column
        if marks.key_of("code") not in places:
            raise RefusedFileError(NO_KEYS)
        fields = {name: places[marks.key_of(name)] for name in FIELDS if marks.key_of(name) in places}
        return Columns(number, places[marks.ID_KEY], fields)
    return None


class Reader:
    """Collects rows from the sheets; ids that stand twice, or not where their code stands, lead nowhere."""

    def __init__(self, period: int, bases: Mapping[int, Base]) -> None:
        self.bases = bases
        self.duty_of = {marks.row_id(period, duty): duty for duty in bases}
        self.rows: list[Row] = []
        self.strays: list[Stray] = []
        self.unchanged = 0
        self.seen: set[int] = set()
        self.missing_fields: set[str] = set()
        self.sheets: list[SheetReader] = []
        self.times: Counter[str] = Counter()

    def add(self, sheet: Grid, columns: Columns) -> None:
        self.sheets.append(SheetReader(sheet, columns))
        self.missing_fields |= set(EDITABLE) - set(columns.fields)
        self.times.update(text_at(row, columns.id) for row in sheet.values)

    def read(self) -> None:
        """Once all sheets are known, since an id may stand in two of them."""
        for cells in self.sheets:
            for number, row in enumerate(cells.sheet.values):
                key = text_at(row, cells.columns.id)
                if number > cells.columns.row and key not in (marks.HINT, marks.TITLES):
                    self.put(cells, number, row, key)

    def put(self, cells: "SheetReader", number: int, row: list[Any], key: str) -> None:
        duty = self.duty_of.get(key)
        self.seen |= {duty} & self.bases.keys()
        reason = self.stray_reason(duty, key, text_at(row, cells.columns.fields["code"]))
        if duty is None or reason:
            filled = tuple(cells.filled(number, row))
            if filled:
                self.strays.append(Stray(cells.sheet.name, number + 1, reason, filled))
            return
        changed = tuple(cells.changed(number, row, self.bases[duty]))
        here = sum(name in cells.columns.fields for name in EDITABLE)
        self.unchanged += here - sum(cell.field in EDITABLE for cell in changed)
        if changed:
            self.rows.append(Row(duty, changed))

    def stray_reason(self, duty: int | None, key: str, code: str) -> str:
        if not key:
            return "这一行没有隐藏编号，不知道属于哪项举措。"
        if duty is None:
            return "这一行的隐藏编号不属于这份填报表，可能是从别的单位或别的期次粘贴来的。"
        if self.times[key] > 1:
            return "同一项举措在文件里出现了不止一行，不能确定用哪一行。"
        if code != self.bases[duty].texts["code"]:
            return (
                f"这一行的编号“{code}”与隐藏编号（{self.bases[duty].texts['code']}）对不上，可能排序时漏选了一部分栏。"
            )
        return ""

    def notes(self) -> Iterator[str]:
        """What else a person should know of the file as a whole."""
        if self.missing_fields:
            names = "、".join(LABELS[name] for name in EDITABLE if name in self.missing_fields)
            yield f"文件里没有这些栏：{names}。它们保持系统现值。"
        gone = [base.texts["code"] for duty, base in self.bases.items() if duty not in self.seen]
        if gone:
            yield f"文件里没有这些举措：{'、'.join(gone)}。它们保持系统现值。"


class SheetReader:
    """The cells of one sheet that are not as they left."""

    def __init__(self, sheet: Grid, columns: Columns) -> None:
        self.sheet, self.columns = sheet, columns
        self.covered = {place for place in sheet.covered if place[0] > columns.row + 1}
        self.letters = {name: get_column_letter(column + 1) for name, column in columns.fields.items()}

    @cached_property
    def percent_cells(self) -> set[str]:
        return self.sheet.percent_cells(self.letters["percent_complete"])

    def address(self, name: str, number: int) -> str:
        return f"{self.letters[name]}{number + 1}"

    def filled(self, number: int, row: list[Any]) -> Iterator[str]:
        for name in EDITABLE:
            if name in self.columns.fields and shown(value_at(row, self.columns.fields[name])):
                yield self.address(name, number)

    def changed(self, number: int, row: list[Any], base: Base) -> Iterator[Cell]:
        suspects = self.sheet.formulas or self.sheet.errors or self.covered
        for name, column in self.columns.fields.items():
            value, was = value_at(row, column), base.texts[name]
            if not suspects and value == was:
                continue
            if suspects and (problem := self.suspect(name, number, column)):
                told = (
                    f"{problem}（现在的结果：{shown(value)[:50]}）" if problem == FORMULA and value != "" else problem
                )
                yield Cell(name, self.sheet.name, self.address(name, number), shown(value), told)
                continue
            if value == was:
                continue
            text, problem = self.spelled(name, number, value)
            if text != was or problem not in ("", LOCKED):
                yield Cell(name, self.sheet.name, self.address(name, number), text, problem)

    def suspect(self, name: str, number: int, column: int) -> str:
        address = self.address(name, number)
        if address in self.sheet.formulas:
            return FORMULA
        if address in self.sheet.errors:
            return ERROR
        return MERGED if (number + 1, column + 1) in self.covered else ""

    def spelled(self, name: str, number: int, value: Any) -> tuple[str, str]:
        """The cell in the one spelling of its field; or what it shows, and what is wrong with it."""
        if name not in EDITABLE:
            return in_percent(value) if name == "last_percent" else shown(value), LOCKED
        try:
            return self.read(name, number, value), ""
        except ValidationError as refused:
            return shown(value), "".join(refused.messages)

    def read(self, name: str, number: int, value: Any) -> str:
        if value == "":
            return ""
        match name:
            case "percent_complete":
                return self.percent(number, value)
            case "coordination_due_on":
                return day(value)
            case "confidence":
                word = plain(value)
                if word and word not in Confidence.labels:
                    raise ValidationError(ONLY_THESE_WORDS)
                return word
            case "coordination_unit":
                return shown(value).strip()
        if not isinstance(value, str):
            raise ValidationError(NOT_TEXT)
        return str(ReportForm.base_fields[name].clean(value))

    def percent(self, number: int, value: Any) -> str:
        """A share up to 1 as the sheet has it, or whole points as people type them into a cell that lost its format."""
        if isinstance(value, float | int) and not isinstance(value, bool):
            if value == 1 and self.address("percent_complete", number) not in self.percent_cells:
                raise ValidationError(ONE_OR_ALL)
            points = round(value * 100, 6) if 0 <= value <= 1 else float(value)
            value = f"{points:.6f}".rstrip("0").rstrip(".")
        cleaned = ReportForm.base_fields["percent_complete"].clean(value if isinstance(value, str) else str(value))
        return "" if cleaned is None else str(cleaned)


def in_percent(value: Any) -> str:
    """A share as the marks spell it: 0.48 is `48%`."""
    is_share = isinstance(value, float | int) and not isinstance(value, bool)
    return f"{round(value * 100, 6):g}%" if is_share else shown(value)


def value_at(row: list[Any], column: int) -> Any:
    return row[column] if column < len(row) else ""


def text_at(row: list[Any], column: int) -> str:
    return str(value_at(row, column)).strip()
