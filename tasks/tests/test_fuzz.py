"""Whatever is sent, the running server has an answer: no request ends in a failure of ours. `make fuzz` sends ten thousand."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tasks.tests.doors import doors, holds
from tasks.tests.fuzz import Fuzzer, Names, Request
from tasks.tests.fuzzed_site import Furnished, Site, served, source
from units.choices import Role

__all__ = ["source"]
pytestmark = pytest.mark.django_db
COUNT, SEED = int(os.environ.get("FUZZ_REQUESTS", "300")), int(os.environ.get("FUZZ_SEED", "1"))
AT_ONCE, FRESH_AFTER = (
    4,
    500,
)  # requests; what they changed is thrown away then, so that there is something left to ask
FORM = "application/x-www-form-urlencoded"
SKIPPED = {"logout/", "admin/logout/", "account/password/"}  # what follows would be asked by nobody
FOUND = [
    ("POST", Role.LEADER, "/plans/jiaodong/dashboard-seen/", "until=2026-10-15T25%3A61", 302),
    ("POST", Role.LEADER, "/plans/jiaodong/dashboard-seen/", "until=0001-01-01T00%3A00", 302),
    ("POST", Role.AUDITOR, "/admin/tasks/maintask/x/history/", "", 404),
    ("GET", Role.AUDITOR, "/admin/tasks/duty/x/history/1/", "", 404),
    ("POST", Role.OFFICE, "/admin/tasks/duty/add/", "measure=&unit=&via_group=code%2Cnothing", 200),
    ("GET", Role.OFFICE, "/display/large/?next=x", "", 302),
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
