"""The pages for a request that makes no sense and for failures of ours, in the display mode the reader chose.

None may ask the database or the host name: one of the two is perhaps what went wrong. A database that is away, one that was
too long about an answer, a disk that is full and one that is not there pass: 503 says so, and when to come again, and gives
back what was typed.
"""

import errno
import sqlite3
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.views.defaults import page_not_found

from tasks.forms import LONGEST_TEXT
from units.context import display

AWAY, FULL, STOPPED, UNREAD = "数据库暂时不可用", "存储空间已满", "查得太久，已经停下", "文件暂时读不到"
RETRY_AFTER = 15  # seconds
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_DISK = {errno.EIO, errno.ESTALE, errno.ENOTCONN}  # what a mounted disk says that is gone
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError)  # a form that makes no sense
TOO_MUCH = {
    RequestDataTooBig: "文字",
    TooManyFieldsSent: "选项",
    TooManyFilesSent: "文件",
}  # what there is too much of
PG_DISK_FULL, PG_STOPPED = "53100", "57014"
SQLITE_DISK_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A session that could not be written for lack of a database looks like one that was deleted meanwhile."""
    if what := TOO_MUCH.get(type(exception)):
        return too_much(request, what)
    lost = before(exception) if isinstance(exception, SessionInterrupted) else []
    trouble = next(filter(None, map(outage, lost)), "")
    return unavailable(request, trouble) if trouble else page(request, 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page reads the form for its token, and where no page was found nobody has read it before."""
    try:
        return page_not_found(request, exception)
    except UNREADABLE as unread:
        return bad_request(request, unread)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while the exception is being handled."""
    trouble = outage(sys.exc_info()[1])
    return unavailable(request, trouble) if trouble else page(request, 500)


def before(error: BaseException) -> list[BaseException]:
    """The errors in whose handling this one came up, the latest first."""
    context = error.__context__
    return [context, *before(context)] if context else []


def outage(error: BaseException | None) -> str:
    """What is in the way for a while, one of the above; empty where the fault is the program's."""
    if isinstance(error, OSError):
        return FULL if error.errno in NO_ROOM else UNREAD if is_file_away(error) else ""
    if isinstance(error, InterfaceError):
        return AWAY if "closed" in str(error) else ""  # the others are about values
    if not isinstance(error, OperationalError):
        return ""
    cause = error.__cause__
    sqlite, postgresql = getattr(cause, "sqlite_errorcode", None), getattr(cause, "pgcode", None)
    if sqlite in SQLITE_DISK_FULL or postgresql == PG_DISK_FULL:
        return FULL
    if postgresql == PG_STOPPED:
        return STOPPED
    return "" if sqlite == sqlite3.SQLITE_ERROR else AWAY  # SQLite's word for wrong SQL


def is_file_away(error: OSError) -> bool:
    """One that was uploaded: its row is there, and it is not."""
    is_missing = isinstance(error, FileNotFoundError) and Path(str(error.filename)).is_relative_to(settings.MEDIA_ROOT)
    return is_missing or error.errno in NO_DISK


def unavailable(request: HttpRequest, trouble: str) -> HttpResponse:
    fields = typed(request)
    texts = [value for name, value in fields if not value.isascii()]
    response = page(request, 503, trouble=trouble, is_stopped=trouble == STOPPED, fields=fields, texts=texts)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def too_much(request: HttpRequest, what: str) -> HttpResponse:
    """More than is read of one request. None of it is at hand to be given back: it is in the browser, one page back."""
    most = {
        "longest": LONGEST_TEXT,
        "most_fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        "most_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    return page(request, 413, what=what, **most)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, name by name, to be sent again; nothing of a form with a password in it.

    The token goes back as it came: a form that another site sent is refused the second time as well.
    """
    if request.method != "POST":
        return []
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (OSError, *UNREADABLE):
        return []  # the connection or the disk gave out while it was being read
    return [] if any("password" in name for name, _ in fields) else fields


def page(request: HttpRequest, status: int, **more: object) -> HttpResponse:
    context = {"request": request, **display(request), **more}
    return HttpResponse(render_to_string(f"{status}.html", context), status=status)
