"""Public pages that are kept: exactly as long as they say what is so, and for outsiders alone."""

import datetime
import gzip
import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from tasks import public_pages
from tasks.models import MainTask, Measure, Plan, ProgressReport, PublicEdition, PublicFigures
from tasks.queries.edition import public_edition
from tasks.services.amending import amend_measure
from tasks.services.publishing import publish_reports, unpublish_report
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, of_customs
from tasks.tests.people import NOW, Stage, make_period
from tasks.triggers import REPORTS, WATCHED
from units.choices import UnitKind
from units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PLAN = "/plans/jiaodong/"
ADDRESSES = {
    "home": "/",
    "plan": PLAN,
    "plan-tasks": PLAN + "tasks/?per_page=25",
    "task": PLAN + "tasks/1/",
    "measure": PLAN + "measures/1-1/",
    "unit-list": "/units/",
    "unit": "/units/{unit}/",
}
TABLE_READ = re.compile(r'(?:FROM|JOIN) "(\w+)"')


def patterns(resolver) -> list[URLPattern]:
    found = []
    for pattern in resolver.url_patterns:
        found += [pattern] if isinstance(pattern, URLPattern) else patterns(pattern)
    return found


@pytest.fixture
def published(stage: Stage) -> ProgressReport:
    return publish_reports(stage.office, reports=[approved(stage)], now=NOW)[0]


def addresses(stage: Stage) -> list[str]:
    return [url.format(unit=stage.duty.unit.slug) for url in ADDRESSES.values()]


def publish(stage: Stage, report: ProgressReport) -> None:
    publish_reports(stage.office, reports=[report], now=NOW)


def take_back(stage: Stage, report: ProgressReport) -> None:
    report.refresh_from_db()
    unpublish_report(stage.office, report=report, reason="有误", now=NOW)


def queries(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in asked]


def test_these_pages_are_kept() -> None:
    kept = {pattern.name for pattern in patterns(get_resolver()) if getattr(pattern.callback, "is_kept", False)}
    assert kept == set(ADDRESSES)


def test_the_second_reading_asks_for_the_edition_alone(stage: Stage, published: ProgressReport) -> None:
    with CaptureQueriesContext(connection) as alone:
        public_edition()
    for url in addresses(stage):
        first, asked = Client().get(url), queries(Client(), url)
        assert asked == [query["sql"] for query in alone][-1:], url
        again = Client().get(url)
        assert again.headers.pop("X-Request-ID") != first.headers.pop("X-Request-ID")
        assert (again.content, {**again.headers}) == (first.content, {**first.headers})


def test_every_table_that_they_read_turns_the_edition(stage: Stage, published: ProgressReport) -> None:
    read = set(TABLE_READ.findall(" ".join(sql for url in addresses(stage) for sql in queries(Client(), url))))
    assert REPORTS in read
    kept = {PublicEdition._meta.db_table, PublicFigures._meta.db_table}  # the latter under the edition's mark
    assert read - {REPORTS} - kept <= set(WATCHED)


class TestTheEdition:
    @pytest.mark.parametrize("table", WATCHED)
    def test_any_writing_turns_it(self, loaded_plan: Plan, table: str) -> None:
        make_period(loaded_plan)
        before = public_edition()
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET id = id")  # noqa: S608 -- one of ours
        assert public_edition() != before

    def test_rows_that_come_and_go_turn_it(self, stage: Stage) -> None:
        marks = [public_edition()]
        unit = Unit.objects.create(name="省测绘局", short_name="测绘局", slug="ch", kind=UnitKind.PROVINCIAL)
        marks.append(public_edition())
        unit.delete()
        marks.append(public_edition())
        assert len(set(marks)) == 3

    def test_reports_that_nobody_outside_sees_leave_it(self, stage: Stage) -> None:
        before = public_edition()
        assert before
        report = approved(stage)
        of_customs(stage)
        assert public_edition() == before
        publish_reports(stage.office, reports=[report], now=NOW)
        shown = public_edition()
        unpublish_report(stage.office, report=report, reason="有误", now=NOW)
        assert len({before, shown, public_edition()}) == 3

    def test_what_is_undone_leaves_it(self, stage: Stage) -> None:
        before = public_edition()
        with transaction.atomic():
            Unit.objects.update(short_name="某局")
            assert public_edition() != before
            transaction.set_rollback(True)
        assert public_edition() == before


