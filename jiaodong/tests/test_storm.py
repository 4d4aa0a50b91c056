"""Fifty clerks at once, people of every role at once, and what fails in the middle of it: real processes, real database.

Whatever is killed or filled up: what was answered is kept, the site says so, and comes back without being asked.
"""

import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection

from jiaodong.testing.clerks import Clerks, ask, submit
from jiaodong.testing.databases import made, own_environment
from jiaodong.testing.disks import SmallDisk, may_mount, run_where_one_may_mount, small_disk
from jiaodong.testing.load import play, summary
from jiaodong.testing.postgres import NAME, UNSYNCED, Cluster, binaries, free_port
from jiaodong.testing.serving import Server, storm
from jiaodong.testing.storm import CLERKS

SUBMISSIONS = 200  # more than there are obliged duties, so that some come twice
KILLED_AFTER = 40
PEOPLE, VISITS = 40, 3
PDF = b"%PDF-1.4\n" + b"0" * 300_000


class Prepared(NamedTuple):
    """The name or file of a database with the table, an open period and a clerk for every duty, copied for each test.

    `browsers` are those clerks', logged in; `folder` has the static files and the secret that their sessions need.
    """

    name: str
    folder: Path
    browsers: list[dict[str, str]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("storm")
    name = str(folder / "prepared.sqlite3") if connection.vendor == "sqlite" else f"storm_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock(), made(name):
        did = storm(own_environment(folder, name), SUBMISSIONS, "prepare", "static", "sessions")
        yield Prepared(name, folder, did["sessions"])


@pytest.fixture
def environment(tmp_path: Path, prepared: Prepared, django_db_blocker) -> Iterator[dict[str, str]]:
    """The environment of a process with a database of its own, of the kind these tests run on."""
    name = str(tmp_path / "storm.sqlite3") if connection.vendor == "sqlite" else f"{prepared.name}_copy"
    with django_db_blocker.unblock(), made(name, copied=prepared.name):
        yield own_environment(prepared.folder, name)


def test_fifty_clerks_at_once_lose_nothing_and_wait_for_each_other(environment):
    happened = storm(environment, CLERKS, "clerks", "judge")
    clerks, found = happened["clerks"], happened["judge"]
    assert clerks["errors"] == []
    assert clerks["outcomes"] == {"submitted": CLERKS, "refused": CLERKS}
    assert (found["reports"], found["duties"], found["half"]) == (CLERKS, CLERKS, 0)
    assert found["states"] == {"forwarded": CLERKS}
    assert found["versions"] == {"2": CLERKS}
    assert found["events"] == {"存草稿": CLERKS, "提交": CLERKS}
    assert found["broken"] == []


def test_what_was_answered_survives_a_killed_server(environment, prepared):
    browsers, server = prepared.browsers, Server(environment, free_port())
    clerks = Clerks(server, [*browsers, *browsers][:SUBMISSIONS])
    clerks.wait_for(KILLED_AFTER)
    server.close()
    clerks.finish()
    found = storm(environment, SUBMISSIONS, "judge")["judge"]
    assert KILLED_AFTER <= len(found["submitted"]) < len(browsers)
    holds(found, clerks)


def holds(found: dict[str, Any], *pressed: Clerks) -> None:
    """Everything answered is there, once, whole, and in an unbroken audit trail."""
    submitted = found["submitted"]
    assert set().union(*(clerks.accepted() for clerks in pressed)) - set(submitted) == set()
    assert len(submitted) == len(set(submitted)) == found["states"]["forwarded"] == found["events"]["提交"]
    assert (found["half"], found["broken"], found["duties"]) == (0, [], found["reports"])


@pytest.mark.postgresql
def test_people_of_every_role_at_once_see_no_error_and_lose_nothing(environment):
    """The short form of `make load`."""
    everybody = storm(environment, PEOPLE, "people")["people"]
    with closing(Server(environment, free_port(), workers=2)) as server:
        run = play(server, everybody, think=0.5, goes_on=lambda visits: visits < VISITS)
    result = summary(run, environment, PEOPLE, 1)
    assert (result["troubles"], result["lost"], result["broken_links"]) == ([], [], [])
    assert result["submissions"] > 0
    assert {"overview", "search", "autosave", "submit", "review", "export", "dashboard"} <= result["ms"].keys()


@pytest.mark.postgresql
def test_a_killed_worker_is_replaced_and_the_others_go_on(environment, prepared):
    with closing(Server(environment, free_port(), workers=2)) as server:
        before = server.workers()
        clerks = Clerks(server, prepared.browsers[: 2 * KILLED_AFTER])
        clerks.wait_for(KILLED_AFTER)
        os.kill(before[0], signal.SIGKILL)
        clerks.finish()
        assert clerks.statuses() <= {302, 0}
        for _ in range(300):
            if len(after := server.workers()) == 2:
                break
            time.sleep(0.1)
        assert (before[0] in after, before[1] in after, len(after)) == (False, True, 2)
        assert [server.status("/") for _ in range(4)] == [200] * 4
    holds(storm(environment, SUBMISSIONS, "judge")["judge"], clerks)


@pytest.fixture
def own_cluster(prepared: Prepared) -> Iterator[Cluster]:
    """A PostgreSQL that may be killed, with a copy of the prepared database. It keeps what it has answered."""
    assert connection.vendor == "postgresql", "run by python -m jiaodong.testing.postgres -- python -m pytest"
    server = connection.settings_dict
    source = ["--host", server["HOST"], "--port", str(server["PORT"]), "--username", NAME, prepared.name]
    with tempfile.TemporaryDirectory(prefix="jiaodong-pg-") as folder:
        cluster = Cluster(Path(folder), binaries(), UNSYNCED)
        try:
            cluster.create()
            dump = Path(folder) / "dump.sql"
            cluster.call("pg_dump", *source, "--file", str(dump))
            target = ["--host", folder, "--port", str(cluster.port), "--username", NAME, "--dbname", NAME]
            cluster.call("psql", *target, "--quiet", "--file", str(dump))
            yield cluster
        finally:
            cluster.stop()


@pytest.mark.postgresql
def test_a_killed_database_is_said_in_chinese_and_comes_back_by_itself(own_cluster, prepared):
    environment = {**own_environment(prepared.folder, NAME), "DATABASE_URL": own_cluster.url}
    browsers = prepared.browsers[: 2 * KILLED_AFTER]
    with closing(Server(environment, free_port(), workers=2)) as server:
        before = Clerks(server, browsers)
        before.wait_for(KILLED_AFTER)
        own_cluster.stop()
        before.finish()
        assert before.statuses() == {302, 503}
        page, form = ask(server.port, "GET", "/"), submit(server.port, browsers[-1], text="停电时写的")
        assert [(one.status, one.retry_after, "数据库暂时不可用" in one.text) for one in (page, form)] == [
            (503, "15", True)
        ] * 2
        assert 'name="progress" value="停电时写的"' in form.text
        assert (server.status(), server.status("/readyz")) == (200, 503)
        own_cluster.start()
        server.wait_until(200, "/readyz")
        left = [browser for browser in browsers if browser["path"] not in before.accepted()]
        after = Clerks(server, left)
        after.finish()
        # What had been kept when the answer was cut off is shown beside what comes now: 200.
        assert {302} <= after.statuses() <= {302, 200}
    holds(storm(environment, SUBMISSIONS, "judge")["judge"], before, after)


@pytest.fixture
def on_small_disks(prepared: Prepared, django_db_blocker) -> Iterator[tuple[dict[str, str], SmallDisk, SmallDisk]]:
    """An environment, the disk of its files and the disk of its database."""
    with ExitStack() as stack:
        files, data = (stack.enter_context(small_disk(megabytes)) for megabytes in (32, 64))
        stack.enter_context(django_db_blocker.unblock())
        name = str(data.folder / "small.sqlite3") if connection.vendor == "sqlite" else f"{prepared.name}_small"
        space = ""
        if connection.vendor == "postgresql":
            space = stack.enter_context(tablespace(f"{prepared.name}_space", data.folder))
        stack.enter_context(made(name, copied=prepared.name, on=space))
        shutil.copytree(prepared.folder / "static", files.folder / "static")
        shutil.copy(prepared.folder / "secret_key", files.folder)
        yield own_environment(files.folder, name), files, data


@contextmanager
def tablespace(name: str, folder: Path) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLESPACE {name}")


def test_a_full_disk_is_said_in_chinese_and_costs_nobody_a_text(request, prepared):
    if not may_mount():
        around = ["jiaodong.testing.postgres"] if connection.vendor == "postgresql" else []
        run_where_one_may_mount(request.node.nodeid, *around)
        return
    environment, files, data = request.getfixturevalue("on_small_disks")
    browsers = prepared.browsers[:KILLED_AFTER]
    media = files.folder / "media" / "attachments"
    with closing(Server(environment, free_port())) as server:
        files.fill()
        answer = submit(server.port, browsers[0], text="盘满时写的", file=PDF)
        assert (answer.status, "服务器现在存不下这个文件" in answer.text) == (200, True)
        assert (list(media.glob("*")), "盘满时写的" in answer.text) == ([], True)
        files.free()
        assert submit(server.port, browsers[1], file=PDF).status == 302
        assert [file.stat().st_size for file in media.iterdir()] == [len(PDF)]

        data.fill()
        clerks = Clerks(server, browsers[2:])
        clerks.finish()
        assert 503 in clerks.statuses() <= {302, 503}
        refused = submit(server.port, browsers[-1], text="盘满时写的")
        assert (refused.status, refused.retry_after, "存储空间已满" in refused.text) == (503, "15", True)
        assert 'name="progress" value="盘满时写的"' in refused.text
        data.free()
        left = [browser for browser in browsers[2:] if browser["path"] not in clerks.accepted()]
        again = Clerks(server, left)
        again.finish()
        assert {302} <= again.statuses() <= {302, 200}
    found = storm(environment, SUBMISSIONS, "kept", "judge")
    assert found["kept"][browsers[0]["path"]] == ["盘满时写的", 0]
    holds(found["judge"], clerks, again)
