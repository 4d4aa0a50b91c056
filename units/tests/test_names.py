"""Under which name a unit is known."""

import datetime

import pytest

from units.models import UnitGroupMember
from units.names import NameBook
from units.queries import name_book
from units.tests.samples import make_group, make_unit

BOOK = NameBook({"省地方金融监督管理局": "省地方金融监管局", "省政府口岸办": "省口岸办"})


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("青岛市人民政府", "青岛市政府"),
        ("省人民政府口岸办", "省口岸办"),
        ("省地方金融监督管理局", "省地方金融监管局"),
        ("省金融监督管理局", "省金融监督管理局"),
    ],
    ids=["government", "government in an alias", "alias", "never by rule"],
)
def test_by_the_alias_table_and_with_one_word_for_government(written: str, known: str) -> None:
    assert BOOK.canonical(written) == known


@pytest.mark.django_db
def test_a_closed_group_has_the_members_of_the_day() -> None:
    """Before 2026 烟台 was not in it, and since 2027 青岛 is no longer."""
    group, new_year = make_group("五市政府"), datetime.date(2026, 1, 1)
    spans = {"青岛市政府": {"until_on": datetime.date(2026, 12, 31)}, "烟台市政府": {"since_on": new_year}}
    for position, (name, span) in enumerate(spans.items(), start=1):
        UnitGroupMember.objects.create(group=group, unit=make_unit(name, position=position), **span)
    members = [name_book(new_year.replace(year=year)).closed_groups["五市政府"] for year in (2025, 2026, 2027)]
    assert members == [("青岛市政府",), ("青岛市政府", "烟台市政府"), ("烟台市政府",)]
