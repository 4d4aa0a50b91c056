"""The head of every page: who one is, where one is, where one may go."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from tasks.models import Plan
from tasks.templatetags.navigation import Reader, entries, management, watching
from tasks.tests.samples import make_plan
from units.choices import Role
from units.permissions import Permission
from units.tests.samples import make_unit, make_user

ROOT = Path(__file__).resolve().parents[2]


def test_an_outsider_sees_the_way_in(client: Client, loaded_plan: Plan) -> None:
    html = client.get("/units/").content.decode()
    assert '<div class="top public">' in html
    assert '<a href="/login/?next=%2Funits%2F" rel="nofollow">工作人员登录</a>' in html


def test_a_person_sees_unit_role_and_name(client: Client, loaded_plan: Plan) -> None:
    unit = make_unit("省某厅")
    client.force_login(make_user(Role.REPORTER, unit=unit, last_name="王", first_name="芳"))
    html = client.get("/").content.decode()
    assert "省某厅 · 填报员 · 王芳</a>" in html
    assert "工作人员登录" not in html


@pytest.mark.parametrize("url", ["/account/", "/roles/", "/account/password/", "/nowhere/"])
def test_the_menu_stays_whole_on_pages_that_are_about_no_plan(client: Client, loaded_plan: Plan, url: str) -> None:
    client.force_login(make_user(Role.OFFICE))
    menu = client.get(url).content.decode().split('aria-label="主导航"')[1].split("</nav>")[0]
    names = [
        "看板",
        "工作台",
        "审核",
        "总览",
        "任务清单",
        "台账",
        "责任单位",
        "批示",
        "期次",
        "公开",
        "判定规则",
        "调整记录",
        "导入分工表",
    ]
    assert re.findall(r">([^<>]+)</a>", menu) == names


@pytest.mark.parametrize("url", ["/login/", "/verify/", "/nowhere/"])
def test_an_outsiders_menu_is_the_same_where_no_plan_is_asked_for(client: Client, loaded_plan: Plan, url: str) -> None:
    menu = client.get(url).content.decode().split('aria-label="主导航"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)">([^<>]+)</a>', menu) == [
        ("/", "总览"),
        ("/tasks/", "任务清单"),
        ("/units/", "责任单位"),
    ]


def test_its_list_of_tasks_leads_to_the_first_plan(client: Client, db: None) -> None:
    assert "<h1>还没有分工表</h1>" in client.get("/tasks/").content.decode()
    plan = make_plan()
    assert client.get("/tasks/").url == f"/plans/{plan.slug}/tasks/"


def test_it_asks_for_routes_that_there_are() -> None:
    """A route that was renamed would leave its entry without a mark, and nobody would notice."""
    asked = re.findall(r'here == "([\w-]+)"', (ROOT / "templates/components/navigation.html").read_text())
    manager = Reader(frozenset(permission.name for permission in Permission), "jiaodong", "keji", "")
    others = manager._replace(permits=manager.permits - {"READ_SUBMITTED", "MANAGE_PERIODS"})
    for reader in (manager, others):
        for entry in (*entries(reader), *management(reader), *watching(reader)):
            asked += [*entry.pages, *entry.under]
    assert len(asked) > 60, "the menus of both are there"
    assert {name for name in asked if name not in get_resolver().reverse_dict} == set()


@pytest.mark.parametrize(("role", "doors"), [(Role.OFFICE, 1), (Role.AUDITOR, 1), (Role.LEADER, 0)])
def test_the_back_office_is_shown_to_whom_it_is_open(client: Client, role: Role, doors: int, db: None) -> None:
    client.force_login(make_user(role))
    assert client.get("/").content.decode().count('<a href="/admin/">后台</a>') == doors


def test_the_menu_of_the_office_says_that_one_brings_a_table(client: Client, loaded_plan: Plan) -> None:
    client.force_login(make_user(Role.OFFICE))
    menu = client.get("/allocation/").content.decode().split('aria-label="主导航"')[1].split("</nav>")[0]
    assert re.findall(r'aria-current="(\w+)">(.*?)</a>', menu) == [("page", "导入分工表")]
    assert 'class="dropdown-toggle is-here">管理' in menu


@pytest.mark.parametrize(
    ("url", "current"),
    [
        ("/", [("总览", "page")]),
        ("/plans/jiaodong/", [("总览", "page")]),
        ("/plans/jiaodong/tasks/", [("任务清单", "page")]),
        ("/plans/jiaodong/measures/7-3/", [("任务清单", "true")]),
        ("/units/", [("责任单位", "page")]),
        ("/units/keji/", [("责任单位", "true")]),
        ("/plans/jiaodong/search/", []),
    ],
)
def test_where_one_is(client: Client, loaded_plan: Plan, url: str, current: list) -> None:
    navigation = client.get(url).content.decode().split('aria-label="主导航"')[1].split("</nav>")[0]
    found = re.findall(r'aria-current="(\w+)">(.*?)</a>', navigation)
    assert [(word, state) for state, word in found] == current
