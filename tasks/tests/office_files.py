"""Workbooks and documents for the readers' tests: made by the libraries people's tools use, or part by part."""

import random
import re
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import zip_longest
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from docx import Document as WordDocument
from openpyxl import Workbook

from tasks.allocation.reader_text import read_text
from tasks.allocation.rows import Document, Row

TITLE = "重点任务推进落实分工表"
HEADER = ("序号", "主要任务", "具体举措", "责任单位")
CUSTOMER_TABLE = settings.BASE_DIR / "fixtures" / "allocation_table.txt"

CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def xlsx(*rows: Sequence[object], merge: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet, rows from 1. Text is text, even behind an equals sign."""
    book = Workbook()
    fill(book.active, rows, merge)
    return saved(book)


def fill(sheet, rows: Sequence[Sequence[object]], merge: Sequence[str] = ()) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    for area in merge:
        sheet.merge_cells(area)


def docx(
    *rows: Sequence[str | Sequence[str]],
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    merge: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """A document of one table between paragraphs; `merge` gives row, column of the first and the last cell, from 0."""
    word = WordDocument()
    for text in before:
        word.add_paragraph(text)
    table = word.add_table(len(rows), max(map(len, rows)))
    for row, contents in zip(table.rows, rows, strict=True):
        for cell, content in zip(row.cells, contents, strict=False):
            paragraphs = [content] if isinstance(content, str) else content
            cell.paragraphs[0].text = paragraphs[0] if paragraphs else ""
            for text in paragraphs[1:]:
                cell.add_paragraph(text)
    for top, left, bottom, right in merge:
        table.cell(top, left).merge(table.cell(bottom, right))
    for text in after:
        word.add_paragraph(text)
    return saved(word)


def saved(file) -> bytes:
    stream = BytesIO()
    file.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The same file with the text of one part changed; a part that is not there begins empty."""
    parts = unpacked(data)
    return packed(parts | {name: change(parts.get(name, b"").decode())})


def unpacked(data: bytes) -> dict[str, str | bytes]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, str | bytes]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def package(main: str, parts: dict[str, str | bytes]) -> bytes:
    """The least a package needs to have a main part."""
    relation = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="{main}"/>'
    return packed({"[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": relations(relation), **parts})


def relations(*items: str) -> str:
    return f'<Relationships xmlns="{RELATIONS}">{"".join(items)}</Relationships>'


def workbook_of(sheet: str | bytes, strings: str = "") -> bytes:
    """A workbook around the XML of one sheet and of its shared strings, for what no library would write."""
    book = f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="分工表" sheetId="1" r:id="r1"/></sheets></workbook>'
    to_sheet = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    to_strings = f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    parts = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": relations(to_sheet, to_strings),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">{strings}</sst>',
    }
    return package("xl/workbook.xml", parts)


def repeated(length: int, cells: int) -> bytes:
    """A workbook with one text, of letters that no packing makes much smaller, and cells that all point at it."""
    text = "".join(random.Random(1).choices("abcdefghijklmnop", k=length))
    rows = (f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, cells + 1))
    return workbook_of(sheet_of(*rows), f"<si><t>{text}</t></si>")


def sheet_of(*rows: str, end: str = "") -> str:
    return f'<worksheet xmlns="{SHEETS}"><sheetData>{"".join(rows)}</sheetData>{end}</worksheet>'


def inline(*texts: str) -> str:
    """A row of cells that do not say where they are."""
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts) + "</row>"


def document_of(body: str) -> bytes:
    """A document around the XML of its body, prefix `w`."""
    xml = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return package("word/document.xml", {"word/document.xml": xml})


def table_of(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tc(*paragraphs: str, properties: str = "") -> str:
    """A cell of paragraphs given as text, or as XML where they begin with a tag."""
    inner = "".join(f"<w:p>{text if text.startswith('<') else run(text)}</w:p>" for text in paragraphs)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def run(text: str) -> str:
    return f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def header_row() -> str:
    return tr(*map(tc, HEADER))


PlainRow = tuple[int, str, str, tuple[str, ...], tuple[str, ...]]


def row(line: int, number: str, title: str, measure: str, responsibility: str) -> PlainRow:
    """A row as `cells` gives it, with one measure and one responsibility at most."""
    return line, number, title, (measure,) if measure else (), (responsibility,) if responsibility else ()


def cells(document: Document) -> list[PlainRow]:
    """The rows as plain tuples: line, number, title, measures, responsibilities."""
    return [(row.line, row.number, row.title, row.measures, row.responsibilities) for row in document.rows]


def found(document: Document) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in document.findings]


def refusal(document: Document) -> str:
    """The sentence of a document that could not be read, and that nothing else came of it."""
    (finding,) = document.findings
    assert (finding.code, document.title, document.rows, document.notes) == ("UNREADABLE_FILE", "", (), ())
    assert re.fullmatch(r"[^a-z]*([A-Za-z.]+[^a-z]*)*。", finding.message), finding.message
    return finding.message


def customer_table() -> Document:
    return read_text(CUSTOMER_TABLE.read_bytes())


def split_rows(row: Row) -> list[tuple[str, str, str, str]]:
    """One row a measure, as people lay out a sheet: number and title stand in the first only."""
    pairs = list(zip_longest(row.measures, row.responsibilities, fillvalue="")) or [("", "")]
    return [
        (row.number if at == 0 else "", row.title if at == 0 else "", measure, responsibility)
        for at, (measure, responsibility) in enumerate(pairs)
    ]
