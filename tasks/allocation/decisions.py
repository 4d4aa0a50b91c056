"""What a person decided about one uploaded table before it is stored: its new names, and where doubtful rows belong.

Kept beside the file as JSON. The file never changes, so that a line and a paragraph name a text for good. Pure.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tasks.allocation.corrections import Corrections, Move, text_hash
from tasks.allocation.grammar import Statement
from tasks.allocation.rows import Document
from tasks.allocation.table import DraftMeasure, DraftPlan, draft_plan
from units.names import NameBook

UNIT, ALIAS, CLOSED, OPEN = "unit", "alias", "closed", "open"
Place = tuple[int, int]  # line and paragraph


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for that no unit bears yet: a new unit, another name of one, or a group."""

    is_a: str
    kind: str = ""  # of a new unit
    stands_for: str = ""  # of an alias
    members: tuple[str, ...] = ()  # of a closed group

    @property
    def rests_on(self) -> tuple[str, ...]:
        return (*self.members, self.stands_for) if self.stands_for else self.members


@dataclass(frozen=True, slots=True)
class Decisions:
    """Name -> what it stands for; line and paragraph -> number of the main task."""

    names: Mapping[str, Meaning] = field(default_factory=dict)
    places: Mapping[Place, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decisions":
        names = {
            name: Meaning(**{**item, "members": tuple(item.get("members", ()))})
            for name, item in data.get("names", {}).items()
        }
        return cls(names, {(line, paragraph): right for line, paragraph, right in data.get("places", ())})

    def to_json(self) -> dict[str, Any]:
        names = {
            name: {
                "is_a": item.is_a,
                "kind": item.kind,
                "stands_for": item.stands_for,
                "members": list(item.members),
            }
            for name, item in self.names.items()
        }
        return {"names": names, "places": [[*place, right] for place, right in sorted(self.places.items())]}

    def with_names(self, names: Mapping[str, Meaning]) -> "Decisions":
        return replace(self, names={**self.names, **names})

    def with_places(self, places: Mapping[Place, int]) -> "Decisions":
        return replace(self, places={**self.places, **places})

    def narrowed(self, asked: Iterable[str], units: Collection[str]) -> "Decisions":
        """Those that answer what is asked, and what these rest on; without those that rest on a unit that is gone."""
        kept: dict[str, Meaning] = {}
        wanted = list(asked)
        while wanted:
            name = wanted.pop()
            if name in self.names and name not in kept:
                kept[name] = meaning = self.names[name]
                wanted += meaning.rests_on
        known = {*units, *(name for name, meaning in kept.items() if meaning.is_a == UNIT)}
        holding = {name: item for name, item in kept.items() if known.issuperset(item.rests_on)}
        return replace(self, names={name: holding[name] for name in self.names if name in holding})

    def read_into(self, book: NameBook) -> NameBook:
        """The book as it will be once these names are taken up."""
        aliases = {name: item.stands_for for name, item in self.names.items() if item.is_a == ALIAS}
        groups = {name: item.members for name, item in self.names.items() if item.is_a == CLOSED}
        return book.extended(aliases, groups, self.names.keys() - aliases.keys())


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A paragraph whose main task the table leaves open. `right` is what was decided, else what is proposed."""

    place: Place
    text: str
    by_rule: int
    present: int | None  # where this very text stands in the plan as it is
    right: int
    is_decided: bool


class Drafted(NamedTuple):
    """A table read with what was decided, and those decisions that still answer something."""

    draft: DraftPlan
    book: NameBook
    decisions: Decisions
    doubts: list[Doubtful]


def drafted(document: Document, base: NameBook, decisions: Decisions, present: Mapping[str, int]) -> Drafted:
    """`present`: the text of a measure -> its main task in the plan as it is."""
    statements: dict[str, Statement] = {}
    plain = draft_plan(document, base, None, statements)
    asked = plain.names
    if decisions.names:
        asked += draft_plan(document, decisions.read_into(base)).names
    decisions = decisions.narrowed([name for name in asked if not base.knows(name)], base.units)
    doubts = doubtful(plain, present, decisions.places)
    book = decisions.read_into(base)
    known = {} if decisions.names else statements
    return Drafted(draft_plan(document, book, Corrections(moves=moves(doubts)), known), book, decisions, doubts)


def doubtful(draft: DraftPlan, present: Mapping[str, int], decided: Mapping[Place, int]) -> list[Doubtful]:
    """Paragraphs of rows without a number, and of the row above a main task that has none of its own.

    A merged cell comes out of a file in any of its rows. What is proposed is where the text stands in the present
    plan, else what rule 6 of the contract says.
    """
    lines = {finding.line for finding in draft.findings if finding.code == "BLANK_NUMBER_ROW"}
    lines |= set(lines_above_empty_tasks(draft))
    numbers = {task.number for task in draft.tasks}
    return [
        doubt(measure, task.number, present.get(measure.text), decided, numbers)
        for task in draft.tasks
        for measure in task.measures
        if measure.line in lines
    ]


def doubt(
    measure: DraftMeasure, by_rule: int, present: int | None, decided: Mapping[Place, int], numbers: set[int]
) -> Doubtful:
    place = (measure.line, measure.paragraph)
    proposed = present if present is not None and present in numbers else by_rule
    return Doubtful(place, measure.text, by_rule, present, decided.get(place, proposed), is_decided=place in decided)


def lines_above_empty_tasks(draft: DraftPlan) -> Iterator[int]:
    lines = sorted({measure.line for task in draft.tasks for measure in task.measures})
    for task in draft.tasks:
        if not task.measures and (above := bisect_left(lines, task.line)):
            yield lines[above - 1]


def moves(rows: list[Doubtful]) -> tuple[Move, ...]:
    return tuple(
        Move(*row.place, row.by_rule, row.right, text_hash(row.text), "导入时由经办人认定")
        for row in rows
        if row.right != row.by_rule
    )
