"""What only PostgreSQL can do for a search: indexes for words looked for inside texts, and lists of keys.

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
TRIGRAM_INDEXES = (  # of earlier versions, for the migration that drops them
    "trgm_report_progress",
    "trgm_report_problems",
    "trgm_report_request",
    "trgm_report_next",
    "trgm_measure_text",
    "trgm_measure_resp",
)

# A pair is two code points in one number: an index of numbers is built in a third of the time of one of texts. COST tells the
# planner how dear the function is: it shall ask the index, and where it has a row already, try LIKE before the function.
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
    """Whether texts, joined by `SEAM`, have every pair of neighbouring characters of a word; always true on other databases.

    True wherever one of the texts contains the word, and sometimes where none does. The texts must be the columns of one of
    `INDEXES`, in its order.
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
    """Whether a word is itself one pair, so that `HasPairs` alone decides; never true on other databases.

    The database counts the characters, since upper case may be longer than the word. Not to be asked of a word with a `SEAM`
    in it: its pair may come from the end of one text and the beginning of the next.
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
    """`in`, but PostgreSQL first finds all the keys and then looks each of them up, which takes as long as there are keys.

    With `in` and a union it cannot estimate how many keys there will be, and reads the whole table. Keys that are known already
    go as one value, since some databases take no more than 32,766 parameters.

    The price: where PostgreSQL has a row already, it looks through the whole list of a subquery's keys. So this is not for a
    condition within an aggregate, and not for a second one in the same WHERE.
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
