"""The audit trail as auditors read it: who may, what each filter finds, page by page, and taken away as a file."""

import csv
import datetime
import io

import pytest
from django.test import Client

from units import audit
from units.choices import Role
from units.models import AuditEvent, User
from units.tests.samples import make_unit, make_user

pytestmark = pytest.mark.django_db
FIRST = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)  # ten in the morning


@pytest.fixture
def reporter() -> User:
    return make_user(Role.REPORTER, username="li", last_name="李", first_name="明", unit=make_unit("省科技厅"))


@pytest.fixture
def auditor() -> Client:
    client = Client()
    client.force_login(make_user(Role.AUDITOR))
    return client


@pytest.fixture
def events(reporter: User) -> None:
    other = make_user(Role.REPORTER, username="wang", unit=make_unit("省教育厅"))
    audit.record(reporter, "提交", "举措 1-1", now=FIRST, before="草稿", after="待初审")
    audit.record(other, "提交", "举措 2-1", now=FIRST + datetime.timedelta(hours=13, minutes=59))
    audit.record(other, "撤回", "举措 2-1", now=FIRST + datetime.timedelta(hours=14))  # the next day begins
    audit.record(None, "新增", reporter.unit, now=FIRST + datetime.timedelta(days=2), after={"name": "省科技厅"})


def numbers(client: Client, query: str = "") -> list[int]:
    return [line.event.number for line in client.get(f"/audit/{query}").context["lines"]]


class TestWho:
    @pytest.mark.parametrize("role", Role)
    def test_auditors_alone(self, role: Role) -> None:
        client = Client()
        client.force_login(make_user(role))
        expected = 200 if role == Role.AUDITOR else 403
        assert [client.get(path).status_code for path in ("/audit/", "/audit/export.csv")] == [expected] * 2

    def test_outsiders_log_in_first(self, client: Client) -> None:
        assert client.get("/audit/").headers["Location"] == "/login/?next=/audit/"
        assert client.get("/audit/export.csv").headers["Location"] == "/login/?next=/audit/export.csv"

    def test_nothing_can_be_posted(self, auditor: Client) -> None:
        assert [auditor.post(path).status_code for path in ("/audit/", "/audit/export.csv")] == [405, 405]


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", [4, 3, 2, 1]),
            ("?person=李明", [1]),
            ("?person=WANG", [3, 2]),
            ("?person=命令行", [4]),
            ("?unit=省教育厅", [3, 2]),
            ("?verb=提交", [2, 1]),
            ("?subject=2-1", [3, 2]),
            ("?subject=责任单位", [4]),
            ("?since=2026-10-10", [4, 3]),
            ("?until=2026-10-09", [2, 1]),
            ("?since=2026-10-10&until=2026-10-10", [3]),
            ("?unit=省教育厅&verb=提交&subject=2-1", [2]),
            ("?person=李明&unit=省教育厅", []),
        ],
    )
    def test_find(self, auditor: Client, events, query: str, expected: list[int]) -> None:
        assert numbers(auditor, query) == expected
        assert auditor.get(f"/audit/{query}").context["count"] == len(expected)

    @pytest.mark.parametrize(
        ("query", "errors"),
        [
            ("?since=yesterday", {"since": ["这不是日期。请按年-月-日填写，例如 2026-10-15。"]}),
            ("?since=2026-10-10&until=2026-10-09", {"until": ["“到”不能早于“从”。"]}),
            ("?verb=起飞", {"verb": ["日志里没有这个操作，请在列表中选择。"]}),
        ],
    )
    def test_what_cannot_be_meant_is_said_and_nothing_is_listed(
        self, auditor: Client, events, query: str, errors: dict
    ) -> None:
        answer = auditor.get(f"/audit/{query}")
        assert answer.context["form"].errors == errors
        assert "window" not in answer.context
        assert auditor.get(f"/audit/export.csv{query}").headers["Location"].startswith("/audit/?")

    def test_only_units_and_verbs_that_occur_are_offered(self, auditor: Client, events) -> None:
        fields = auditor.get("/audit/").context["form"].fields
        assert [value for value, _ in fields["unit"].choices] == ["", "省教育厅", "省科技厅"]
        assert sorted(value for value, _ in fields["verb"].choices) == ["", "提交", "撤回", "新增"]