class TestWhatIsKept:
    def test_nothing_is_shown_that_has_been_taken_back(self, stage: Stage, client: Client) -> None:
        url = PLAN + "measures/1-1/"
        report = approved(stage, progress="已开通跨市公交十二条。")
        shown = []
        for act in (lambda: None, lambda: publish(stage, report), lambda: take_back(stage, report)):
            act()
            shown.append([client.get(url).content.decode().count("已开通跨市公交十二条") for _ in range(2)])
        assert shown == [[0, 0], [1, 1], [0, 0]]

    def test_a_changed_table_shows_at_once(self, stage: Stage, client: Client) -> None:
        assert "2027-03-01" not in client.get(PLAN + "measures/1-1/").content.decode()
        day = datetime.date(2027, 3, 1)
        amend_measure(stage.office, measure=stage.measure, changes={"due_on": day}, reason="年度计划", now=NOW)
        assert "2027-03-01" in client.get(PLAN + "measures/1-1/").content.decode()

    def test_it_is_for_outsiders(self, stage: Stage, client: Client, published: ProgressReport) -> None:
        client.get(PLAN)
        assert "工作人员登录" in client.get(PLAN).content.decode()
        assert "工作人员登录" not in client_of(stage.office).get(PLAN).content.decode()
        assert "工作人员登录" in client.get(PLAN).content.decode()

    def test_each_display_its_own(self, stage: Stage, client: Client) -> None:
        plain = client.get(PLAN).content
        client.cookies["display"] = "large"
        assert b"is-large" in client.get(PLAN).content
        client.cookies["display"] = "nonsense"
        assert client.get(PLAN).content == plain

    def test_each_day_its_own(self, stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        client.get(PLAN)
        monkeypatch.setattr(timezone, "now", lambda: NOW + datetime.timedelta(days=1))
        assert len(queries(client, PLAN)) > 1

    def test_another_release_its_own(self, stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        client.get(PLAN)
        monkeypatch.setattr(public_pages, "release", lambda: "another")
        assert len(queries(client, PLAN)) > 1

    def test_only_a_page_that_is_there(self, stage: Stage, client: Client) -> None:
        assert [client.get(PLAN + "tasks/99/").status_code for _ in range(2)] == [404, 404]
        assert client.post(PLAN + "tasks/").status_code == 405

    def test_not_under_a_foreign_host(self, stage: Stage, client: Client) -> None:
        client.get(PLAN)
        assert client.get(PLAN, headers={"host": "elsewhere.example"}).status_code == 400


class TestAskedAgain:
    def test_what_stands_is_answered_in_a_word(self, stage: Stage, client: Client) -> None:
        first = client.get(PLAN)
        assert first.headers["Cache-Control"] == "no-cache"
        again = client.get(PLAN, headers={"if-none-match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_compressed_or_not(self, stage: Stage, client: Client) -> None:
        plain = client.get(PLAN)
        packed = [client.get(PLAN, headers={"accept-encoding": "gzip"}) for _ in range(2)]
        assert [gzip.decompress(answer.content) for answer in packed] == [plain.content] * 2
        tag = packed[0].headers["ETag"]
        answer = client.get(PLAN, headers={"accept-encoding": "gzip", "if-none-match": tag})
        assert answer.status_code == 304

    def test_what_has_changed_is_sent(self, stage: Stage, client: Client) -> None:
        tag = client.get(PLAN).headers["ETag"]
        MainTask.objects.update(title="建设港口群")
        Unit.objects.filter(pk=stage.duty.unit_id).update(short_name="交运厅")
        Measure.objects.create(main_task=stage.measure.main_task, order=2, text="新举措。", responsibility_text="原文")
        answer = client.get(PLAN, headers={"if-none-match": tag})
        assert (answer.status_code, answer.headers["ETag"] != tag) == (200, True)
