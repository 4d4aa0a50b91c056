"""The server as it runs in earnest: behind a proxy that ends HTTPS, production settings, its own process."""

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from django.conf import settings

from jiaodong.testing.postgres import free_port
from jiaodong.testing.serving import Server, storm

HOST = "tasks.example.org"
CSP = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
ON_EVERY_ANSWER = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=(), display-capture=()"
    ),
}
ELSEWHERE = (
    "https://example.com/",
    "//example.com/",
    "http://tasks.example.org/",
    "javascript:alert(1)",
    "/\\example.com",
)


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: str


class Site(NamedTuple):
    port: int
    cookie: str

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answer:
        """One request as the proxy hands it on; redirects are not followed."""
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as client:
            client.request(method, path, body or None, sent)
            answer = client.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode(errors="ignore"))

    def cookies(self, path: str, **headers: str) -> dict[str, set[str]]:
        """Name -> attributes, of the cookies an answer sets."""
        lines = [line.split("; ") for line in self.ask(path, **headers).headers.get_all("Set-Cookie") or []]
        return {
            first.split("=")[0]: {one.split("=")[0] if "SameSite" not in one else one for one in rest}
            for first, *rest in lines
        }


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("production")
    common = {
        "PATH": "/usr/bin:/bin", "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "jiaodong.settings",
    }  # fmt: skip
    (clerk,) = storm({**common, "SITE_ENV": "development"}, 1, "prepare", "static", "sessions")["sessions"]
    production = {
        **common, "SITE_ENV": "production", "SECRET_KEY": (folder / "secret_key").read_text(),
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1", "BEHIND_TLS_PROXY": "true",
    }  # fmt: skip
    table = [sys.executable, "manage.py", "createcachetable"]
    subprocess.run(table, cwd=settings.BASE_DIR, env=production, check=True, timeout=120)
    with closing(Server(production, free_port())) as server:
        yield Site(server.port, clerk["cookie"])


def stylesheet(site: Site) -> str:
    return re.search(r'href="(/static/jiaodong/theme\.[^"]+)"', site.ask("/login/").body)[1]


ASKED = {
    "a page": ({"path": "/"}, 200),
    "a file of the plan": ({"path": "/plans/jiaodong/export/original.xlsx"}, 200),
    "a probe": ({"path": "/healthz"}, 200),
    "the back office": ({"path": "/admin/"}, 302),
    "a switch": ({"path": "/display/large/"}, 302),
    "nothing there": ({"path": "/nowhere/"}, 404),
    "nothing there among the static files": ({"path": "/static/nothing.css"}, 404),
    "an unused method": ({"path": "/", "method": "PUT"}, 405),
    "a form without its token": ({"path": "/login/", "method": "POST", "body": "username=a"}, 403),
    "a strange host": ({"path": "/", "Host": "example.com"}, 400),
}


@pytest.mark.parametrize("asked", ASKED)
def test_headers_stand_on_every_answer(site: Site, asked: str) -> None:
    request, status = ASKED[asked]
    answer = site.ask(**request)
    assert answer.status == status
    assert headers_of(answer) == (CSP, ON_EVERY_ANSWER)


def test_headers_stand_on_static_files(site: Site) -> None:
    answer = site.ask(stylesheet(site))
    assert (answer.status, headers_of(answer)) == (200, (CSP, ON_EVERY_ANSWER))


def headers_of(answer: Answer) -> tuple[set[str], dict[str, str | None]]:
    policy = set((answer.headers["Content-Security-Policy"] or "").split("; "))
    return policy, {name: answer.headers[name] for name in ON_EVERY_ANSWER}


def test_plain_http_is_sent_to_https_but_for_the_probes(site: Site) -> None:
    answer = site.ask("/units/?q=1", X_Forwarded_Proto="http")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/units/?q=1")
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == CSP
    assert site.ask("/healthz", X_Forwarded_Proto="http").status == 200


