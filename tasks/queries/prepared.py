"""Queries whose SQL Django writes once.

Behind every list stand the same few questions, and writing their SQL takes Django five to ten times as long as the
database takes to answer them: measured, 3 of the list's 10 milliseconds. The SQL depends on the arguments alone, so it
is kept for the arguments last used. Nothing the database answers is kept.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from units.reading import source

REMEMBERED = 256  # statements for each query, one to two kilobytes each


def prepared(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[tuple[Any, ...]]]:
    """Turn a function that builds a `values_list` queryset into one that returns its rows.

    The arguments are hashable plain values. The columns are texts and whole numbers: what needs converting on one of
    the databases (dates, booleans) would come out as that database stores it.
    """

    @lru_cache(maxsize=REMEMBERED)
    def statement(*args: Hashable) -> tuple[str, tuple[Any, ...]]:
        return build(*args).query.sql_with_params()

    @wraps(build)
    def rows(*args: Hashable) -> list[tuple[Any, ...]]:
        with connections[source.get()].cursor() as cursor:
            cursor.execute(*statement(*args))
            return cursor.fetchall()

    return rows
