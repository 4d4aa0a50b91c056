"""Two periods of a plan held side by side, or one and the present: which measures changed, and in what.

What differs is found for all measures at once and kept; what a page shows of them is then fetched for its rows alone. Reports
are compared as approved: nobody's draft is in a comparison.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from tasks.models import Measure, ProgressReport
from tasks.postgres import REPORT_TEXTS
from tasks.queries.basis import Basis, Snapshot
from tasks.queries.filing import NEED_NO_REPORT
from tasks.queries.ledger import lines_of
from tasks.queries.ledger_lines import LedgerLine
from tasks.queries.states import State, followed, state_of

ADDED, REMOVED = "added", "removed"
KINDS = {  # of change, in the order in which they are shown
    ADDED: "新增举措",
    REMOVED: "移除举措",
    "progress": "进度灯",
    "deadline": "时限灯",
    "stage": "阶段",
    "percent": "完成率",
    "dates": "时限",
    "units": "责任单位",
    "text": "举措原文",
    "words": "填报内容",
}
COLUMNS = {  # kind -> what of a snapshot it is about
    "progress": ("progress_light",),
    "deadline": ("deadline_light",),
    "stage": ("stage",),
    "percent": ("percent",),
    "dates": ("starts_on", "due_on", "is_ongoing"),
    "text": ("text", "responsibility_text"),
}


NOW = "now"
Kinds = tuple[str, ...]


def side_key(basis: Basis) -> str:
    """How an address names a side: by the key of its period, the present by a word."""
    return str(basis.period.pk) if basis.period else NOW


class Pair(NamedTuple):
    """One measure before and after; one of the two is None where it was added or removed."""

    kinds: Kinds
    before: LedgerLine | None
    after: LedgerLine | None


class Difference(NamedTuple):
    """In what one measure changed, if in anything, and where it stands in the source, as one number."""

    place: int
    kinds: Kinds


@dataclass(frozen=True)
class Changes:
    """The measures that changed, in source order. Of thousands there are dozens of different `kinds`: `at` says for each
    measure which of them are its own. `counts`: how many changed in each kind.
    """

    keys: array
    places: array
    at: array
    kinds: list[Kinds]
    counts: Counter[str]

    @classmethod
    def of_all(cls, found: dict[int, Difference]) -> "Changes":
        changed = sorted((place, key, kinds) for key, (place, kinds) in found.items() if kinds)
        at = {kinds: at for at, kinds in enumerate(dict.fromkeys(kinds for _, _, kinds in changed))}
        return cls(
            array("q", [key for _, key, _ in changed]),
            array("q", [place for place, _, _ in changed]),
            array("H", [at[kinds] for _, _, kinds in changed]),
            list(at),
            Counter(kind for _, _, kinds in changed for kind in kinds),
        )

    def with_again(self, found: dict[int, Difference]) -> "Changes":
        """The same after a few measures have been looked at again."""
        new = Changes(self.keys[:], self.places[:], self.at[:], [*self.kinds], self.counts.copy())
        for key, (place, kinds) in found.items():
            new.put(bisect_left(new.places, place), key, place, kinds)
        return new

    def put(self, spot: int, key: int, place: int, kinds: Kinds) -> None:
        if spot < len(self.keys) and self.keys[spot] == key:
            self.counts.subtract(self.kinds[self.at[spot]])
            del self.keys[spot], self.places[spot], self.at[spot]
        if kinds:
            if kinds not in self.kinds:
                self.kinds.append(kinds)
            self.counts.update(kinds)
            self.keys.insert(spot, key)
            self.places.insert(spot, place)
            self.at.insert(spot, self.kinds.index(kinds))

    def of_kind(self, kind: str) -> Sequence[int]:
        """The keys of those that changed so; of all where no kind is asked for."""
        if not kind:
            return self.keys
        own = [kind in kinds for kinds in self.kinds]
        return [key for key, at in zip(self.keys, self.at, strict=True) if own[at]]

    def of(self, keys: Collection[int]) -> dict[int, Kinds]:
        wanted = set(keys)
        return {key: self.kinds[at] for key, at in zip(self.keys, self.at, strict=True) if key in wanted}


@dataclass
class Compared:
    """`before` and `after` are any two bases of one plan."""

    before: Basis
    after: Basis

    @cached_property
    def state(self) -> State | None:
        """What both sides can differ in, approved reports among it."""
        return state_of(self.before, self.after)

    @cached_property
    def changes(self) -> Changes:
        """Looked for once in each edition, and again for what has been judged since."""
        plan, find = self.after.plan.pk, partial(differences, self.before, self.after)
        return followed(
            plan,
            self.state,
            ("changes", plan),
            lambda: Changes.of_all(find()),
            lambda last, keys: last.with_again(find(Q(pk__in=keys))),
        )

    def of_kind(self, kind: str = "") -> Sequence[int]:
        return self.changes.of_kind(kind)

    def pairs(self, user: Any, keys: Sequence[int]) -> list[Pair]:
        kinds = self.changes.of(keys)
        before, after = (lines_of(basis, user, keys) for basis in (self.before, self.after))
        return [Pair(kinds[key], before.get(key), after.get(key)) for key in keys]


def differences(before: Basis, after: Basis, *among: Q) -> dict[int, Difference]:
    """Measure key -> its difference, of all measures or of those among them. As many queries however many these are."""
    old, new, apart = before.snapshot(*among), after.snapshot(*among), Apart(before, after, among)
    found = {}
    for key in old.keys() | new.keys():
        task, order = (new.get(key) or old[key]).place
        if key not in old or key not in new:
            kinds: Kinds = (REMOVED if key in old else ADDED,)
        else:
            kinds = apart.kinds(key, old[key], new[key])
        found[key] = Difference(task << 32 | order, kinds)
    return found


@dataclass
class Apart:
    """In what a measure differs that is in both bases."""

    before: Basis
    after: Basis
    among: tuple[Q, ...]

    def kinds(self, key: int, old: Snapshot, new: Snapshot) -> Kinds:
        found = {
            kind for kind, names in COLUMNS.items() if any(getattr(old, name) != getattr(new, name) for name in names)
        }
        found |= {"units"} if key in self.reassigned else set()
        if key in self.said_anew or (key in self.said_no_more and new.stage not in NEED_NO_REPORT):
            found.add("words")
        return tuple(kind for kind in KINDS if kind in found)

    @cached_property
    def reassigned(self) -> set[int]:
        """Measures whose units or their roles differ. Only duties touched since are looked at."""
        touched = {duty for basis in (self.before, self.after) for duty in basis.touched_duties()}
        if not touched:
            return set()
        before, after = ({*duty_rows(basis, touched)} for basis in (self.before, self.after))
        return {measure for measure, *_ in before ^ after}

    @cached_property
    def said_anew(self) -> set[int]:
        """Measures of which a report says something else, or says something for the first time."""
        same = Q(**{name: OuterRef(name) for name in REPORT_TEXTS}, duty=OuterRef("duty"))
        return self.measures_of(self.after.approved().exclude(Exists(self.before.approved().filter(same))))

    @cached_property
    def said_no_more(self) -> set[int]:
        """Measures of which a report is only there before. One that need not report any more has lost nothing."""
        same = self.after.approved().filter(duty=OuterRef("duty"))
        return self.measures_of(self.before.approved().exclude(Exists(same)))

    def measures_of(self, reports: QuerySet[ProgressReport]) -> set[int]:
        if self.among:
            reports = reports.filter(duty__measure__in=Measure.objects.filter(*self.among).order_by())
        return set(reports.order_by().values_list("duty__measure", flat=True))


def duty_rows(basis: Basis, touched: set[int]) -> list[tuple[int, int, str]]:
    """Measure, unit and role of these duties as they were on a basis."""
    rows: list[tuple[int, int, str]] = []
    for duties in basis.duty_sources():
        rows += duties.filter(id__in=touched).values_list("measure_id", "unit_id", "role")
    return rows
