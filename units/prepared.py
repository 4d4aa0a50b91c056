"""Queries whose SQL Django writes once.

Behind every page stand the same few questions, and writing their SQL takes Django five to ten times as long as the
database takes to answer them: measured, 3 of the list's 10 milliseconds. The SQL depends on the arguments alone, so it
is kept for the arguments last used. PostgreSQL in turn keeps its plan for as long as the connection lasts. Nothing the
database answers is kept.
"""

import datetime
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from enum import Enum
from functools import lru_cache, partial, wraps
from inspect import signature
from itertools import count
from operator import itemgetter
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet, Value

from units.reading import source

LONG = 300  # arguments: SQL for more keys than this is written each time, for keeping it would take much memory
PLANNED = 200  # statements at most that a connection has ready
LARGEST_KEY = 2**63 - 1  # an address may ask for more, and the database refuses to compare with it
REMEMBERED = 256  # statements for each query, one to four kilobytes each

on_server: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()  # by connection, gone with it

Row = TypeVar("Row", bound=Model)
# SQL, parameters, and by column how Django converts its values.
Statement = tuple[str, tuple[Any, ...], dict[int, Any]]


def prepared(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[tuple[Any, ...]]]:
    """Turn a function that builds a `values_list` queryset into one that returns its rows, values as Django gives them.

    The arguments are hashable plain values, conditions (`Q`) among them.
    """
    kept = lru_cache(maxsize=REMEMBERED)(partial(written, build))
    is_planned_anew = getattr(build, "is_planned_anew", False)

    @wraps(build)
    def rows(*args: Hashable) -> list[tuple[Any, ...]]:
        is_long = sum(len(arg) if isinstance(arg, tuple) else 1 for arg in args) > LONG
        statement = written(build, source.get(), *args) if is_long else kept(source.get(), *args)
        return answered(*statement, is_planned=not (is_long or is_planned_anew)) if statement else []

    return rows


