"""汇报稿 as a workbook: the figures of the document, each beside the codes of the measures it counts."""

from collections.abc import Iterable, Iterator
from typing import Any

from tasks.choices import Confidence, ExportKind
from tasks.excel.book import Column, Export, Sheet
from tasks.excel.cells import Share
from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS, DeadlineLight, ProgressLight
from tasks.queries.counted import Figure, Line
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.stocktake import Stocktake, in_chinese, problems_of

CODES = Column("举措编号", 60)
COLUMNS = {
    "总体": (Column("方面", 12), Column("指标", 18), Column("个数", 8), CODES),
    "领域": (Column("领域", 24), Column("指标", 12), Column("个数", 8), CODES),
    "单位": (Column("责任单位", 26), Column("指标", 12), Column("个数", 8), CODES),
    "红灯": (
        Column("编号", 8), Column("主要任务", 24), Column("具体举措", 50), Column("责任单位", 24), Column("进度灯", 10),
        Column("时限灯", 12), Column("完成率", 9), Column("序时进度", 9), Column("完成时限", 12), Column("主要问题", 50),
    ),
    "问题": (Column("编号", 8), Column("反映单位", 24), Column("研判", 10), Column("问题和风险", 70)),
    "决定": (
        Column("编号", 8), Column("提出单位", 24), Column("需协调事项", 60), Column("请办单位", 24), Column("希望答复", 12),
    ),
    "变化": (
        Column("指标", 20), Column("上期", 8), Column("本期", 8), Column("增减", 8), Column("上期举措编号", 46),
        Column("本期举措编号", 46),
    ),
}  # fmt: skip


def stocktake_export(pack: Stocktake) -> Export:
    rows = {
        "总体": overall(pack),
        "领域": by_line(pack.fields),
        "单位": by_line(pack.units),
        "红灯": map(red, pack.behind),
        "问题": problems(pack),
        "决定": matters(pack),
        "变化": changes(pack),
    }
    heading = f"{pack.label}推进落实情况"
    return Export(
        ExportKind.STOCKTAKE,
        pack.plan,
        pack.until,
        [
            Sheet(title, columns, [*rows[title]], paper="A4", heading=f"{heading}：{title}")
            for title, columns in COLUMNS.items()
        ],
        pack.everything.count,
        period=pack.period,
        conditions=pack.source.removeprefix("以上为"),
        title=heading,
        unit="项举措",
        line=f"{pack.plan.title}，截至{in_chinese(pack.until)}",
    )


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
    names = "、".join(line.obliged_names)
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
