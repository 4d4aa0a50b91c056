"""What makes an approved report public and takes it back: who may, all or none, once, and what a correction does."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tasks.models import ProgressReport
from tasks.queries import public
from tasks.services.periods import freeze_period
from tasks.services.publishing import publish_reports, unpublish_report
from tasks.services.reviewing import approve_report, correct_report
from tasks.tests.journeys import approved, drafted, earlier_period, more_duties, returned, submitted
from tasks.tests.people import NOW, Stage, content
from units.models import AuditEvent

pytestmark = pytest.mark.django_db
LATER = NOW + datetime.timedelta(days=1)


def publish(stage: Stage, *reports: ProgressReport, now: datetime.datetime = NOW) -> None:
    publish_reports(stage.office, reports=reports, now=now)


def unpublish(stage: Stage, report: ProgressReport, reason: str = "数字有误") -> None:
    unpublish_report(stage.office, report=report, reason=reason, now=LATER)


def correction_of(stage: Stage, report: ProgressReport, progress: str = "更正为 8月1日。") -> ProgressReport:
    """A correction that the Office has handed in; the period is frozen for it."""
    freeze_period(stage.office, period=report.period, now=NOW)
    return correct_report(stage.office, report=report, content=content(progress=progress), reason="日期有误", now=NOW)


def approved_correction(stage: Stage, report: ProgressReport) -> ProgressReport:
    entry = correction_of(stage, report)
    return approve_report(stage.second_office, report=entry, version=entry.version, now=NOW)


def shown(stage: Stage) -> list[str]:
    """What an outsider reads of the measure."""
    return [one.progress for one in public.progress_of(stage.measure)]


def events() -> list[tuple[str, str, str]]:
    found = AuditEvent.objects.filter(verb__in=["公开", "撤下公开"]).order_by("number")
    return list(found.values_list("verb", "actor", "after"))


class TestPublish:
    def test_an_approved_report_is_public_from_then_on_and_not_before(self, stage):
        report = approved(stage)
        assert shown(stage) == []
        publish(stage, report)
        report.refresh_from_db()
        assert (report.published_at, report.published_by) == (NOW, stage.office)
        assert shown(stage) == [report.progress]

    def test_of_a_report_an_outsider_sees_ten_things(self, stage):
        report = approved(stage, risk="风险", problems="问题", next_steps="下一步", confidence="at_risk")
        publish(stage, report)
        assert public.progress_of(stage.measure) == [
            public.PublicReport(
                1, 1, "省交通运输厅", "jt", "2026年三季度", datetime.date(2026, 9, 30),
                report.progress, 40, "at_risk", NOW,
            )
        ]  # fmt: skip
        assert public.progress_of(stage.measure)[0].word == "有风险"

    @pytest.mark.parametrize("name", ["reporter", "reviewer", "other_reporter", "leader", "administrator", "auditor"])
    def test_the_office_alone(self, stage, name):
        report = approved(stage)
        with pytest.raises(PermissionDenied):
            publish_reports(stage.everybody[name], reports=[report], now=NOW)
        publish(stage, report)
        with pytest.raises(PermissionDenied):
            unpublish_report(stage.everybody[name], report=report, reason="数字有误", now=NOW)
        assert shown(stage) == [report.progress]

    @pytest.mark.parametrize("bring", [drafted, submitted, returned])
    def test_all_or_none_where_one_is_not_approved(self, stage, bring):
        good, other = approved(stage), bring(stage, more_duties(stage, 1)[0])
        with pytest.raises(ValidationError) as refused:
            publish(stage, good, other)
        assert refused.value.messages == ["只有已通过的填报可以公开，其中 1 项还没有通过，请去掉这几项。"]
        assert (shown(stage), events()) == ([], [])

    def test_each_is_an_event_that_keeps_what_became_public(self, stage):
        reports = [approved(stage), approved(stage, more_duties(stage, 1)[0], progress="8月5日开工。")]
        publish(stage, *reports)
        assert events() == [("公开", "督查专员甲", report.progress) for report in reports]

    def test_repeated_it_has_one_effect(self, stage):
        report = approved(stage)
        publish(stage, report)
        publish(stage, report, now=LATER)
        report.refresh_from_db()
        assert (report.published_at, len(events())) == (NOW, 1)

    def test_one_already_public_does_not_stop_the_others(self, stage):
        first, second = approved(stage), approved(stage, more_duties(stage, 1)[0])
        publish(stage, first)
        publish(stage, first, second, now=LATER)
        found = ProgressReport.objects.order_by("pk").values_list("published_at", flat=True)
        assert list(found) == [NOW, LATER]


class TestTakeDown:
    def test_is_public_no_longer_and_can_be_again(self, stage):
        report = approved(stage)
        publish(stage, report)
        unpublish(stage, report)
        report.refresh_from_db()
        assert (shown(stage), report.published_at, report.published_by) == ([], None, None)
        publish(stage, report, now=LATER)
        assert shown(stage) == [report.progress]

    def test_needs_a_reason_which_the_event_keeps(self, stage):
        report = approved(stage)
        publish(stage, report)
        with pytest.raises(ValidationError) as refused:
            unpublish(stage, report, "  ")
        assert refused.value.message_dict == {"reason": ["请写明撤下的理由。"]}
        unpublish(stage, report, " 数字有误 ")
        assert events()[1:] == [("撤下公开", "督查专员甲", "数字有误")]

    def test_repeated_it_has_one_effect(self, stage):
        report = approved(stage)
        publish(stage, report)
        unpublish(stage, report)
        unpublish(stage, report)
        assert len(events()) == 2


class TestCorrection:
    @pytest.fixture
    def report(self, stage) -> ProgressReport:
        """Public, of an earlier period."""
        found = approved(stage, period=earlier_period(stage), progress="6月20日开工。")
        publish(stage, found)
        return found

    def test_until_it_is_published_itself_the_original_stands(self, stage, report):
        entry = approved_correction(stage, report)
        assert shown(stage) == ["6月20日开工。"]
        publish(stage, entry)
        assert shown(stage) == ["更正为 8月1日。"]

    def test_one_that_waits_cannot_be_published(self, stage, report):
        with pytest.raises(ValidationError):
            publish(stage, correction_of(stage, report))
        assert shown(stage) == ["6月20日开工。"]

    def test_taken_down_it_takes_down_what_it_corrects(self, stage, report):
        entry = approved_correction(stage, report)
        publish(stage, entry)
        unpublish(stage, entry)
        assert shown(stage) == []
        assert [verb for verb, _, _ in events()] == ["公开", "公开", "撤下公开", "撤下公开"]

    def test_what_is_known_to_be_wrong_is_not_published_again(self, stage, report):
        approved_correction(stage, report)
        unpublish(stage, report)
        with pytest.raises(ValidationError) as refused:
            publish(stage, report)
        assert refused.value.messages == ["其中 1 项已有通过的更正，请公开更正后的填报。"]
        assert shown(stage) == []
