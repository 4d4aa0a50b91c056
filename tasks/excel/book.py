"""A named workbook: a cover that says what it is, and sheets of rows, all sent as they come; or one sheet as CSV.

Every export is an `Export`: its rows are what the page shows, its facts what the cover says. `as_xlsx` and `as_csv` send
it and tell, before the last bytes leave, by what code it is known.
"""

import csv
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tasks.choices import ExportKind
from tasks.excel import layout
from tasks.excel.cells import RowXml, csv_field, sheet_title
from tasks.excel.checkcode import Rows, check_code, public_code
from tasks.excel.cover import BY_FILE, COVER, WHAT_FOR, cover_rows
from tasks.excel.looks import (
    CODE_LABEL,
    FACTS,
    HEAD,
    MERGED,
    NUMBER,
    SHORT,
    SIZE,
    TEXT,
    TITLE,
    USUAL_WIDTH,
    add_styles,
)
from tasks.excel.streamed import Outgoing
from tasks.models import Plan, ReportingPeriod

HEADER_ROW = 3  # below title and facts; the sheet's filter begins in it, which is how a reader finds it
WIDEST_ON_A4 = 150
HASHED = ("内容", "分工方案", "期次", "截至日期", "筛选和排序")  # labels of the facts that the code stands for


class Column(NamedTuple):
    label: str
    width: int


@dataclass
class Sheet:
    """`merged`: so many columns from the left show once what repeats from row to row. `decorate` adds charts after the rows."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    merged: int = 0
    is_filtered: bool = True
    paper: str = ""  # by the widths, where none is named
    heading: str = ""  # above the rows, where it is not the export's
    pages: int = 0  # on paper, shrunk to fit; as many as it takes, where none are named
    decorate: Callable[[WriteOnlyWorksheet, int], None] | None = None


@dataclass
class Export:
    """`period` None is the present; `row_count` is known before the rows are fetched; `heading` stands above each sheet's rows."""

    kind: ExportKind
    plan: Plan | None
    as_of: datetime.date
    sheets: Sequence[Sheet]
    row_count: int
    period: ReportingPeriod | None = None
    query: str = ""
    conditions: str = "全部"
    asked: str = ""  # the conditions for the audit trail; empty where there are none
    remarks: Sequence[str] = field(default_factory=list)
    title: str = ""  # above the rows, where it is not the plan's and the kind's
    unit: str = "行"  # what `row_count` counts
    line: str = ""  # below the title, where it is not made of the facts

    @property
    def facts(self) -> dict[str, Any]:
        """What the code stands for beside the rows."""
        plan = self.plan.title if self.plan else "—"
        period = self.period.label if self.period else "现在的情况"
        said = (self.kind.label, plan, period, self.as_of, self.conditions)
        return dict(zip(HASHED, said, strict=True))

    @property
    def name(self) -> str:
        """Of the file, without extension."""
        title = self.plan.title if self.plan else ""
        of = f"·{self.period.label}" if self.period else ""
        return f"{title}（{self.kind.label}{of}）" if title else self.kind.label

    @property
    def heading(self) -> str:
        if self.title:
            return self.title
        return f"{self.plan.title}　{self.kind.label}" if self.plan else self.kind.label

    @property
    def in_one_line(self) -> str:
        if self.line:
            return self.line
        period = f"{self.period.label}，" if self.period else ""
        told = f"{period}截至 {self.as_of:%Y-%m-%d}；{self.conditions}；共 {self.row_count} 行。"
        return told + "".join(self.remarks)


@dataclass(frozen=True)
class Maker:
    """Who takes the file and when. `keep` is told code and digest; without it, as for an outsider, nothing is kept."""

    name: str
    made_at: datetime.datetime
    keep: Callable[[str, str], None] | None = None


def as_csv(export: Export, maker: Maker) -> Iterator[bytes]:
    """The rows of the one sheet, header first, nothing before it: a program reads this one.

    In UTF-8 with a BOM, without which Chinese Excel guesses GBK, and CRLF line ends.
    """
    (sheet,) = export.sheets
    hashed, text = Rows(), StringIO(newline="")
    writer = csv.writer(text)
    text.write("\ufeff")
    for values in with_header(sheet):
        hashed.add(values)
        writer.writerow([csv_field(value) for value in values])
        yield taken(text)
    hashed.end_sheet()
    if maker.keep:
        maker.keep(check_code(export.facts, hashed.digest), hashed.digest)


def taken(text: StringIO) -> bytes:
    said = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return said


def with_header(sheet: Sheet) -> Iterator[Sequence[Any]]:
    yield [column.label for column in sheet.columns]
    yield from sheet.rows


def as_xlsx(export: Export, maker: Maker) -> Iterator[bytes]:
    """The cover stands first and is written last, when the code is known."""
    book = layout.new_workbook(export.heading, export.plan.subject if export.plan else "")
    add_styles(book)
    cover = book.create_sheet(COVER)
    leaves = [book.create_sheet(sheet_title(sheet.title)) for sheet in export.sheets]
    book.active = 1
    seal, outgoing = Seal(export, maker), Outgoing(book)
    for leaf, sheet in zip(leaves, export.sheets, strict=True):
        yield from outgoing.sheet(leaf, leaf_rows(leaf, sheet, export, seal))
    seal.keep()
    yield from outgoing.sheet(cover, cover_rows(cover, cover_facts(export, maker, seal.code)))
    yield from outgoing.end()


