"""本期填报表: what a unit may report in a period, to be filled in away from the system and brought back.

White cells can be changed, grey ones are locked; the protection has no password, so it guards against slips and
nothing else. What was shown, and to which duty each row belongs, stands in a hidden sheet under a check code: see
`tasks.excel.marks`. A hidden column keeps each row's id beside it, a hidden row each column's key above it.
"""

import datetime
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from tasks.choices import WRITABLE, Confidence
from tasks.excel import layout, marks
from tasks.excel.cells import DATE, SHARE, Share, write_row
from tasks.forms import LONGEST_TEXT, NO_SUCH_UNIT, ONLY_THESE_WORDS, ReportForm
from tasks.models import ReportingPeriod
from tasks.queries.roundtrip import Line, spelled
from tasks.roundtrip import EDITABLE, FIELDS, LOCKED
from units.models import Unit

SHEET, MARKS_SHEET, UNITS_SHEET = "本期填报", "编号（请勿改动）", "单位名录"
TITLE_ROW, FACTS_ROW, KEY_ROW, HINT_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4, 5, 6
TEXT = "@"
LABELS = {
    "code": "编号",
    "main_task": "主要任务",
    "text": "具体举措",
    "role": "职责",
    "last_progress": "上期进展",
    "last_percent": "上期完成率",
    **{name: str(ReportForm.base_fields[name].label) for name in EDITABLE},
}
HINTS = {
    **dict.fromkeys(LOCKED, "不用填"),
    "progress": "写到截至日期为止的事实",
    "percent_complete": "0% 到 100%，整数",
    "confidence": "从下拉列表中选",
    "risk": "有风险的必填",
    "problems": "滞后的必填",
    "coordination_request": "三栏同时填写",
    "coordination_unit": "从下拉列表中选",
    "coordination_due_on": "年-月-日",
    "next_steps": "下一步做什么",
    "fall_reason": "低于上期的必填",
}
WIDTHS = {
    "code": 7,
    "main_task": 16,
    "text": 40,
    "role": 11,
    "last_progress": 40,
    "last_percent": 8,
    "progress": 50,
    "percent_complete": 9,
    "confidence": 9,
    "coordination_unit": 18,
    "coordination_due_on": 13,
}
USUAL_WIDTH, ID_WIDTH, SIZE = 26, 12, 11
STYLE = {
    "title": "填报表标题",
    "facts": "填报表说明",
    "hint": "填报表提示",
    "head": "填报表表头",
    "locked": "填报表不可改",
    "locked_percent": "填报表不可改百分比",
    "text": "填报表文字",
    "percent": "填报表百分比",
    "date": "填报表日期",
}
STYLE_OF = {
    **dict.fromkeys(LOCKED, "locked"),
    **dict.fromkeys(EDITABLE, "text"),
    "last_percent": "locked_percent",
    "percent_complete": "percent",
    "coordination_due_on": "date",
}
CLOSED_STYLE_OF = dict.fromkeys(FIELDS, "locked") | dict.fromkeys(
    ("last_percent", "percent_complete"), "locked_percent"
)


def unit_workbook(
    period: ReportingPeriod, unit: Unit, lines: Sequence[Line], units: Sequence[str], now: datetime.datetime
) -> BytesIO:
    """The workbook at its beginning. `units` are the names that 请哪个单位协调 offers."""
    book = layout.new_workbook(f"{unit}{period}填报表", period.plan.title)
    add_styles(book)
    sheet = book.create_sheet(SHEET)
    widths = [ID_WIDTH, *(WIDTHS.get(name, USUAL_WIDTH) for name in FIELDS)]
    layout.set_page(sheet, widths, paper="A3", header_row=HEADER_ROW)
    sheet.freeze_panes = f"C{FIRST_ROW}"
    # Two pages side by side, the codes on both: on one the letters are too small to be read.
    sheet.page_setup.fitToWidth, sheet.print_title_cols = 2, "B:B"
    sheet.column_dimensions["A"].hidden = True
    write_top(sheet, widths, f"{period.label}填报表：{unit}", facts(period, now))
    for row, line in enumerate(lines, FIRST_ROW):
        write_line(sheet, row, period, line, widths)
    guard(sheet, max(len(lines), 1) + HEADER_ROW, len(units))
    write_units(book, units)
    write_marks(book, period, unit, lines, now)
    return layout.saved(book)


