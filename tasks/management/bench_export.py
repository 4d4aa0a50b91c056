"""How fast and how lean an export is: our workbook, with styles, heights, merged cells and check code, against bare openpyxl.

Both write the same cells to a file on disk, in turns. The memory is that of a process of its own, above what it held before.
"""

import datetime
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import process_time
from typing import Any

from openpyxl import Workbook

from tasks.choices import ExportKind
from tasks.excel.book import Column, Export, Maker, Sheet, as_xlsx
from tasks.excel.cells import Share

ROWS, TIMES_AS_MANY = 10_000, 10
ROUNDS = 3
DAY = datetime.date(2026, 9, 30)
MEASURE = "推进青岛港、烟台港、威海港、日照港一体化发展，建设世界一流的海洋港口群，完成年度投资计划。"
REPORT = "7月20日完成初步设计批复（鲁交规划〔2026〕{} 号），路基完成 40%，正在办理用地组卷。"
WIDTHS = (6, 16, 14, 7, 46, 16, 30, 30, 12, 12, 46, 10, 12, 12, 9, 30)


def cells(rows: int) -> Iterator[list[Any]]:
    """Rows as a ledger has them: every text of its own, dates, shares and numbers."""
    for row in range(rows):
        task, order = row // 4, row % 4 + 1
        yield [
            task, f"任务 {task}", "基础设施", f"{task}-{order}", f"{MEASURE}{row}", "省交通运输厅",
            f"牵头：省交通运输厅；配合：青岛市政府、烟台市政府（{row}）", f"省交通运输厅牵头，第 {row} 项", DAY, DAY,
            REPORT.format(row), Share(row % 101 / 100), "正常", "未到期", "推进中", f"第 {row} 项无问题。",
        ]  # fmt: skip


def ours(rows: int, path: str) -> None:
    columns = [Column(f"第 {number} 栏", width) for number, width in enumerate(WIDTHS, 1)]
    export = Export(ExportKind.PROGRESS, None, DAY, [Sheet("台账", columns, cells(rows), merged=2)], rows)
    with open(path, "wb") as file:
        for piece in as_xlsx(export, Maker("", datetime.datetime(2026, 9, 30), lambda code, digest: None)):
            file.write(piece)


def bare(rows: int, path: str) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for values in cells(rows):
        sheet.append(values)
    book.save(path)


def seconds(write: Callable[[int, str], None], rows: int) -> float:
    """Of processor: what else the machine is doing does not count."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        begun = process_time()
        write(rows, file.name)
        return process_time() - begun


def peak(rows: int, answer: Any) -> None:
    """Megabytes above the process before the export, sent through a pipe."""
    ours(10, "/dev/null")
    before = getrusage(RUSAGE_SELF).ru_maxrss
    ours(rows, "/dev/null")
    answer.send((getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024)


def export_figures(rounds: int, rows: int = ROWS) -> dict[str, float]:
    """`export_vs_write_only`: our speed as a part of bare openpyxl's; `export_peak_mb`: of ten times as many rows."""
    turns = [(seconds(bare, rows), seconds(ours, rows)) for _ in range(min(rounds, ROUNDS))]
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=peak, args=(rows * TIMES_AS_MANY, there))
    child.start()
    megabytes = here.recv()
    child.join()
    speed = median(theirs for theirs, _ in turns) / median(own for _, own in turns)
    return {"export_vs_write_only": round(speed, 3), "export_peak_mb": round(megabytes, 1)}
