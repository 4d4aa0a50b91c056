"""What is prepared answers what the queryset answers, with one question each time, and knows no answer by heart."""

import datetime
from enum import StrEnum

import pytest
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from units.choices import Role, UnitKind
from units.models import Unit, User
from units.prepared import columns_of, made, numbered, prepared, prepared_by_key, prepared_rows, with_words, written

pytestmark = pytest.mark.django_db
COLUMNS = ("pk", "username", "is_active", "last_login", "unit__name")


@prepared
def people(kind: Q, names: tuple[str, ...]):
    return User.objects.filter(kind, username__in=names).order_by("pk").values_list(*COLUMNS)


@prepared_rows(User)
def named(*names: str):
    return User.objects.filter(username__in=names).order_by("pk")


@prepared_rows(User, "unit")
def with_units():
    return User.objects.order_by("pk")


@pytest.fixture
def three() -> list[User]:
    return [User.objects.create_user(f"p{n}", role=Role.LEADER, last_login=timezone.now()) for n in range(3)]


def test_values_and_rows_are_django_s(three, django_assert_num_queries):
    for names in (("p0",), ("p0", "p2"), ("p1",), ("p1", "nobody")):
        with django_assert_num_queries(1):
            found = people(Q(is_active=True), names)
        assert found == list(User.objects.filter(username__in=names).order_by("pk").values_list(*COLUMNS))
        assert [vars(one) | {"_state": None} for one in named(*names)] == [
            vars(one) | {"_state": None} for one in User.objects.filter(username__in=names).order_by("pk")
        ]


def test_rows_come_with_what_is_joined_to_them(three, django_assert_num_queries):
    unit = Unit.objects.create(name="省交通运输厅", slug="jt", kind=UnitKind.PROVINCIAL)
    User.objects.filter(pk=three[1].pk).update(unit=unit)
    with django_assert_num_queries(1):
        found = with_units()
        assert [one.unit and vars(one.unit)["name"] for one in found] == [None, "省交通运输厅", None]
    assert found == three
    found[1].unit = None
    assert found[1].unit_id is None


@prepared_rows(User, by_key=True)
def of_a_day(name: str, day: datetime.date, key: int):
    return User.objects.filter(username=name, last_login__date=day, pk=key, is_active=True)


def test_one_statement_serves_every_key(three, django_assert_num_queries):
    for one in three:
        day = timezone.localdate(one.last_login)
        with django_assert_num_queries(1):
            assert of_a_day(one.username, day, one.pk) == [one]
        assert (
            of_a_day(one.username, day, one.pk + 7) == of_a_day(one.username, datetime.date(2020, 2, 1), one.pk) == []
        )
    with django_assert_num_queries(0):
        assert of_a_day("p0", datetime.date(2020, 2, 1), 10**20) == []


def test_an_argument_that_is_no_parameter_is_refused(three):
    @prepared_rows(User, by_key=True)
    def some(key: int, count: int):
        return User.objects.filter(pk=key)[:count]

    with pytest.raises(AssertionError, match="every argument is a parameter"):
        some(1, 2)


@prepared_by_key
def names_of(*keys: int):
    return User.objects.filter(pk__in=keys).order_by("pk").values_list("username")


def test_a_statement_serves_several_numbers_of_keys(three):
    with CaptureQueriesContext(connection) as asked:
        for count in (1, 2, 3):
            assert names_of(*[one.pk for one in three[:count]]) == [(f"p{n}",) for n in range(count)]
        assert names_of(*[one.pk for one in three], three[0].pk) == [("p0",), ("p1",), ("p2",)]
    places = [query["sql"].count(",") for query in asked]
    assert len(set(places)) == 3, "for one key, for two, for three or four"


def test_enumerated_words_are_part_of_the_statement(three):
    def leaders(name: str):
        return User.objects.filter(role=Role.LEADER, username=name).values_list("pk")

    sql, params, _ = written(leaders, DEFAULT_DB_ALIAS, "p1")
    assert (sql.count("'leader'"), params) == (1, ("p1",))
    assert prepared(leaders)("p1") == [(three[1].pk,)]


def test_a_word_with_a_quote_or_a_percent_sign_stays_that_word():
    class Odd(StrEnum):
        ONE = "o'ne 5%"

    sql, params = with_words("SELECT %s, %s, '%%'", (Odd.ONE, "o'ne 5%"))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.fetchone() == ("o'ne 5%", "o'ne 5%", "%")


def test_nothing_answered_is_kept(three):
    assert len(people(Q(is_active=True), ("p0",))) == 1
    User.objects.filter(username="p0").update(is_active=False)
    assert people(Q(is_active=True), ("p0",)) == []


def test_what_can_have_no_rows_is_not_asked(three, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert people(Q(pk__in=[]), ("p0",)) == people(Q(), ()) == []


def test_a_row_made_is_the_row(three):
    values = User.objects.filter(pk=three[0].pk).values_list(*columns_of(User)).get()
    assert (made(User, values), made(User, values).username) == (three[0], "p0")


def test_places_are_numbered_and_percent_signs_stay():
    assert numbered("a = %s AND b LIKE '%%x' AND c IN (%s, %s)") == "a = $1 AND b LIKE '%x' AND c IN ($2, $3)"
