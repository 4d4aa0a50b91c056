"""The list of measures as shown, taken away as a working sheet: the rows, columns and order of the page."""

import datetime
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.http import QueryDict

from tasks.choices import ExportKind
from tasks.excel.book import Column, Export, Sheet
from tasks.excel.checkcode import row_digest
from tasks.models import Plan
from tasks.tables import MeasureTable, Selection, select_measures

WIDTHS = {
    "number": 7,
    "task": 20,
    "field": 19,
    "code": 8,
    "text": 60,
    "units": 36,
    "responsibility_text": 36,
    "duty_count": 9,
    "source_line": 11,
}
USUAL = 14
AT_ONCE = 500  # measures


def list_export(selection: Selection, today: datetime.date) -> Export:
    """The rows as shown, to work in. Number and title stand in every row: merged cells cannot be sorted or filtered."""
    columns = [Column(str(column.header), WIDTHS.get(column.name, USUAL)) for column in selection.table.columns]
    return Export(
        ExportKind.LIST,
        selection.plan,
        today,
        [Sheet("任务清单", columns, rows(selection))],
        selection.measure_count,
        query=selection.params.urlencode(),
        conditions=f"{conditions(selection)}；{selection.in_words}",
        asked="；".join(map(selection.filter.in_words, selection.filter.asked)),
        title=selection.plan.title,
        line=facts(selection, today),
    )


def rows(selection: Selection) -> Iterator[list[Any]]:
    """Fetched in parts: the memory taken does not grow with the list."""
    for start in range(0, selection.measure_count, AT_ONCE):
        stop = min(start + AT_ONCE, selection.measure_count)
        lines = selection.lines_between(start, stop)
        yield from islice(MeasureTable(lines, selection.columns).as_values(), 1, None)  # the header is another's


def rows_that_hold(plan: Plan, sheet: Iterator[Sequence[Any]], today: datetime.date) -> int:
    """How many rows this sheet has below its header, where each of them stands in the list now; otherwise 0.

    So a CSV of the list is known again whatever was chosen, sorted and left out when it was taken away.
    """
    names = {str(column.verbose_name): name for name, column in MeasureTable.base_columns.items()}
    shown = [names.get(label, "") for label in next(sheet, ())]
    if "code" not in shown or "" in shown:
        return 0
    query = QueryDict(mutable=True)
    query.setlist("cols", shown)
    now = {row_digest(row) for row in rows(select_measures(plan, query, today))}
    found = [row_digest(row) in now for row in sheet]
    return len(found) if all(found) else 0


def conditions(selection: Selection) -> str:
    return "，".join(map(selection.filter.in_words, selection.filter.asked)) or "全部举措"


def facts(selection: Selection, today: datetime.date) -> str:
    """What is in the sheet and why, in one line; conditions that could not be used are told as on the page."""
    count = f"共 {selection.measure_count} 项举措、{selection.task_count} 项任务"
    told = "；".join([f"筛选：{conditions(selection)}", selection.in_words, count, f"{today:%Y-%m-%d} 导出"])
    return f"{told}。{''.join(selection.problems)}" if selection.problems else told
