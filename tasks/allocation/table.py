"""Rows become the draft of a plan: tasks, their measures, who answers for each (contract, rows 5 to 10)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tasks.allocation.corrections import Corrections, Move, text_hash
from tasks.allocation.findings import Finding
from tasks.allocation.grammar import FIRST_LEADS, Assignment, Statement, parse_statement
from tasks.allocation.rows import Cell, Document, Row, shortened
from units.names import NameBook, tidy

LONGEST_NUMBER = 100  # characters; to put the marks above a letter in their order takes quadratic time


@dataclass(frozen=True, slots=True)
class DraftMeasure:
    """A measure with its verbatim texts. `line` and `paragraph` (from 1) say where the text stands in the source."""

    text: str
    responsibility_text: str
    line: int
    paragraph: int
    assignments: tuple[Assignment, ...] = ()


@dataclass(slots=True)
class DraftTask:
    number: int
    title: str
    line: int
    measures: list[DraftMeasure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DraftPlan:
    title: str
    tasks: tuple[DraftTask, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.is_error)

    @property
    def names(self) -> list[str]:
        """Units and groups that hold duties, each once, in the order of the table."""
        found: dict[str, None] = {}
        for task in self.tasks:
            for measure in task.measures:
                for item in measure.assignments:
                    found.setdefault(item.unit)
                    if item.via_group:
                        found.setdefault(item.via_group)
        return list(found)


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure paragraph and the statement that governs it. `shared`: the statement spoke for a measure before."""

    paragraph: int
    text: str
    responsibility_text: str
    shared: bool = False


def draft_plan(
    document: Document,
    book: NameBook,
    corrections: Corrections | None = None,
    statements: dict[str, Statement] | None = None,
) -> DraftPlan:
    """The plan a document describes, and everything found on the way, in the order of the lines.

    `statements` keeps those that were read; it may be given once more with the same document and the same book.
    """
    reading = Reading(
        book,
        {} if statements is None else statements,
        any(FIRST_LEADS.search(tidy(text)) for text in (document.title, *document.notes)),
    )
    for row in document.rows:
        reading.take(row)
    if corrections and corrections.moves:
        reading.move(corrections.moves)
    findings = sorted((*document.findings, *reading.findings), key=lambda finding: finding.line)
    return DraftPlan(document.title, tuple(reading.tasks.values()), tuple(findings))