class Literal(Value):
    """A number written into the SQL: only so does PostgreSQL use a partial index on that number in a plan that it keeps."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return str(int(self.value)), []


def planned_anew(build: Callable[..., QuerySet[Row]]) -> Callable[..., QuerySet[Row]]:
    """Put below `prepared`: PostgreSQL plans the statement at every call, with the values in view.

    For where the value decides which index to take, as a day before which hardly any row lies. Not needed for states and other
    enumerated words, nor for a `Literal`: these are part of the SQL anyhow.
    """
    build.is_planned_anew = True  # type: ignore[attr-defined]
    return build


def prepared_by_key(build: Callable[..., QuerySet[Any]]) -> Callable[..., list[tuple[Any, ...]]]:
    """`prepared` for functions whose arguments are nothing but parameters of the statement: keys, texts and days, never None.

    One statement then serves all values. It is written once, with stand-ins for the arguments, in whose places the arguments
    are put at each call; so `build` may filter by its arguments and do nothing else with them. `*keys` are filled up to the
    next power of two by repeating the last one: that needs a statement for each power, not for each number of keys.
    """
    takes_many = any(one.kind == one.VAR_POSITIONAL for one in signature(build).parameters.values())

    @lru_cache(maxsize=REMEMBERED)
    def kept(alias: str, kinds: tuple[type, ...]) -> tuple[str, list[Callable[..., Any]], dict[int, Any]]:
        stand_ins = [STAND_INS[kind](at) for at, kind in enumerate(kinds)]
        statement = written(build, alias, *stand_ins)
        assert statement, "a statement by key can have rows"
        sql, params, converters = statement
        places = {one: itemgetter(at) for at, one in enumerate(stand_ins)}
        places |= {
            str(one): partial(text_at, at) for at, one in enumerate(stand_ins) if isinstance(one, datetime.date)
        }
        assert set(stand_ins) <= {*params, *map(from_text, params)}, "every argument is a parameter"
        return sql, [places.get(param, partial(constant, param)) for param in params], converters

    @wraps(build)
    def rows(*args: Hashable) -> list[tuple[Any, ...]]:
        if any(isinstance(arg, int) and arg > LARGEST_KEY for arg in args):
            return []
        if takes_many:
            args += args[-1:] * ((1 << (len(args) - 1).bit_length()) - len(args))
        sql, params, converters = kept(source.get(), tuple(map(type, args)))
        return answered(sql, tuple(param(args) for param in params), converters, is_planned=True)

    return rows


STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda at: 2_000_000_000 + at,
    str: lambda at: f"stand-in {at}",
    datetime.date: lambda at: datetime.date.max - datetime.timedelta(at),
}


def constant(value: Any, args: tuple[Any, ...]) -> Any:
    return value


def text_at(at: int, args: tuple[Any, ...]) -> str:
    """SQLite takes days as texts."""
    return str(args[at])


def from_text(value: Any) -> Any:
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def written(build: Callable[..., QuerySet[Any]], alias: str, *args: Hashable) -> Statement | None:
    """None where no row can be found."""
    compiler = build(*args).query.get_compiler(alias)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    sql, params = with_words(sql, params)
    return sql, params, compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])


def with_words(sql: str, params: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """Write states and other enumerated words into the SQL: even in a plan that it keeps, PostgreSQL then uses partial indexes
    on them and knows how many rows have them.
    """
    left = iter(params)
    others = []

    def place(found: re.Match[str]) -> str:
        if found[0] != "%s":
            return found[0]
        param = next(left)
        if isinstance(param, str) and isinstance(param, Enum):
            return "'{}'".format(param.value.replace("'", "''").replace("%", "%%"))
        others.append(param)
        return found[0]

    return re.sub("%[s%]", place, sql), tuple(others)


def answered(
    sql: str, params: tuple[Any, ...], converters: dict[int, Any], *, is_planned: bool
) -> list[tuple[Any, ...]]:
    connection = connections[source.get()]
    with connection.cursor() as cursor:
        cursor.execute(planned(connection, sql) if is_planned else sql, params)
        found = cursor.fetchall()
    return [converted(row, converters, connection) for row in found] if converters else found


def planned(connection: Any, sql: str) -> str:
    """The statement by the name under which PostgreSQL has it ready: planning takes longer than most of the answers."""
    if connection.vendor != "postgresql":
        return sql
    known = on_server.setdefault(connection.connection, {})
    if sql not in known:
        if len(known) == PLANNED:
            return sql
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(f"PREPARE kept_{len(known)} AS {numbered(sql)}")
        known[sql] = f"EXECUTE kept_{len(known)}" + (
            f" ({', '.join(['%s'] * sql.count('%s'))})" if "%s" in sql else ""
        )
    return known[sql]


def numbered(sql: str) -> str:
    """With `$1` for the first `%s`, as PREPARE wants it."""
    places = count(1)
    return re.sub("%[s%]", lambda found: f"${next(places)}" if found[0] == "%s" else "%", sql)


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


def prepared_rows(
    model: type[Row], *joins: str, by_key: bool = False
) -> Callable[[Callable[..., QuerySet[Row]]], Callable[..., list[Row]]]:
    """`prepared`, or `prepared_by_key`, for a function that builds a queryset of whole rows; `joins` are what they come
    with, as `select_related` takes them, each behind the one it hangs on.
    """
    shape = [(path, one, columns_of(one)) for path, one in joined(model, joins)]
    names = [f"{path}__{name}" if path else name for path, _, columns in shape for name in columns]

    def turn(build: Callable[..., QuerySet[Row]]) -> Callable[..., list[Row]]:
        prepare = prepared_by_key if by_key else prepared
        values = prepare(wraps(build)(lambda *args: build(*args).values_list(*names)))

        @wraps(build)
        def rows(*args: Hashable) -> list[Row]:
            alias = source.get()
            return [put_together(alias, shape, row) for row in values(*args)]

        return rows

    return turn


def joined(model: type[Model], joins: tuple[str, ...]) -> Iterator[tuple[str, type[Model]]]:
    """Path and model, the rows' own first."""
    yield "", model
    for path in joins:
        one = model
        for name in path.split("__"):
            one = one._meta.get_field(name).related_model
        yield path, one


def put_together(alias: str, shape: list[tuple[str, type[Model], tuple[str, ...]]], row: tuple[Any, ...]) -> Any:
    found: dict[str, Any] = {}
    begins = 0
    for path, model, names in shape:
        values, begins = row[begins : begins + len(names)], begins + len(names)
        is_there = values[names.index(model._meta.pk.attname)] is not None  # or an outer join met nothing
        found[path] = model.from_db(alias, names, values) if is_there else None
        parent, _, name = path.rpartition("__")
        if path and found[parent] is not None:
            found[parent]._state.fields_cache[name] = found[path]
    return found[""]
