"""Every route of the site, asked by every role and by an outsider with every method: the answer is the table's."""

import logging
import re

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tasks.tests.addresses import address_of_each
from tasks.tests.desk import client_of
from tasks.tests.doors import ACT, BY_ROW, EVERYBODY, NOBODY, PLAN, Door, doors, holds
from tasks.tests.people import NOW, PERSONS
from tasks.tests.planted import plant
from units.choices import Role
from units.models import AuditEvent
from units.permissions import Permission

pytestmark = pytest.mark.django_db
UNUSED_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OPEN, LOG_IN, SHUT, HIDDEN, NO_METHOD = "open", "log in", "shut", "hidden", "no such method"
KINDS = {200: OPEN, 302: OPEN, 400: OPEN, 409: OPEN, 401: LOG_IN, 403: SHUT, 404: HIDDEN, 405: NO_METHOD}
HEAD_ASKED_BY = ("", Role.OFFICE)  # it is GET without the body: two stand for all
SENTENCE = re.compile(r"您的角色没有这项权限：(.+?)。")
# Nothing in the house stands behind these in the state that the row needs; their own tests open them.
NEVER_OPEN = {
    "admin/r/<path:content_type_id>/<path:object_id>/", "admin/(?P<url>.*)$", "admin/autocomplete/",
    "reports/<int:pk>/correct/", f"{PLAN}publishing/<int:pk>/unpublish/",
}  # fmt: skip
ALWAYS_TO_LOG_IN = {"admin/login/", "reports/<int:duty>/<int:period>/autosave/"}
HIDDEN_FROM_ALL = {"metrics"}  # whose addresses are not on the list
KEEPS_WHAT_WAS_TYPED = "reports/<int:duty>/<int:period>/"
LOGIN_PAGES = re.compile(r"/(admin/)?login/(\?.*)?|/admin/")


class House:
    """The site with a row of every kind, a browser of every role, and one address for each door."""

    def __init__(self) -> None:
        people = plant().stage.everybody
        for person in people.values():
            person.refresh_from_db()
        self.browsers = {"": Client(), **{role: client_of(people[name]) for role, name in PERSONS.items()}}
        self.doors = doors()
        self.addresses = address_of_each(self.doors)

    def ask(self, role: str, method: str, route: str) -> tuple[str, str]:
        """The kind of answer and the permission that it says is missing. What the request changed is undone."""
        browser = self.browsers[role]
        kept = {name: one.value for name, one in browser.cookies.items()}
        with transaction.atomic():
            answer = browser.generic(method, self.addresses[route])
            said = "".join(SENTENCE.findall(answer.getvalue().decode(errors="ignore")))
            transaction.set_rollback(True)
        browser.cookies.clear()
        browser.cookies.load(kept)
        return kind_of(answer, role), said


def kind_of(answer: HttpResponse, role: str) -> str:
    target = answer.get("Location", "")
    if LOGIN_PAGES.fullmatch(target) and (not role or target.startswith("/login/")):
        return LOG_IN
    return KINDS.get(answer.status_code, str(answer.status_code))


def expected(door: Door, role: str, method: str, route: str) -> set[str]:
    """In the order in which the site asks: the method at all, who it is, whether they hold what is needed, the page."""
    is_inside, is_known = route.startswith("admin/"), method in door.methods
    if method not in ACT or (not is_known and (door.who in (EVERYBODY, NOBODY) or (role and not is_inside))):
        return {NO_METHOD}
    if route in HIDDEN_FROM_ALL:
        return {HIDDEN}
    if route in ALWAYS_TO_LOG_IN or (not role and door.who != EVERYBODY):
        return {LOG_IN}
    if is_inside and not holds(role, Permission.SEE_BACK_OFFICE):
        return {SHUT}
    if not is_known:
        return {NO_METHOD}
    if not holds(role, door.writer if method == "POST" else door.who):
        return {SHUT}
    return {OPEN, HIDDEN, SHUT} if route in BY_ROW else {OPEN}


def permissions_named(door: Door, route: str) -> set[str]:
    """What a refusal may say is missing: what the table says, or of the back office that one may not enter it."""
    inside = {Permission.SEE_BACK_OFFICE} if route.startswith("admin/") else set()
    return {one.value for one in (door.who, door.writer, *inside) if isinstance(one, Permission)}


@pytest.fixture
def house(monkeypatch) -> House:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    logging.disable(logging.CRITICAL)  # thousands of refusals, each with its traceback
    yield House()
    logging.disable(logging.NOTSET)


def test_every_route_has_its_row_and_every_row_its_route(house: House) -> None:
    assert set(house.doors) == set(house.addresses)


@pytest.mark.parametrize("is_back_office", [False, True], ids=["site", "back office"])
def test_the_answer_is_the_tables(house: House, is_back_office: bool) -> None:
    wrong, opened = [], set()
    for route, door in house.doors.items():
        if route.startswith("admin/") != is_back_office:
            continue
        for role in house.browsers:
            for method in (*ACT, *UNUSED_METHODS):
                if method == "HEAD" and role not in HEAD_ASKED_BY:
                    continue
                answer, sentence = house.ask(role, method, route)
                if answer == OPEN:
                    opened.add(route)
                if answer not in expected(door, role, method, route):
                    wrong.append(f"{method} /{route} as {role or 'outsider'}: {answer}")
                if sentence and isinstance(door.who, Permission) and sentence not in permissions_named(door, route):
                    wrong.append(f"{method} /{route} as {role}: asks for {sentence}")
    assert wrong == []
    shown = {route for route, door in house.doors.items() if route.startswith("admin/") == is_back_office}
    closed = {route for route in shown if house.doors[route].who == NOBODY}
    assert shown - opened - closed == NEVER_OPEN & shown


def test_a_forged_form_is_refused_at_every_door(house: House) -> None:
    """By a browser that is logged in and sends no token. The report's form keeps what was typed, and writes nothing."""
    wrong = []
    for route, door in house.doors.items():
        role = next((role for role in house.browsers if holds(role, door.writer)), Role.ADMINISTRATOR)
        if "POST" not in door.methods or route in ALWAYS_TO_LOG_IN:
            continue
        browser = house.browsers[role]
        browser.handler.enforce_csrf_checks = True
        answer, before = house.ask(role, "POST", route)[0], AuditEvent.objects.count()
        browser.handler.enforce_csrf_checks = False
        if (answer, AuditEvent.objects.count()) != (OPEN if route == KEEPS_WHAT_WAS_TYPED else SHUT, before):
            wrong.append(f"/{route} as {role}: {answer}")
    assert wrong == []
