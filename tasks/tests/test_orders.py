"""What is kept of what was found: the next one asks less, and whatever changes is seen at once."""

import datetime
from array import array

import pytest
from django.test import Client
from django.utils import timezone

from tasks.models import Plan, StandingSummary
from tasks.queries import measures
from tasks.queries.keyset import KeyPage, beside
from tasks.queries.measures import SORT_KEYS
from tasks.services.standing import forget, rebuild
from tasks.tables_ledger import LEDGER_PER_PAGE
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved
from tasks.tests.ledger_stage import EXPECTED, LATER, LEDGER, LedgerStage, amend, ledger_stage
from tasks.tests.pages import TASKS, Shown
from tasks.tests.people import NOW, make_user
from units.choices import Role
from units.models import Unit

KEYS = array("q", [7, 3, 9, 1, 5])


class TestBeside:
    @pytest.mark.parametrize(
        ("key", "backwards", "page"),
        [
            (None, False, KeyPage([7, 3], False, True)),
            (3, False, KeyPage([9, 1], True, True)),
            (1, False, KeyPage([5], True, False)),
            (5, False, KeyPage([], True, False)),
            (None, True, KeyPage([1, 5], True, False)),
            (1, True, KeyPage([3, 9], True, True)),
            (3, True, KeyPage([7], False, True)),
            (7, True, KeyPage([], False, True)),
            (4, False, None),
            (4, True, None),
        ],
    )
    def test_two_at_a_time(self, key: int | None, backwards: bool, page: KeyPage | None) -> None:
        assert beside(KEYS, key, 2, backwards=backwards) == page


