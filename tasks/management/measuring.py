"""What every measurement shares: a database of its own, requests through the whole stack, acts that take turns."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import setup_databases, teardown_databases

from units.models import User

WARM_UP = 10
Cookies = dict[str, str]


@contextmanager
def temporary_database() -> Iterator[None]:
    """A database of this run alone. The test names are not used: a test run may be holding them."""
    test = connection.settings_dict["TEST"]
    with tempfile.TemporaryDirectory() as folder:
        before, is_file = test.get("NAME"), connection.vendor == "sqlite"
        test["NAME"] = f"{folder}/bench.sqlite3" if is_file else f"bench_{connection.settings_dict['NAME']}"
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        try:
            yield
        finally:
            teardown_databases(made, verbosity=0)
            test["NAME"] = before


def settle() -> None:
    """What PostgreSQL does by itself on a running server: of tables that were just filled it knows nothing yet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def logged_in(person: User) -> Cookies:
    client = Client()
    client.force_login(person)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def answer(handler: WSGIHandler, url: str, cookies: Cookies) -> HttpResponse:
    factory = RequestFactory()
    factory.cookies.load(cookies)
    response = handler.get_response(factory.get(url, secure=True))
    if response.status_code != 200:
        raise CommandError(f"{url} 返回 {response.status_code}，无法比较。")
    return response


@dataclass(frozen=True)
class Act:
    """Something to be timed, and the database it happens in."""

    run: Callable[[], Any]
    database: BaseDatabaseWrapper


def use(database: BaseDatabaseWrapper) -> None:
    """From here on this is the database of the site, in this thread."""
    connections[DEFAULT_DB_ALIAS] = database


def timed(acts: Mapping[str, Act], rounds: int) -> dict[str, list[float]]:
    """Seconds each act took. Every round does each once, so that a busy moment of the machine falls on all of them, and each in
    an order of its own: what comes at intervals, as Python's search for garbage does, would always fall on the same act.
    """
    times: dict[str, list[float]] = {name: [] for name in acts}
    dice = Random(0)  # noqa: S311 - no secret
    for turn in range(WARM_UP + rounds):
        for name, act in dice.sample(list(acts.items()), len(acts)):
            use(act.database)
            begun = perf_counter()
            act.run()
            if turn >= WARM_UP:
                times[name].append(perf_counter() - begun)
    return times
