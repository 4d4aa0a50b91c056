"""Fifty clerks at once, and a server killed in the middle of two hundred submissions: real processes, real database."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from jiaodong.testing.storm import CLERKS, words

SUBMISSIONS = 200  # more than there are obliged duties, so that some come twice
KILLED_AFTER = 40
CSRF = "a" * 32


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[str]:
    """The file or name of a database with the table, an open period and a clerk for every duty; copied for each test."""
    folder = tmp_path_factory.mktemp("storm")
    name = str(folder / "prepared.sqlite3") if connection.vendor == "sqlite" else f"storm_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock(), made(name):
        storm(own_environment(folder, name), SUBMISSIONS, "prepare")
        yield name


@pytest.fixture
def environment(tmp_path: Path, prepared: str, django_db_blocker) -> Iterator[dict[str, str]]:
    """The environment of a process with a database of its own, of the kind these tests run on."""
    name = str(tmp_path / "storm.sqlite3") if connection.vendor == "sqlite" else f"{prepared}_copy"
    with django_db_blocker.unblock(), made(name, copied=prepared):
        yield own_environment(tmp_path, name)


@contextmanager
def made(name: str, copied: str = "") -> Iterator[None]:
    """A database, empty or a copy, dropped in the end; on SQLite its folder is."""
    if connection.vendor == "sqlite":
        if copied:
            shutil.copy(copied, name)
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {copied}" if copied else ""))
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def own_environment(folder: Path, name: str) -> dict[str, str]:
    server = connection.settings_dict
    return {
        **os.environ,
        "SITE_ENV": "development",
        "DATABASE_URL": f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else f"postgres://{server['USER']}@{server['HOST']}:{server['PORT']}/{name}",
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "jiaodong.settings",
    }


def storm(environment: dict[str, str], count: int, *acts: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "jiaodong.testing.storm", str(count), *acts],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


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


class Server:
    """The real server in a process of its own."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
                *("--workers", "1", "--blocking-threads", "4", "--no-ws", "jiaodong.wsgi:application"),
            ],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        for _ in range(150):
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as client:
                    client.request("GET", "/healthz")
                    if client.getresponse().status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def submit(port: int, clerk: dict[str, str], answered: list[str]) -> None:
    """Press 提交审核. What is answered with the redirect that follows a submission is noted."""
    typed = {name: "" if value is None else str(value) for name, value in words("10月9日完成 40%").items()}
    body = urllib.parse.urlencode(
        {**typed, "version": "", "writer": clerk["writer"], "do": "submit", "csrfmiddlewaretoken": CSRF}
    )
    headers = {
        "Cookie": f"{clerk['cookie']}; csrftoken={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
            client.request("POST", clerk["path"], body, headers)
            if client.getresponse().status == 302:
                answered.append(clerk["path"])
    except (OSError, http.client.HTTPException):
        return  # cut off by the kill: nothing was promised


def test_what_was_answered_survives_a_killed_server(environment, unused_port):
    browsers = storm(environment, SUBMISSIONS, "static", "sessions")["sessions"]
    server, answered = Server(environment, unused_port), []
    waiting = iter([*browsers, *browsers][:SUBMISSIONS])
    lock = threading.Lock()

    def press() -> None:
        while True:
            with lock:
                browser = next(waiting, None)
            if browser is None:
                return
            submit(server.port, browser, answered)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    while len(set(answered)) < KILLED_AFTER:
        time.sleep(0.01)
        assert any(thread.is_alive() for thread in threads), "every submission was over before the kill"
    server.kill()
    for thread in threads:
        thread.join()
    found = storm(environment, SUBMISSIONS, "judge")["judge"]
    submitted = found["submitted"]
    assert set(answered) - set(submitted) == set()
    assert KILLED_AFTER <= len(submitted) < len(browsers)
    assert len(submitted) == len(set(submitted)) == found["states"]["forwarded"] == found["events"]["提交"]
    assert (found["half"], found["broken"], found["duties"]) == (0, [], found["reports"])


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
