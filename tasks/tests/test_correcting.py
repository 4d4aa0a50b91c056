"""Correcting a frozen report: a marked entry beside it, approved by another."""

import pytest
from django.core.exceptions import ValidationError

from tasks.choices import ReportState
from tasks.models import ProgressReport
from tasks.services import reviewing
from tasks.services.periods import freeze_period
from tasks.tests.desk import client_of, page, words
from tasks.tests.journeys import approved
from tasks.tests.people import NOW, content

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
PERIODS = "/plans/jiaodong/periods/"


class TestCorrect:
    @pytest.fixture
    def frozen(self, stage) -> ProgressReport:
        report = approved(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        return report

    def sent(self, **changes) -> dict[str, str]:
        given = {name: "" if value is None else str(value) for name, value in content(**changes).items()}
        return {**given, "reason": "核对后更正完成率"}

    def correct(self, person, report, **changes):
        return client_of(person).post(f"/reports/{report.pk}/correct/", {**self.sent(), **changes})

    def test_not_before_the_freeze(self, stage):
        report = approved(stage)
        given = content(progress="已完成8座。")
        with pytest.raises(ValidationError, match="本期还没有冻结"):
            reviewing.correct_report(stage.office, report=report, content=given, reason="核对", now=NOW)

    def test_opens_with_what_stands(self, stage, frozen):
        html = page(stage.office, f"/reports/{frozen.pk}/correct/")
        assert frozen.progress in html
        assert 'value="40"' in html

    def test_a_marked_entry_that_another_of_the_office_approves(self, stage, frozen):
        answers = [self.correct(stage.office, frozen, percent_complete="45") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        entry = ProgressReport.objects.get(corrects=frozen)
        assert (entry.state, entry.percent_complete) == (ReportState.FORWARDED, 45)
        assert "核对后更正完成率" in page(stage.office, f"{PERIODS}{stage.period.pk}/")
        html = page(stage.second_office, "/review/")
        assert ("与更正前相比</h2>" in html, "<del>40%</del> → <ins>45%</ins>" in html) == (True, True)
        assert "<ins>" not in page(stage.office, "/review/")

    def test_nothing_corrected_no_reason_or_incomplete_is_refused(self, stage, frozen):
        same = self.correct(stage.office, frozen).content.decode()
        without = self.correct(stage.office, frozen, percent_complete="45", reason=" ").content.decode()
        empty = self.correct(stage.office, frozen, progress="").content.decode()
        assert "内容与原填报完全一样" in same
        assert "理由：请写明理由。" in words(without)
        assert "请填写进展情况。" in empty
        assert ProgressReport.objects.count() == 1

    def test_returned_it_can_be_mended(self, stage, frozen):
        self.correct(stage.office, frozen, percent_complete="45")
        entry = ProgressReport.objects.get(corrects=frozen)
        reviewing.return_report(stage.second_office, report=entry, version=entry.version, now=NOW, reason="应为 46")
        assert 'value="45"' in page(stage.office, f"/reports/{frozen.pk}/correct/")
        self.correct(stage.office, frozen, percent_complete="46")
        entry.refresh_from_db()
        assert (entry.state, entry.percent_complete, entry.version) == (ReportState.FORWARDED, 46, 3)

    def test_what_was_corrected_twice_shows_as_it_stands(self, stage, frozen):
        standing = frozen
        for percent in (45, 46):
            given = content(percent_complete=percent)
            entry = reviewing.correct_report(stage.office, report=standing, content=given, reason="核对", now=NOW)
            version = entry.version
            standing = reviewing.approve_report(stage.second_office, report=entry, version=version, now=NOW)
        shown = words(page(stage.leader, f"/reports/{stage.duty.pk}/{stage.period.pk}/"))
        assert ("46%" in shown, "45%" in shown) == (True, False)

    def test_only_what_is_approved_in_a_frozen_period(self, stage):
        report = approved(stage)
        assert client_of(stage.office).get(f"/reports/{report.pk}/correct/").status_code == 404
        assert client_of(stage.reporter).get(f"/reports/{report.pk}/correct/").status_code == 403

    def test_the_frozen_board_leads_to_it(self, stage, frozen):
        html = page(stage.office, f"{PERIODS}{stage.period.pk}/filing/?state=approved")
        assert f'href="/reports/{frozen.pk}/correct/"' in html
