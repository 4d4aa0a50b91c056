"""What each page of reporting asks of the database: as much for one row as for three, and for 7,900 measures."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks.models import Measure, Plan, ReportingPeriod
from tasks.services.public_figures import count_public
from tasks.tests.desk import client_of
from tasks.tests.full_size import fill, make_people
from tasks.tests.people import Stage
from tasks.tests.workload import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PLAN = "/plans/jiaodong/"
# Whose page, which page: how many queries. Whoever has logged in takes two of them: session, account.
COUNTS = {
    ("reporter", "/workbench/"): 14,
    ("reporter", "/reports/{writing}/{period}/"): 9,
    ("reporter", "/reports/{written}/{period}/"): 10,
    ("reviewer", "/review/"): 15,
    ("office", "/review/"): 15,
    ("office", "/review/{waiting}/"): 14,
    ("office", "/review/pass/?{ticked}"): 6,
    ("office", "/review/returned/"): 6,
    ("office", "/review/completions/"): 8,
    ("office", "/review/extensions/"): 8,
    ("office", PLAN + "periods/"): 8,
    ("office", PLAN + "periods/{period}/"): 4,
    ("office", PLAN + "periods/{frozen}/"): 6,
    ("office", PLAN + "periods/{period}/filing/"): 8,
    ("office", PLAN + "periods/{period}/freeze/"): 4,
    ("office", PLAN + "publishing/"): 12,
    ("office", PLAN + "publishing/publish/?{standing}"): 5,
    ("office", PLAN + "amendments/"): 5,
    ("office", PLAN + "measures/1-1/"): 24,
    ("reporter", PLAN + "measures/1-1/"): 24,
    ("reporter", PLAN + "measures/1-1/lights/"): 8,
    ("leader", PLAN + "instructions/"): 7,
    ("leader", PLAN + "instructions/1/"): 4,
    ("leader", PLAN + "instructions/new/?measure=1-1&report={told}"): 6,
    ("reporter", PLAN + "instructions/"): 7,
    ("reporter", PLAN + "instructions/1/"): 4,
    ("office", "/workbench/"): 14,
    ("outsider", PLAN + "measures/1-1/"): 7,
    ("outsider", PLAN): 5,
    ("outsider", PLAN + "tasks/"): 7,
    ("auditor", "/audit/"): 7,
    ("office", PLAN + "stocktake/"): 23,
    ("office", PLAN + "stocktake/?period={frozen}"): 13,
    ("office", PLAN + "stocktake/file.zip"): 37,
    ("leader", PLAN + "stocktake/file.docx?period={frozen}"): 21,
    ("leader", PLAN + "stocktake/file.xlsx?period={frozen}"): 24,
    ("office", PLAN + "stocktake/wording/"): 4,
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
    count_public(loaded_plan.pk)
    assert (Measure.objects.count(), ReportingPeriod.objects.count()) == (7900, 8)
    clients = {name: client_of(person) for name, person in people.items()} | {"outsider": Client()}
    counted = {(name, page): queries_of(clients[name], page.format(**keys)) for name, page in FULL_SIZE}
    assert counted == {page: COUNTS[page] for page in FULL_SIZE}
