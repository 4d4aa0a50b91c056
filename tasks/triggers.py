"""The triggers that turn `PublicEdition`: whichever way a row is written, by a verb, the back office or a fixture.

Tables of which an outsider reads any row turn it with every writing; reports only with one that is published, before or
after, so that nobody who drafts waits for anybody. SQLite drops a table's triggers when a migration remakes the table: a
migration that does so ends with `install`. A test holds every table that a public page reads against `WATCHED`.
"""

from typing import Any

WATCHED = (
    "tasks_plan",
    "tasks_field",
    "tasks_maintask",
    "tasks_measure",
    "tasks_duty",
    "tasks_reportingperiod",
    "units_unit",
    "units_unitalias",
    "units_unitgroup",
    "units_unitgroupmember",
)
REPORTS = "tasks_progressreport"
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}  # act -> the rows it has
UPSERT = (
    "INSERT INTO tasks_publicedition (id, mark) VALUES (1, {mark}) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark"
)


def install(apps: Any, schema_editor: Any) -> None:
    """Make all triggers, in place of those that are there."""
    remove(apps, schema_editor)
    with schema_editor.connection.cursor() as cursor:
        for statement in (postgresql if is_postgresql(schema_editor) else sqlite)():
            cursor.execute(statement)
        cursor.execute("UPDATE tasks_plan SET id = id")  # where there is a plan already, an edition to begin with


def remove(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        if is_postgresql(schema_editor):
            cursor.execute("DROP FUNCTION IF EXISTS turn_edition() CASCADE")
            cursor.execute("DROP FUNCTION IF EXISTS turn_edition_if_published() CASCADE")
            return
        for table in (*WATCHED, REPORTS):
            for act in ROWS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name_of(table, act)}")


def is_postgresql(schema_editor: Any) -> bool:
    return schema_editor.connection.vendor == "postgresql"


def name_of(table: str, act: str) -> str:
    return f"edition_{table}_{act.lower()}"


def sqlite() -> list[str]:
    turn = UPSERT.format(mark="lower(hex(randomblob(16)))")
    statements = []
    for table in (*WATCHED, REPORTS):
        for act, rows in ROWS.items():
            published = " OR ".join(f"{row}.published_at IS NOT NULL" for row in rows)
            when = f"WHEN {published} " if table == REPORTS else ""
            statements.append(f"CREATE TRIGGER {name_of(table, act)} AFTER {act} ON {table} {when}BEGIN {turn}; END")
    return statements


def postgresql() -> list[str]:
    """One call a statement, however many rows it writes: a transition table says whether any of them is published."""
    turn = UPSERT.format(mark="replace(gen_random_uuid()::text, '-', '')")
    statements = [
        function("turn_edition", f"{turn}; RETURN NULL;"),
        function("turn_edition_if_published", f"{any_published(turn)} RETURN NULL;"),
    ]
    statements += [
        f"CREATE TRIGGER edition_{table} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION turn_edition()"
        for table in WATCHED
    ]
    for act, rows in ROWS.items():
        tables = " ".join(f"{row} TABLE AS {row.lower()}_rows" for row in rows)
        statements.append(
            f"CREATE TRIGGER {name_of(REPORTS, act)} AFTER {act} ON {REPORTS} REFERENCING {tables} "
            "FOR EACH STATEMENT EXECUTE FUNCTION turn_edition_if_published()"
        )
    return statements


def function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def any_published(turn: str) -> str:
    """A branch for each act: only its own transition tables are there to be asked."""
    branches = []
    for act, rows in ROWS.items():
        found = " OR ".join(f"EXISTS (SELECT FROM {row.lower()}_rows WHERE published_at IS NOT NULL)" for row in rows)
        branches.append(f"IF TG_OP = '{act}' THEN IF {found} THEN {turn}; END IF; END IF;")
    return " ".join(branches)