class Seal:
    """The code in the making. Of several sheets it has to be known before the first ends: their rows are lists, read twice."""

    def __init__(self, export: Export, maker: Maker) -> None:
        self.export, self.maker, self.rows = export, maker, Rows()
        self.is_known = len(export.sheets) > 1
        for sheet in export.sheets if self.is_known else ():
            for values in every_row(sheet, export):
                self.rows.add(values)
            self.rows.end_sheet()

    def add(self, values: Sequence[Any]) -> None:
        if not self.is_known:
            self.rows.add(values)

    def end_sheet(self) -> None:
        if not self.is_known:
            self.rows.end_sheet()
            self.is_known = True

    @property
    def code(self) -> str:
        coded = check_code if self.maker.keep else public_code
        return coded(self.export.facts, self.rows.digest)

    def keep(self) -> None:
        if self.maker.keep:
            self.maker.keep(self.code, self.rows.digest)


def every_row(sheet: Sheet, export: Export) -> Iterator[Sequence[Any]]:
    yield [sheet.heading or export.heading]
    yield [export.in_one_line]
    yield from with_header(sheet)


def cover_facts(export: Export, maker: Maker, code: str) -> dict[str, Any]:
    count = export.row_count if export.unit == "行" else f"{export.row_count} {export.unit}"
    made = {"行数": count, "制表人": maker.name, "制表时间": maker.made_at}
    return {**export.facts, **made, CODE_LABEL: code, "说明": WHAT_FOR if maker.keep else BY_FILE}


def leaf_rows(leaf: WriteOnlyWorksheet, sheet: Sheet, export: Export, seal: Seal) -> Iterator[str]:
    """Title, facts, header and rows as XML. The page is set before the first, filter and footer after the last."""
    widths = [column.width for column in sheet.columns]
    paper = sheet.paper or ("A4" if sum(widths) <= WIDEST_ON_A4 else "A3")
    layout.set_page(leaf, widths, paper=paper, header_row=HEADER_ROW, pages=sheet.pages)
    xml, letters = RowXml(leaf), [get_column_letter(place) for place in range(1, len(widths) + 1)]
    merging, whole = Merging(leaf, sheet.merged), sum(widths)
    for row, values in enumerate(every_row(sheet, export), 1):
        seal.add(values)
        if row < HEADER_ROW:
            style, size = ((TITLE, 16), (FACTS, SIZE))[row - 1]
            height = layout.row_height(layout.text_height(values[0], whole, size=size))
            yield xml.row(row, letters[:1], values, [style], height=height)
            layout.merge(leaf, row, row, 1, len(widths))
            continue
        yield xml.row(
            row, letters, values, styles_of(sheet, is_header=row == HEADER_ROW), height=height_of(values, widths)
        )
        merging.row(row, values)
    merging.end(row)
    seal.end_sheet()
    finish(leaf, sheet, row, seal.code)


def finish(leaf: WriteOnlyWorksheet, sheet: Sheet, last_row: int, code: str) -> None:
    if sheet.is_filtered:
        leaf.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(sheet.columns))}{last_row}"
    if sheet.decorate:
        sheet.decorate(leaf, last_row)
    leaf.oddFooter.left.text = f"{CODE_LABEL} {code}"


def styles_of(sheet: Sheet, *, is_header: bool) -> list[str]:
    if is_header:
        return [HEAD] * len(sheet.columns)
    is_of_counts = not sheet.is_filtered  # its last row is a sum; its rows are a line high
    return [
        style_of(column, is_centred=is_of_counts or place < sheet.merged) for place, column in enumerate(sheet.columns)
    ]


def style_of(column: Column, *, is_centred: bool) -> str:
    """In the middle of a row, or at its top, where texts of several lines stand beside each other."""
    if column.width > USUAL_WIDTH:
        return MERGED if is_centred else TEXT
    return NUMBER if is_centred else SHORT


def height_of(values: Sequence[Any], widths: Sequence[int]) -> float:
    heights = [layout.text_height(str(value), width, size=SIZE) for value, width in zip(values, widths, strict=True)]
    return layout.row_height(*heights)


class Merging:
    """Merges what repeats in the first columns. The covered cells keep their values: filters and sorting see every row."""

    def __init__(self, sheet: WriteOnlyWorksheet, columns: int) -> None:
        self.sheet = sheet
        self.starts = [0] * columns
        self.keys: list[Sequence[Any]] = [()] * columns

    def row(self, row: int, values: Sequence[Any]) -> None:
        for place, key in enumerate(self.keys):
            if key != (said := [*values[: place + 1]]):
                self.close(place, row - 1)
                self.starts[place], self.keys[place] = row, said

    def close(self, place: int, bottom: int) -> None:
        if self.starts[place]:
            layout.merge(self.sheet, self.starts[place], bottom, place + 1, place + 1)

    def end(self, row: int) -> None:
        for place in range(len(self.starts)):
            self.close(place, row)