def facts(period: ReportingPeriod, now: datetime.datetime) -> str:
    made = f"{now:%Y-%m-%d %H:%M} 导出"
    how = "白底的格可以填写，灰底的格和已提交、已通过的整行不能改；可以排序、隐藏栏目。填好后在系统“工作台”点“上传填报表”，核对以后才写入"
    return f"截至 {period.as_of}；{period.due_on} 截止；{made}。{how}。"


def add_styles(book: Workbook) -> None:
    rule, grey, body = "B9C9DE", "ECEFF3", layout.font(layout.SONG, SIZE)
    muted = layout.font(layout.SONG, SIZE, "4A5462")
    layout.add_style(book, STYLE["title"], layout.font(layout.HEI, 16), ruled=None)
    layout.add_style(book, STYLE["facts"], muted, ruled=None)
    layout.add_style(book, STYLE["hint"], muted, align="center", ruled=rule, fill=grey)
    layout.add_style(book, STYLE["head"], layout.font(layout.HEI, SIZE), align="center", ruled=rule, fill="E9EFF7")
    fixed: dict[str, Any] = {"vertical": "top", "ruled": rule, "fill": grey}
    layout.add_style(book, STYLE["locked"], muted, **fixed)
    layout.add_style(book, STYLE["locked_percent"], muted, align="center", number_format=SHARE, **fixed)
    free: dict[str, Any] = {"vertical": "top", "ruled": rule, "is_locked": False}
    layout.add_style(book, STYLE["text"], body, number_format=TEXT, **free)
    layout.add_style(book, STYLE["percent"], body, align="center", number_format=SHARE, **free)
    layout.add_style(book, STYLE["date"], body, align="center", number_format=DATE, **free)


def write_top(sheet: WriteOnlyWorksheet, widths: Sequence[int], title: str, told: str) -> None:
    """Title, facts, the hidden keys of the columns, hints and header; the sheet's filter begins in the header.

    Title and facts begin beside the codes, which stand on every page.
    """
    shown = sum(widths[2:8])
    heights = (layout.text_height(title, shown, size=16), layout.text_height(told, shown, size=SIZE))
    for row, text, style, height in zip(
        (TITLE_ROW, FACTS_ROW), (title, told), ("title", "facts"), heights, strict=True
    ):
        write_row(sheet, row, [None, None, text], [STYLE[style]] * 3, height=layout.row_height(height))
        layout.merge(sheet, row, row, 3, 8)
    sheet.row_dimensions[KEY_ROW].hidden = True
    keys = [marks.ID_KEY, *map(marks.key_of, FIELDS)]
    for row, first, style, texts in (
        (KEY_ROW, keys[0], "hint", keys[1:]),
        (HINT_ROW, marks.HINT, "hint", [HINTS[name] for name in FIELDS]),
        (HEADER_ROW, marks.TITLES, "head", [LABELS[name] for name in FIELDS]),
    ):
        height = max(layout.text_height(text, width, size=SIZE) for text, width in zip(texts, widths[1:], strict=True))
        write_row(sheet, row, [first, *texts], [STYLE[style]] * len(widths), height=height if row != KEY_ROW else 15)


def write_line(
    sheet: WriteOnlyWorksheet, row: int, period: ReportingPeriod, line: Line, widths: Sequence[int]
) -> None:
    values = [marks.row_id(period.pk, line.duty.pk), *cells_of(line).values()]
    is_writable = line.report is None or line.report.state in WRITABLE  # otherwise nobody writes into it in vain
    styles = ["locked", *(STYLE_OF[name] if is_writable else CLOSED_STYLE_OF[name] for name in FIELDS)]
    shown = zip(values[1:], widths[1:], strict=True)
    height = layout.row_height(*(layout.text_height(str(value or ""), width, size=SIZE) for value, width in shown))
    write_row(sheet, row, values, [STYLE[style] for style in styles], height=height)


