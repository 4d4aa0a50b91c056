"""Queries whose SQL Django writes once.

Behind every page stand the same few questions, and writing their SQL takes Django five to ten times as long as the
database takes to answer them: measured, 3 of the list's 10 milliseconds. The SQL depends on the arguments alone, so it
is kept for the arguments last used. Nothing the database answers is kept.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet

from units.reading import source

LONG = 300  # arguments: what asks for so many rows by their keys is written anew
REMEMBERED = 256  # statements for each query, one to four kilobytes each

Row = TypeVar("Row", bound=Model)


def prepared(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[tuple[Any, ...]]]:
    """Turn a function that builds a `values_list` queryset into one that returns its rows, values as Django gives them.

    The arguments are hashable plain values, conditions (`Q`) among them.
    """

    @lru_cache(maxsize=REMEMBERED)
    def statement(alias: str, *args: Hashable) -> tuple[str, tuple[Any, ...], dict[int, Any]] | None:
        compiler = build(*args).query.get_compiler(alias)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        return sql, params, compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])

    @wraps(build)
    def rows(*args: Hashable) -> list[tuple[Any, ...]]:
        is_long = sum(len(arg) if isinstance(arg, tuple) else 1 for arg in args) > LONG
        known = (statement.__wrapped__ if is_long else statement)(source.get(), *args)
        if known is None:
            return []
        sql, params, converters = known
        connection = connections[source.get()]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchall()
        return [converted(row, converters, connection) for row in found] if converters else found

    return rows


def converted(row: tuple[Any, ...], converters: dict[int, Any], connection: Any) -> tuple[Any, ...]:
    """As Django's compiler does: SQLite has neither dates nor truth values, and JSON comes as text."""
    values = list(row)
    for at, (converts, expression) in converters.items():
        for convert in converts:
            values[at] = convert(values[at], expression, connection)
    return tuple(values)


def columns_of(model: type[Model], prefix: str = "") -> tuple[str, ...]:
    """What `values_list` needs to give all of a row; `prefix` (`unit__`) leads to it from another model."""
    return tuple(f"{prefix}{field.attname}" for field in model._meta.concrete_fields)


def made(model: type[Row], values: Any) -> Row:
    """A row of a model from its `columns_of`."""
    return model.from_db(source.get(), columns_of(model), values)


def prepared_rows(model: type[Row]) -> Callable[[Callable[..., QuerySet[Row]]], Callable[..., list[Row]]]:
    """Likewise for a function that builds a queryset of whole rows, without anything joined to them."""

    def turn(build: Callable[..., QuerySet[Row]]) -> Callable[..., list[Row]]:
        names = columns_of(model)
        values = prepared(lambda *args: build(*args).values_list(*names))

        @wraps(build)
        def rows(*args: Hashable) -> list[Row]:
            alias = source.get()
            return [model.from_db(alias, names, row) for row in values(*args)]

        return rows

    return turn
