"""What was found and in which order, kept in each process for as long as nothing changes of what it depends on: a page of it is
a slice, and how much there is needs no counting.

Asked for where a page would cost as much as the whole: what stands in no index has to be sorted before the first row is known.
"""

from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tasks.models import Measure
from tasks.queries import ledger, measures
from tasks.queries.basis import Basis
from tasks.queries.measures import Conditions
from tasks.queries.states import Question, State, keeping, once
from units.prepared import prepared

KEPT = 32  # orders of each kind; one of 79,000 measures takes 630 kilobytes
LIST_BY_INDEX = {"number", "-number", "task", "due_on"}  # read in the order of an index
LEDGER_BY_INDEX = {"number", "-number"}

Keys = array  # of measures, in order


class Found(NamedTuple):
    """The measures found, and of how many main tasks they are."""

    keys: Keys
    tasks: int


def in_list(edition: str | None, plan: int, asked: Conditions, sort: str) -> Found | None:
    """None where the list is whole and read by an index. One query where it is not known."""
    return None if not asked and sort in LIST_BY_INDEX else found_in(edition, plan, asked, sort)


@lru_cache(maxsize=KEPT)
def found_in(edition: str | None, plan: int, asked: Conditions, sort: str) -> Found:
    """The edition is asked first: what is found while it turns is kept under one that nobody will ask for."""
    rows = keys_and_tasks(plan, asked, sort)
    return Found(array("q", (key for key, _ in rows)), len({task for _, task in rows}))


@prepared
def keys_and_tasks(plan: int, asked: Conditions, sort: str) -> QuerySet[Measure]:
    return measures.selected(plan, asked, sort).values_list("pk", "main_task_id")


ledgers = keeping(KEPT)


def in_ledger(
    state: State | None, question: Question, sort: str, find: Callable[[], Keys], *, is_counted: bool
) -> Keys | None:
    """The order that `find` finds. None where the first page is cheap: in an order that an index has, if it is known how much
    there is. None also without a state, where nothing is kept.
    """
    if (is_counted and sort in LEDGER_BY_INDEX) or state is None:
        return None
    return once(state, question, find, ledgers)


def keys_in(basis: Basis, condition: Q, sort: str) -> Keys:
    rows, order = ledger.in_order(basis, sort)
    return array("q", order.apply(rows.filter(condition)).values_list("pk", flat=True))
