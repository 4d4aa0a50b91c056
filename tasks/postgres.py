"""The one place with SQL for PostgreSQL alone: indexes for words looked for inside texts.

Chinese words mostly have two characters, one fewer than a trigram: what is indexed are the pairs of neighbouring characters.
A text that contains a word has every pair of the word, so the index names the rows that can contain it, and `icontains`
says which of them do. Every other database, and a PostgreSQL that refuses the function or the indexes, answers the same
without them: slower, never differently.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DatabaseError, transaction
from django.db.models import BigAutoField, BooleanField, F, Func, Value
from django.db.models.lookups import In

MEASURE_TEXTS = ("text", "responsibility_text")
TASK_TEXTS = ("title",)
REPORT_TEXTS = ("progress", "problems", "coordination_request", "next_steps")
SEAM = " "  # between the columns of an index
INDEXES = {  # name -> table, and the columns whose pairs it has
    "pairs_of_measure": ("tasks_measure", MEASURE_TEXTS),
    "pairs_of_task": ("tasks_maintask", TASK_TEXTS),
    "pairs_of_report": ("tasks_progressreport", REPORT_TEXTS),
}
TRIGRAM_INDEXES = (  # which they took the place of
    "trgm_report_progress",
    "trgm_report_problems",
    "trgm_report_request",
    "trgm_report_next",
    "trgm_measure_text",
    "trgm_measure_resp",
)

# A pair is two code points in one number: an index of numbers is built in a third of the time of one of texts. The cost is
# what the function takes against an operator: the planner is to ask the index, and of a row in hand LIKE first.
PAIRS = """
CREATE OR REPLACE FUNCTION word_pairs(words text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
DECLARE
    pairs bigint[] := '{}';
    last bigint;
    this bigint;
    sign text;
BEGIN
    FOREACH sign IN ARRAY string_to_array(upper(words), NULL) LOOP
        this := ascii(sign);
        IF last IS NOT NULL THEN
            pairs := pairs || (last << 21 | this);
        END IF;
        last := this;
    END LOOP;
    RETURN pairs;
END
$$
"""
NO_PAIRS = (
    "CREATE OR REPLACE FUNCTION word_pairs(words text) RETURNS bigint[] LANGUAGE sql AS 'SELECT ''{}''::bigint[]'"
)
TRIAL = "SELECT word_pairs('海洋 Ab')"


class HasPairs(Func):
    """Whether texts have every pair of a word's characters, in one of them or over the seams; they are those of one of
    `INDEXES`, in its order. It holds wherever one of the texts contains the word, and elsewhere than on PostgreSQL always.
    """

    output_field = BooleanField()

    def __init__(self, texts: Sequence[str], word: str) -> None:
        super().__init__(*map(F, texts), Value(word))

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        raise FullResultSet

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        *texts, (word, params) = [compiler.compile(one) for one in self.get_source_expressions()]
        return f"{pairs_of([sql for sql, _ in texts])} @> word_pairs({word})", list(params)


class IsPair(Func):
    """Whether a word is itself a pair, so that of texts that have it nothing else need be asked; elsewhere than on PostgreSQL
    never. Upper case may be longer than what it is made of, and a word with the `SEAM` may stand over it.
    """

    output_field = BooleanField()

    def __init__(self, word: str) -> None:
        super().__init__(Value(word))

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        raise EmptyResultSet

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        word, params = compiler.compile(self.get_source_expressions()[0])
        return f"(length(upper({word})) = 2 AND word_pairs('海洋') <> '{{}}')", list(params)


@BigAutoField.register_lookup
class Among(In):
    """`in`, for keys that are all found first and then looked up: it takes as long as they are many. Of a union PostgreSQL
    cannot estimate how many they are, and reads the whole table for `in`. Keys already known go as one value: of databases
    some take no more than 32,766.

    Of a subquery's keys PostgreSQL looks through the list wherever it has a row in hand: not for a condition within an
    aggregate, nor twice in one WHERE.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        if self.rhs_is_direct_value():
            return f"{column} = ANY(%s::bigint[])", [*params, "{{{}}}".format(",".join(map(str, self.rhs)))]
        keys, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{keys})", [*params, *more]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        if not self.rhs_is_direct_value():
            return self.as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs)]  # noqa: S608


def pairs_of(columns: Collection[str]) -> str:
    return "word_pairs({})".format(f" || '{SEAM}' || ".join(columns))


def add_pair_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    if not accepts(schema_editor.connection, PAIRS, TRIAL):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(NO_PAIRS)  # every search asks for it: refused as well, it stops the migration
        return
    for name, (table, columns) in INDEXES.items():
        pairs = pairs_of([f'"{column}"' for column in columns])
        accepts(schema_editor.connection, f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin ({pairs})")


def accepts(connection: Any, *statements: str) -> bool:
    """Whether the database does all this, else nothing of it."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError:
        return False
    return True


def drop_pair_indexes(apps: Any, schema_editor: Any) -> None:
    drop_indexes(schema_editor, INDEXES)
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS word_pairs(text)")


def drop_trigram_indexes(apps: Any, schema_editor: Any) -> None:
    drop_indexes(schema_editor, TRIGRAM_INDEXES)


def drop_indexes(schema_editor: Any, names: Collection[str]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")
