"""Each changed cell beside base and system: what kind it is, why, and who learns what from it."""

import datetime

import pytest

from tasks.models import Duty, ProgressReport
from tasks.queries.roundtrip import GONE, NO_UNIT, NOT_YOURS, Difference
from tasks.roundtrip import Kind, judged
from tasks.services.periods import freeze_period
from tasks.services.reporting import save_draft, submit_report
from tasks.tests.journeys import approved, drafted, more_duties, returned
from tasks.tests.offline import Offline, brought, taken
from tasks.tests.people import NOW, TODAY, Stage, content
from units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def offline(stage: Stage) -> Offline:
    drafted(stage)
    return Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)


def resaved(stage: Stage, **changes) -> ProgressReport:
    report = ProgressReport.objects.get(duty=stage.duty, period=stage.period)
    return save_draft(
        stage.reporter,
        duty=stage.duty,
        period=stage.period,
        content=content(**changes),
        version=report.version,
        now=NOW,
    )


def told(difference: Difference) -> list[tuple]:
    return [(one.kind, one.cell.field, one.base, one.ours, one.cell.text, one.reason) for one in difference.verdicts]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "kind"),
    [
        ("a", "a", "a", Kind.UNCHANGED),
        ("a", "b", "a", Kind.UNCHANGED),
        ("a", "b", "b", Kind.UNCHANGED),
        ("a", "a", "b", Kind.CHANGED),
        ("a", "b", "c", Kind.CONFLICT),
        ("a", "", "c", Kind.CONFLICT),
        ("a", "b", "", Kind.CONFLICT),
    ],
)
def test_three_texts_make_one_kind(base: str, ours: str, theirs: str, kind: Kind) -> None:
    assert judged(base, ours, theirs) == kind


class TestKinds:
    def test_changed_in_the_file_alone(self, stage: Stage, offline: Offline) -> None:
        offline.fill(stage.duty, percent_complete=0.6)
        difference = brought(stage.reporter, offline.saved())
        assert told(difference) == [(Kind.CHANGED, "percent_complete", "40", "40", "60", "")]
        assert difference.values == {f"{stage.duty.pk}.percent_complete": 60}

    def test_changed_here_alone_asks_for_nothing(self, stage: Stage, offline: Offline) -> None:
        resaved(stage, percent_complete=50)
        assert told(brought(stage.reporter, offline.saved())) == []

    def test_changed_on_both_sides(self, stage: Stage, offline: Offline) -> None:
        offline.fill(stage.duty, percent_complete=0.6, risk="冬季停工")
        resaved(stage, percent_complete=50, next_steps="另一句")
        assert told(brought(stage.reporter, offline.saved())) == [
            (Kind.CONFLICT, "percent_complete", "40", "50", "60", ""),
            (Kind.CHANGED, "risk", "", "", "冬季停工", ""),
        ]

    def test_changed_the_same_on_both_sides_is_no_difference(self, stage: Stage, offline: Offline) -> None:
        offline.fill(stage.duty, percent_complete=0.6)
        resaved(stage, percent_complete=60)
        difference = brought(stage.reporter, offline.saved())
        assert [one.kind for one in difference.verdicts] == [Kind.UNCHANGED]
        assert difference.tally.counts == dict.fromkeys(Kind, 0) | {Kind.UNCHANGED: 10}

    def test_a_report_begun_since_the_download(self, stage: Stage) -> None:
        offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        offline.fill(stage.duty, progress="文件的", risk="文件的")
        drafted(stage, progress="网页的")
        assert told(brought(stage.reporter, offline.saved())) == [
            (Kind.CONFLICT, "progress", "", "网页的", "文件的", ""),
            (Kind.CHANGED, "risk", "", "", "文件的", ""),
        ]

    def test_a_unit_by_its_short_name_too(self, stage: Stage, offline: Offline) -> None:
        Unit.objects.filter(pk=stage.other_duty.unit.pk).update(short_name="青关")
        offline.fill(stage.duty, coordination_unit="青关")
        difference = brought(stage.reporter, offline.saved())
        assert list(difference.values.values()) == [stage.other_duty.unit]
        offline.fill(stage.duty, coordination_unit="各执法部门")
        (verdict,) = brought(stage.reporter, offline.saved()).verdicts
        assert (verdict.kind, verdict.reason) == (Kind.REFUSED, NO_UNIT)

    def test_the_numbers_add_up_to_every_cell_read(self, stage: Stage, offline: Offline) -> None:
        offline.fill(stage.duty, percent_complete=0.6, confidence="很好", risk="有", text="改原文")
        resaved(stage, percent_complete=50)
        offline.add_foreign_row({"progress": "别处", "risk": "别处"}, None)
        tally = brought(stage.reporter, offline.saved()).tally
        assert tally.counts == {
            Kind.UNCHANGED: 7,
            Kind.CHANGED: 1,
            Kind.CONFLICT: 1,
            Kind.REFUSED: 2,
            Kind.UNKNOWN: 2,
        }
        assert tally.total == 13  # ten editable cells, one locked that was changed, two that belong nowhere