def cells_of(line: Line) -> dict[str, Any]:
    """Field -> value as the sheet shows it, in the order of the columns."""
    content = line.content
    cells = locked_of(line) | content
    percent, unit = content["percent_complete"], content["coordination_unit"]
    cells["percent_complete"] = share(percent)
    cells["last_percent"] = share(line.last.percent_complete if line.last else None)
    cells["confidence"] = spelled("confidence", content["confidence"])
    cells["coordination_unit"] = unit.name if unit else None
    return cells


def share(percent: int | None) -> Share | None:
    return None if percent is None else Share(percent / 100)


def locked_of(line: Line) -> dict[str, Any]:
    measure, last = line.duty.measure, line.last
    percent = "" if last is None or last.percent_complete is None else f"{last.percent_complete}%"
    return {
        "code": measure.code,
        "main_task": measure.main_task.title,
        "text": measure.text,
        "role": line.duty.get_role_display(),
        "last_progress": last.progress if last else "",
        "last_percent": percent,
    }


def guard(sheet: WriteOnlyWorksheet, last: int, units: int) -> None:
    """Drop-downs where there are choices, protection that lets people sort, filter and widen."""
    columns = {name: get_column_letter(2 + index) for index, name in enumerate(FIELDS)}
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{columns[FIELDS[-1]]}{last}"
    names = f"'{UNITS_SHEET}'!$A$1:$A${max(units, 1)}"
    rules = {
        "percent_complete": check("decimal", "完成率请填 0% 到 100% 之间的整数。", operator="between", formula1="0", formula2="1"),
        "confidence": check("list", ONLY_THESE_WORDS, formula1=f'"{",".join(Confidence.labels)}"'),
        "coordination_unit": check("list", NO_SUCH_UNIT, formula1=names),
        "coordination_due_on": check("date", "请按年-月-日填写，例如 2026-10-15。", operator="greaterThan", formula1="36526"),
    }  # fmt: skip
    longest = {"operator": "lessThanOrEqual", "formula1": str(LONGEST_TEXT)}
    for name in EDITABLE:
        rule = rules.get(name) or check("textLength", f"超过 {LONGEST_TEXT} 字的上限，请删减。", **longest)
        rule.add(f"{columns[name]}{FIRST_ROW}:{columns[name]}{last}")
        sheet.data_validations.append(rule)
    protection = sheet.protection
    protection.sheet = True
    protection.sort = protection.autoFilter = protection.formatColumns = protection.formatRows = False  # False allows


def check(kind: str, sentence: str, **rule: str) -> DataValidation:
    validation = DataValidation(type=kind, allow_blank=True, **rule)
    validation.showErrorMessage, validation.errorTitle, validation.error = True, "请检查", sentence
    return validation


def write_units(book: Workbook, units: Sequence[str]) -> None:
    sheet = book.create_sheet(UNITS_SHEET)
    sheet.sheet_state = "hidden"
    for row, name in enumerate(units, 1):
        write_row(sheet, row, [name], [STYLE["locked"]], height=15)


def write_marks(
    book: Workbook, period: ReportingPeriod, unit: Unit, lines: Sequence[Line], now: datetime.datetime
) -> None:
    """The hidden sheet: what the workbook is, and each row as it leaves. All of it is text, so that nothing rounds."""
    sheet = book.create_sheet(MARKS_SHEET)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    head = [str(period.plan_id), str(period.pk), str(unit.pk), now.isoformat(), marks.site_mark()]
    rows = [base_of(line) for line in lines]
    named = zip(marks.HEAD, [*head, marks.check_code(head, rows)], strict=True)
    titles = ["duty", "report", "version", *FIELDS]
    for row, texts in enumerate([[marks.MARK, marks.FORMAT], *map(list, named), titles, *rows], 1):
        write_row(sheet, row, texts, [STYLE["locked"]] * len(texts), height=15)


def base_of(line: Line) -> list[str]:
    report = line.report
    keys = [str(line.duty.pk), str(report.pk if report else 0), str(report.version if report else 0)]
    values = locked_of(line) | line.content
    return keys + [spelled(name, values[name]) for name in FIELDS]
