"""Pages by key: what comes before or after a row, at the same cost on the first page and on the thousandth.

Rows stand in one order: by a key (`sort_key`, upward or downward, rows without it last) and then as in the source, or in
source order alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from tasks.models import Measure

NUMBER, ORDER = "main_task__number", "order"


class Place(NamedTuple):
    """Where a row stands: its key (None in source order), its main task's number, its order."""

    key: Any
    number: int
    order: int


@dataclass(frozen=True, slots=True)
class Order:
    """`has_key`: the rows are annotated with `sort_key`; else they stand in source order, or its reverse."""

    has_key: bool = False
    is_downward: bool = False

    def apply(self, measures: QuerySet[Measure], *, backwards: bool = False) -> QuerySet[Measure]:
        if not self.has_key:
            sign = "-" if self.is_downward != backwards else ""
            return measures.order_by(sign + NUMBER, sign + ORDER)
        ties = ("-" + NUMBER, "-" + ORDER) if backwards else (NUMBER, ORDER)
        key = F("sort_key")
        if backwards:
            by_key = key.asc(nulls_first=True) if self.is_downward else key.desc(nulls_first=True)
        else:
            by_key = key.desc(nulls_last=True) if self.is_downward else key.asc(nulls_last=True)
        return measures.order_by(by_key, *ties)

    def place(self, measures: QuerySet[Measure], pk: int) -> Place | None:
        columns = ("sort_key", NUMBER, ORDER) if self.has_key else (NUMBER, ORDER)
        row = measures.filter(pk=pk).values_list(*columns).first()
        return row and (Place(*row) if self.has_key else Place(None, *row))

    def behind(self, place: Place) -> Q:
        """The rows after a place."""
        if not self.has_key:
            return in_source(place, is_after=not self.is_downward)
        among_equals = in_source(place, is_after=True)
        if place.key is None:
            return Q(sort_key=None) & among_equals
        beyond = Q(sort_key__lt=place.key) if self.is_downward else Q(sort_key__gt=place.key)
        return beyond | (Q(sort_key=place.key) & among_equals) | Q(sort_key=None)

    def before(self, place: Place) -> Q:
        """The rows before a place."""
        if not self.has_key:
            return in_source(place, is_after=self.is_downward)
        among_equals = in_source(place, is_after=False)
        if place.key is None:
            return Q(sort_key__isnull=False) | among_equals
        beyond = Q(sort_key__gt=place.key) if self.is_downward else Q(sort_key__lt=place.key)
        return beyond | (Q(sort_key=place.key) & among_equals)


def in_source(place: Place, *, is_after: bool) -> Q:
    """Written so that an index on the number can begin where the place is."""
    way = "gt" if is_after else "lt"
    further = Q(**{f"{NUMBER}__{way}": place.number}) | Q(**{f"{ORDER}__{way}": place.order})
    return Q(**{f"{NUMBER}__{way}e": place.number}) & further


@dataclass(frozen=True, slots=True)
class KeyPage:
    """The rows of one page, and whether there are others before and after."""

    rows: list[Any]
    has_previous: bool
    has_next: bool

    @classmethod
    def of(cls, found: list[Any], size: int, place: Place | None, *, backwards: bool) -> "KeyPage":
        """From what `cut` found."""
        more, found = len(found) > size, found[:size]
        if backwards:
            return cls(found[::-1], more, place is not None)
        return cls(found, place is not None, more)


def beside(keys: Sequence[int], key: int | None, size: int, *, backwards: bool) -> KeyPage | None:
    """The keys after one of them, or before it: None where it is not among them. Where none is named, the first or the last."""
    if key is not None and key not in keys:
        return None
    if backwards:
        stop = len(keys) if key is None else keys.index(key)
        start = max(stop - size, 0)
    else:
        start = 0 if key is None else keys.index(key) + 1
        stop = start + size
    return KeyPage(list(keys[start:stop]), start > 0, stop < len(keys))


def cut(
    rows: QuerySet[Measure], order: Order, size: int, place: Place | None, *, backwards: bool
) -> QuerySet[Measure]:
    """A page and one row more, from a place on; None is the beginning (or the end, backwards). `rows` may be of any columns."""
    if place is not None:
        rows = rows.filter(order.before(place) if backwards else order.behind(place))
    return order.apply(rows, backwards=backwards)[: size + 1]
