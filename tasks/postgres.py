"""The one place with SQL for PostgreSQL alone: trigram indexes for words looked for inside texts.

Every other database, and a PostgreSQL that refuses the extension `pg_trgm`, answers the same questions without them:
slower, never differently. The expressions are those that Django writes for `icontains`. Trigrams need three characters; a
word of two is looked for by reading.
"""

from typing import Any

from django.db import DatabaseError, transaction

INDEXES = {  # name -> table and column
    "trgm_report_progress": ("tasks_progressreport", "progress"),
    "trgm_report_problems": ("tasks_progressreport", "problems"),
    "trgm_report_request": ("tasks_progressreport", "coordination_request"),
    "trgm_report_next": ("tasks_progressreport", "next_steps"),
    "trgm_measure_text": ("tasks_measure", "text"),
    "trgm_measure_resp": ("tasks_measure", "responsibility_text"),
}


def add_trigram_indexes(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "postgresql" or not has_trigrams(connection):
        return
    with connection.cursor() as cursor:
        for name, (table, column) in INDEXES.items():
            cursor.execute(
                f'CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (UPPER("{column}"::text) gin_trgm_ops)'
            )


def has_trigrams(connection: Any) -> bool:
    """Whether the extension is there, made now where it may be."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return False
    return True


def drop_trigram_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")
