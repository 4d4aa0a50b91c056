"""The verbs of `units`: who may use them, what they keep, and the sentences in which they refuse."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models

from units import services
from units.choices import Role, UnitKind
from units.models import AuditEvent, Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.tests.samples import PASSWORD, make_group, make_unit, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)

VERBS = [
    services.save_unit,
    services.delete_unit,
    services.save_alias,
    services.delete_alias,
    services.save_group,
    services.delete_group,
    services.save_group_member,
    services.delete_group_member,
    services.create_user,
    services.save_user,
    services.set_password,
]


@pytest.fixture
def administrator(db: None) -> User:
    return make_user(Role.ADMINISTRATOR)


def history(model: type[models.Model]) -> list[tuple[str, str]]:
    """Every row of a model's history, oldest first: what was done and by whom."""
    rows = model.history.order_by("history_id").select_related("history_user")
    return [(row.history_type, str(row.history_user)) for row in rows]


def refusal(verb, *arguments, **given) -> list[str]:
    with pytest.raises(ValidationError) as error:
        verb(*arguments, **given, now=NOW)
    return error.value.messages


class TestWhoMay:
    @pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
    @pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
    def test_nobody_but_an_administrator(self, role: Role, verb) -> None:
        keywords = [name for name in verb.__wrapped__.__annotations__ if name not in {"by", "return"}]
        with pytest.raises(PermissionDenied):
            verb(User(role=role), **dict.fromkeys(keywords))


class TestSaveUnit:
    def test_a_former_name_is_kept_as_another_one(self, administrator: User) -> None:
        unit = make_unit("省外办")
        for name in ("省外事办", "省外办", "省外事办"):
            unit.name = name
            services.save_unit(administrator, unit=unit, now=NOW)
        assert [alias.name for alias in unit.aliases.all()] == ["省外事办", "省外办"]
        assert set(history(UnitAlias)) == {("+", str(administrator))}
        assert AuditEvent.objects.filter(verb="新增").count() == 0

    def test_another_field_changed_leaves_the_names_alone(self, administrator: User) -> None:
        unit = make_unit("省外办")
        unit.position = 7
        services.save_unit(administrator, unit=unit, now=NOW)
        assert not UnitAlias.objects.exists()

    def test_the_former_name_given_in_the_same_form_is_one_name(self, administrator: User) -> None:
        unit = make_unit("省外办")
        unit.name = "省外事办"
        services.save_unit(administrator, unit=unit, now=NOW)
        kept = services.save_alias(administrator, alias=UnitAlias(unit=unit, name="省外办"), now=NOW)
        assert kept == unit.aliases.get()

    def test_history_names_the_person_outside_a_request_too(self, administrator: User) -> None:
        unit = Unit(name="省科技厅", short_name="科技厅", slug="keji", kind=UnitKind.PROVINCIAL)
        services.save_unit(administrator, unit=unit, now=NOW)
        unit.short_name = "省科技厅"
        services.save_unit(administrator, unit=unit, now=NOW)
        assert history(Unit) == [("+", "administrator"), ("~", "administrator")]

    def test_a_unit_that_is_as_it_was_leaves_no_history(self, administrator: User) -> None:
        unit = make_unit()
        Unit.history.all().delete()
        services.save_unit(administrator, unit=unit, now=NOW)
        assert history(Unit) == []

    def test_what_a_field_refuses_is_not_stored(self, administrator: User) -> None:
        unit = make_unit()
        unit.slug = "Keji"
        assert refusal(services.save_unit, administrator, unit=unit) == ["网址名只能用小写字母、数字和中间的连字符。"]
        assert Unit.objects.get().slug == "unit-1"

    def test_a_group_with_members_stays_a_group(self, administrator: User) -> None:
        unit = make_group().unit
        unit.kind = UnitKind.CITY
        assert refusal(services.save_unit, administrator, unit=unit) == [
            "它名下有群体成员，类别只能是“群体”。如确需改变，请先删除同名群体。"
        ]


class TestDeleteUnit:
    def test_its_names_and_its_group_go_with_it_each_in_somebodys_name(self, administrator: User) -> None:
        group = make_group()
        UnitAlias.objects.create(unit=group.unit, name="胶东五市")
        UnitGroupMember.objects.create(group=group, unit=make_unit("青岛市政府"))
        services.delete_unit(administrator, unit=group.unit, now=NOW)
        assert [unit.name for unit in Unit.objects.all()] == ["青岛市政府"]
        for model in (UnitAlias, UnitGroup, UnitGroupMember):
            assert not model.objects.exists()
            assert history(model)[-1] == ("-", "administrator")
        assert history(Unit)[-1] == ("-", "administrator")

    def test_one_that_is_still_needed_stays_and_so_do_its_names(self, administrator: User) -> None:
        unit = make_unit()
        UnitAlias.objects.create(unit=unit, name="省科委")
        make_user(Role.REPORTER, unit=unit)
        UnitGroupMember.objects.create(group=make_group(), unit=unit)
        assert refusal(services.delete_unit, administrator, unit=unit) == [
            "“省科技厅”不能删除：还有群体成员 1 项、账号 1 项与它关联。请先改派或删除这些内容。"
        ]
        assert [alias.name for alias in unit.aliases.all()] == ["省科委"]