class Reading:
    """The state of one pass over the rows: the tasks so far and the one that runs."""

    def __init__(self, book: NameBook, statements: dict[str, Statement], first_leads: bool) -> None:
        self.book = book
        self.first_leads = first_leads
        self.tasks: dict[int, DraftTask] = {}
        self.running: DraftTask | None = None
        self.statements = statements  # the same few words come again and again in a table
        self.findings: list[Finding] = []

    def note(self, code: str, line: int, message: str) -> None:
        self.findings.append(Finding(code, line, message))

    def take(self, row: Row) -> None:
        task = self.task_of(row)
        pairs = list(self.pairs(row))
        if task is not None:
            task.measures += [self.measure(row.line, pair) for pair in pairs]
        else:
            for pair in pairs:  # the row belongs nowhere, yet its statements are read, so that all is reported at once
                self.measure(row.line, pair)

    # Rules 5 to 7: which task

    def task_of(self, row: Row) -> DraftTask | None:
        if not row.number and not row.title:
            return self.continued(row)
        if not row.number:
            self.note("TITLE_WITHOUT_NUMBER", row.line, f"主要任务“{shortened(row.title)}”没有序号。请补上序号。")
            return None
        number = number_of(row.number)
        if number is None:
            self.note("BAD_NUMBER", row.line, f"序号“{shortened(row.number)}”不是数字。请改为 1、2、3 这样的数字。")
            return None
        if not row.title:
            self.note("NUMBER_WITHOUT_TITLE", row.line, f"序号 {number} 没有主要任务。请补上主要任务。")
            return None
        return self.numbered(row, number)

    def continued(self, row: Row) -> DraftTask | None:
        if self.running is None:
            self.note("ORPHAN_ROW", row.line, "这一行没有序号和主要任务，前面也没有任务可接。请补上序号和主要任务。")
            return None
        self.note(
            "BLANK_NUMBER_ROW",
            row.line,
            f"这一行没有序号和主要任务，归入上面的任务 {self.running.number}。合并单元格的内容可能属于下一项任务，请核对。",
        )
        return self.running

    def numbered(self, row: Row, number: int) -> DraftTask | None:
        running = self.running
        if running and (number, row.title) == (running.number, running.title):
            if not row.is_below:
                self.note("CONTINUED_TASK", row.line, f"重复出现任务 {number}，已与上面的同一任务合并。")
            return running
        if earlier := self.tasks.get(number):
            self.note(
                "DUPLICATE_NUMBER",
                row.line,
                f"序号 {number} 已用于第 {earlier.line} 行的“{shortened(earlier.title)}”。请改正其中一处。",
            )
            return None
        if running and number > running.number + 1:
            self.note("NUMBER_GAP", row.line, f"序号从 {running.number} 跳到 {number}，中间可能缺少任务，请核对。")
        elif running and number < running.number:
            self.note("NUMBER_ORDER", row.line, f"序号 {number} 排在 {running.number} 之后，请核对次序。")
        self.running = self.tasks[number] = DraftTask(number, row.title, row.line)
        return self.running

    # Rule 9: which statement governs which measure

    def pairs(self, row: Row) -> Iterator[Pair]:
        measures, statements = numbered(row.measures), list(row.responsibilities)
        full_measures = [(at, text) for at, text in measures if text]
        full_statements = [text for text in statements if text]
        if len(full_measures) == len(full_statements):
            if not full_measures:
                self.note("TASK_WITHOUT_MEASURES", row.line, "这一行没有具体举措，也没有责任单位。")
            yield from (
                Pair(at, text, statement) for (at, text), statement in zip(full_measures, full_statements, strict=True)
            )
            return
        if len(measures) == len(statements):
            self.note(
                "EMPTY_PARAGRAPH_IN_PAIR",
                row.line,
                f"具体举措和责任单位各 {len(measures)} 段，但其中有空段，不能对应。请删去空段或补上内容。",
            )
            return
        yield from self.uneven(row, measures if full_measures else [], statements if full_statements else [])

    def uneven(self, row: Row, measures: list[tuple[int, str]], statements: list[str]) -> Iterator[Pair]:
        m, r = len(measures), len(statements)
        if r == 0:
            self.note("MISSING_RESPONSIBILITY", row.line, f"有 {m} 段具体举措，没有责任单位。请补上责任单位。")
        elif m == 0:
            self.note("MISSING_MEASURE", row.line, f"有 {r} 段责任单位，没有具体举措。请补上具体举措。")
        elif r == 1:
            self.note("ONE_RESPONSIBILITY_FOR_MANY", row.line, f"{m} 段具体举措共用一条责任单位，已分别对应，请核对。")
            yield from (
                Pair(at, text, statements[0], order > 0)
                for order, (at, text) in enumerate(item for item in measures if item[1])
            )
        elif m == 1:
            self.note("MANY_RESPONSIBILITIES_FOR_ONE", row.line, f"一段具体举措有 {r} 条责任单位，已合并，请核对。")
            yield Pair(*measures[0], "；".join(text for text in statements if text))
        else:
            self.note(
                "PAIR_COUNT_MISMATCH",
                row.line,
                f"具体举措 {m} 段，责任单位 {r} 段，不能一一对应。请使两栏段数相同，或只写一条责任单位。",
            )

    def measure(self, line: int, pair: Pair) -> DraftMeasure:
        text = pair.responsibility_text
        if text not in self.statements:
            self.statements[text] = parse_statement(text, self.book, self.first_leads)
        statement = self.statements[text]
        if not pair.shared:  # what a statement leaves in doubt is said once, however many measures it governs
            for code, message in statement.findings:
                self.note(code, line, message)
        return DraftMeasure(pair.text, pair.responsibility_text, line, pair.paragraph, statement.assignments)

    # Reviewed decisions

    def move(self, moves: Iterable[Move]) -> None:
        """Put measures under their right tasks, at the place their source gives them among that task's measures."""
        placed = {
            (task.number, item.line, item.paragraph): item for task in self.tasks.values() for item in task.measures
        }
        for move in moves:
            found = placed.get((move.by_rule, move.line, move.paragraph))
            if found is None or move.right not in self.tasks or text_hash(found.text) != move.text_sha256:
                self.note(
                    "CORRECTION_NOT_APPLICABLE",
                    move.line,
                    f"更正“第 {move.line} 行第 {move.paragraph} 段由任务 {move.by_rule} 改归任务 {move.right}”与本表不符，"
                    "未执行。请确认更正文件属于这张表，或按新表修订更正。",
                )
                continue
            del placed[move.by_rule, move.line, move.paragraph]
            placed[move.right, move.line, move.paragraph] = found
        for task in self.tasks.values():
            task.measures.clear()
        for (number, _, _), item in sorted(placed.items(), key=lambda one: one[0]):
            self.tasks[number].measures.append(item)


def number_of(text: str) -> int | None:
    """1, １, ⒈, `1.` and `1、` are 1; anything else is no number."""
    if len(text) > LONGEST_NUMBER:
        return None
    plain = re.sub(r"[.、]$", "", unicodedata.normalize("NFKC", text).strip())
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


def numbered(cell: Cell) -> list[tuple[int, str]]:
    return list(enumerate(cell, start=1))
