"""五市 × 任务: a row for each main task, a column for each city; in the cell its measures, each with its light in words."""

import datetime
from collections.abc import Iterator
from typing import Any

from tasks.choices import ExportKind
from tasks.excel.book import Column, Export, Sheet
from tasks.excel.cells import sign
from tasks.excel.looks import PROGRESS_LOOKS
from tasks.excel.progress import as_of
from tasks.lights import SEVERITY
from tasks.models import MainTask
from tasks.queries.basis import Basis
from tasks.queries.city_tasks import CityMeasure, CityTasks

NOT_IN_ORDER = -1  # of what has no light any more: better than every light


def cities_export(basis: Basis, today: datetime.date) -> Export:
    """The last row counts each city's measures. A cell is filled by the worst of its lights."""
    table = CityTasks(basis, today)
    columns = [Column("序号", 6), Column("主要任务", 30), *(Column(city.short_name, 14) for city in table.cities)]
    return Export(
        ExportKind.CITIES,
        basis.plan,
        as_of(basis, today),
        [Sheet("五市任务", columns, rows(table), is_filtered=False)],
        MainTask.objects.filter(plan=basis.plan).count(),
        period=basis.period,
        conditions="各市须填报的举措及其进度灯，末行是举措数；按原表顺序",
    )


def rows(table: CityTasks) -> Iterator[list[Any]]:
    for task in table.tasks:
        yield row(table, task)
    sums = [sum(len(table.of.get((task.pk, city.pk), ())) for task in table.tasks) for city in table.cities]
    yield [None, "须填报的举措数", *sums]


def row(table: CityTasks, task: Any) -> list[Any]:
    return [task.number, task.title, *(cell(table.of.get((task.pk, city.pk), [])) for city in table.cities)]


def cell(found: list[CityMeasure]) -> Any:
    if not found:
        return None
    worst = max(found, key=lambda one: SEVERITY.get(one.light, NOT_IN_ORDER))
    told = "\n".join(f"{one.code} {PROGRESS_LOOKS[one.light][0]}" for one in found)
    return sign(told, PROGRESS_LOOKS[worst.light][1])
