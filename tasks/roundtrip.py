"""往返填报: what travels in a unit's workbook and comes back, and what became of each cell. Pure.

A cell travels as text in one spelling (`86`, `有风险`, `2026-09-30`), so that base, file and system are compared as
texts. The base is the cell as it was when the workbook was made. It travels with the workbook: what was shown then is
kept nowhere else, and a conflict can only be decided by a person who sees all three.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

EDITABLE = (
    "progress",
    "percent_complete",
    "confidence",
    "risk",
    "problems",
    "coordination_request",
    "coordination_unit",
    "coordination_due_on",
    "next_steps",
    "fall_reason",
)
LOCKED = ("code", "main_task", "text", "role", "last_progress", "last_percent")
FIELDS = (*LOCKED, *EDITABLE)


class Kind(StrEnum):
    """What became of a cell; every cell read is of exactly one kind."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Base:
    """A row as it left: the duty, its report and version (none yet: 0), and every field as text."""

    duty: int
    report: int
    version: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not as it left. `problem` says why its content cannot be used; `text` is then what it shows."""

    field: str
    sheet: str
    address: str
    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that belongs to a duty, with those of its cells that are not as they left."""

    duty: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """A row that belongs to nothing this workbook left with; its filled cells, by address."""

    sheet: str
    number: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook as it came back. `unchanged` counts the editable cells that are as they left."""

    plan: int
    period: int
    unit: int
    made_at: str
    bases: Mapping[int, Base]
    rows: tuple[Row, ...] = ()
    strays: tuple[Stray, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A changed cell beside what the system says. `ours` is empty where this person may not read it."""

    kind: Kind
    duty: int
    code: str
    cell: Cell
    base: str = ""
    ours: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """Names the cell in a form."""
        return f"{self.duty}.{self.cell.field}"


@dataclass(slots=True)
class Tally:
    """How many cells there are of each kind."""

    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def as_shown(field: str, text: str) -> str:
    """A cell's text as people read it."""
    return f"{text}%" if field == "percent_complete" and text.isdigit() else text


def judged(base: str, ours: str, theirs: str) -> Kind:
    """`theirs` is the file's. What both sides made the same, or only the system changed, asks for nothing."""
    if theirs in (base, ours):
        return Kind.UNCHANGED
    return Kind.CHANGED if ours == base else Kind.CONFLICT
