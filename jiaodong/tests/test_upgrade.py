"""The database of the last release, with everything in it, becomes the one of this version."""

import json
import sqlite3
from pathlib import Path

import psycopg2
import pytest

from jiaodong.testing.databases import ROOT, empty_database, manage
from units.backup.archive import Reader
from units.backup.restoring import check

RELEASES = sorted((ROOT / "fixtures" / "releases").glob("*.backup"))
ADDED_BY_RESTORING = {"units_auditevent": 1}
FILLED_BY_MIGRATE = {"django_content_type", "auth_permission"}
COMPUTED = {"tasks_standingsummary"}  # a migration may throw it away; pages do without, `rebuild_standings` makes it


def counts(url: str, tables: list[str]) -> dict[str, int]:
    """Rows by table, asked of the database itself rather than of this version's models."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg2.connect(url)
    try:
        cursor = connection.cursor()
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            found[table] = cursor.fetchone()[0]
        return found
    finally:
        connection.close()


@pytest.mark.django_db
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_release_is_migrated_with_its_data(release: Path, tmp_path: Path) -> None:
    manifest = check(release)
    with empty_database(tmp_path) as env:
        done = manage(env, "restore", str(release))
        assert (done.returncode, done.stderr) == (0, "")
        assert "各表与备份逐行一致" in done.stdout
        tables = [table for table in manifest.tables if table not in FILLED_BY_MIGRATE | COMPUTED]
        wanted = {
            table: manifest.members[f"tables/{table}.jsonl"].rows + ADDED_BY_RESTORING.get(table, 0)
            for table in tables
        }
        assert counts(env["DATABASE_URL"], tables) == wanted
        for name in manifest.files:
            assert (tmp_path / "var" / "media" / name).is_file()


def test_there_is_a_release_with_something_in_it() -> None:
    assert RELEASES != []
    for release in RELEASES:
        reader = Reader(release)
        reports = [json.loads(line) for line in reader.lines("tasks_progressreport")]
        assert len(reports) > 10
        assert reader.manifest.files != []
        reader.close()
