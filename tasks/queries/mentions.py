"""Which measures of a ledger mention words: in their texts, their main task, their units or a report that a person sees.

Most of it only a verb changes, and is kept in each state of the plan. Reports that are not approved yet change any moment, but
never without an event in the audit trail: what was found in them is kept until the next one.
"""

from array import array
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Q

from tasks.choices import ReportState
from tasks.models import Measure
from tasks.permissions import visible_reports
from tasks.postgres import REPORT_TEXTS
from tasks.queries.basis import Basis
from tasks.queries.states import State, keeping, once, with_trail
from tasks.queries.words import Places, held_by_named, holding, holding_of_few

kept, kept_of_trail = keeping(8), keeping(8)  # words; one that 60,000 measures have takes half a megabyte
NOT_YET = [state for state in ReportState if state != ReportState.APPROVED]


class Mentioned(NamedTuple):
    """Keys of the measures that mention every word. `moving` of them do so only through reports that are not approved yet;
    the others (`settled`) are the same in the same `states.state_of`, for all who have `seen` the same reports. As bytes, `moving`
    is a small part of a question.
    """

    seen: Q
    settled: "array[int]"
    moving: bytes

    @property
    def keys(self) -> list[int]:
        return sorted((*self.settled, *array("q", self.moving)))


def mentioned(basis: Basis, user: Any, words: Sequence[str], state: State | None) -> Mentioned:
    """One query where it is known. For each word one more where what is settled is not, and of the present where the trail has
    grown.
    """
    seen = visible_reports(user)
    return once(
        with_trail(state), (basis.plan.pk, seen, *words), lambda: found(basis, user, seen, words, state), kept_of_trail
    )


def found(basis: Basis, user: Any, seen: Q, words: Sequence[str], state: State | None) -> Mentioned:
    of_words = []
    for word in words:
        keys = once(state, (basis.plan.pk, seen, word), partial(settled, basis, user, word), kept)
        of_words.append((frozenset(keys), frozenset(moving(basis, user, word))))
    everywhere = frozenset.intersection(*(keys for keys, _ in of_words))
    candidates = frozenset().union(*(keys for _, keys in of_words)) - everywhere
    more = [key for key in candidates if all(key in a or key in b for a, b in of_words)]
    return Mentioned(seen, array("q", sorted(everywhere)), array("q", sorted(more)).tobytes())


def settled(basis: Basis, user: Any, word: str) -> "array[int]":
    """Unions, not ORs: each place is found by its own index."""
    first, *others = basis.written(word) + held_by_named(word, basis.duty_sources()) + told(basis, user, word)
    return array("q", sorted({key for (key,) in first.union(*others, all=True)}))


def moving(basis: Basis, user: Any, word: str) -> set[int]:
    """Of a frozen period nothing; else one query for each period that measures stand on."""
    places = told(basis, user, word, is_settled=False) if basis.period is None else []
    return {key for place in places for (key,) in place}


def told(basis: Basis, user: Any, word: str, *, is_settled: bool = True) -> Places:
    """Through approved reports, or those that are not; of each measure those of the period it stands on."""
    mentioning = Q(state=ReportState.APPROVED) & holding(REPORT_TEXTS, word)
    if not is_settled:
        mentioning = Q(state__in=NOT_YET) & holding_of_few(REPORT_TEXTS, word)
    found = []
    for standing_on, reports in basis.reports(user):
        measures = reports.filter(mentioning).order_by().values("duty__measure")
        found.append(Measure.objects.order_by().filter(standing_on, pk__in=measures).values_list("pk"))
    return found
