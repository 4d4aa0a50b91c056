"""An official document after GB/T 9704-2012: page, grid of 22 lines by 28 characters, page numbers, tables."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import NamedTuple

import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer
from docx.shared import Mm

from tasks.word.footnotes import Footnotes
from tasks.word.styles import LINE, dress
from tasks.word.xml import element, run

WIDTH, HEIGHT = 210, 297  # mm
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26
TEXT_WIDTH = WIDTH - LEFT - RIGHT
FOOTER = 23  # from the lower edge: the number stands 7 mm below the text
TWIPS = 1440 / 25.4  # in a millimetre
CELL_MARGINS = {"top": 28, "left": 57, "bottom": 28, "right": 57}  # twentieths of a point


class Noted(NamedTuple):
    """Words with a footnote behind them."""

    text: str
    note: str


Piece = str | Noted
Pieces = Sequence[Piece]
Cell = Piece | Pieces


class Official:
    """The document as it grows. `saved` once, at the end."""

    def __init__(self, title: str) -> None:
        self.document = docx.Document()
        self.body = self.document.element.body
        self.notes = Footnotes()
        dress(self.document)
        self.set_page()
        self.set_page_numbers()
        about = self.document.core_properties
        about.title, about.author, about.comments, about.language = title, "", "", "zh-CN"

    def set_page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(WIDTH), Mm(HEIGHT)
        section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
        section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
        section.header_distance, section.footer_distance = Mm(15), Mm(FOOTER)
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(element("docGrid", type="lines", linePitch=str(LINE)))

    def set_page_numbers(self) -> None:
        """四号 in 宋体 between dashes; outside, one character from the edge: odd pages on the right, even on the left."""
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        number(section.footer, "right")
        number(section.even_page_footer, "left")

    def paragraph(self, style: str, pieces: Iterable[Piece] = ()) -> None:
        self.add(self.made(style, pieces))

    def made(self, style: str, pieces: Iterable[Piece]) -> BaseOxmlElement:
        paragraph = element("p", element("pPr", element("pStyle", val=style)))
        for piece in pieces:
            paragraph.append(run(piece if isinstance(piece, str) else piece.text))
            if isinstance(piece, Noted):
                paragraph.append(self.notes.add(piece.note))
        return paragraph

    def table(
        self, widths: Sequence[int], head: Sequence[str], rows: Iterable[Sequence[Cell]], left: str = ""
    ) -> None:
        """A ruled table, its head on every page, no row cut. `left` names the columns whose text begins on the left."""
        made = element("tbl", table_shape(widths), element("tblGrid", *(grid_column(width) for width in widths)))
        made.append(self.row(widths, head, ["TableHead"] * len(head), is_head=True))
        styles = ["TableText" if name in left.split() else "TableNumber" for name in head]
        for row in rows:
            made.append(self.row(widths, row, styles))
        self.add(made)

    def row(self, widths: Sequence[int], cells: Sequence[Cell], styles: Sequence[str], *, is_head: bool = False):
        shape = element("trPr", element("cantSplit"))
        if is_head:
            shape.append(element("tblHeader"))
        made = element("tr", shape)
        for width, cell, style in zip(widths, cells, styles, strict=True):
            pieces = [cell] if isinstance(cell, str | Noted) else cell
            about = element("tcPr", wide("tcW", width), element("vAlign", val="center"))
            made.append(element("tc", about, self.made(style, pieces)))
        return made

    def add(self, block: BaseOxmlElement) -> None:
        """Before the section's properties, which close the body."""
        self.body.find(qn("w:sectPr")).addprevious(block)

    def saved(self) -> BytesIO:
        self.notes.attach(self.document)
        file = BytesIO()
        self.document.save(file)
        file.seek(0)
        return file


def number(footer: _Footer, side: str) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]._p
    for child in list(paragraph):
        paragraph.remove(child)
    edge = {f"{side}Chars": "100", side: "280"}
    shape = element("pPr", element("pStyle", val="Footer"), element("ind", **edge), element("jc", val=side))
    page = element("fldSimple", run("1"), instr=" PAGE ")
    paragraph.extend([shape, run("— "), page, run(" —")])


def wide(name: str, millimetres: int) -> BaseOxmlElement:
    return element(name, w=str(round(millimetres * TWIPS)), type="dxa")


def grid_column(millimetres: int) -> BaseOxmlElement:
    return element("gridCol", w=str(round(millimetres * TWIPS)))


def table_shape(widths: Sequence[int]) -> BaseOxmlElement:
    rule = {"val": "single", "sz": "4", "space": "0", "color": "000000"}
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = element("tblBorders", *(element(edge, **rule) for edge in edges))
    margins = [element(side, w=str(margin), type="dxa") for side, margin in CELL_MARGINS.items()]
    return element(
        "tblPr",
        wide("tblW", sum(widths)),
        element("jc", val="center"),
        borders,
        element("tblLayout", type="fixed"),
        element("tblCellMar", *margins),
    )
