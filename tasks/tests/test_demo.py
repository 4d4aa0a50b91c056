"""The demonstration: its words and dates, its accounts, and that it never enters a real database."""

import datetime
import random

import pytest
from django.core.management import CommandError, call_command

from tasks.demo.dates import periods_before, quarter_after
from tasks.demo.words import content
from tasks.queries.workdays import workdays
from units.models import User


def test_the_same_dice_give_the_same_words():
    def words(seed: int) -> dict:
        dice, day = random.Random(seed), datetime.date(2026, 9, 30)
        return content(dice, "推行胶东五市公共交通“一卡通”。", day, 60, "on_track", False)

    assert words(2026) == words(2026)
    assert words(2026) != words(2027)


def test_the_next_step_lies_in_the_next_quarter():
    said = content(random.Random(1), "推行一卡通。", datetime.date(2026, 12, 31), 60, "on_track", False)
    assert said["next_steps"].startswith("3月底前")


@pytest.mark.parametrize(
    ("today", "labels"),
    [
        ((2026, 11, 24), ["2026年一季度", "2026年二季度", "2026年三季度"]),
        ((2026, 11, 4), ["2026年一季度", "2026年二季度", "2026年三季度"]),
        ((2026, 11, 3), ["2025年四季度", "2026年一季度", "2026年二季度"]),  # the third quarter is not decided on yet
        ((2026, 1, 5), ["2025年一季度", "2025年二季度", "2025年三季度"]),
    ],
)
def test_the_periods_are_the_last_quarters_decided_on_by_the_day(today, labels):
    periods = periods_before(datetime.date(*today), 3, workdays().calendar)
    assert [period.label for period in periods] == labels


def test_due_dates_ahead_are_ends_of_quarters_more_than_thirty_days_away():
    assert [quarter_after(datetime.date(2026, 11, 24), count) for count in (1, 2, 5)] == [
        datetime.date(2026, 12, 31),
        datetime.date(2027, 3, 31),
        datetime.date(2027, 12, 31),
    ]
    assert quarter_after(datetime.date(2026, 12, 10), 1) == datetime.date(2027, 3, 31)


@pytest.mark.django_db
def test_a_real_database_is_never_filled_with_invented_data():
    with pytest.raises(CommandError, match="独立的演示数据库"):
        call_command("load_demo")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_it_enters_no_database_that_has_an_administrator(settings):
    settings.IS_DEMO = True
    User.objects.create_superuser("admin", password="x")
    with pytest.raises(CommandError, match="不是空的"):
        call_command("load_demo")
