"""Whatever is sent, the site has an answer: no request ends in a failure of ours. `make fuzz` sends ten thousand."""

import os
import traceback

import pytest
from django.core.signals import got_request_exception
from django.db import transaction

from tasks.tests.doors import holds
from tasks.tests.fuzz import Fuzzer, Names, Request
from tasks.tests.test_every_door import House, house

__all__ = ["house"]
pytestmark = pytest.mark.django_db
COUNT, SEED = int(os.environ.get("FUZZ_REQUESTS", "300")), int(os.environ.get("FUZZ_SEED", "1"))
SKIPPED = {"logout/", "admin/logout/", "account/password/"}  # what follows would be asked by nobody


def fuzzer(house: House) -> Fuzzer:
    """Every address with who may come in there, and what the pages themselves send."""
    addresses, names = {}, {}
    for route, door in house.doors.items():
        roles = [role for role in house.browsers if holds(role, door.who) or holds(role, door.writer)]
        if route in SKIPPED or not roles:
            continue
        addresses[house.addresses[route]] = (roles, tuple(method for method in door.methods if method != "HEAD"))
        if "GET" in door.methods:
            page = Names(house.addresses[route])
            answer = house.browsers[roles[-1]].get(house.addresses[route])
            text = answer.getvalue().decode(errors="ignore") if "html" in answer.get("Content-Type", "") else ""
            answer.close()
            page.feed(text)
            for path, found in page.found.items():
                names.setdefault(path, {}).update(found)
    return Fuzzer(addresses, names, SEED)


def send(house: House, request: Request) -> int:
    """The status; what the request changed is undone."""
    browser = house.browsers[request.role]
    kept = {name: one.value for name, one in browser.cookies.items()}
    extra = {"headers": request.headers} if request.headers else {}
    with transaction.atomic():
        answer = browser.generic(
            request.method, request.path, request.body, request.content_type, query_params=None,
            QUERY_STRING=request.query, **extra,
        )  # fmt: skip
        if answer.streaming:
            for _ in answer.streaming_content:
                pass
        answer.close()
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.load(kept)
    return answer.status_code


def test_no_request_ends_in_a_failure(house: House) -> None:
    failures: dict[str, str] = {}
    raised: list[str] = []

    def note(**_: object) -> None:
        raised.append(traceback.format_exc(limit=-3))

    got_request_exception.connect(note)
    for browser in house.browsers.values():
        browser.raise_request_exception = False
    requests = fuzzer(house)
    for _ in range(COUNT):
        request = requests.request()
        try:
            status = send(house, request)
        except Exception:  # while a file was streamed
            status = 500
            note()
        if status >= 500:
            why = raised[-1] if raised else "?"
            failures.setdefault("".join(why.split("File")[-1:])[:160], f"{status} {request}\n{why}")
    got_request_exception.disconnect(note)
    assert not failures, "\n\n".join(failures.values())
