"""Files taken away, noted for the audit trail by every page that hands one out."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from units import accounts
from units.middleware import client_address

AN_HOUR = 3600


def note_export(request: HttpRequest, *, file: str, rows: int, conditions: str = "") -> None:
    """One event for each file a person takes; for outsiders one an hour for each address and file.

    An outsider gets nothing but what is public, and must not be able to fill the trail or hold up its lock.
    """
    if request.method != "GET":
        return
    by = request.user if request.user.is_authenticated else None
    if by or is_first_of_the_hour(client_address(request), file, conditions):
        accounts.record_export(by, file=file, rows=rows, conditions=conditions, now=timezone.now())


def is_first_of_the_hour(*what: str | None) -> bool:
    return cache.add("export-" + hashlib.sha256(repr(what).encode()).hexdigest(), True, AN_HOUR)