class TestGroups:
    def test_a_member_is_checked(self, administrator: User) -> None:
        day = datetime.date(2026, 7, 1)
        wrong = UnitGroupMember(
            group=make_group(), unit=make_unit(), since_on=day, until_on=day - datetime.timedelta(days=1)
        )
        assert refusal(services.save_group_member, administrator, member=wrong) == ["退出日期不能早于加入日期。"]

    def test_only_a_unit_of_that_kind_can_be_one(self, administrator: User) -> None:
        assert refusal(services.save_group, administrator, group=UnitGroup(unit=make_unit())) == [
            "这里不能选这个责任单位，请另选一个。"
        ]
        assert not UnitGroup.objects.exists()

    def test_deleting_one_leaves_the_unit_of_its_name(self, administrator: User) -> None:
        group = make_group()
        services.delete_group(administrator, group=group, now=NOW)
        assert [unit.name for unit in Unit.objects.all()] == ["五市政府"]


class TestCreateUser:
    def test_the_password_is_the_one_given_and_to_be_changed(self, administrator: User) -> None:
        services.create_user(administrator, user=User(username="liming", role=Role.LEADER), password=PASSWORD, now=NOW)
        person = User.objects.get(username="liming")
        assert (person.check_password(PASSWORD), person.must_change_password) == (True, True)

    def test_a_weak_password_is_refused(self, administrator: User) -> None:
        weak = refusal(services.create_user, administrator, user=User(username="x", role=Role.LEADER), password="123")
        assert weak == [
            "密码太短，至少要 10 个字符。",
            "这个密码太常见，请换一个。",
            "密码不能全是数字。",
        ]
        assert list(User.objects.all()) == [administrator]

    def test_a_reporter_without_a_unit_is_refused(self, administrator: User) -> None:
        nowhere = User(username="x", role=Role.REPORTER)
        assert refusal(services.create_user, administrator, user=nowhere, password=PASSWORD) == [
            "填报员和审核员必须属于一个单位。"
        ]

    def test_many_with_one_password_are_hashed_once_and_change_it_each(self, administrator: User) -> None:
        people = [User(username=name, role=Role.LEADER) for name in ("liming", "zhaolei")]
        services.create_users(administrator, users=people, password=PASSWORD, now=NOW)
        opened = User.objects.exclude(pk=administrator.pk)
        assert [(user.check_password(PASSWORD), user.must_change_password) for user in opened] == [(True, True)] * 2
        assert len({user.password for user in opened}) == 1

    def test_many_are_opened_all_or_none(self, administrator: User) -> None:
        people = [User(username="liming", role=Role.LEADER), User(username="zhaolei", role=Role.REPORTER)]
        assert refusal(services.create_users, administrator, users=people, password=PASSWORD) == [
            "填报员和审核员必须属于一个单位。"
        ]
        assert list(User.objects.all()) == [administrator]


class TestSaveUser:
    @pytest.mark.parametrize(
        "change",
        [{"role": Role.OFFICE}, {"is_active": False}, {"is_superuser": True}, {"is_staff": True}, {"unit_id": 1}],
        ids=lambda change: next(iter(change)),
    )
    def test_nobody_changes_their_own_standing(self, administrator: User, change: dict) -> None:
        make_user(Role.ADMINISTRATOR, username="second")
        make_unit()
        for name, value in change.items():
            setattr(administrator, name, value)
        assert refusal(services.save_user, User.objects.get(username="administrator"), user=administrator) == [
            "不能修改自己的角色、单位和启用状态，请由另一位系统管理员办理。"
        ]

    def test_everybody_may_correct_their_own_name(self, administrator: User) -> None:
        administrator.last_name = "王"
        services.save_user(administrator, user=administrator, now=NOW)
        assert User.objects.get().last_name == "王"

    @pytest.mark.parametrize("change", [{"role": Role.LEADER}, {"is_active": False}], ids=["role", "is_active"])
    def test_the_last_administrator_stays(self, administrator: User, change: dict) -> None:
        """The one who asks was an administrator when the page was opened and is none any more."""
        asking = make_user(Role.ADMINISTRATOR, username="asking")
        User.objects.filter(pk=asking.pk).update(is_active=False)
        for name, value in change.items():
            setattr(administrator, name, value)
        assert refusal(services.save_user, asking, user=administrator) == [
            "这是最后一位可用的系统管理员，不能停用或改任其他角色。请先设另一位系统管理员。"
        ]

    def test_one_of_two_administrators_may_go(self, administrator: User) -> None:
        other = make_user(Role.ADMINISTRATOR, username="other")
        other.is_active = False
        services.save_user(administrator, user=other, now=NOW)
        assert User.objects.get(username="other").is_active is False


class TestSetPassword:
    def test_stores_nothing_else_but_that_it_is_to_be_changed(self, administrator: User) -> None:
        person = make_user(Role.LEADER)
        person.role = Role.ADMINISTRATOR
        services.set_password(administrator, user=person, password="another-good-one", now=NOW)
        stored = User.objects.get(username="leader")
        assert (stored.role, stored.must_change_password) == (Role.LEADER, True)
        assert stored.check_password("another-good-one")

    def test_ones_own_is_known_to_nobody_else_and_may_stay(self, administrator: User) -> None:
        services.set_password(administrator, user=administrator, password="another-good-one", now=NOW)
        assert User.objects.get().must_change_password is False

    def test_a_weak_one_leaves_the_old(self, administrator: User) -> None:
        person = make_user(Role.LEADER)
        assert refusal(services.set_password, administrator, user=person, password="leader2026") == [
            "密码与账号太相近，请换一个。"
        ]
        assert User.objects.get(username="leader").check_password(PASSWORD)
