"""Files taken away are events: who took what, how many rows; outsiders too, but not without end."""

import pytest
from django.core.cache import cache
from django.test import Client

from tasks.models import Plan
from units.choices import Role
from units.models import AuditEvent
from units.tests.samples import make_user

pytestmark = pytest.mark.django_db
ORIGINAL = "/plans/jiaodong/export/original.xlsx"
LEDGER = "/plans/jiaodong/export/ledger.csv"


@pytest.fixture
def leader(loaded_plan: Plan) -> Client:
    client = Client()
    client.force_login(make_user(Role.LEADER))
    return client


def taken() -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(verb="导出").order_by("number")
    return list(events.values_list("actor", "subject", "after"))


def test_the_whole_table(leader: Client, loaded_plan: Plan) -> None:
    leader.get(ORIGINAL)
    assert taken() == [("leader", f"{loaded_plan.title}.xlsx", '{"行数": "79", "条件": "全部"}')]


def test_the_list_with_its_conditions_in_words(leader: Client, loaded_plan: Plan) -> None:
    leader.get(f"{LEDGER}?q=海洋&role=lead")
    ((actor, file, after),) = taken()
    assert (actor, file) == ("leader", f"{loaded_plan.title}（任务清单）.csv")
    assert '"条件": "关键词：海洋；职责：牵头"' in after


def test_a_person_each_time(leader: Client) -> None:
    for _ in range(3):
        leader.get(ORIGINAL)
    assert len(taken()) == 3


def test_an_outsider_once_an_hour_for_each_file_and_address(client: Client, loaded_plan: Plan) -> None:
    for _ in range(3):
        client.get(ORIGINAL)
        client.get(LEDGER)
        client.get(ORIGINAL, REMOTE_ADDR="10.0.0.9")
    expected = [(actor, file) for actor, file, _ in taken()]
    assert expected == [("未登录", f"{loaded_plan.title}{end}") for end in (".xlsx", "（任务清单）.csv", ".xlsx")]
    cache.clear()  # an hour later
    client.get(ORIGINAL)
    assert len(taken()) == 4


def test_asking_for_the_headers_takes_nothing(leader: Client) -> None:
    leader.head(ORIGINAL)
    assert taken() == []


def test_what_is_not_found_neither(leader: Client) -> None:
    assert leader.get("/plans/other/export/original.xlsx").status_code == 404
    assert taken() == []
