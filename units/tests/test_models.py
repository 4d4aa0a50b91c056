"""What the database promises about units and people, and who belongs to a group on a day."""

import datetime

import pytest

from units.choices import Role, UnitKind
from units.models import Unit, UnitGroup, UnitGroupMember, User
from units.tests.constraints import Case, assert_accepted, assert_refused, assert_speaks_chinese, constraints_of
from units.tests.samples import make_group, make_unit

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 7, 1)
BEFORE, AFTER = DAY - datetime.timedelta(days=1), DAY + datetime.timedelta(days=1)


def unit(**given) -> Unit:
    usual = {"name": "省科技厅", "short_name": "科技厅", "slug": "keji", "kind": UnitKind.PROVINCIAL}
    return Unit(**usual | given)


def member(since_on: datetime.date | None = None, until_on: datetime.date | None = None) -> UnitGroupMember:
    return UnitGroupMember(group=make_group(), unit=make_unit("青岛市政府"), since_on=since_on, until_on=until_on)


def again(first: UnitGroupMember, **given) -> UnitGroupMember:
    """The same unit in the same group once more, the first being stored."""
    first.save()
    return UnitGroupMember(group=first.group, unit=first.unit, **given)


def user(**given) -> User:
    return User(**{"username": "wangfang", "password": "!", "role": Role.LEADER} | given)


def test_a_name_is_written_family_name_first_and_the_account_stands_where_there_is_none() -> None:
    named, nameless = user(last_name="王", first_name="芳"), user()
    assert (named.get_full_name(), named.display_name, named.name_and_account) == ("王芳", "王芳", "王芳（wangfang）")
    assert (nameless.display_name, nameless.name_and_account) == ("wangfang", "wangfang")


CASES = {
    "unit_kind_known": Case(accepted=unit, refused=lambda: unit(kind="else")),
    "unit_name_given": Case(accepted=unit, refused=lambda: unit(name="")),
    "member_once": Case(
        accepted=lambda: again(member(DAY), since_on=AFTER),
        refused=lambda: again(member(DAY), since_on=DAY),
    ),
    "member_once_undated": Case(
        accepted=lambda: again(member(until_on=DAY), since_on=AFTER),
        refused=lambda: again(member(until_on=DAY)),
    ),
    "member_until_after_since": Case(accepted=lambda: member(DAY, DAY), refused=lambda: member(DAY, BEFORE)),
    "user_role_known": Case(accepted=user, refused=lambda: user(role="")),
    "user_unit_for_role": Case(
        accepted=lambda: user(role=Role.REPORTER, unit=make_unit()),
        refused=lambda: user(role=Role.UNIT_REVIEWER),
    ),
}


class TestConstraints:
    def test_each_is_tried_here(self) -> None:
        assert set(constraints_of("units")) == set(CASES)

    @pytest.mark.parametrize("name", CASES)
    def test_speaks_chinese(self, name: str) -> None:
        assert_speaks_chinese(constraints_of("units")[name])

    @pytest.mark.parametrize("name", CASES)
    def test_accepts_what_is_right(self, name: str) -> None:
        assert_accepted(CASES[name].accepted())

    @pytest.mark.parametrize("name", CASES)
    def test_refuses_what_is_wrong(self, name: str) -> None:
        assert_refused(CASES[name].refused(), constraints_of("units")[name].violation_error_message)

    @pytest.mark.parametrize("role", Role)
    def test_only_roles_that_act_for_a_unit_need_one(self, role: Role) -> None:
        bound = {Role.REPORTER, Role.UNIT_REVIEWER}
        person = user(role=role)
        if role in bound:
            assert_refused(person, "填报员和审核员必须属于一个单位。")
        else:
            assert_accepted(person)


class TestMembersOnADay:
    @pytest.mark.parametrize(
        ("since_on", "until_on", "belongs"),
        [
            (None, None, True),
            (DAY, None, True),
            (AFTER, None, False),
            (None, DAY, True),
            (None, BEFORE, False),
            (DAY, DAY, True),
            (BEFORE, AFTER, True),
            (BEFORE, BEFORE, False),
            (AFTER, AFTER, False),
        ],
    )
    def test_both_ends_are_included_and_an_empty_end_is_open(self, since_on, until_on, belongs: bool) -> None:
        membership = member(since_on, until_on)
        membership.save()
        assert list(UnitGroupMember.objects.on(DAY)) == ([membership] if belongs else [])

    def test_cities_are_those_of_closed_groups(self) -> None:
        city = member()
        Unit.objects.filter(pk=city.unit.pk).update(kind=UnitKind.CITY)
        city.save()
        assert list(UnitGroupMember.objects.cities_on(DAY)) == [city]
        UnitGroup.objects.update(is_closed=False)
        assert list(UnitGroupMember.objects.cities_on(DAY)) == []