class TestReading:
    def test_before_and_after_in_words(self, auditor: Client, events) -> None:
        lines = {line.event.number: line.changes for line in auditor.get("/audit/").context["lines"]}
        assert (lines[1], lines[3], lines[4]) == ([("", "草稿", "待初审")], [], [("全称", "", "省科技厅")])
        html = auditor.get("/audit/").content.decode()
        assert "草稿 → 待初审" in html
        assert '<del><span class="visually-hidden">' not in html

    @pytest.mark.parametrize("text", ["{", '{"a": 1', "[1]", '{"a": {"b": 1}}', "<script>alert(1)</script>"])
    def test_whatever_somebody_wrote_is_shown_as_text(self, auditor: Client, reporter: User, text: str) -> None:
        audit.record(reporter, "试写", "对象", now=FIRST, after=text)
        answer = auditor.get("/audit/")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()


def record_many(count: int) -> None:
    for number in range(count):
        audit.record(None, "试写", f"对象 {number}", now=FIRST)


class TestPages:
    def test_fifty_at_a_time_along_the_numbers_and_back(self, auditor: Client) -> None:
        record_many(120)
        assert numbers(auditor) == list(range(120, 70, -1))
        first = auditor.get("/audit/").context["window"]
        assert (first.newer, first.older) == (None, 71)
        second = auditor.get("/audit/?before=71").context["window"]
        assert ([event.number for event in second.events], second.newer, second.older) == (
            list(range(70, 20, -1)),
            70,
            21,
        )
        third = auditor.get("/audit/?before=21").context["window"]
        assert ([event.number for event in third.events], third.older) == (list(range(20, 0, -1)), None)
        back = auditor.get("/audit/?after=20").context["window"]
        assert [event.number for event in back.events] == list(range(70, 20, -1))
        assert (back.newer, back.older) == (70, 21)

    def test_filters_stay_when_paging(self, auditor: Client) -> None:
        record_many(60)
        html = auditor.get("/audit/?verb=试写&subject=对象").content.decode()
        assert 'href="?verb=%E8%AF%95%E5%86%99&amp;subject=%E5%AF%B9%E8%B1%A1&amp;before=11"' in html

    @pytest.mark.parametrize("query", ["?before=x", "?after=-1", "?before=" + "9" * 40, "?before=²"])
    def test_nonsense_is_the_first_page(self, auditor: Client, query: str) -> None:
        record_many(2)
        assert numbers(auditor, query) == [2, 1]

    def test_past_the_end_says_so(self, auditor: Client) -> None:
        record_many(2)
        assert "这里没有记录。" in auditor.get("/audit/?before=1").content.decode()

    def test_as_many_queries_for_one_event_as_for_sixty(self, auditor: Client, django_assert_num_queries) -> None:
        record_many(1)
        for _ in range(2):
            with django_assert_num_queries(7):  # session, account, menu's plan, units, verbs, the events, how many
                auditor.get("/audit/")
            record_many(59)


class TestTakenAway:
    def rows(self, client: Client, query: str = "") -> list[list[str]]:
        answer = client.get(f"/audit/export.csv{query}")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        text = answer.getvalue().decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))

    def test_the_events_asked_for_in_words(self, auditor: Client, events) -> None:
        heads, *rows = self.rows(auditor, "?subject=责任单位")
        assert heads == [
            "序号", "时间", "操作人", "角色", "单位", "操作", "对象类别", "对象", "原来", "现在", "来源地址", "校验值",
        ]  # fmt: skip
        event = AuditEvent.objects.get(number=4)
        assert rows == [
            [
                "4", "2026-10-11 10:00", "命令行", "", "", "新增", "责任单位", "省科技厅",
                "", "全称：省科技厅", "", event.hash,
            ]
        ]  # fmt: skip

    def test_taking_it_is_an_event_with_conditions_and_rows(self, auditor: Client, events) -> None:
        self.rows(auditor, "?person=wang&since=2026-10-09")
        event = AuditEvent.objects.first()
        assert (event.actor, event.verb, event.subject) == ("auditor", "导出", "操作日志.csv")
        assert event.after == '{"行数": "2", "条件": "操作人 wang，从 2026-10-09"}'

    def test_what_a_spreadsheet_would_run_is_disarmed(self, auditor: Client, reporter: User) -> None:
        audit.record(reporter, "试写", "=1+1", now=FIRST, after="@SUM(A1)")
        assert self.rows(auditor)[1][7:10] == ["'=1+1", "", "'@SUM(A1)"]

    def test_too_many_for_one_file_leads_back_to_the_page(
        self, auditor: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tasks.views.accounts.COUNTED", 2)
        monkeypatch.setattr("units.views.audit.COUNTED", 2)
        record_many(3)
        answer = auditor.get("/audit/export.csv?verb=试写", follow=True)
        assert answer.redirect_chain == [("/audit/?verb=%E8%AF%95%E5%86%99", 302)]
        assert "最多导出 2 条，请用日期缩小范围" in answer.content.decode()
