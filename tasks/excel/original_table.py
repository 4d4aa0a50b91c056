"""重点任务推进落实分工表 as issued: the workbook that goes out as an annex."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import accumulate

from django.db.models import Prefetch, QuerySet
from openpyxl import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.pagebreak import Break

from tasks.allocation.rows import HEADER
from tasks.excel import layout
from tasks.excel.cells import sheet_title, write_row
from tasks.excel.checkcode import Rows
from tasks.models import MainTask, Measure, Plan

WIDTHS = (7, 17, 60, 32)  # together the width of an A4 page held sideways, the margins of an official paper left
TITLE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
TITLE_HEIGHT, HEADER_HEIGHT = 54.0, 28.0
TITLE, HEAD, NUMBER, TASK, TEXT = "分工表标题", "分工表表头", "分工表序号", "分工表主要任务", "分工表正文"


def original_table(plan: Plan) -> BytesIO:
    """The plan as an .xlsx file, at its beginning. Two queries."""
    book = layout.new_workbook(plan.title, plan.subject)
    add_styles(book)
    sheet = book.create_sheet(sheet_title(plan.title))
    layout.set_page(sheet, WIDTHS, paper="A4", header_row=HEADER_ROW)
    title_height = write_top(sheet, plan.title)
    break_pages(sheet, write_tasks(sheet, tasks_of(plan)), title_height)
    return layout.saved(book)


def digest_of(plan: Plan) -> str:
    """The hash of the rows as they stand: the workbook has no cover, so it is known by them alone. Two queries."""
    rows = Rows()
    rows.add([plan.title])
    rows.add(HEADER)
    for task in tasks_of(plan):
        for text, units in pairs_of(task):
            rows.add([task.number, task.title, text, units])
    rows.end_sheet()
    return rows.digest


def pairs_of(task: MainTask) -> list[tuple[str, str]]:
    """Text and responsible units of each measure; a task without any has a row all the same."""
    return [(measure.text, measure.responsibility_text) for measure in task.measures.all()] or [("", "")]


def tasks_of(plan: Plan) -> QuerySet[MainTask]:
    measures = Prefetch("measures", Measure.objects.order_by("order"))
    return plan.main_tasks.order_by("number").prefetch_related(measures)


def add_styles(book: Workbook) -> None:
    body = layout.font(layout.FANGSONG, 12)
    layout.add_style(book, TITLE, layout.font(layout.TITLE_SONG, 22), align="center", ruled=None)
    layout.add_style(book, HEAD, layout.font(layout.HEI, 12), align="center")
    layout.add_style(book, NUMBER, body, align="center")
    layout.add_style(book, TASK, body)
    layout.add_style(book, TEXT, body)


def write_top(sheet: WriteOnlyWorksheet, title: str) -> float:
    """Title and header. The height of the title row."""
    height = layout.row_height(TITLE_HEIGHT, layout.text_height(title, sum(WIDTHS), size=22))
    write_row(sheet, TITLE_ROW, [title], [TITLE], height=height)
    layout.merge(sheet, TITLE_ROW, TITLE_ROW, 1, len(HEADER))
    write_row(sheet, HEADER_ROW, HEADER, [HEAD] * len(HEADER), height=HEADER_HEIGHT)
    return height


def write_tasks(sheet: WriteOnlyWorksheet, tasks: Iterable[MainTask]) -> list[list[float]]:
    """A row for each measure, number and title merged over them. The heights of each task's rows."""
    blocks, row = [], FIRST_ROW
    for task in tasks:
        blocks.append(write_task(sheet, row, task))
        row += len(blocks[-1])
    return blocks


def write_task(sheet: WriteOnlyWorksheet, first: int, task: MainTask) -> list[float]:
    pairs = pairs_of(task)
    heights = [row_height(task.title, *pair, among=len(pairs)) for pair in pairs]
    for row, (pair, height) in enumerate(zip(pairs, heights, strict=True), first):
        named = (task.number, task.title) if row == first else (None, None)
        write_row(sheet, row, (*named, *pair), (NUMBER, TASK, TEXT, TEXT), height=height)
    for column in (1, 2):
        layout.merge(sheet, first, row, column, column)
    return heights


def row_height(title: str, text: str, responsibility_text: str, *, among: int) -> float:
    """What the row's own texts need, or its even share of what the merged title needs."""
    _, for_title, for_text, for_units = WIDTHS
    return layout.row_height(
        layout.text_height(title, for_title) / among,
        layout.text_height(text, for_text),
        layout.text_height(responsibility_text, for_units),
    )


def break_pages(sheet: WriteOnlyWorksheet, blocks: Sequence[Sequence[float]], title_height: float) -> None:
    """Pages begin with a main task, as in the issued paper: a row is not read without its task."""
    page = layout.page_height("A4") - HEADER_HEIGHT
    rows = list(accumulate(map(len, blocks), initial=FIRST_ROW))
    for index in layout.page_starts([sum(block) for block in blocks], first=page - title_height, other=page):
        sheet.row_breaks.append(Break(id=rows[index] - 1))
