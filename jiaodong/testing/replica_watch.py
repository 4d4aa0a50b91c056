"""What `jiaodong.testing.replica` lets one see, as one JSON object: moment -> whether an outsider and a person who is logged in
are shown a unit's old name or its new one. Takes the folder and the port of the standby, which it stops and starts.
"""

import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from jiaodong.testing.postgres import binaries  # noqa: E402
from jiaodong.testing.replica import Standby  # noqa: E402
from units import reading  # noqa: E402
from units.models import Unit, User  # noqa: E402

OLD, NEW = "省交通运输厅", "省交通运输新厅"


def watch(standby: Standby) -> dict[str, dict[str, str]]:
    settings.DEBUG = False  # failures are answered as in earnest; static files need not be collected
    outsider, staff = (Client(SERVER_NAME="localhost", raise_request_exception=False) for _ in range(2))
    staff.force_login(User.objects.get(username="leader"))

    def seen() -> dict[str, str]:
        pages = {"outsider": outsider.get("/units/"), "staff": staff.get("/units/")}
        return {who: "new" if NEW in page.content.decode() else "old" for who, page in pages.items()}

    moments = {"following": seen()}
    with connections[reading.REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_wal_replay_pause()")
    Unit.objects.filter(name=OLD).update(name=NEW)
    found = outsider.get("/plans/jiaodong/search/", {"q": "交通运输"})
    moments["lagging"] = {**seen(), "search": "new" if NEW in found.content.decode() else "old"}
    standby.stop()
    moments["gone"] = seen()
    standby.start()
    reading.asked_again_at = 0.0
    moments["back"] = {**seen(), "replica": "answers" if reading.replica_answers() else "silent"}
    moments |= {f"cut at query {at}": {"outsider": cut_at(at, standby, outsider)} for at in (2, 4)}
    moments["behind a migration"] = {"outsider": behind_a_migration(outsider)}
    connections.close_all()
    return moments


def cut_at(number: int, standby: Standby, outsider: Client) -> str:
    """What is shown when the standby is cut before that query of one page; the first asks whether it is there."""
    cache.clear()
    queries = itertools.count(1)

    def cut(execute: Callable[..., Any], *arguments: Any) -> Any:
        if next(queries) == number:
            standby.stop()
        return execute(*arguments)

    with connections[reading.REPLICA].execute_wrapper(cut):
        found = shown_to(outsider)
    standby.start()
    reading.asked_again_at = 0.0
    return found


def behind_a_migration(outsider: Client) -> str:
    """What is shown while the replica lacks a column that the primary has got."""
    cache.clear()
    with connections["default"].cursor() as primary, connections[reading.REPLICA].cursor() as replica:
        primary.execute("ALTER TABLE tasks_plan RENAME title TO title_of_old")
        primary.execute("SELECT pg_current_wal_insert_lsn()")
        (end,) = primary.fetchone()
        until(replica, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", end)
        replica.execute("SELECT pg_wal_replay_pause()")
        until(replica, "SELECT pg_get_wal_replay_pause_state() = %s", "paused")
        primary.execute("ALTER TABLE tasks_plan RENAME title_of_old TO title")
    return shown_to(outsider)


def until(replica: Any, question: str, value: str) -> None:
    is_so = False
    while not is_so:
        replica.execute(question, [value])
        (is_so,) = replica.fetchone()


def shown_to(outsider: Client) -> str:
    answer = outsider.get("/units/")
    shown = "new" if NEW in answer.content.decode() else "old"
    return f"{answer.status_code} {shown}, {'answers' if reading.replica_answers() else 'left'}"


if __name__ == "__main__":
    folder, port = sys.argv[1:]
    standby = Standby(Path(folder), binaries())
    standby.port = int(port)
    sys.stdout.write(json.dumps(watch(standby)))
