"""进展台账: the ledger as shown, of the present or of a frozen period, its rows, columns and order."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from tasks.choices import DutyRole, ExportKind, Stage
from tasks.excel.book import Column, Export, Sheet
from tasks.excel.cells import Share, sign
from tasks.excel.looks import BLUE, DEADLINE_LOOKS, PLAIN, PROGRESS_LOOKS
from tasks.queries import ledger
from tasks.queries.basis import Basis
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.told import Told
from tasks.tables import duties_in_words
from tasks.tables_ledger import LEDGER_COLUMNS, LedgerSelection, LedgerTable

WIDTHS = {
    "number": 6, "task": 16, "field": 14, "code": 7, "text": 46, "lead": 16, "units": 30, "responsibility_text": 30,
    "told": 46, "problems": 30, "coordination": 30, "next_steps": 30, "percent": 10, "stage": 9, "reported": 8,
}  # fmt: skip
USUAL = 12
MERGED = ("number", "task")
CANCELLED_OR_DONE = (Stage.COMPLETED, Stage.CANCELLED)


def progress_export(selection: LedgerSelection, today: datetime.date) -> Export:
    """What the ledger page at this URL shows, all its pages."""
    found, basis = selection.filter, selection.basis
    conditions = "，".join(map(found.in_words, found.asked)) or "全部举措"
    rows = ledger.all_lines(basis, selection.user, selection.condition, selection.sort)
    return Export(
        ExportKind.PROGRESS,
        selection.plan,
        as_of(basis, today),
        [sheet_of("台账", selection.columns, rows)],
        selection.measure_count,
        period=basis.period,
        query=selection.params.urlencode(),
        conditions=f"{conditions}；{selection.in_words}",
        asked="；".join(map(found.in_words, found.asked)),
        remarks=selection.problems,
    )


def unfinished_export(basis: Basis, user: Any, today: datetime.date) -> Export:
    """未办结举措: whatever is neither 已办结 nor 终止, by its due date."""
    done = ledger.any_of(basis, "stage", CANCELLED_OR_DONE)
    return Export(
        ExportKind.UNFINISHED,
        basis.plan,
        as_of(basis, today),
        [sheet_of("未办结", LEDGER_COLUMNS, ledger.all_lines(basis, user, ~done, "due_on"), merged=False)],
        unfinished_count(basis),
        period=basis.period,
        conditions="没有办结也没有终止的举措；按完成时限从早到晚",
    )


def unfinished_count(basis: Basis) -> int:
    """From the figures of the dashboards."""
    counts = basis.figures["all"]
    return counts["measures"] - sum(counts[f"stage:{stage}"] for stage in CANCELLED_OR_DONE)


def as_of(basis: Basis, today: datetime.date) -> datetime.date:
    return basis.period.as_of if basis.period else today


def sheet_of(title: str, names: tuple[str, ...], lines: Iterator[LedgerLine], *, merged: bool = True) -> Sheet:
    """`number` and `task` are merged where they stand first, as in the table as issued."""
    columns = [Column(str(LedgerTable.base_columns[name].verbose_name), WIDTHS.get(name, USUAL)) for name in names]
    draws = [VALUES[name] for name in names]
    together = [name for name, expected in zip(names, MERGED, strict=False) if name == expected]
    rows = ([draw(line) for draw in draws] for line in lines)
    return Sheet(title, columns, rows, merged=len(together) if merged else 0)


def due_on(line: LedgerLine) -> Any:
    """A day where there is nothing more to tell; else as on the page, with the first date and how often it was moved."""
    moved = line.original_due_on and line.original_due_on != line.due_on
    if line.is_ongoing or not (moved or line.moves):
        return "长期坚持" if line.is_ongoing else line.due_on
    told = [f"{line.due_on:%Y-%m-%d}" if line.due_on else "—"]
    told += [f"原定 {line.original_due_on:%Y-%m-%d}"] if moved else []
    return "\n".join([*told, *([f"调整 {line.moves} 次"] if line.moves else [])])


def percent(line: LedgerLine) -> Share | None:
    standing = line.standing
    return None if standing is None or standing.percent is None else Share(standing.percent / 100)


def progress_light(line: LedgerLine) -> str | None:
    return (
        sign(*PROGRESS_LOOKS[line.standing.progress_light]) if line.standing and line.standing.progress_light else None
    )


def deadline_light(line: LedgerLine) -> str | None:
    return (
        sign(*DEADLINE_LOOKS[line.standing.deadline_light]) if line.standing and line.standing.deadline_light else None
    )


def stage(line: LedgerLine) -> str | None:
    if line.standing is None:
        return None
    found = Stage(line.standing.stage)
    return sign(str(found.label), BLUE if found == Stage.COMPLETED else PLAIN)


def reported(line: LedgerLine) -> str | None:
    """How many of the obliged have reported, as text: `2/3` is no date."""
    standing = line.standing
    return f"{standing.reported}/{standing.counted}" if standing and standing.counted else None


def lead(line: LedgerLine) -> str:
    return "、".join(duty.name for duty in line.duties if duty.role == DutyRole.LEAD)


def said(name: str) -> Callable[[LedgerLine], str]:
    return lambda line: told(line, [(one, getattr(one, name)) for one in line.reports])


def coordination(line: LedgerLine) -> str:
    return told(line, [(one, one.coordination_in_words) for one in line.reports])


def told(line: LedgerLine, texts: list[tuple[Told, str]]) -> str:
    """Each unit's text in a paragraph; the unit is named where more than one has to report."""
    is_named = len(line.duties) > 1
    return "\n".join(f"{marks(report, is_named)}{text}" for report, text in texts if text)


def marks(report: Told, is_named: bool) -> str:
    about, words = [report.unit] if is_named else [], report.marks
    return "".join([*about, *(f"〔{word}〕" for word in words), "："]) if about or words else ""


VALUES: dict[str, Callable[[LedgerLine], Any]] = {
    "number": lambda line: line.number,
    "task": lambda line: line.title,
    "field": lambda line: line.field,
    "code": lambda line: line.code,
    "text": lambda line: line.text,
    "lead": lead,
    "units": lambda line: duties_in_words(line.duties),
    "responsibility_text": lambda line: line.responsibility_text,
    "starts_on": lambda line: line.starts_on,
    "due_on": due_on,
    "told": said("progress"),
    "percent": percent,
    "progress": progress_light,
    "deadline": deadline_light,
    "stage": stage,
    "problems": said("problems"),
    "coordination": coordination,
    "next_steps": said("next_steps"),
    "reviewer": lambda line: line.reviewers,
    "reported": reported,
}
