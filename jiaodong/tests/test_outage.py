"""A database that is away, a disk that is full: which errors say so, and what the page says and gives back."""

import errno
import os
import socket
import sqlite3
from urllib.parse import urlencode

import psycopg2
import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from jiaodong import urls
from jiaodong.errors import AWAY, FULL, STOPPED, UNREAD, outage
from jiaodong.storage import WholeFiles
from jiaodong.testing.databases import manage
from tasks.models import Attachment
from tasks.services.storing import NOT_KEPT, stored


def closed(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused by 10.1.2.3")


def long(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    return HttpResponse()


def unsaved_session(request: HttpRequest) -> HttpResponse:
    """What Django makes of a session that cannot be written."""
    try:
        try:
            raise OperationalError("connection refused")
        except OperationalError:
            raise UpdateError  # noqa: B904
    except UpdateError:
        raise SessionInterrupted("deleted before the request completed")  # noqa: B904


def deleted_session(request: HttpRequest) -> HttpResponse:
    raise SessionInterrupted("deleted before the request completed")


def out_of_room(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "No space left on device", "/var/lib/jiaodong/media")


handler400, handler500 = urls.handler400, urls.handler500
urlpatterns = [
    path("closed/", closed),
    path("full/", out_of_room),
    path("long/", long),
    path("session/", unsaved_session),
    path("logged-out/", deleted_session),
    *urls.urlpatterns,
]


@pytest.fixture
def site(client: Client, settings) -> Client:
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client


def sqlite_error(code: int) -> OperationalError:
    cause = sqlite3.OperationalError()
    cause.sqlite_errorcode = code
    return caused(OperationalError(), cause)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (caused(OperationalError(), psycopg2.OperationalError("connection refused")), AWAY),
        (InterfaceError("connection already closed"), AWAY),
        (sqlite_error(sqlite3.SQLITE_BUSY), AWAY),
        (sqlite_error(sqlite3.SQLITE_FULL), FULL),
        (OSError(errno.ENOSPC, ""), FULL),
        (OSError(errno.EACCES, ""), ""),
        (FileNotFoundError(errno.ENOENT, "", f"{settings.MEDIA_ROOT}/tables/1.xlsx"), UNREAD),
        (FileNotFoundError(errno.ENOENT, "", "/etc/nothing"), ""),
        (OSError(errno.ESTALE, ""), UNREAD),
        (InterfaceError("Error binding parameter 1"), ""),
        (ProgrammingError('relation "x" does not exist'), ""),
        (RuntimeError(), ""),
        (None, ""),
    ],
)
def test_what_passes_is_told_from_what_is_wrong_in_the_program(error, trouble) -> None:
    assert outage(error) == trouble


@pytest.mark.django_db
def test_a_table_that_does_not_exist_is_the_programs_fault() -> None:
    with pytest.raises((OperationalError, ProgrammingError)) as found, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM nowhere")
    assert outage(found.value) == ""


def test_a_command_without_a_database_says_so_in_a_sentence() -> None:
    done = manage({**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "verify_audit")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("命令没有做完，请检查数据库服务和 DATABASE_URL。数据库说：connection to server at")
    assert "Traceback" not in done.stderr


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_database_whose_machine_went_silent_is_given_up_within_seconds() -> None:
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_statement_that_runs_on_is_stopped_and_the_page_says_so(site: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("110s",)
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
    answer = site.get("/long/")
    assert answer.status_code == 503
    assert f"<h1>{STOPPED}</h1>" in answer.content.decode()
    assert "请再加条件" in answer.content.decode()


@pytest.mark.parametrize(("address", "trouble"), [("/closed/", AWAY), ("/full/", FULL), ("/session/", AWAY)])
def test_the_page_says_it_asks_nobody_and_names_nothing_inside(site: Client, address: str, trouble: str) -> None:
    answer = site.get(f"{address}?q=1")  # without the mark `django_db`: a question to the database would fail
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "15", "no-store")
    assert f"<h1>{trouble}</h1>" in text
    assert f'<a class="btn btn-primary" href="{address}?q=1">再试一次</a>' in text
    assert ("10.1.2.3" in text, "/var/lib" in text) == (False, False)


def test_a_session_that_ended_elsewhere_is_no_outage(site: Client) -> None:
    assert site.get("/logged-out/").status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=utf-7", b"a=+AGE-"),
        ("multipart/form-data; boundary=x", b"--x\r\n"),
    ],
)
def test_a_form_that_makes_no_sense_sent_where_nothing_is(db: None, kind: str, body: bytes) -> None:
    answer = Client(enforce_csrf_checks=True).generic(
        "POST", "/nothing/", body, kind, headers={"Cookie": f"csrftoken={'a' * 32}"}
    )
    assert answer.status_code in {400, 404}
    assert "编号" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/login/", "/nothing/"]
)  # read by the page, and by the page that says there is none
@pytest.mark.parametrize(
    ("body", "title", "advice"),
    [
        ({"progress": "长" * 300_000}, "文字太多，没有提交", "每一栏最多 5000 字"),
        ({f"choice{number}": "" for number in range(6000)}, "选项太多，没有提交", "一次最多 5000 项"),
    ],
)
def test_more_than_is_read_of_a_form_says_how_much_may_be_sent(
    db: None, address: str, body: dict[str, str], title: str, advice: str
) -> None:
    answer = Client(enforce_csrf_checks=True).generic(
        "POST",
        address,
        urlencode(body),
        "application/x-www-form-urlencoded",
        headers={"Cookie": f"csrftoken={'a' * 32}"},
    )
    text = answer.content.decode()
    assert answer.status_code == 413
    assert f"<h1>{title}</h1>" in text
    assert [
        words in text for words in (advice, "后退", f'编号：<code class="text-reset">{answer["X-Request-ID"]}')
    ] == [True] * 3


def test_more_files_than_are_read_at_once(db: None) -> None:
    answer = Client().post("/login/", {"files": [ContentFile(b"x", "a.pdf") for _ in range(101)]})
    assert answer.status_code == 413
    assert "一次最多 100 个文件" in answer.content.decode()


def test_what_was_typed_is_there_to_be_read_and_sent_again(site: Client) -> None:
    answer = site.post("/closed/", {"progress": "完成<50%>\n第二行", "do": "submit"})
    text = answer.content.decode()
    assert 'method="post" action="/closed/">' in text
    assert '<input type="hidden" name="progress" value="完成&lt;50%&gt;\n第二行">' in text
    assert '<input type="hidden" name="do" value="submit">' in text
    assert "<p>完成&lt;50%&gt;<br>第二行</p>" in text


def test_a_password_is_not_given_back(site: Client) -> None:
    text = site.post("/closed/", {"username": "zhao", "new_password1": "correct-horse"}).content.decode()
    assert ("correct-horse" in text, "后退" in text, "再提交一次" in text) == (False, True, False)


def test_a_file_written_by_half_is_taken_away_and_said(tmp_path, monkeypatch) -> None:
    def half(storage: FileSystemStorage, name: str, content: ContentFile) -> str:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content.read(2))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half)
    monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", WholeFiles(tmp_path))
    with pytest.raises(ValidationError, match=NOT_KEPT), stored(Attachment().file, "a.pdf", b"%PDF-1.4"):
        pytest.fail("the row must not be saved")
    assert list((tmp_path / "attachments").iterdir()) == []
