"""A server that stands still while its connections stay open: the machine it runs on is paused, or its processes are stopped.

The system it runs on goes on acknowledging what is sent, so that neither keepalive nor `tcp_user_timeout` notices, and
`statement_timeout` is counted by the server itself. A thread of this process therefore looks every few seconds whether a
statement is still running, and asks the server for one more connection. Only where none is to be had, none are waited on:
a long statement of a server that is alive goes on.
"""

import os
import socket
import threading
import time
from contextlib import closing, suppress

import psycopg2
from django.db import connections
from psycopg2.extensions import TRANSACTION_STATUS_ACTIVE

from jiaodong.postgresql.base import asked_again_at, connections_of, logger

LOOK = 3  # seconds

Connection = psycopg2.extensions.connection


def watch() -> None:
    """From now on, as long as this process lives."""
    threading.Thread(target=look_for_ever, name="database-watch", daemon=True).start()


def look_for_ever() -> None:
    busy: set[Connection] = set()
    while True:
        time.sleep(LOOK)
        try:
            busy = look(busy)
        except Exception:  # a watch that has ended would be missed only when it is needed
            logger.exception("the database could not be looked after; trying again")


def look(busy_before: set[Connection]) -> set[Connection]:
    """Give up the servers on which something waits now and waited a look ago; what waits now."""
    busy = set()
    for alias in connections:
        waiting = {one for one in connections_of(alias) if is_busy(one)}
        if waiting & busy_before and not answers(alias):
            give_up(alias)
        busy |= waiting
    return busy


def is_busy(connection: Connection) -> bool:
    return not connection.closed and connection.info.transaction_status == TRANSACTION_STATUS_ACTIVE


def answers(alias: str) -> bool:
    """Whether the server lets somebody in or turns them away; not whether it is silent."""
    asking = connections.create_connection(alias)
    try:
        with closing(asking.get_new_connection(asking.get_connection_params())):
            return True
    except psycopg2.OperationalError:
        return time.monotonic() >= asked_again_at.get(alias, 0)


def give_up(alias: str) -> None:
    """End every connection to the server. Who waits on one is told that it is lost; who comes next, that there is none."""
    logger.warning("%s stands still; its connections are given up", alias)
    for connection in connections_of(alias):
        with suppress(psycopg2.InterfaceError, OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
