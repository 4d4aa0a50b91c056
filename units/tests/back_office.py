"""What the tests of the back office share: somebody logged in, forms as a browser posts them, what a page says."""

import re
from html import unescape

from django.test import Client
from django.utils.html import strip_tags

from units.choices import Role
from units.tests.samples import make_user

READERS = [Role.OFFICE, Role.AUDITOR]
NO_BUSINESS = [Role.REPORTER, Role.UNIT_REVIEWER, Role.LEADER]
LATIN = re.compile(r"[A-Za-z]{2,}")
UNIT = {"name": "省科技厅", "short_name": "科技厅", "slug": "keji", "kind": "provincial", "position": "3"}
ACCOUNT = {
    "username": "liming",
    "last_name": "李",
    "first_name": "明",
    "email": "",
    "role": "leader",
    "unit": "",
    "is_active": "on",
    "password1": "",
    "password2": "",
}


def logged_in(role: Role, **given) -> Client:
    client = Client()
    client.force_login(make_user(role, **given))
    return client


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def latin_words(response) -> list[str]:
    """What a reader of Chinese cannot read: words on the page, and those spoken for pictures and controls."""
    page = re.sub(r"<(script|style)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    spoken = re.findall(r'(?:alt|title|placeholder|aria-label)="([^"]*)"', page)
    return sorted(set(LATIN.findall(unescape(" ".join([strip_tags(page), *spoken])))))


def inline(prefix: str, *rows: dict, initial: int = 0) -> dict[str, object]:
    """An inline's part of a posted form; the first `initial` rows are stored ones."""
    counts = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return counts | {f"{prefix}-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
