"""A database server that takes a connection and never answers: one request waits for it, and not the next ones."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS
from django.db.utils import ConnectionHandler
from psycopg2 import OperationalError

from jiaodong.databases import for_postgresql
from jiaodong.postgresql import base

REPLICA_SECONDS = for_postgresql("replica", 0)  # those of a replica are the shorter ones


@pytest.fixture(autouse=True)
def nobody_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "asked_again_at", {})


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server's port behind which nobody speaks."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def connect(port: int) -> None:
    """A request's first question, on a connection of its own."""
    place = {"NAME": "none", "USER": "nobody", "HOST": "127.0.0.1", "PORT": port}
    ConnectionHandler({DEFAULT_DB_ALIAS: {**place, **REPLICA_SECONDS}})[DEFAULT_DB_ALIAS].connect()


def asked(server: socket.socket) -> int:
    """How many have knocked since this was asked last."""
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_is_asked_once_and_then_left_alone_for_a_while(silent: socket.socket) -> None:
    port = silent.getsockname()[1]
    for _ in range(3):
        with pytest.raises(OperationalError):
            connect(port)
    assert asked(silent) == 1
    base.asked_again_at[DEFAULT_DB_ALIAS] = time.monotonic()
    with pytest.raises(OperationalError):
        connect(port)
    assert asked(silent) == 1


def test_one_that_refuses_at_once_is_asked_each_time(silent: socket.socket) -> None:
    port = silent.getsockname()[1]
    silent.close()
    for _ in range(2):
        with pytest.raises(OperationalError, match="refused"):
            connect(port)
    assert base.asked_again_at == {}
