"""Every light of the demonstration, on several days, worked out again from its explanation alone: the same light."""

import datetime
import io
from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from tasks.lights import DEADLINE_WORDS, PROGRESS_WORDS
from tasks.models import Measure, Plan
from tasks.queries.standing import Present
from tasks.tests import by_hand
from tasks.tests.by_hand import Read
from tasks.tests.desk import client_of
from units.choices import Role
from units.models import User

TODAY = datetime.date(2026, 11, 24)
DAYS = [TODAY, TODAY + datetime.timedelta(days=200)]  # by then some measures are overdue


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[Plan]:
    with django_db_blocker.unblock(), override_settings(IS_DEMO=True), transaction.atomic():
        call_command("load_demo", "--today", str(TODAY), "--periods", "3", stdout=io.StringIO())
        yield Plan.objects.get()
        transaction.set_rollback(True)


@pytest.fixture(params=DAYS, ids=str)
def day(request, monkeypatch: pytest.MonkeyPatch) -> datetime.date:
    moment = timezone.make_aware(datetime.datetime.combine(request.param, datetime.time(9)))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return request.param


def explained(client: Client) -> dict[int, tuple[Read, Read]]:
    found = {}
    for measure in Measure.objects.select_related("main_task"):
        page = client.get(f"/plans/jiaodong/measures/{measure.code}/lights/").content.decode()
        found[measure.pk] = by_hand.read(page, "progress-light"), by_hand.read(page, "deadline-light")
    return found


@pytest.mark.django_db
def test_every_light_follows_from_what_its_page_says(demo: Plan, day: datetime.date) -> None:
    told = explained(client_of(User.objects.filter(role=Role.LEADER).first()))
    kept = Present(demo, day).of(list(told))
    words = {
        key: (PROGRESS_WORDS[row.progress_light], DEADLINE_WORDS[row.deadline_light]) for key, row in kept.items()
    }
    assert len(words) == 79
    assert {key: (one.concluded, other.concluded) for key, (one, other) in told.items()} == words
    assert {
        key: (by_hand.progress_light(one), by_hand.deadline_light(other)) for key, (one, other) in told.items()
    } == words
    assert {key: one.sign for key, (one, _) in told.items()} == {key: progress for key, (progress, _) in words.items()}
    assert len(Counter(words.values())) >= 5
