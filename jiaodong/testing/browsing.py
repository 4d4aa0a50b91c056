"""A browser that only asks: cookies, static files once, redirects, the forms of a page. For `jiaodong.testing.load`."""

import gzip
import http.client
import threading
import time
import urllib.parse
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie

TIMEOUT = 60  # seconds without an answer are an error
REDIRECT = {301, 302, 303}
HEADERS = {"Accept-Encoding": "gzip", "User-Agent": "Mozilla/5.0"}


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What a browser takes from a page: links, files to fetch, forms with the values they are shown with."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.forms: list[Form] = []
        self.open: tuple[str, str] | None = None  # the textarea or select being read: kind and name
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href", "").startswith("/"):
            self.links.append(said["href"])
        elif tag in ("link", "script", "img"):
            address = said.get("href") or said.get("src") or ""
            self.files += [address] if address.startswith("/static/") else []
        elif tag == "form":
            self.forms.append(Form(said.get("action", "")))
        elif self.forms:
            self.handle_control(tag, said)

    def handle_control(self, tag: str, said: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, said.get("name", "")
        if tag == "input" and name and said.get("type") != "file":
            if said.get("type") not in ("radio", "checkbox") or "checked" in said:
                fields[name] = said.get("value", "")
        elif tag in ("textarea", "select") and name:
            self.open = (tag, name)
            fields[name] = ""
        elif tag == "option" and "selected" in said and self.open:
            fields[self.open[1]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open[0]:
            self.open = None

    def handle_data(self, data: str) -> None:
        if self.open and self.open[0] == "textarea":
            self.forms[-1].fields[self.open[1]] += data

    def form(self, action: str) -> Form | None:
        return next((form for form in self.forms if form.action.startswith(action)), None)


@dataclass
class Notes:
    """What all browsers of a run have seen, written by many threads."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # of each kind of request
    troubles: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, kind: str, seconds: float) -> None:
        with self.lock:
            self.seconds[kind].append(seconds)

    def trouble(self, sentence: str) -> None:
        with self.lock:
            self.troubles.append(sentence)


@dataclass
class Answer:
    status: int  # 0: none came
    text: str
    location: str = ""


class Browser:
    def __init__(self, port: int, notes: Notes, session: str = "") -> None:
        self.port, self.notes = port, notes
        self.cookies = {"sessionid": session} if session else {}
        self.fetched: set[str] = set()

    def get(self, kind: str, path: str, expected: tuple[int, ...] = (200,)) -> Page:
        """The page, after redirects, with its style sheets and scripts fetched the first time they are seen."""
        answer = self.ask(kind, "GET", path, expected=(*expected, *REDIRECT))
        for _ in range(5):
            if answer.status not in REDIRECT:
                break
            answer = self.ask(kind, "GET", answer.location, expected=(*expected, *REDIRECT))
        page = Page(answer.text)
        for address in page.files:
            if address not in self.fetched:
                self.fetched.add(address)
                self.ask("static", "GET", address)
        return page

    def post(self, kind: str, path: str, fields: dict[str, str], expected: tuple[int, ...] = (302,)) -> Answer:
        return self.ask(kind, "POST", path, urllib.parse.urlencode(fields), expected)

    def ask(
        self, kind: str, method: str, path: str, body: str | None = None, expected: tuple[int, ...] = (200,)
    ) -> Answer:
        headers = {**HEADERS, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        try:
            # A connection for each request: nginx in front of the site does the same.
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)) as client:
                client.request(method, urllib.parse.quote(path, safe="/?&=%#:+,~"), body, headers)
                response = client.getresponse()
                data = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.notes.trouble(f"{kind} {method} {path}: {type(error).__name__} {error}")
            return Answer(0, "")
        self.notes.took(kind, time.perf_counter() - begun)
        if response.status not in expected:
            self.notes.trouble(f"{kind} {method} {path}: {response.status}")
        self.keep_cookies(response)
        return Answer(response.status, text_of(response, data), response.headers.get("Location", ""))

    def keep_cookies(self, response: http.client.HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value


def text_of(response: http.client.HTTPResponse, data: bytes) -> str:
    if not response.headers.get("Content-Type", "").startswith(("text/html", "application/json")):
        return ""
    if response.headers.get("Content-Encoding") == "gzip":
        data = gzip.decompress(data)
    return data.decode()
