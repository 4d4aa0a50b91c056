"""The server as it runs in earnest, with a row of every kind behind it, for requests that nobody should send."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from django.db import connection

from jiaodong.testing.databases import ROOT, made, own_environment
from jiaodong.testing.postgres import free_port
from jiaodong.testing.serving import Server
from tasks.tests.fuzz import Request

HOST, TOKEN = "tasks.example.org", "a" * 32
LONGEST_LINE = 60_000  # bytes; the server itself refuses longer ones, and nginx those of a tenth of that


class Furnished(NamedTuple):
    """A database to be copied, the folder of its files, and what `tasks.tests.furnished` says of both."""

    name: str
    folder: Path
    addresses: dict[str, str]
    sessions: dict[str, str]


class Reply(NamedTuple):
    status: int  # 0: none came
    html: str
    target: str = ""  # of a redirect
    cookies: str = ""  # to be sent with the next request


@contextmanager
def furnished(folder: Path) -> Iterator[Furnished]:
    name = str(folder / "furnished.sqlite3") if connection.vendor == "sqlite" else f"fuzz_{os.getpid()}"
    with made(name):
        command = [sys.executable, "-m", "tasks.tests.furnished"]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=own_environment(folder, name),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        yield Furnished(name, folder, **json.loads(done.stdout.splitlines()[-1]))


class Site:
    """A running server over a copy of its own, in production's settings but for the limits, which would answer first."""

    def __init__(self, source: Furnished, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.sessions = folder, source.sessions
        self.server = Server(environment, free_port(), workers=2)

    def close(self) -> None:
        self.server.close()

    def ask(self, request: Request, number: str = "") -> Reply:
        """`number` finds the request in the server's log."""
        session = self.sessions.get(request.role, "")
        cookies = [f"csrftoken={TOKEN}", f"sessionid={session}" if session else "", request.headers.get("Cookie", "")]
        sent = {
            "Host": HOST, "X-Forwarded-Proto": "https", "Origin": f"https://{HOST}", "X-CSRFToken": TOKEN,
            "X-Request-ID": number, **request.headers, "Cookie": "; ".join(filter(None, cookies)),
        }  # fmt: skip
        if request.method == "POST":
            sent["Content-Type"] = request.content_type
        line = quote(request.path, safe="/%:@,.-_~!$&'()*+;=") + (f"?{request.query}" if request.query else "")
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as client:
            with suppress(BrokenPipeError, ConnectionResetError):  # answered before all was sent: too long
                client.request(request.method, line[:LONGEST_LINE], request.body or None, sent)
            try:
                answer = client.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                return Reply(0, "")
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        given = [line.partition(";")[0] for line in answer.headers.get_all("Set-Cookie", [])]
        html = body.decode(errors="ignore") if is_page else ""
        return Reply(answer.status, html, answer.headers.get("Location", ""), "; ".join(given))

    def log_of(self, number: str) -> str:
        """What the server said while it answered that request, tracebacks before all; else what it said last."""
        lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        said = [json.loads(line) for line in lines if f'"{number}"' in line]
        return "\n".join(one.get("traceback", one["message"]) for one in said) or "\n".join(lines[-20:])


@contextmanager
def served(source: Furnished) -> Iterator[Site]:
    """Whatever is written there is gone afterwards."""
    is_file = connection.vendor == "sqlite"
    with tempfile.TemporaryDirectory(prefix="jiaodong-fuzz-") as above:
        folder = Path(above) / "var"
        shutil.copytree(source.folder, folder)
        (folder / "metrics").mkdir()
        name = str(folder / "copy.sqlite3") if is_file else f"{source.name}_copy"
        environment = {
            **own_environment(folder, name), "SITE_ENV": "production", "SECRET_KEY": (folder / "secret_key").read_text(),
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1", "BEHIND_TLS_PROXY": "true", "METRICS_ALLOWED": "127.0.0.1",
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"), "LOG_LEVEL": "ERROR",
            "LOGINS_PER_MINUTE": "0", "SEARCHES_PER_MINUTE": "0", "EXPORTS_PER_MINUTE": "0",
        }  # fmt: skip
        with made(name, copied=source.name), closing(Site(source, folder, environment)) as site:
            yield site


@pytest.fixture(scope="module")
def source(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Furnished]:
    with django_db_blocker.unblock(), furnished(tmp_path_factory.mktemp("furnished")) as one:
        yield one
