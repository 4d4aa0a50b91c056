"""A database server that stands still with its connections open: who waits on it is set free, and who works is left alone."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.db.utils import ConnectionHandler

from jiaodong.databases import for_postgresql
from jiaodong.errors import AWAY, outage
from jiaodong.postgresql import base, watch
from jiaodong.testing.postgres import NAME, Cluster, binaries

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]  # the latter for leave to ask a database at all


class Freezing(Cluster):
    def tell_all(self, number: signal.Signals) -> None:
        """The server itself and what it has started: nothing of it runs, and the system keeps its connections open."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, others)):
            os.kill(process, number)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where whoever runs the server comes in, which pytest's own folders do not let them."""
    with tempfile.TemporaryDirectory(prefix="jiaodong-pg-") as made:
        yield Path(made)


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Freezing]:
    """A server of its own, and the databases of the settings are it alone."""
    cluster = Freezing(folder, binaries())
    place = {"NAME": NAME, "USER": NAME, "HOST": "127.0.0.1", "PORT": cluster.port}
    seconds = for_postgresql("replica", 0)  # those of a replica are the shorter ones
    monkeypatch.setattr(watch, "connections", ConnectionHandler({DEFAULT_DB_ALIAS: {**place, **seconds}}))
    monkeypatch.setattr(base, "opened", type(base.opened)())
    base.asked_again_at.clear()
    cluster.create()
    try:
        yield cluster
    finally:
        cluster.tell_all(signal.SIGCONT)
        cluster.stop()
        base.asked_again_at.clear()


class Asking(threading.Thread):
    """A request of the site: a statement on a connection that was open before."""

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql, self.error = sql, None
        self.is_connected, self.may_ask = threading.Event(), threading.Event()
        self.start()
        assert self.is_connected.wait(10)

    def run(self) -> None:
        connection = watch.connections[DEFAULT_DB_ALIAS]
        connection.ensure_connection()
        self.is_connected.set()
        self.may_ask.wait(10)
        try:
            with connection.cursor() as cursor:
                cursor.execute(self.sql)
        except OperationalError as error:
            self.error = error
        connection.close()


def until(happens: Callable[[], bool]) -> None:
    for _ in range(200):
        if happens():
            return
        threading.Event().wait(0.05)
    pytest.fail("it did not happen within ten seconds")


def busy() -> list[object]:
    return [one for one in base.connections_of(DEFAULT_DB_ALIAS) if watch.is_busy(one)]


def test_who_waits_is_told_that_it_is_away_and_who_comes_after_the_freeze_is_served(server: Freezing) -> None:
    asking = Asking("SELECT 1")
    server.tell_all(signal.SIGSTOP)
    asking.may_ask.set()
    until(busy)
    seen = watch.look(set())
    assert len(seen) == 1
    watch.look(seen)
    asking.join(10)
    assert outage(asking.error) == AWAY
    assert base.asked_again_at.keys() == {DEFAULT_DB_ALIAS}
    server.tell_all(signal.SIGCONT)
    base.asked_again_at.clear()
    again = Asking("SELECT 1")
    again.may_ask.set()
    again.join(10)
    assert again.error is None


def test_a_long_statement_of_a_server_that_answers_goes_on(server: Freezing) -> None:
    asking = Asking("SELECT pg_sleep(1)")
    asking.may_ask.set()
    until(busy)
    seen = watch.look(watch.look(set()))
    assert len(seen) == 1
    asking.join(10)
    assert asking.error is None
