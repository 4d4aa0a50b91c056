"""汇报稿 as a workbook: the figures of the document, each beside the codes of the measures it counts."""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from tasks.choices import Confidence
from tasks.excel import layout
from tasks.excel.cells import Share
from tasks.excel.ledger import FACTS, HEADER_ROW, SIZE, TITLE, add_styles, write_banner, write_rows
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.queries.counted import Figure, Line
from tasks.queries.ledger import LedgerLine
from tasks.queries.stocktake import Stocktake, in_chinese, obliged_names, problems_of

CODES = ("举措编号", 60)
SHEETS = {  # title -> columns and their widths in Latin letters
    "总体": (("方面", 12), ("指标", 18), ("个数", 8), CODES),
    "领域": (("领域", 24), ("指标", 12), ("个数", 8), CODES),
    "单位": (("责任单位", 26), ("指标", 12), ("个数", 8), CODES),
    "红灯": (
        ("编号", 8), ("主要任务", 24), ("具体举措", 50), ("责任单位", 24), ("进度灯", 10), ("时限灯", 12),
        ("完成率", 9), ("序时进度", 9), ("完成时限", 12), ("主要问题", 50),
    ),
    "问题": (("编号", 8), ("反映单位", 24), ("研判", 10), ("问题和风险", 70)),
    "决定": (("编号", 8), ("提出单位", 24), ("需协调事项", 60), ("请办单位", 24), ("希望答复", 12)),
    "变化": (("指标", 20), ("上期", 8), ("本期", 8), ("增减", 8), ("上期举措编号", 46), ("本期举措编号", 46)),
}  # fmt: skip


def stocktake_xlsx(pack: Stocktake) -> BytesIO:
    book = layout.new_workbook(pack.name, pack.plan.subject)
    add_styles(book)
    rows = {
        "总体": overall(pack),
        "领域": by_line(pack.fields),
        "单位": by_line(pack.units),
        "红灯": map(red, pack.behind),
        "问题": problems(pack),
        "决定": matters(pack),
        "变化": changes(pack),
    }
    for title, columns in SHEETS.items():
        write_sheet(book, title, columns, rows[title], pack)
    return layout.saved(book)


def write_sheet(
    book: Workbook, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]], pack: Stocktake
) -> None:
    sheet = book.create_sheet(title)
    heads, widths = [head for head, _ in columns], [width for _, width in columns]
    layout.set_page(sheet, widths, paper="A4", header_row=HEADER_ROW)
    write_banner(sheet, 1, f"{pack.label}推进落实情况：{title}", TITLE, widths, size=16)
    write_banner(sheet, 2, f"{pack.plan.title}，截至{in_chinese(pack.until)}", FACTS, widths, size=SIZE)
    write_rows(sheet, [heads, *rows], widths)


def codes(figure: Figure) -> str:
    return "、".join(dict.fromkeys(figure.codes))


def overall(pack: Stocktake) -> Iterator[list[Any]]:
    yield ["全部", "举措", pack.everything.count, codes(pack.everything)]
    for label, figures in pack.groups.items():
        yield from ([label, one.label, one.count, codes(one)] for one in figures)
    if found := pack.schedule:
        yield ["序时", "有序时进度可比", found.measures.count, codes(found.measures)]
        yield ["序时", "平均完成率", Share(found.percent / 100), codes(found.measures)]
        yield ["序时", "平均序时进度", Share(found.scheduled / 100), codes(found.measures)]


def by_line(lines: Iterable[Line]) -> Iterator[list[Any]]:
    for line in lines:
        yield from ([line.name, one.label, one.count, codes(one)] for one in line.figures)


def red(line: LedgerLine) -> list[Any]:
    standing = line.standing
    percents = (None if one is None else Share(one / 100) for one in (standing.percent, standing.scheduled))
    lights = (
        PROGRESS_WORDS[ProgressLight(standing.progress_light)],
        DEADLINE_WORDS[DeadlineLight(standing.deadline_light)],
    )
    names = "、".join(obliged_names(line))
    return [line.code, line.title, line.text, names, *lights, *percents, line.due_on, problems_of(line)]


def problems(pack: Stocktake) -> Iterator[list[Any]]:
    for one in pack.problems:
        label = Confidence(one.confidence).label
        yield [one.duty.measure.code, one.duty.unit.name, label, one.problems or one.risk]


def matters(pack: Stocktake) -> Iterator[list[Any]]:
    for one in pack.matters:
        asked = one.coordination_request, one.coordination_unit.name, one.coordination_due_on
        yield [one.duty.measure.code, one.duty.unit.name, *asked]


def changes(pack: Stocktake) -> Iterator[list[Any]]:
    for label, before, now in pack.steps:
        yield [label, before.count, now.count, now.count - before.count, codes(before), codes(now)]
    for one in pack.changed:
        yield [f"有变化：{one.label}", None, one.count, None, None, codes(one)]
