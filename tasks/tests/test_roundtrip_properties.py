"""Out and in again without an edit is no difference, for any content that the form accepts."""

import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tasks.choices import Confidence
from tasks.excel.returned import read_back
from tasks.excel.unit_workbook import unit_workbook
from tasks.forms import LONGEST_TEXT, ReportForm
from tasks.models import ProgressReport
from tasks.queries.roundtrip import Line
from tasks.tests.people import NOW, Stage, content, make_stage

TRICKY = ["_x0041_", "_x005F_x0041_", "_x000D_", "_x005f_", "=1+1", "#N/A", "7-3", "'", "\u2028", "\x85", "\x7f", "\x07", "\t", "　", "😀", "\ufffe", "𠮷", "\n", "  "]  # fmt: skip
PIECES = st.sampled_from(TRICKY) | st.text(max_size=8)
TEXTS = st.lists(PIECES, max_size=6).map("".join)
LONG = st.sampled_from(TRICKY).map(lambda piece: (piece * LONGEST_TEXT)[:LONGEST_TEXT])
DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))


FORMS = st.fixed_dictionaries(
    {
        "progress": TEXTS | LONG,
        "percent_complete": st.integers(0, 100).map(str) | st.just(""),
        "confidence": st.sampled_from(["", *Confidence.values]),
        "risk": TEXTS,
        "problems": TEXTS,
        "coordination_request": TEXTS,
        "coordination_due_on": DAYS.map(lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}") | st.just(""),
        "next_steps": TEXTS,
        "fall_reason": TEXTS,
    }
)


class TestNothingEdited(TestCase):
    stage: Stage

    @classmethod
    def setUpTestData(cls) -> None:
        cls.stage = make_stage()

    def there_and_back(self, form: ReportForm):
        stage = self.stage
        about = {"duty": stage.duty, "period": stage.period, "written_by": stage.reporter, "saved_at": NOW}
        report = ProgressReport(**about, **content(**form.cleaned_data), pk=7)
        file = unit_workbook(stage.period, stage.duty.unit, [Line(stage.duty, report, report)], ["青岛市"], NOW)
        return read_back(file.getvalue())

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
    )
    @given(FORMS)
    @example({"progress": "_x0041_\r\n=1+1", "coordination_due_on": "2000-02-29"})
    @example({"progress": "'7-3", "coordination_due_on": "2099-12-31", "percent_complete": "1"})
    @example({"progress": "\x00", "coordination_due_on": "2000-03-01", "percent_complete": "100"})
    def test_any_content_the_form_accepts(self, data: dict[str, str]) -> None:
        form = ReportForm(data)
        if not form.is_valid():
            return
        back = self.there_and_back(form)
        assert (back.rows, back.strays, back.unchanged, back.notes) == ((), (), 10, ())


@pytest.mark.django_db
def test_the_tricky_texts_do_pass_the_form() -> None:
    """Else the property would hold of nothing; NUL alone is refused."""
    assert ReportForm({"progress": "_x0041_\r\n=1+1", "coordination_due_on": "2000-02-29"}).is_valid()
    assert not ReportForm({"progress": "\x00"}).is_valid()