@pytest.mark.django_db
class TestLedger:
    @pytest.fixture
    def stage(self, monkeypatch) -> LedgerStage:
        monkeypatch.setattr(timezone, "now", lambda: LATER)
        found = ledger_stage()
        rebuild(found.plan, now=LATER)
        return found

    def test_a_light_that_turns_turns_the_order(self, stage):
        client = client_of(stage.office)
        assert Shown(client, LEDGER, sort="-progress").codes[-1] == "2-1"
        before = Shown(client, LEDGER, sort="progress").codes
        approved(stage, stage.duties["1-6"], now=LATER)
        after = Shown(client, LEDGER, sort="progress").codes
        assert before[:2] == ["1-1", "1-6"]
        assert after[:2] == ["1-1", "1-7"]
        assert after.index("1-6") > after.index("1-5")
        assert sorted(after) == sorted(EXPECTED)

    def test_so_does_a_percentage_where_no_light_turns(self, stage):
        client = client_of(stage.office)
        assert Shown(client, LEDGER, sort="-percent").codes[:2] == ["1-4", "1-3"]
        report = stage.duties["1-3"].reports.get()
        type(report).objects.filter(pk=report.pk).update(percent_complete=99)
        rebuild(stage.plan, now=LATER)
        assert Shown(client, LEDGER, sort="-percent").codes[:2] == ["1-3", "1-4"]

    def test_and_a_due_date(self, stage):
        client = client_of(stage.office)
        assert Shown(client, LEDGER, sort="due_on").codes[0] == "1-6"
        amend(stage, "1-2", {"due_on": datetime.date(2026, 10, 1)}, now=LATER)
        assert Shown(client, LEDGER, sort="due_on").codes[0] == "1-2"

    def test_and_the_day(self, stage, monkeypatch):
        """What no longer holds is judged as it is read, and nothing of it is kept."""
        for days, codes in ((0, ["1-6"]), (6, ["1-6", "1-7"]), (0, ["1-6"])):
            monkeypatch.setattr(timezone, "now", lambda days=days: LATER + datetime.timedelta(days=days))
            shown = Shown(client_of(stage.office), LEDGER, deadline="overdue", progress="not_reported")
            assert shown.codes == codes

    def test_a_forgotten_plan_keeps_nothing(self, stage):
        client = client_of(stage.office)
        kept = Shown(client, LEDGER, sort="progress").codes
        forget(plan=stage.plan)
        assert Shown(client, LEDGER, sort="progress").codes == kept
        rebuild(stage.plan, now=LATER)
        assert Shown(client, LEDGER, sort="progress").codes == kept

    @pytest.mark.parametrize(("asked", "less"), [({"sort": "percent"}, 5), ({"progress": "behind"}, 7)])
    def test_the_second_one_does_not_look_again(self, stage, asked, less, django_assert_num_queries):
        """For the order, of which the count is the length, for rows, standings, duties and reports of the page, and for the two counts of
        what a filter leaves of the main tasks.
        """
        client = client_of(stage.office)
        if "progress" in asked:
            asked = {"unit": stage.duties["1-2"].unit.slug, **asked}
        client.get(LEDGER)  # the units of the plan are known
        for expected in (9 + less, 9):
            with django_assert_num_queries(expected):
                client.get(LEDGER, asked)

    def test_the_same_rows_may_be_all_there_are_or_the_first_of_many(self, stage, monkeypatch):
        client = client_of(stage.office)
        asked = {"sort": "progress", "per_page": "25"}
        first = Shown(client, LEDGER, **asked, progress="not_reported")
        monkeypatch.setitem(LEDGER_PER_PAGE, "25", len(first.codes))
        for more, links in (({}, 1), ({"progress": "not_reported"}, 0), ({}, 1)):
            shown = Shown(client, LEDGER, **asked, **more)
            assert shown.codes == first.codes
            assert len(shown.tree.xpath("//a[@rel='next']")) == links

    def test_a_row_that_answers_no_more_is_still_a_place_to_go_on_from(self, stage):
        client = client_of(stage.office)
        asked = {"unit": stage.duties["1-2"].unit.slug, "progress": "not_reported"}
        assert Shown(client, LEDGER, **asked).codes == ["1-1", "1-6", "1-7", "1-8", "2-1"]
        gone = stage.duties["1-2"].measure  # behind: never among them
        assert Shown(client, LEDGER, **asked, after=gone.pk).codes == ["1-6", "1-7", "1-8", "2-1"]
        assert Shown(client, LEDGER, **asked, before=gone.pk).codes == ["1-1"]

    def test_every_change_of_the_standings_is_counted(self, stage):
        def turn() -> int:
            return StandingSummary.objects.get(plan=stage.plan, period=None).turn

        before = turn()
        approved(stage, stage.duties["1-6"], now=LATER)
        between = turn()
        rebuild(stage.plan, now=LATER)
        assert before < between < turn()


@pytest.mark.django_db
class TestList:
    @pytest.mark.parametrize("sort", [sign + key for key in SORT_KEYS for sign in ("", "-")])
    def test_a_page_is_cut_from_the_order_of_the_database(self, loaded_plan: Plan, sort: str) -> None:
        client = client_of(make_user("督查", Role.OFFICE, Unit.objects.get(name="省发展改革委")))
        pages = [Shown(client, TASKS, sort=sort, role="lead", per_page="25", page=page).codes for page in (1, 1, 2)]
        rows = measures.measure_lines(measures.selected(loaded_plan.pk, (("role", "lead"),), sort))
        codes = [row.code for row in rows]
        assert pages == [codes[:25], codes[:25], codes[25:50]]
        assert len(codes) > 25

    def test_what_is_written_is_seen_at_once(self, client: Client, loaded_plan: Plan) -> None:
        assert Shown(client, TASKS, sort="-due_on").codes[0] == "1-1"
        measure = loaded_plan.main_tasks.get(number=7).measures.get(order=3)
        measure.due_on = NOW.date()
        measure.save()
        assert Shown(client, TASKS, sort="-due_on").codes[0] == "7-3"
        assert (
            Shown(client, TASKS, q="海洋").status != Shown(client, TASKS, q="海洋", sort="-due_on", field="4").status
        )
