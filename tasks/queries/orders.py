"""What was found and in which order, kept in each process for as long as nothing changes of what it depends on: a page of it is
a slice, and how much there is needs no counting.

Asked for where a page would cost as much as the whole: what stands in no index has to be sorted before the first row is known.
"""

from array import array
from functools import lru_cache, partial
from typing import NamedTuple

from django.db.models import Q, QuerySet

from tasks.models import Measure
from tasks.queries import ledger, measures
from tasks.queries.basis import Basis
from tasks.queries.edition import public_edition
from tasks.queries.measures import Conditions
from tasks.queries.states import State, keeping, once
from units.prepared import prepared

KEPT = 32  # orders of each kind; one of 79,000 measures takes 630 kilobytes
LIST_BY_INDEX = {"number", "-number", "task", "due_on"}  # read in the order of an index
LEDGER_BY_INDEX = {"number", "-number"}

Keys = array  # of measures, in order


class Found(NamedTuple):
    """The measures found, and of how many main tasks they are."""

    keys: Keys
    tasks: int


def in_list(plan: int, asked: Conditions, sort: str = "number") -> Found | None:
    """None where the list is whole and read by an index. The edition's query, and one more where it is not known."""
    return None if not asked and sort in LIST_BY_INDEX else found_in(public_edition(), plan, asked, sort)


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
    basis: Basis, state: State | None, asked: Conditions, condition: Q, sort: str, *, is_counted: bool
) -> Keys | None:
    """None where the first page is cheap: in an order that an index has, if it is known how much there is. None also without
    a `state_of_rows`, and where what answers changes with more than the rows: words are looked for in reports.
    """
    if (is_counted and sort in LEDGER_BY_INDEX) or "q" in dict(asked) or state is None:
        return None
    return once(state, (basis.plan.pk, asked, sort), partial(keys_in, basis, condition, sort), ledgers)


def keys_in(basis: Basis, condition: Q, sort: str) -> Keys:
    rows, order = ledger.in_order(basis, sort)
    return array("q", order.apply(rows.filter(condition)).values_list("pk", flat=True))
