"""The back office of units and accounts: who sees which page, in which language, and what it costs."""

import pytest
from django.test import Client
from django.urls import reverse

from units.choices import Role, UnitKind
from units.models import UnitAlias, UnitGroupMember, User
from units.tests.back_office import ACCOUNT, NO_BUSINESS, READERS, UNIT, inline, latin_words, logged_in
from units.tests.samples import make_group, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db: None) -> Client:
    return logged_in(Role.ADMINISTRATOR)


@pytest.fixture
def pages(db: None) -> dict[str, str]:
    """Name of a page -> its address, with a row to show on each."""
    unit, group = make_unit("烟台市政府"), make_group()
    person = make_user(Role.LEADER, username="person")
    rows = {"unit": unit, "unitgroup": group, "user": person}
    of_rows = {
        f"{name} {page}": reverse(f"admin:units_{name}_{page}", args=[row.pk])
        for name, row in rows.items()
        for page in ("change", "history", "delete")
    }
    of_models = {
        f"{name} {page}": reverse(f"admin:units_{name}_{page}") for name in rows for page in ("changelist", "add")
    }
    return {"index": "/admin/", "app": "/admin/units/"} | of_rows | of_models


NOT_FOR_READERS = {f"{model} {page}" for model in ("unit", "unitgroup", "user") for page in ("add", "delete")}


class TestWhoSeesWhat:
    def test_outsiders_are_sent_to_log_in(self, client: Client, pages: dict[str, str]) -> None:
        answers = {name: client.get(address) for name, address in pages.items()}
        assert {answer.status_code for answer in answers.values()} == {302}
        answer = client.get("/admin/units/unit/", follow=True)
        assert answer.redirect_chain[-1] == ("/login/?next=/admin/units/unit/", 302)

    @pytest.mark.parametrize("role", NO_BUSINESS)
    def test_roles_without_business_here_are_told_so(self, role: Role, pages: dict[str, str]) -> None:
        client = logged_in(role)
        assert {name: client.get(address).status_code for name, address in pages.items()} == dict.fromkeys(pages, 403)

    @pytest.mark.parametrize("role", READERS)
    def test_the_office_and_auditors_read(self, role: Role, pages: dict[str, str]) -> None:
        client = logged_in(role)
        expected = {name: 403 if name in NOT_FOR_READERS else 200 for name in pages}
        assert {name: client.get(address).status_code for name, address in pages.items()} == expected

    def test_administrators_do_everything_but_delete_accounts(
        self, administrator: Client, pages: dict[str, str]
    ) -> None:
        expected = {name: 403 if name == "user delete" else 200 for name in pages}
        assert {name: administrator.get(address).status_code for name, address in pages.items()} == expected

    def test_an_account_switched_off_is_an_outsider(self, pages: dict[str, str]) -> None:
        client = logged_in(Role.ADMINISTRATOR)
        User.objects.filter(role=Role.ADMINISTRATOR).update(is_active=False)
        assert {client.get(address).status_code for address in pages.values()} == {302}

    @pytest.mark.parametrize("role", READERS)
    def test_readers_cannot_post(self, role: Role, pages: dict[str, str]) -> None:
        client = logged_in(role)
        posts = [pages[f"{model} {page}"] for model in ("unit", "unitgroup", "user") for page in ("add", "change")]
        assert {client.post(address, UNIT | ACCOUNT).status_code for address in posts} == {403}

    def test_ones_password_has_one_place(self, administrator: Client) -> None:
        assert administrator.get("/admin/password_change/").headers["Location"] == "/account/password/"

    def test_djangos_superuser_flag_opens_nothing(self) -> None:
        client = logged_in(Role.LEADER, is_superuser=True, is_staff=True)
        assert client.get("/admin/").status_code == 403

    def test_the_index_lists_the_work_first_and_no_groups_of_django(self, administrator: Client) -> None:
        apps = administrator.get("/admin/").context["app_list"]
        assert [[app["name"], [model["name"] for model in app["models"]]] for app in apps] == [
            ["重点任务", ["分工方案", "领域", "主要任务", "具体举措", "职责"]],
            ["单位与账号", ["责任单位", "群体", "账号"]],
        ]


class TestChinese:
    def test_no_page_speaks_anything_else(self, administrator: Client, pages: dict[str, str]) -> None:
        known = {"administrator", "person"}  # user names
        del pages["user delete"]
        found = {name: set(latin_words(administrator.get(address))) - known for name, address in pages.items()}
        assert {name: words for name, words in found.items() if words} == {}

    def test_neither_do_errors(self, administrator: Client) -> None:
        answer = administrator.post(
            reverse("admin:units_unit_add"), {"position": "-1", "kind": "else"} | inline("aliases", {"name": ""})
        )
        assert latin_words(answer) == ["administrator", "else"]


class TestQueries:
    """The same number at one row and at three."""

    @pytest.mark.parametrize(
        ("model", "count"), [("unit", 6), ("unitgroup", 5), ("user", 5)], ids=["unit", "unitgroup", "user"]
    )
    def test_lists(self, administrator: Client, django_assert_num_queries, model: str, count: int) -> None:
        address = reverse(f"admin:units_{model}_changelist")
        self.a_row(1)
        with django_assert_num_queries(count):
            administrator.get(address)
        self.a_row(2)
        self.a_row(3)
        with django_assert_num_queries(count):
            administrator.get(address)

    def test_a_unit_and_its_names(self, administrator: Client, django_assert_num_queries) -> None:
        unit = make_unit()
        self.same_at_one_and_three(
            administrator,
            django_assert_num_queries,
            reverse("admin:units_unit_change", args=[unit.pk]),
            5,
            lambda at: UnitAlias.objects.create(unit=unit, name=f"曾用名{at}"),
        )

    def test_a_group_and_its_members(self, administrator: Client, django_assert_num_queries) -> None:
        group = make_group()
        self.same_at_one_and_three(
            administrator,
            django_assert_num_queries,
            reverse("admin:units_unitgroup_change", args=[group.pk]),
            5,
            lambda at: UnitGroupMember.objects.create(group=group, unit=make_unit(f"市{at}")),
        )

    def same_at_one_and_three(self, client: Client, assert_num_queries, address: str, count: int, make) -> None:
        make(1)
        client.get(address)  # the type of the model is asked for once in a process
        with assert_num_queries(count):
            client.get(address)
        make(2)
        make(3)
        with assert_num_queries(count):
            client.get(address)

    def a_row(self, at: int) -> UnitGroupMember:
        unit = make_unit(f"市{at}", kind=UnitKind.CITY)
        UnitAlias.objects.create(unit=unit, name=f"曾用名{at}")
        make_user(Role.REPORTER, username=f"reporter{at}", unit=unit)
        return UnitGroupMember.objects.create(group=make_group(f"群体{at}"), unit=unit)
