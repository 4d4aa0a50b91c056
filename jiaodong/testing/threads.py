"""Many people at once: threads that each have a database connection of their own, as the server's have."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")


def at_once(count: int, act: Callable[[int], Result]) -> list[Result]:
    """`act(0)` to `act(count - 1)`, all let go at the same moment; their results in that order, or what one raised.

    For tests marked `transaction=True`, whose rows other connections see.
    """
    barrier = Barrier(count)

    def one(number: int) -> Result:
        try:
            barrier.wait(timeout=30)
            return act(number)
        finally:
            connections.close_all()

    with seen_by_all(), ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@contextmanager
def seen_by_all() -> Iterator[None]:
    """On SQLite: the test's database as a file while the threads run, since one in memory cannot be waited for."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    memory, settings = connection.connection, connections.settings["default"]
    with TemporaryDirectory() as folder:
        path, name = Path(folder) / "test.sqlite3", settings["NAME"]
        copy(memory, path)
        settings["NAME"] = str(path)
        try:
            yield
        finally:
            settings["NAME"] = name
            bring_back(path, memory)


def copy(memory: sqlite3.Connection, path: Path) -> None:
    file = sqlite3.connect(path)
    memory.backup(file)
    file.close()


def bring_back(path: Path, memory: sqlite3.Connection) -> None:
    file = sqlite3.connect(path)
    file.backup(memory)
    file.close()
