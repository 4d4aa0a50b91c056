"""Whatever is sent to the running server, it has an answer: to random requests, of which `make fuzz` sends ten thousand,
and to files made to do harm.
"""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tasks.tests.desk import words
from tasks.tests.doors import doors, holds
from tasks.tests.fuzz import Fuzzer, Names, Request
from tasks.tests.fuzzed_site import Furnished, Site, served, source
from tasks.tests.test_hostile_uploads import DOORS, HARMFUL, REFUSED, WAYS_OUT, outward, pointing
from units.choices import Role

__all__ = ["source"]
COUNT, SEED = int(os.environ.get("FUZZ_REQUESTS", "300")), int(os.environ.get("FUZZ_SEED", "1"))
AT_ONCE = 4  # requests
FRESH_AFTER = 500  # requests: then what they changed is thrown away, so that there is something left to ask
MOST_MEMORY = 400 * 2**20  # of a worker, resident, after a file that grows
FORM = "application/x-www-form-urlencoded"
SKIPPED = {"logout/", "admin/logout/", "account/password/"}  # what follows would be asked by nobody
FOUND = [
    ("POST", Role.LEADER, "/plans/jiaodong/dashboard-seen/", "until=2026-10-15T25%3A61", 302),
    ("POST", Role.LEADER, "/plans/jiaodong/dashboard-seen/", "until=0001-01-01T00%3A00", 302),
    ("POST", Role.AUDITOR, "/admin/tasks/maintask/x/history/", "", 404),
    ("GET", Role.AUDITOR, "/admin/tasks/duty/x/history/1/", "", 404),
    ("POST", Role.OFFICE, "/admin/tasks/duty/add/", "measure=&unit=&via_group=code%2Cnothing", 200),
    ("GET", Role.OFFICE, "/display/large/?next=x", "", 302),
    ("GET", Role.OFFICE, "/plans/jiaodong/periods/1/filing/?unit=a%00b", "", 404),
    ("GET", Role.OFFICE, "/admin/units/user/?role__exact=a%00b", "", 400),
    ("POST", Role.OFFICE, "/review/99999-99999/3/reopen/", "a=" + "&a=" * 6000, 413),  # and a form too long
]


def requests(source: Furnished, site: Site) -> Iterator[Request]:
    """Every address with who may come in there, and what the pages themselves send."""
    addresses, names = {}, {}
    for route, door in doors().items():
        roles = [role for role in ("", *source.sessions) if holds(role, door.who) or holds(role, door.writer)]
        address = source.addresses[route]
        if route in SKIPPED or not roles:
            continue
        addresses[address] = (roles, tuple(method for method in door.methods if method != "HEAD"))
        if "GET" in door.methods:
            page = Names(address)
            page.feed(site.ask(asked(roles[-1], "GET", address)).html)
            for path, found in page.found.items():
                found.pop("csrfmiddlewaretoken", None)  # the header has one that fits
                names.setdefault(path, {}).update(found)
    assert len({path for path, found in names.items() if found}) > 50  # the pages came, not a login in their place
    fuzzer = Fuzzer(addresses, names, SEED)
    return (fuzzer.request() for _ in range(COUNT))


def asked(role: str, method: str, path: str, body: str = "") -> Request:
    bare, _, query = path.partition("?")
    return Request(role, method, bare, query, body.encode(), FORM, {})


def failures(site: Site, numbered: list[tuple[str, Request]]) -> dict[str, str]:
    """The end of what the log says -> the request; each failure once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(lambda one: site.ask(one[1], one[0]).status, numbered))
    found = {}
    for (number, request), status in zip(numbered, statuses, strict=True):
        if status >= 500 or not status:
            why = site.log_of(number)
            found.setdefault(why[-160:] or str(status), f"{status} {request}\n{why[-3000:]}")
    return found


def test_no_request_ends_in_a_failure(source: Furnished) -> None:
    found = {}
    with served(source) as site:
        todo = list(requests(source, site))
    numbered = [(f"fuzz-{SEED}-{at:06}", request) for at, request in enumerate(todo)]
    for first in range(0, COUNT, FRESH_AFTER):
        with served(source) as site:
            found |= failures(site, numbered[first : first + FRESH_AFTER])
    assert not found, "\n\n".join(found.values())


def test_what_random_requests_once_broke_is_mended(source: Furnished) -> None:
    with served(source) as site:
        answers = [site.ask(asked(role, verb, path, body)).status for verb, role, path, body, _ in FOUND]
    assert answers == [status for *_, status in FOUND]


@pytest.fixture(scope="module")
def site(source: Furnished) -> Iterator[Site]:
    with served(source) as one:
        yield one


def bring(site: Site, door: str, name: str, data: bytes) -> str:
    """What the page says where bringing a file there leads to."""
    role, field = DOORS[door]
    body = encode_multipart(BOUNDARY, {field: SimpleUploadedFile(name, data), "plan": "jiaodong"})
    reply = site.ask(Request(role, "POST", door, "", body, MULTIPART_CONTENT, {}))
    if reply.status == 302:
        reply = site.ask(asked(role, "GET", reply.target)._replace(headers={"Cookie": reply.cookies}))
    assert reply.status == 200
    return words(reply.html)


@pytest.mark.parametrize("name", HARMFUL)
def test_a_file_that_grows_or_reads_others_is_refused_and_the_workers_live_on(site: Site, name: str) -> None:
    workers, data = site.server.workers(), HARMFUL[name]()
    told = {door: bring(site, door, name, data) for door in DOORS}
    assert {door for door, said in told.items() if not any(sentence in said for sentence in REFUSED)} == set()
    assert "root:" not in "".join(told.values())
    assert (site.server.workers(), site.server.memory() < len(workers) * MOST_MEMORY) == (workers, True)


@pytest.mark.parametrize("name", ["分工表.docx", "分工表.xlsx"])
def test_the_server_asks_nobody_whom_a_file_names(site: Site, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for door in DOORS:
            assert bring(site, door, name, pointing(name, outward(*((kind, address) for kind in WAYS_OUT))))
        with pytest.raises(TimeoutError):
            listener.accept()
