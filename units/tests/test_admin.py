"""The back office of units and accounts: edits go through the verbs, and refusals come back in sentences."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from units.choices import Role, UnitKind
from units.models import Unit, UnitAlias, UnitGroup, UnitGroupMember, User
from units.tests.back_office import ACCOUNT, UNIT, inline, logged_in, messages
from units.tests.samples import PASSWORD, make_group, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db: None) -> Client:
    return logged_in(Role.ADMINISTRATOR)


class TestUnits:
    def test_adding_one_with_its_other_names(self, administrator: Client) -> None:
        names = inline("aliases", {"name": "省科委"}, {"name": "科技厅"})
        assert administrator.post(reverse("admin:units_unit_add"), UNIT | names).status_code == 302
        unit = Unit.objects.get()
        assert (unit.name, [alias.name for alias in unit.aliases.all()]) == ("省科技厅", ["省科委", "科技厅"])
        assert [str(row.history_user) for row in (unit.history.get(), *UnitAlias.history.all())] == [
            "administrator"
        ] * 3

    def test_a_name_changed_and_one_taken_away_leave_the_unit_itself_untouched(self, administrator: Client) -> None:
        unit = make_unit(**UNIT)
        kept, gone = (UnitAlias.objects.create(unit=unit, name=name) for name in ("省科委", "科委"))
        names = inline(
            "aliases",
            {"id": kept.pk, "unit": unit.pk, "name": "原省科委"},
            {"id": gone.pk, "unit": unit.pk, "name": "科委", "DELETE": "on"},
            initial=2,
        )
        address = reverse("admin:units_unit_change", args=[unit.pk])
        assert administrator.post(address, UNIT | names).status_code == 302
        assert [alias.name for alias in unit.aliases.all()] == ["原省科委"]
        assert unit.history.count() == 1
        assert [(row.history_type, row.name) for row in UnitAlias.history.exclude(history_user=None)] == [
            ("~", "原省科委"),
            ("-", "科委"),
        ]

    def test_one_in_use_is_not_even_asked_about(self, administrator: Client) -> None:
        unit = make_unit()
        make_user(Role.REPORTER, unit=unit)
        address = reverse("admin:units_unit_delete", args=[unit.pk])
        sentence = "“省科技厅”不能删除：还有账号 1 项与它关联。请先改派或删除这些内容。"
        for answer in (
            administrator.get(address, follow=True),
            administrator.post(address, {"post": "yes"}, follow=True),
        ):
            assert answer.redirect_chain == [(reverse("admin:units_unit_change", args=[unit.pk]), 302)]
            assert messages(answer) == [sentence]
        assert list(Unit.objects.all()) == [unit]

    def test_of_several_at_once_all_go_or_none(self, administrator: Client) -> None:
        free, used = make_unit("省科技厅"), make_unit("省工信厅")
        make_user(Role.REPORTER, unit=used)
        address = reverse("admin:units_unit_changelist")
        chosen = {"action": "delete_selected", "post": "yes"}
        answer = administrator.post(address, chosen | {"_selected_action": [free.pk, used.pk]}, follow=True)
        assert messages(answer) == ["“省工信厅”不能删除：还有账号 1 项与它关联。请先改派或删除这些内容。"]
        assert Unit.objects.count() == 2
        answer = administrator.post(address, chosen | {"_selected_action": [free.pk]}, follow=True)
        assert messages(answer) == ["已删除 1 项责任单位。"]
        assert list(Unit.objects.all()) == [used]

    def test_a_refusal_keeps_what_was_typed(self, administrator: Client) -> None:
        group = make_group()
        address = reverse("admin:units_unit_change", args=[group.unit.pk])
        answer = administrator.post(address, UNIT | {"short_name": "新简称"} | inline("aliases"))
        assert answer.status_code == 200
        assert answer.context["adminform"].form.non_field_errors() == [
            "它名下有群体成员，类别只能是“群体”。如确需改变，请先删除同名群体。"
        ]
        assert 'value="新简称"' in answer.content.decode()
        assert Unit.objects.get().name == "五市政府"

    def test_found_by_a_former_name(self, administrator: Client) -> None:
        unit = make_unit()
        make_unit("省工信厅")
        UnitAlias.objects.create(unit=unit, name="省科委")
        answer = administrator.get(reverse("admin:units_unit_changelist"), {"q": "科委"})
        assert list(answer.context["cl"].result_list) == [unit]

    def test_an_old_version_can_be_brought_back(self, administrator: Client) -> None:
        unit = make_unit(**UNIT)
        old = unit.history.get()
        Unit.objects.update(short_name="错")
        address = reverse("admin:units_unit_simple_history", args=[unit.pk, old.pk])
        assert administrator.post(address, UNIT).status_code == 302
        assert Unit.objects.get().short_name == "科技厅"
        assert str(unit.history.latest().history_user) == "administrator"

    def test_history_says_who_changed_what(self, administrator: Client) -> None:
        unit = make_unit(**UNIT)
        change = reverse("admin:units_unit_change", args=[unit.pk])
        administrator.post(change, UNIT | {"short_name": "省科技厅", "kind": UnitKind.CITY} | inline("aliases"))
        answer = administrator.get(reverse("admin:units_unit_history", args=[unit.pk]))
        text = re.sub(r"\s+", " ", strip_tags(answer.content.decode()))
        assert "已修改 administrator 类别：省直部门 → 市政府 简称：科技厅 → 省科技厅" in text
        assert 'style="' not in answer.content.decode()


class TestGroups:
    def test_only_units_of_that_kind_are_offered(self, administrator: Client) -> None:
        make_unit("省科技厅")
        group = make_unit("有关部门", kind=UnitKind.GROUP)
        asked = {"app_label": "units", "model_name": "unitgroup", "field_name": "unit", "term": ""}
        answer = administrator.get(reverse("admin:autocomplete"), asked).json()
        assert answer["results"] == [{"id": str(group.pk), "text": "有关部门"}]

    def test_the_same_member_twice_is_refused(self, administrator: Client) -> None:
        group, city = make_group(), make_unit("青岛市政府")
        rows = [{"unit": city.pk, "since_on": "", "until_on": ""}] * 2
        answer = administrator.post(
            reverse("admin:units_unitgroup_change", args=[group.pk]),
            {"unit": group.unit.pk, "is_closed": "on"} | inline("memberships", *rows),
        )
        assert answer.status_code == 200
        assert not UnitGroupMember.objects.exists()
        assert UnitGroup.objects.get() == group


class TestAccounts:
    def test_opened_with_a_first_password_typed_twice(self, administrator: Client) -> None:
        given = ACCOUNT | {"password1": PASSWORD, "password2": PASSWORD}
        assert administrator.post(reverse("admin:units_user_add"), given).status_code == 302
        person = User.objects.get(username="liming")
        assert (person.check_password(PASSWORD), person.must_change_password) == (True, True)

    @pytest.mark.parametrize(
        ("passwords", "errors"),
        [
            (("", ""), {"password1": ["请填写这一项。"], "password2": ["请填写这一项。"]}),
            ((PASSWORD, PASSWORD[:-1]), {"password2": ["两次输入的密码不一致。"]}),
            (("liming2026x", "liming2026x"), {"password2": ["密码与账号太相近，请换一个。"]}),
            (("abc-3", "abc-3"), {"password2": ["密码太短，至少要 10 个字符。"]}),
        ],
        ids=["none", "two", "similar", "short"],
    )
    def test_not_opened_without_a_good_one(self, administrator: Client, passwords, errors) -> None:
        given = ACCOUNT | dict(zip(["password1", "password2"], passwords, strict=True))
        answer = administrator.post(reverse("admin:units_user_add"), given)
        assert answer.context["adminform"].form.errors == errors
        assert User.objects.count() == 1

    def test_an_empty_password_leaves_the_old_one(self, administrator: Client) -> None:
        person = make_user(Role.LEADER, username="liming")
        address = reverse("admin:units_user_change", args=[person.pk])
        assert administrator.post(address, ACCOUNT | {"role": "office"}).status_code == 302
        person.refresh_from_db()
        assert (person.role, person.check_password(PASSWORD)) == (Role.OFFICE, True)

    def test_a_new_password_ends_the_old_sessions_but_not_ones_own(self, administrator: Client) -> None:
        person = logged_in(Role.OFFICE, username="liming")
        new = {"password1": "another-good-one", "password2": "another-good-one"}
        for name, role in (("liming", "office"), ("administrator", "administrator")):
            address = reverse("admin:units_user_change", args=[User.objects.get(username=name).pk])
            administrator.post(address, ACCOUNT | {"username": name, "role": role} | new)
        assert person.get("/admin/").status_code == 302
        assert administrator.get("/admin/").status_code == 200

    def test_the_last_administrator_stays_and_nothing_typed_is_lost(self, administrator: Client) -> None:
        me = User.objects.get()
        answer = administrator.post(
            reverse("admin:units_user_change", args=[me.pk]),
            ACCOUNT | {"username": "administrator", "role": "leader", "email": "li@example.cn"},
        )
        assert answer.context["adminform"].form.non_field_errors() == [
            "这是最后一位可用的系统管理员，不能停用或改任其他角色。请先设另一位系统管理员。"
        ]
        assert 'value="li@example.cn"' in answer.content.decode()
        assert User.objects.get().role == Role.ADMINISTRATOR

    def test_a_reporter_needs_a_unit(self, administrator: Client) -> None:
        given = ACCOUNT | {"role": "reporter", "password1": PASSWORD, "password2": PASSWORD}
        answer = administrator.post(reverse("admin:units_user_add"), given)
        assert answer.context["adminform"].form.non_field_errors() == ["填报员和审核员必须属于一个单位。"]

    def test_flags_of_django_cannot_be_smuggled_in(self, administrator: Client) -> None:
        given = ACCOUNT | {"password1": PASSWORD, "password2": PASSWORD, "is_superuser": "on", "is_staff": "on"}
        administrator.post(reverse("admin:units_user_add"), given)
        person = User.objects.get(username="liming")
        assert (person.is_superuser, person.is_staff) == (False, False)

    def test_found_by_the_whole_name(self, administrator: Client) -> None:
        person = make_user(Role.LEADER, username="liming", last_name="李", first_name="明")
        answer = administrator.get(reverse("admin:units_user_changelist"), {"q": "李明"})
        assert list(answer.context["cl"].result_list) == [person]

    def test_readers_are_not_shown_a_place_for_passwords(self) -> None:
        person = make_user(Role.LEADER, username="liming")
        answer = logged_in(Role.AUDITOR).get(reverse("admin:units_user_change", args=[person.pk]))
        assert "密码：" not in answer.content.decode()
        assert 'type="password"' not in answer.content.decode()

    def test_a_filter_is_called_as_the_column_it_filters(self, administrator: Client) -> None:
        answer = administrator.get(reverse("admin:units_user_changelist"))
        assert {"按角色", "按启用"} <= {
            " ".join(text.split())
            for text in re.findall(r"<summary>(.*?)</summary>", answer.content.decode(), re.DOTALL)
        }
