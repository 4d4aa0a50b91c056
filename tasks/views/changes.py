"""Two contents of a report, field by field in words: what differs, with the differences marked, and what does not."""

from collections.abc import Mapping
from typing import NamedTuple

from tasks.models import ProgressReport
from tasks.queries.content import content_of, repeated
from tasks.queries.review import Change, Entry
from tasks.textdiff import Piece, text_diff
from units import audit

PERCENT = "完成率"
WHOLE = {PERCENT, "研判", "请哪个单位协调", "最迟答复"}  # replaced as a whole, never in parts
Words = Mapping[str, str]


class Changed(NamedTuple):
    """One field that is shown in full. `arrow` where the whole value gave way to another."""

    label: str
    pieces: list[Piece]
    arrow: bool


class Same(NamedTuple):
    label: str
    text: str


class Comparison(NamedTuple):
    """What a reader has to look at, and what is as it was. Without a `before` everything is to be looked at."""

    rows: list[Changed]
    same: list[Same]
    is_first: bool


def words(report: ProgressReport) -> dict[str, str]:
    """A report's content in words, under the labels of its fields."""
    return audit.labelled(report, content_of(report))


def words_before(report: ProgressReport, before: ProgressReport | None) -> dict[str, str] | None:
    """The words a report is compared with. Why a percentage fell was said of its own period only."""
    if before is None:
        return None
    return audit.labelled(before, content_of(before) if report.corrects_id else repeated(before))


def compare(before: Words | None, now: Words) -> Comparison:
    if before is None:
        rows = [Changed(label, [("same", shown(label, text))], False) for label, text in now.items() if text]
        return Comparison(rows, [], True)
    changed = [label for label in now if now[label] != before[label]]
    rows = [difference(label, shown(label, before[label]), shown(label, now[label])) for label in changed]
    same = [Same(label, shown(label, text)) for label, text in now.items() if text and label not in changed]
    return Comparison(rows, same, False)


def difference(label: str, before: str, now: str) -> Changed:
    if label not in WHOLE:
        return Changed(label, text_diff(before, now), False)
    return gave_way(label, before, now)


def gave_way(label: str, before: str, now: str) -> Changed:
    """A value that went as a whole for another, or is new, or is gone."""
    pieces: list[Piece] = [("removed", before)] if before else []
    return Changed(label, [*pieces, *([("added", now)] if now else [])], bool(before and now))


def shown(label: str, text: str) -> str:
    return f"{text}%" if label == PERCENT and text else text


def in_short(entry: Entry) -> list[str]:
    """What changed, for a line of the queue."""
    if entry.change.is_first:
        return ["首次填报"]
    if entry.change.is_none:
        return ["本期无变化" if entry.is_unchanged else "与上期相同"]
    return figures(entry.change) or ["仅文字"]


def figures(change: Change) -> list[str]:
    parts = []
    if change.worse:
        parts.append("研判变差" if change.worse > 0 else "研判变好")
    if change.percent:
        parts.append(f"完成率 {'+' if change.percent > 0 else '−'}{abs(change.percent)}")
    return parts
