"""Random requests: every form and every parameter that the site's own pages name, filled with what nobody should send."""

import re
from collections import defaultdict
from html.parser import HTMLParser
from random import Random
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from django.conf import settings

ASKED_FOR = re.compile(r"""\b(?:GET|POST|params|FILES)(?:\.get(?:list)?\(|\[)\s*["'](\w+)["']""")
NUMBERS = [
    "0",
    "-1",
    "1",
    "7",
    "00",
    "1e9",
    "1.5",
    "NaN",
    "∞",
    "٣",
    "１２",
    "2147483648",
    "9223372036854775808",
    "9" * 400,
    "-" + "9" * 30,
]
DATES = [
    "2026-10-15",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "1-1-1",
    "2026-10-15T25:61",
    "昨天",
    "2026/10/15",
]
TEXTS = [
    "", " ", "　", "\x00", "a\x00b", "\ud800", "x\udfff", "👩‍👩‍👧", "🏳", "\u202e文字", "\ufeff", "é" * 3, "\r\nSet-Cookie: a=b",
    "'; DROP TABLE units_unit; --", "<script>alert(1)</script>", "{{ 7*7 }}", "%00", "%s%n", "../../etc/passwd", "=1+1", "海洋",
    "[]", "{}", '{"a":1}', "null", "None", "true", "on", ",", "|", ":", ".", "a:b", "1.1", "1-1", "1.x", "unit.pk", "x" * 5_000, "山" * 20_000,
    "no_such_column", "code,nothing,code", "-due_on", "--due_on", "measure__main_task__plan__slug", "password",
]  # fmt: skip
VERBS = [
    "save",
    "submit",
    "withdraw",
    "discard",
    "merge",
    "restore:progress",
    "restore:nothing",
    "remove:x",
    "remove:999999999999999999999",
    "unchanged",
    "begin",
    "revert",
    "apply",
    ":",
]
COOKIES = [
    'display="><script>',
    "display=large.contrast.large",
    "sessionid=\x7f\x00",
    "csrftoken=" + "a" * 4096,
    "messages=W10=:x",
    "=;;=",
    "a" * 5_000,
]
HEADERS = {
    "Referer": ["javascript:alert(1)", "http://[::1", "//", "\xff"], "If-Modified-Since": ["yesterday", "Thu, 31 Feb 2026 25:00:00 GMT"],
    "If-None-Match": ['"', "W/", "*"], "Range": ["bytes=-1", "bytes=5-2"], "X-Forwarded-For": ["1.2.3", "::1%eth0", "a" * 900],
    "Accept-Language": ["*", "x" * 600, "zh-\x00"], "Accept-Encoding": ["gzip;q=2", "br;q=x"], "HX-Request": ["true"],
}  # fmt: skip
BODIES = [
    ("application/json", b'{"a": NaN'), ("text/xml", b"<x>"), ("multipart/form-data", b"--x"), ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00.xlsx"\r\n\r\nPK\x03\x04\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\n\xd0\xcf\x11\xe0\r\n--x--\r\n'),
    ("application/x-www-form-urlencoded; charset=utf-7", b"a=+AGE-"), ("application/x-www-form-urlencoded; charset=nonsense", b"a=1"),
    ("application/x-www-form-urlencoded", b"%ff%fe=%c3%28&=&&=&a" + b"&b" * 200),
]  # fmt: skip


class Request(NamedTuple):
    """`query` and `body` as they go over the wire."""

    role: str
    method: str
    path: str
    query: str
    body: bytes
    content_type: str
    headers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}?{self.query[:300]} as {self.role or 'outsider'} {self.body[:300]!r} {self.headers}"


class Names(HTMLParser):
    """What a page's forms and links send: path -> name -> values seen there."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.action = path, path
        self.found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = urlsplit(given.get("action", "")).path or self.path
        elif tag == "a":
            target = urlsplit(given.get("href", ""))
            for name, value in parse_qsl(target.query):
                self.found[target.path or self.path][name].append(value)
        elif given.get("name") and tag in {"input", "select", "textarea", "button"}:
            self.found[self.action][given["name"]].append(given.get("value", ""))


def names_in_code() -> list[str]:
    """The names that the views ask a request for."""
    sources = [
        path
        for app in ("tasks", "units")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    return sorted({name for path in sources for name in ASKED_FOR.findall(path.read_text())})


def encoded(pairs: list[tuple[str, str]]) -> str:
    """Form encoding that lets lone surrogates through, as a hand-made request does."""
    return "&".join("=".join(quote(part.encode("utf-8", "surrogatepass"), safe="") for part in pair) for pair in pairs)


class Fuzzer:
    """`addresses`: path -> the roles worth asking it as, the methods it knows. The same seed gives the same requests."""

    def __init__(
        self,
        addresses: dict[str, tuple[list[str], tuple[str, ...]]],
        names: dict[str, dict[str, list[str]]],
        seed: int,
    ) -> None:
        self.addresses, self.names, self.random = addresses, names, Random(seed)
        self.everywhere = names_in_code()
        self.paths = sorted(addresses)

    def request(self) -> Request:
        random = self.random
        path = random.choice(self.paths)
        roles, methods = self.addresses[path]
        method = random.choice(methods)
        content_type, body = "application/x-www-form-urlencoded", b""
        if method == "POST":
            content_type, body = (
                random.choice(BODIES) if random.random() < 0.1 else (content_type, encoded(self.pairs(path)).encode())
            )
        query = encoded(self.pairs(path)) if method != "POST" or random.random() < 0.2 else ""
        headers = (
            {name: random.choice(HEADERS[name]) for name in random.sample(sorted(HEADERS), 2)}
            if random.random() < 0.15
            else {}
        )
        if random.random() < 0.05:
            headers["Cookie"] = random.choice(COOKIES)
        return Request(random.choice(roles), method, self.bent(path), query, body, content_type, headers)

    def bent(self, path: str) -> str:
        """Now and then another number or word where the address has one."""
        if self.random.random() > 0.15:
            return path
        parts = path.split("/")
        at = self.random.randrange(len(parts))
        new = self.random.choice(
            ["0", "99999999999", "9" * 25, "x", "jiaodong", "-1", "%00", "%ff", "山", "99999-99999", "a.b.xlsx"]
        )
        parts[at] = (
            re.sub(r"\d+", new, parts[at], count=1)
            if re.search(r"\d", parts[at]) and self.random.random() < 0.7
            else new
        )
        return "/" + "/".join(parts).lstrip("/")

    def pairs(self, path: str) -> list[tuple[str, str]]:
        """A form as its page has it with some fields spoilt, or a handful of names of any page."""
        random, own = self.random, self.names.get(path, {})
        if own and random.random() < 0.5:
            pairs = [(name, random.choice(values)) for name, values in own.items()]
            pairs = [(name, self.value(own, name) if random.random() < 0.3 else value) for name, value in pairs]
        else:
            known = [*own, *self.everywhere]
            pairs = [(name, self.value(own, name)) for name in random.choices(known, k=random.randint(1, 5))]
        if random.random() < 0.2:
            pairs += random.choices(pairs, k=random.choice([1, 3, 60]))
        return pairs

    def value(self, own: dict[str, list[str]], name: str) -> str:
        kinds = [NUMBERS, DATES, TEXTS, TEXTS, VERBS if name == "do" else TEXTS, own.get(name) or TEXTS]
        return self.random.choice(self.random.choice(kinds))
