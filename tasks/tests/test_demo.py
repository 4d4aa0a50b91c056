"""The demonstration: played through the services, the same from the same seed, and never in a real database."""

import datetime
import random

import pytest
from django.core.management import CommandError, call_command

from tasks.choices import ReportState
from tasks.demo.words import content, course, period_ends
from tasks.models import ProgressReport, ReportingPeriod
from tasks.queries.filing import filing_rows, total
from tasks.queries.reports import Filing
from units.audit import broken_links
from units.choices import Role
from units.models import User

TODAY = "2026-11-24"


def test_the_same_seed_gives_the_same_words():
    def words(seed: int) -> dict:
        dice = random.Random(seed)
        path = course(dice, 8)
        day = datetime.date(2026, 9, 30)
        return content(dice, "推行胶东五市公共交通“一卡通”。", day, path.percents[7], path.confidences[7], False)

    assert words(2026) == words(2026)
    assert words(2026) != words(2027)


def test_the_periods_are_the_last_quarters_before_the_day():
    assert period_ends(datetime.date(2026, 2, 3), 3) == [
        datetime.date(2025, 6, 30),
        datetime.date(2025, 9, 30),
        datetime.date(2025, 12, 31),
    ]


@pytest.mark.django_db
def test_a_real_database_is_never_filled_with_invented_data():
    with pytest.raises(CommandError, match="独立的演示数据库"):
        call_command("load_demo")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_demo_has_accounts_for_every_role_and_reports_in_every_state(settings, capsys):
    settings.IS_DEMO = True
    call_command("load_demo", "--today", TODAY, "--periods", "2")
    said = capsys.readouterr().out
    assert "省交通运输厅填报员" in said
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
    assert list(ReportingPeriod.objects.values_list("label", flat=True)) == ["2026年三季度", "2026年二季度"]
    states = set(ProgressReport.objects.values_list("state", flat=True))
    assert states == {ReportState.SUBMITTED, ReportState.FORWARDED, ReportState.RETURNED, ReportState.APPROVED}
    assert ProgressReport.objects.filter(period__label="2026年二季度", published_at=None).exists()
    assert ProgressReport.objects.exclude(published_at=None).exists()
    assert list(broken_links()) == []
    frozen = ReportingPeriod.objects.get(label="2026年二季度")
    assert total(filing_rows(frozen)).filing == Filing(190, 190, 0, 0, 0)
    call_command("load_demo")
    assert "没有改动" in capsys.readouterr().out
