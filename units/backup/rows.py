"""Rows as lines of text that read the same whichever database they lay in."""

import datetime
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

# Who is logged in and who is locked out just now is no part of what is kept: after a restore everybody logs in again.
OF_THE_MOMENT = {"sessions", "axes"}
MADE_BY_TRIGGERS = {"tasks_publicedition"}  # while the other rows are restored
CHUNK = 2000
MOST_PARAMETERS = 30_000  # in one statement: below the limits of PostgreSQL and of SQLite as Python builds it

Node = tuple[str, str]


def models_at(loader: MigrationLoader, nodes: Iterable[Node]) -> Apps:
    """The models as they were when these migrations, and no later ones, had been applied."""
    return loader.project_state(list(nodes)).apps


def kept(apps: Apps) -> list[type[models.Model]]:
    """Every model whose rows are kept, by name of table."""
    found = apps.get_models(include_auto_created=True)
    own = [model for model in found if model._meta.managed and not model._meta.proxy]
    lasting = [
        model
        for model in own
        if model._meta.app_label not in OF_THE_MOMENT and model._meta.db_table not in MADE_BY_TRIGGERS
    ]
    return sorted(lasting, key=lambda model: model._meta.db_table)


def columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def lines(model: type[models.Model], using: str) -> Iterator[bytes]:
    """One line a row, by key; never more than a chunk of rows in memory."""
    rows = models.QuerySet(model, using=using).order_by("pk").values_list(*columns(model))
    for row in rows.iterator(chunk_size=CHUNK):
        yield (
            json.dumps(
                [plain(value) for value in row], ensure_ascii=False, sort_keys=True, separators=(",", ":")
            ).encode()
            + b"\n"
        )


def plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def insert(model: type[models.Model], found: Iterable[bytes], connection: BaseDatabaseWrapper) -> None:
    """Put the rows of `lines` in, as they are: no field sets itself, no `save()` is called."""
    fields = model._meta.concrete_fields
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608
    one = f"({', '.join(['%s'] * len(fields))})"
    source = iter(found)
    with connection.cursor() as cursor:
        while batch := list(islice(source, max(1, MOST_PARAMETERS // len(fields)))):
            values = [
                field.get_db_prep_save(field.to_python(value), connection)
                for line in batch
                for field, value in zip(fields, json.loads(line), strict=True)
            ]
            cursor.execute(into + ", ".join([one] * len(batch)), values)


def reset_sequences(of: list[type[models.Model]], connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), of):
            cursor.execute(statement)
