"""How a sheet stands on paper: fonts by name, page, row heights from the text, and where pages begin."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.cell_range import CellRange

# Names as Chinese Windows, WPS and the domestic systems have them; an office without one takes its nearest.
SONG, HEI, FANGSONG, TITLE_SONG = "宋体", "黑体", "仿宋_GB2312", "方正小标宋简体"
CHINESE = 134  # GB2312, the character set by which an office picks a substitute

POINTS = 72 / 25.4  # in a millimetre
PAPER = {"A4": ("9", 210), "A3": ("8", 297)}  # Excel's number and the height of the landscape page in mm
LINE = 1.5  # height of a line, in sizes; the tallest substitute, Noto CJK, takes 1.49
TALLEST_ROW = 409.0  # points; Excel takes no more
MARGIN_MM = 18
WIDEST_UPRIGHT = 115  # letters: such a table stands on an upright A4 page at four fifths of its size
FOOTER_MM = 9

NOT_AT_LINE_START = set("，。、；：！？”’）》】〕〉…—,.;:!?)]%")
Rest = tuple[int, float, int]  # from a block on: pages, their empty room squared, the block of the next page
UNBROKEN = re.compile(r"[!-~]+|.", re.DOTALL)  # a Latin word or number, or one character


def font(name: str, size: float, color: str = "000000") -> Font:
    return Font(name=name, size=size, color=color, charset=CHINESE)


def new_workbook(title: str, subject: str) -> Workbook:
    """A workbook to be streamed, its columns measured in 宋体 11: a unit of width is a Latin letter at 12 points.

    A file manager shows title and subject; an author would be a person or a machine. Nobody is asked to save it on
    closing, as they would be if it recalculated.
    """
    book = Workbook(write_only=True)
    book.properties.title, book.properties.subject, book.properties.creator = title, subject, ""
    book._fonts = IndexedList([font(SONG, 11)])  # the first font is the one that measures; there is no public door
    book._named_styles["Normal"].font = font(SONG, 11)
    book.calculation.fullCalcOnLoad = False
    return book


def add_style(
    book: Workbook,
    name: str,
    face: Font,
    *,
    align: str = "left",
    vertical: str = "center",
    ruled: str | None = "000000",
    fill: str | None = None,
    number_format: str = "General",
    is_locked: bool = True,
) -> None:
    """A named style, so that whoever gets the workbook can restyle all such cells at once.

    A locked cell cannot be changed once its sheet is protected. `@` keeps what is typed later text.
    """
    style = NamedStyle(name, font=face, number_format=number_format, protection=Protection(locked=is_locked))
    style.alignment = Alignment(horizontal=align, vertical=vertical, wrap_text=True)
    if ruled:
        side = Side("thin", color=ruled)
        style.border = Border(side, side, side, side)
    if fill:
        style.fill = PatternFill("solid", fgColor=fill)
    book.add_named_style(style)


def set_page(sheet: WriteOnlyWorksheet, widths: Sequence[int], *, paper: str, header_row: int, pages: int = 0) -> None:
    """One page wide and as many as it takes, or `pages` of them; upright where the columns are few, the header row on each,
    — 1 — in the footer.

    To be called before the first row: all this stands before the rows in the file.
    """
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.page_setup.paperSize = PAPER[paper][0]
    is_upright = paper == "A4" and sum(widths) <= WIDEST_UPRIGHT
    sheet.page_setup.orientation = "portrait" if is_upright else "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = MARGIN_MM / 25.4
    margins.header = margins.footer = FOOTER_MM / 25.4
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.oddFooter.center.text = "— &P —"
    sheet.oddFooter.center.font, sheet.oddFooter.center.size = f"{SONG},Regular", 12


def merge(sheet: WriteOnlyWorksheet, top: int, bottom: int, left: int, right: int) -> None:
    if (top, left) != (bottom, right):
        # Not through `add`, which compares each range with all before it.
        sheet.merged_cells.ranges.add(CellRange(min_row=top, max_row=bottom, min_col=left, max_col=right))


def saved(book: Workbook) -> BytesIO:
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def page_height(paper: str) -> float:
    """Points a landscape page has between its margins."""
    return (PAPER[paper][1] - 2 * MARGIN_MM) * POINTS


@lru_cache(maxsize=32768)
def halves(text: str) -> int:
    """The width of a text in Latin letters; a Chinese character or mark is two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def line_count(text: str, width: int) -> int:
    """The lines a text takes where a line holds `width` Latin letters, broken as an office breaks Chinese."""
    return sum(paragraph_lines(paragraph, width) for paragraph in text.split("\n"))


def paragraph_lines(paragraph: str, width: int) -> int:
    count, used, before = 1, 0, 0  # `before` is the width of the last token, which a closing mark takes along
    for token in UNBROKEN.findall(paragraph):
        wide = halves(token)
        if used and used + wide > width:
            count, used = count + 1, before if token[0] in NOT_AT_LINE_START else 0
        used += wide
        while used > width:
            count, used = count + 1, used - width
        before = 2 if wide > 1 else wide
    return count


@lru_cache(maxsize=4096)
def text_height(text: str, column_width: float, *, size: float = 12) -> float:
    """Points a wrapped text of this size needs in a column so wide, with room to breathe and never too few."""
    fit = int((column_width - 1) * 12 / size) - 1  # cell padding, and an office's rounding
    lines = 1 if 2 * len(text) <= fit and "\n" not in text else line_count(text, fit)
    return lines * size * LINE + 6


def row_height(*needed: float) -> float:
    return min(max(needed), TALLEST_ROW)


def page_starts(blocks: Sequence[float], *, first: float, other: float) -> list[int]:
    """The blocks, by index, that begin a new page: fewest pages, evenly filled, no block cut that a page can hold.

    `first` and `other` are the room on the first and on every other page.
    """
    best: list[Rest] = [(0, 0.0, 0)] * (len(blocks) + 1)
    for start in reversed(range(len(blocks))):
        best[start] = min(page_ends(blocks, start, other if start else first, best))
    starts, start = [], 0
    while (start := best[start][2]) and start < len(blocks):
        starts.append(start)
    return starts


def page_ends(blocks: Sequence[float], start: int, room: float, best: list[Rest]) -> Iterator[Rest]:
    used = 0.0
    for end in range(start, len(blocks)):
        used += blocks[end]
        if used > room and end > start:
            return
        pages, empty, _ = best[end + 1]
        yield pages + 1, empty + max(room - used, 0.0) ** 2, end + 1
