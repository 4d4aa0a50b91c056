"""The table of roles as a page: every role, every sentence, every yes and no; and the way to it."""

import pytest
from django.test import Client
from lxml import html

from units.choices import Role
from units.models import User
from units.permissions import Permission, may
from units.tests.back_office import logged_in

pytestmark = pytest.mark.django_db
ROLES = ["填报员", "审核员", "督查专员", "领导", "系统管理员", "审计员"]


def tree(client: Client, url: str = "/roles/") -> html.HtmlElement:
    return html.fromstring(client.get(url).content.decode())


def texts(page: html.HtmlElement, xpath: str) -> list[str]:
    return ["".join(found.text_content().split()) for found in page.xpath(xpath)]


def test_every_role_is_a_column_and_every_sentence_a_row() -> None:
    page = tree(logged_in(Role.LEADER))
    assert texts(page, "//thead//th") == ["权限", *[f"{role}（您）" if role == "领导" else role for role in ROLES]]
    assert texts(page, "//tbody//th") == [permission.value for permission in Permission]


def test_every_cell_says_what_the_check_says() -> None:
    page = tree(logged_in(Role.AUDITOR))
    shown = [texts(row, "./td") for row in page.xpath("//tbody/tr")]
    assert shown == [
        ["✓有" if may(User(role=role), permission) else "—没有" for role in Role] for permission in Permission
    ]


@pytest.mark.parametrize("role", Role)
def test_ones_own_column_is_marked_and_ones_own_account_lists_the_same(role: Role) -> None:
    client = logged_in(role)
    page = tree(client)
    own = page.xpath("//tbody/tr[td[contains(@class, 'own')]/span[@class='visually-hidden' and text()='有']]/th")
    assert texts(page, "//thead//th[contains(@class, 'own')]") == [f"{role.label}（您）"]
    assert [th.text for th in own] == texts(tree(client, "/account/"), "//section[@aria-labelledby='rights']//li")


@pytest.mark.parametrize("role", Role)
def test_the_way_to_it_is_on_every_page_of_staff_and_where_somebody_is_refused(role: Role) -> None:
    client = logged_in(role)
    refused = "/audit/" if role != Role.AUDITOR else "/workbench/"
    for url, area in (("/account/", "footer"), ("/account/", "main"), (refused, "main")):
        assert texts(tree(client, url), f"//{area}//a[@href='/roles/']") == ["各角色的权限"], url


def test_an_outsider_is_not_led_there(client: Client) -> None:
    assert texts(tree(client, "/"), "//a[@href='/roles/']") == []
    assert client.get("/roles/").url == "/login/?next=/roles/"
