"""Very many rows of one table: by COPY on PostgreSQL, several times as fast as INSERT, by `bulk_create` elsewhere.

Rows get their keys from the database and do not learn them; checks and foreign keys hold as ever, histories are not
written.
"""

import csv
import io
from collections.abc import Iterable
from operator import attrgetter

from django.db import connection
from django.db.models import Model

from tasks.queries.figures import in_parts

NULL = r"\N"  # how COPY spells that there is no value; an empty text is a value


def store(rows: Iterable[Model]) -> int:
    """How many there were. All are of one model."""
    count = 0
    for part in in_parts(rows):
        if connection.vendor == "postgresql":
            copy(part)
        else:
            type(part[0])._default_manager.bulk_create(part)
        count += len(part)
    return count


def copy(rows: list[Model]) -> None:
    """PostgreSQL alone."""
    table, fields = rows[0]._meta.db_table, [one for one in rows[0]._meta.concrete_fields if not one.primary_key]
    values, file = attrgetter(*(field.attname for field in fields)), io.StringIO()
    csv.writer(file).writerows([NULL if value is None else value for value in values(row)] for row in rows)
    file.seek(0)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, NULL '{NULL}')", file)