class TestRefused:
    def reason(self, stage: Stage, offline: Offline, today: datetime.date = TODAY, user=None) -> str:
        offline.fill(stage.duty, risk="改")
        (verdict,) = brought(user or stage.reporter, offline.saved(), today).verdicts
        assert verdict.kind == Kind.REFUSED
        return verdict.reason

    def test_not_your_unit_and_nothing_is_told_of_its_draft(self, stage: Stage, offline: Offline) -> None:
        resaved(stage, risk="还没写好 qzdraft")
        offline.fill(stage.duty, risk="改")
        for user in (stage.office, stage.other_reporter):
            (verdict,) = brought(user, offline.saved()).verdicts
            assert (verdict.kind, verdict.reason, verdict.ours) == (Kind.REFUSED, NOT_YOURS, "")

    def test_a_frozen_period(self, stage: Stage, offline: Offline) -> None:
        freeze_period(stage.office, period=stage.period, now=NOW)
        assert self.reason(stage, offline) == "2026年三季度已冻结，不再接受填报。"

    def test_a_period_that_is_not_open_yet(self, stage: Stage, offline: Offline) -> None:
        day = stage.period.opens_on - datetime.timedelta(days=1)
        assert self.reason(stage, offline, day) == "2026年三季度自 2026-10-01 起开放填报，请到时再填。"

    def test_handed_in_meanwhile(self, stage: Stage, offline: Offline) -> None:
        report = ProgressReport.objects.get()
        submit_report(stage.reporter, report=report, version=report.version, now=NOW)
        assert self.reason(stage, offline) == "这份填报已提交（待初审），撤回后才能修改。"

    def test_approved_meanwhile(self, stage: Stage) -> None:
        offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        approved(stage)
        assert self.reason(stage, offline) == "这份填报已通过，不能修改。"

    def test_a_duty_that_is_no_more(self, stage: Stage) -> None:
        offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        offline.fill(stage.duty, risk="改")
        data = offline.saved()
        Duty.objects.filter(pk=stage.duty.pk).delete()
        (verdict,) = brought(stage.reporter, data).verdicts
        assert (verdict.kind, verdict.reason) == (Kind.REFUSED, GONE)

    def test_a_returned_report_can_be_mended(self, stage: Stage) -> None:
        returned(stage)
        offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        offline.fill(stage.duty, risk="改")
        assert [one.kind for one in brought(stage.reporter, offline.saved()).verdicts] == [Kind.CHANGED]

    def test_the_office_writes_for_an_open_group(self, stage: Stage) -> None:
        offline = Offline(taken(stage.office, stage.period, stage.group_duty.unit), stage.period.pk)
        offline.fill(stage.group_duty, progress="各部门已开展 3 次联合执法。")
        assert [one.kind for one in brought(stage.office, offline.saved()).verdicts] == [Kind.CHANGED]


def test_the_queries_are_as_many_for_one_row_as_for_six(stage: Stage, django_assert_num_queries) -> None:
    duties = [stage.duty, *more_duties(stage, 5)]
    offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
    for count in (1, 6):
        for duty in duties[:count]:
            offline.fill(duty, progress="10月8日开工。", coordination_unit="青岛海关")
        data = offline.saved()
        with django_assert_num_queries(6):
            assert len(brought(stage.reporter, data).verdicts) == 2 * count
