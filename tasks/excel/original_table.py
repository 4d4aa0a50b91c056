"""重点任务推进落实分工表 as issued: the workbook that goes out as an annex."""

from collections.abc import Sequence
from io import BytesIO
from itertools import accumulate

from django.db.models import Prefetch, QuerySet
from openpyxl import Workbook
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from tasks.excel import layout
from tasks.excel.cells import put, sheet_title
from tasks.models import MainTask, Measure, Plan

HEADER = ("序号", "主要任务", "具体举措", "责任单位")
WIDTHS = (7, 17, 60, 32)  # together the width of an A4 page held sideways, the margins of an official paper left
TITLE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
TITLE_HEIGHT, HEADER_HEIGHT = 54.0, 28.0
TITLE, HEAD, NUMBER, TASK, TEXT = "分工表标题", "分工表表头", "分工表序号", "分工表主要任务", "分工表正文"


def original_table(plan: Plan) -> BytesIO:
    """The plan as an .xlsx file, at its beginning. Two queries."""
    book = layout.new_workbook()
    add_styles(book)
    layout.set_properties(book, plan.title, plan.subject)
    sheet = book.active
    sheet.title = sheet_title(plan.title)
    layout.set_page(sheet, paper="A4", header_row=HEADER_ROW)
    sheet.freeze_panes = f"A{FIRST_ROW}"
    title_height = write_top(sheet, plan.title)
    break_pages(sheet, [write_task(sheet, task) for task in tasks_of(plan)], title_height)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


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


def write_top(sheet: Worksheet, title: str) -> float:
    """Title and header. The height of the title row."""
    for column, (width, word) in enumerate(zip(WIDTHS, HEADER, strict=True), 1):
        cell = put(sheet.cell(HEADER_ROW, column), word, HEAD)
        sheet.column_dimensions[cell.column_letter].width = width
    put(sheet.cell(TITLE_ROW, 1), title, TITLE)
    merge(sheet, TITLE_ROW, TITLE_ROW, 1, len(HEADER))
    height = layout.row_height(TITLE_HEIGHT, layout.text_height(title, sum(WIDTHS), size=22))
    sheet.row_dimensions[TITLE_ROW].height = height
    sheet.row_dimensions[HEADER_ROW].height = HEADER_HEIGHT
    return height


def write_task(sheet: Worksheet, task: MainTask) -> list[float]:
    """A row for each measure, number and title merged over them. The heights of the rows."""
    first = sheet.max_row + 1
    pairs = [(measure.text, measure.responsibility_text) for measure in task.measures.all()] or [("", "")]
    heights = [row_height(task.title, *pair, among=len(pairs)) for pair in pairs]
    for row, (pair, height) in enumerate(zip(pairs, heights, strict=True), first):
        sheet.row_dimensions[row].height = height
        named = (task.number, task.title) if row == first else (None, None)
        for column, (value, style) in enumerate(zip((*named, *pair), (NUMBER, TASK, TEXT, TEXT), strict=True), 1):
            put(sheet.cell(row, column), value, style)
    for column in (1, 2):
        merge(sheet, first, row, column, column)
    return heights


def merge(sheet: Worksheet, top: int, bottom: int, left: int, right: int) -> None:
    if (top, left) != (bottom, right):
        sheet.merge_cells(start_row=top, end_row=bottom, start_column=left, end_column=right)


def row_height(title: str, text: str, responsibility_text: str, *, among: int) -> float:
    """What the row's own texts need, or its even share of what the merged title needs."""
    _, for_title, for_text, for_units = WIDTHS
    return layout.row_height(
        layout.text_height(title, for_title) / among,
        layout.text_height(text, for_text),
        layout.text_height(responsibility_text, for_units),
    )


def break_pages(sheet: Worksheet, blocks: Sequence[Sequence[float]], title_height: float) -> None:
    """Pages begin with a main task, as in the issued paper: a row is not read without its task."""
    page = layout.page_height("A4") - HEADER_HEIGHT
    rows = list(accumulate(map(len, blocks), initial=FIRST_ROW))
    for index in layout.page_starts([sum(block) for block in blocks], first=page - title_height, other=page):
        sheet.row_breaks.append(Break(id=rows[index] - 1))
