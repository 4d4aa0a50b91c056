"""What each page of reporting asks of the database: as much for one row as for three, and for 7,900 measures."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks.models import Measure, Plan, ReportingPeriod
from tasks.tests.desk import client_of
from tasks.tests.full_size import fill, make_people
from tasks.tests.people import Stage
from tasks.tests.workload import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PLAN = "/plans/jiaodong/"
# Whose page, which page: how many queries. Whoever has logged in takes three of them: session, account, unit.
COUNTS = {
    ("reporter", "/workbench/"): 10,
    ("reporter", "/reports/{writing}/{period}/"): 10,
    ("reporter", "/reports/{written}/{period}/"): 11,
    ("reviewer", "/review/"): 15,
    ("office", "/review/"): 15,
    ("office", "/review/{waiting}/"): 16,
    ("office", "/review/pass/?{ticked}"): 7,
    ("office", "/review/returned/"): 7,
    ("office", "/review/completions/"): 9,
    ("office", "/review/extensions/"): 9,
    ("office", PLAN + "periods/"): 5,
    ("office", PLAN + "periods/{period}/"): 5,
    ("office", PLAN + "periods/{frozen}/"): 7,
    ("office", PLAN + "periods/{period}/filing/"): 8,
    ("office", PLAN + "periods/{period}/freeze/"): 5,
    ("office", PLAN + "publishing/"): 10,
    ("office", PLAN + "publishing/publish/?{standing}"): 6,
    ("office", PLAN + "amendments/"): 6,
    ("office", PLAN + "measures/1-1/"): 24,
    ("reporter", PLAN + "measures/1-1/"): 24,
    ("reporter", PLAN + "measures/1-1/lights/"): 9,
    ("leader", PLAN + "instructions/"): 8,
    ("leader", PLAN + "instructions/1/"): 5,
    ("leader", PLAN + "instructions/new/?measure=1-1&report={told}"): 7,
    ("reporter", PLAN + "instructions/"): 8,
    ("reporter", PLAN + "instructions/1/"): 5,
    ("office", "/workbench/"): 11,
    ("outsider", PLAN + "measures/1-1/"): 7,
    ("outsider", PLAN): 8,
    ("outsider", PLAN + "tasks/"): 6,
    ("auditor", "/audit/"): 7,
    ("office", PLAN + "stocktake/"): 27,
    ("office", PLAN + "stocktake/?period={frozen}"): 17,
    ("office", PLAN + "stocktake/file.zip"): 42,
    ("leader", PLAN + "stocktake/file.docx?period={frozen}"): 22,
    ("leader", PLAN + "stocktake/file.xlsx?period={frozen}"): 27,
    ("office", PLAN + "stocktake/wording/"): 5,
}


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200, url
    return len(asked)


@pytest.mark.parametrize("rows", [1, 3])
def test_every_page_asks_as_much_for_one_row_as_for_three(stage: Stage, rows: int) -> None:
    keys = work(stage, rows)
    clients = {name: client_of(person) for name, person in stage.everybody.items()} | {"outsider": Client()}
    assert {(name, page): queries_of(clients[name], page.format(**keys)) for name, page in COUNTS} == COUNTS


FULL_SIZE = (
    ("reporter", "/workbench/"),
    ("reporter", "/reports/{writing}/{period}/"),
    ("reporter", PLAN + "measures/1-1/"),
    ("reviewer", "/review/"),
    ("office", "/review/"),
    ("office", "/review/pass/?{ticked}"),
    ("office", "/review/returned/"),
    ("office", PLAN + "periods/"),
    ("office", PLAN + "periods/{period}/"),
    ("office", PLAN + "periods/{frozen}/"),
    ("office", PLAN + "periods/{period}/filing/"),
    ("office", PLAN + "periods/{period}/freeze/"),
    ("office", PLAN + "publishing/"),
    ("office", PLAN + "publishing/publish/?{standing}"),
    ("office", PLAN + "measures/1-1/"),
    ("outsider", PLAN + "measures/1-1/"),
    ("outsider", PLAN),
    ("outsider", PLAN + "tasks/"),
)


def test_and_as_much_at_7900_measures_with_8_periods(loaded_plan: Plan) -> None:
    people = make_people()
    keys = fill(loaded_plan, people)
    assert (Measure.objects.count(), ReportingPeriod.objects.count()) == (7900, 8)
    clients = {name: client_of(person) for name, person in people.items()} | {"outsider": Client()}
    counted = {(name, page): queries_of(clients[name], page.format(**keys)) for name, page in FULL_SIZE}
    assert counted == {page: COUNTS[page] for page in FULL_SIZE}
