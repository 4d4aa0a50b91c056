"""Where the database is read: an outsider's reading from the replica while there is one that answers, all else from the
primary. Whoever is logged in reads what they have just written, and so never from a copy that follows behind.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections

REPLICA = "replica"
SHARED_CACHE = "django_cache"  # of the database: what it counts must not be read from a copy behind
ASK_AGAIN_SECONDS = 15  # after the replica did not answer

logger = logging.getLogger(__name__)
source: ContextVar[str] = ContextVar("source", default=DEFAULT_DB_ALIAS)
asked_again_at = 0.0  # of this process, by the monotonic clock


class PublicReads:
    """Django's router: reads go where the context says, writes and tables to the primary alone."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS if model._meta.app_label == SHARED_CACHE else source.get()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def from_replica() -> Iterator[bool]:
    """Read from the replica inside, where one is set and answers; whether that is so."""
    is_replica = replica_answers()
    token = source.set(REPLICA if is_replica else DEFAULT_DB_ALIAS)
    try:
        yield is_replica
    finally:
        source.reset(token)


def has_replica() -> bool:
    return REPLICA in connections.settings


def replica_answers() -> bool:
    """Asked before anything is read, so that one request never reads half from each."""
    global asked_again_at
    if not has_replica() or time.monotonic() < asked_again_at:
        return False
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        leave_replica()
        return False
    return True


def leave_replica() -> None:
    """Read from the primary for a while: waiting for a machine that is gone would make every page slow."""
    global asked_again_at
    asked_again_at = time.monotonic() + ASK_AGAIN_SECONDS
    is_raised = sys.exc_info()[0] is not None
    logger.warning("the replica does not answer; reading from the primary", exc_info=is_raised)
    connections[REPLICA].close()
