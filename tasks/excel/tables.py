"""Small lists as workbooks: the filing board and the rows behind it, amendments, the audit trail."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from tasks.choices import ExportKind
from tasks.excel.book import Column, Export, Sheet
from tasks.excel.cells import local
from tasks.models import Amendment, Instruction, Plan, ReportingPeriod

AMENDMENT_COLUMNS = (
    Column("编号", 12), Column("事项", 34), Column("原来", 20), Column("现在", 20), Column("理由", 40),
    Column("依据", 24), Column("经办", 16), Column("日期", 12),
)  # fmt: skip
INSTRUCTION_COLUMNS = (
    Column("编号", 12), Column("批示", 50), Column("承办单位", 24), Column("举措", 8), Column("办理时限", 12),
    Column("状态", 10), Column("批示人", 12), Column("批示日期", 12), Column("办理情况", 50),
)  # fmt: skip
FILED_COLUMNS = (
    Column("编号", 8), Column("具体举措", 60), Column("单位", 24), Column("状态", 12), Column("补报", 8),
)  # fmt: skip
ON_ONE_PAGE = 60  # rows of a board that can still be read on one upright A4 page
AUDIT_WIDTHS = {"时间": 18, "对象": 30, "原来": 40, "现在": 40, "校验值": 36}


def filing_export(period: ReportingPeriod, labels: Sequence[str], lines: Sequence[Sequence[Any]]) -> Export:
    """The board of a period: a row for each unit, and all together. Not filtered: the last row is a sum."""
    columns = [Column("单位", 24), *(Column(label, 10) for label in labels)]
    sheet = Sheet("填报情况", columns, lines, is_filtered=False, pages=1 if len(lines) <= ON_ONE_PAGE else 0)
    return of_period(ExportKind.FILING, period, sheet, len(lines) - 1, "全部单位，按单位顺序，末行是合计")


def filed_export(period: ReportingPeriod, rows: Sequence[Sequence[Any]], conditions: str, query: str) -> Export:
    export = of_period(ExportKind.FILED, period, Sheet("明细", FILED_COLUMNS, rows), len(rows), conditions)
    export.query, export.asked = query, conditions
    return export


def of_period(kind: ExportKind, period: ReportingPeriod, sheet: Sheet, count: int, conditions: str) -> Export:
    return Export(kind, period.plan, period.as_of, [sheet], count, period=period, conditions=conditions)


def amendments_export(plan: Plan, amendments: QuerySet[Amendment], count: int, today: datetime.date) -> Export:
    sheet = Sheet("调整记录", AMENDMENT_COLUMNS, told(amendment, amendments))
    return Export(ExportKind.AMENDMENTS, plan, today, [sheet], count, conditions="全部调整，新的在前")


def told(row: Callable[[Any], tuple[Any, ...]], found: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """Fetched with the first row: the menu of exports asks for none. `map` would fetch them at once."""
    for one in found:
        yield row(one)


def amendment(one: Amendment) -> tuple[Any, ...]:
    return (
        f"第 {one.number} 号", one.subject, one.before, one.after, one.reason, one.document, one.made_by.display_name,
        local(one.made_at).date(),
    )  # fmt: skip


def instructions_export(
    plan: Plan, found: QuerySet[Instruction], asked: str, query: str, today: datetime.date
) -> Export:
    sheet = Sheet("批示", INSTRUCTION_COLUMNS, told(instruction, found))
    conditions = asked or "全部批示"
    return Export(
        ExportKind.INSTRUCTIONS, plan, today, [sheet], found.count(), query=query, conditions=conditions, asked=asked
    )  # fmt: skip


def instruction(one: Instruction) -> tuple[Any, ...]:
    code = one.measure.code if one.measure else None
    return (
        f"第 {one.number} 号", one.text, one.owner.name, code, one.due_on, one.get_state_display(), one.given_by.display_name,
        local(one.given_at).date(), one.answer,
    )  # fmt: skip


def audit_export(
    labels: Sequence[str], rows: Sequence[Sequence[Any]], conditions: str, today: datetime.date
) -> Export:
    columns = [Column(label, AUDIT_WIDTHS.get(label, 14)) for label in labels]
    asked = conditions or "全部记录"
    return Export(
        ExportKind.AUDIT, None, today, [Sheet("操作日志", columns, rows)], len(rows),
        query=conditions, conditions=f"{asked}；新的在前", asked=conditions,
    )  # fmt: skip
