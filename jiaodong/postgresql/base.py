"""A server that let one request wait in vain is not asked again for a while: whoever comes meanwhile is told at once that
the database is away, and the site's few threads stay free. One that refuses at once is asked each time, and so is back
with the first request.
"""

import logging
import time
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base
from psycopg2 import OperationalError

from units.reading import ASK_AGAIN_SECONDS

logger = logging.getLogger(__name__)

IN_VAIN = 1  # seconds; `connect_timeout` ends a connection after 2 at the earliest
asked_again_at: dict[str, float] = {}  # of this process, by alias and the monotonic clock
opened: WeakKeyDictionary[Any, str] = WeakKeyDictionary()  # the driver's connections of this process, with their alias


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        began = time.monotonic()
        if began < asked_again_at.get(self.alias, 0):
            raise OperationalError("the server did not answer a moment ago and is not asked now")
        try:
            connection = super().get_new_connection(conn_params)
        except OperationalError:
            if time.monotonic() - began >= IN_VAIN:
                asked_again_at[self.alias] = time.monotonic() + ASK_AGAIN_SECONDS
                logger.warning("%s does not answer; not asked for %s seconds", self.alias, ASK_AGAIN_SECONDS)
            raise
        opened[connection] = self.alias
        return connection


def connections_of(alias: str) -> list[Any]:
    """Those that are alive; of every thread."""
    found = [
        reference() for reference in opened.keyrefs()
    ]  # a list made at once, whatever other threads open meanwhile
    return [one for one in found if one is not None and opened.get(one) == alias]