class TestCookies:
    KEPT = {"Secure", "HttpOnly", "SameSite=Lax"}

    def test_of_the_session(self, site: Site) -> None:
        cookies = site.cookies("/account/", Cookie=site.cookie)
        assert {name: given & self.KEPT for name, given in cookies.items()} == {
            "sessionid": self.KEPT,
            "csrftoken": self.KEPT,
        }

    def test_of_the_display_mode_which_the_script_writes_too(self, site: Site) -> None:
        assert site.cookies("/display/large/")["display"] & self.KEPT == {"Secure", "SameSite=Lax"}


class TestForgery:
    TOKEN = "a" * 32
    BODY = f"csrfmiddlewaretoken={TOKEN}"

    def status(self, site: Site, body: str, **headers: str) -> int:
        return site.ask("/logout/", "POST", body, **headers).status

    def test_without_a_token(self, site: Site) -> None:
        assert self.status(site, "x=1", Cookie=site.cookie, Origin=f"https://{HOST}") == 403

    def test_with_somebody_elses_token(self, site: Site) -> None:
        cookie = f"{site.cookie}; csrftoken={'b' * 32}"
        assert self.status(site, self.BODY, Cookie=cookie, Origin=f"https://{HOST}") == 403

    @pytest.mark.parametrize(
        "origin", ["https://example.com", f"http://{HOST}", "null", f"https://{HOST}.example.com"]
    )
    def test_from_another_site(self, site: Site, origin: str) -> None:
        cookie = f"{site.cookie}; csrftoken={self.TOKEN}"
        assert self.status(site, self.BODY, Cookie=cookie, Origin=origin) == 403

    def test_the_way_it_is_meant(self, site: Site) -> None:
        """Without this the refusals above might have another reason. The session is over, so it is an outsider's."""
        cookie = f"csrftoken={self.TOKEN}"
        assert self.status(site, self.BODY, Cookie=cookie, Origin=f"https://{HOST}") == 302


class TestHost:
    @pytest.mark.parametrize("host", ["example.com", f"{HOST}.example.com", f"{HOST}@example.com", "10.0.0.1"])
    def test_a_strange_one_is_refused(self, site: Site, host: str) -> None:
        assert site.ask("/", Host=host).status == 400

    def test_no_other_header_names_it(self, site: Site) -> None:
        answer = site.ask("/login/", X_Forwarded_Host="example.com", Forwarded="host=example.com")
        assert answer.status == 200
        assert "example.com" not in answer.body


class TestRedirects:
    @pytest.mark.parametrize("elsewhere", ELSEWHERE)
    @pytest.mark.parametrize("path", ["/login/", "/display/large/", "/account/second-factor/"])
    def test_never_lead_to_another_site(self, site: Site, path: str, elsewhere: str) -> None:
        answer = site.ask(f"{path}?{urlencode({'next': elsewhere})}", Cookie=site.cookie)
        assert (answer.status, answer.headers["Location"]) in [(302, "/start/"), (302, "/")]

    def test_a_path_with_two_slashes_is_no_host(self, site: Site) -> None:
        assert site.ask("//example.com/plans/jiaodong").status == 404

    def test_the_way_to_the_login_keeps_to_the_site(self, site: Site) -> None:
        assert site.ask("/account/").headers["Location"] == "/login/?next=/account/"


LIMITED = {  # in production as it is configured when nothing is said
    "searching": ({"path": "/plans/jiaodong/search/", "method": "HEAD"}, 120),
    "exporting": ({"path": "/plans/jiaodong/export/ledger.csv"}, 20),
    "logging in": ({"path": "/login/", "method": "POST", "body": f"csrfmiddlewaretoken={TestForgery.TOKEN}"}, 60),
}


@pytest.mark.parametrize("act", LIMITED)
def test_doing_it_without_end_is_stopped_for_a_minute(site: Site, act: str) -> None:
    """The window may end in between, and the tests above have taken a place or two."""
    request, most = LIMITED[act]
    headers = {"Cookie": f"csrftoken={TestForgery.TOKEN}", "Origin": f"https://{HOST}"}
    statuses = []
    while 429 not in statuses and len(statuses) <= 2 * most:
        answer = site.ask(**request, **headers)
        statuses.append(answer.status)
    assert (set(statuses[:-1]), statuses[-1], len(statuses) > most // 2) == ({200}, 429, True)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert site.ask("/plans/jiaodong/tasks/").status == 200
