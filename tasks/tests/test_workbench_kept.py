"""The workbench as it is kept: as long as its lists, and row by row what the facts say."""

import datetime

import pytest

from tasks.choices import DutyRole, Halt
from tasks.models import Duty, Measure
from tasks.queries.workbench import Workbench
from tasks.services.standing import forget, rebuild
from tasks.tests.journeys import drafted, more_duties, returned, submitted
from tasks.tests.people import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestKept:
    """What is kept says how long the lists are; where it says nothing, they are counted."""

    def test_counts_kept_are_the_lists_own(self, stage):
        due, again, gone, helping, halted = more_duties(stage, 5)
        Duty.objects.filter(pk=helping.pk).update(role=DutyRole.COOPERATE)
        Measure.objects.filter(pk=halted.measure_id).update(halted=Halt.SUSPENDED)
        counted = self.lists(stage)
        rebuild(stage.plan, now=NOW)
        assert (
            self.lists(stage) == counted == {"returned": [], "due": 4, "submitted": 0, "cooperating": 1, "needless": 1}
        )
        returned(stage, again)
        submitted(stage, gone)
        drafted(stage, due)
        found = self.lists(stage)
        assert found == {"returned": [again.pk], "due": 2, "submitted": 1, "cooperating": 1, "needless": 1}
        forget(plan=stage.plan)
        assert self.lists(stage) == found

    def test_rows_kept_are_those_of_the_facts_in_their_order(self, stage):
        days = (None, datetime.date(2027, 6, 30), datetime.date(2026, 10, 20))
        duties = [more_duties(stage, 1, due_on=day)[0] for day in days for _ in range(4)]
        for duty, role in zip(duties, (DutyRole.SHARED, DutyRole.COOPERATE) * 6, strict=True):
            Duty.objects.filter(pk=duty.pk).update(role=role)
            duty.role = role
        rebuild(stage.plan, now=NOW)
        for journey, first in ((submitted, 0), (drafted, 1), (returned, 2)):
            for duty in duties[first::5][::-1]:  # at one moment, not in the order of the table
                journey(stage, duty)
        kept = self.rows(stage)
        forget(plan=stage.plan)
        assert [len(rows) for rows in kept["rows"].values()] == [4, 2, 5]
        assert self.rows(stage) == kept

    @staticmethod
    def rows(stage) -> dict[str, object]:
        bench = Workbench(stage.reporter, TODAY)
        pages = {name: getattr(bench, name)[0:20] for name in ("due", "submitted", "cooperating")}
        return {"rows": {name: bench.begun(rows) for name, rows in pages.items()}, "falling": bench.falling_due(30)}

    @staticmethod
    def lists(stage) -> dict[str, object]:
        """The lists' lengths, each compared with its rows."""
        bench = Workbench(stage.reporter, TODAY)
        named = {name: getattr(bench, name) for name in ("due", "submitted", "cooperating")}
        lengths = {name: len(rows) for name, rows in named.items()}
        assert lengths == {name: len(rows.every(*rows.of)) for name, rows in named.items()}
        return {"returned": [row.duty.key for row in bench.returned], **lengths, "needless": bench.needless}
