"""调整期次 and 撤销期次: what can be mended until it is frozen, and what was written on stays."""

import datetime
import json

import pytest
from django.utils import timezone

from tasks.lights import ProgressLight
from tasks.models import DutyFiling, LightChange, MeasureStanding, ReportingPeriod, UnitFiling
from tasks.queries.drift import drift
from tasks.services.periods import freeze_period
from tasks.services.standing import rebuild
from tasks.tests.desk import client_of, words
from tasks.tests.journeys import drafted, submitted
from tasks.tests.pages import Shown
from tasks.tests.people import NOW, TODAY, Stage
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PERIODS = "/plans/jiaodong/periods/"
LATER = datetime.date(2026, 10, 31)


def address(stage: Stage, verb: str) -> str:
    return f"{PERIODS}{stage.period.pk}/{verb}/"


def dates(period: ReportingPeriod, **changes: object) -> dict[str, object]:
    kept = {name: getattr(period, name) for name in ("label", "as_of", "opens_on", "due_on")}
    return {**kept, "reason": "省政府推迟了会期", **changes}


class TestChanging:
    def test_a_later_due_date_is_everywhere_at_once_and_in_the_audit_trail(self, stage: Stage) -> None:
        office = client_of(stage.office)
        assert Shown(office, f"{PERIODS}{stage.period.pk}/").link("调整") is not None
        answer = office.post(address(stage, "change"), dates(stage.period, due_on=LATER), follow=True)
        assert "2026年三季度已按所填的调整" in answer.content.decode()
        assert "10月31日（星期六）截止" in client_of(stage.reporter).get("/workbench/").content.decode()
        event = AuditEvent.objects.get(verb="调整期次")
        assert json.loads(event.before) == {"截止日期": "2026-10-15"}
        assert json.loads(event.after) == {"截止日期": "2026-10-31", "理由": "省政府推迟了会期"}

    def test_lights_are_judged_by_it(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        after = NOW + datetime.timedelta(days=10)
        monkeypatch.setattr(timezone, "now", lambda: after)
        rebuild(stage.plan, now=after)
        light = MeasureStanding.objects.filter(measure=stage.measure).values_list("progress_light", flat=True)
        assert light.get() == ProgressLight.NOT_REPORTED
        client_of(stage.office).post(address(stage, "change"), dates(stage.period, due_on=LATER))
        assert light.get() == ProgressLight.AWAITED
        assert list(drift(stage.plan, timezone.localdate(after))) == []

    def test_the_day_that_was_written_about_stays(self, stage: Stage) -> None:
        drafted(stage)
        wanted = dates(stage.period, as_of=datetime.date(2026, 9, 29), due_on=LATER, reason="")
        page = client_of(stage.office).post(address(stage, "change"), wanted)
        said = words(page)
        assert "已有单位在本期填报，截至日期不能再改。" in said
        assert "请写明调整的理由。" in said
        stage.period.refresh_from_db()
        assert (stage.period.as_of, stage.period.due_on) != (wanted["as_of"], LATER)
        client_of(stage.office).post(address(stage, "change"), dates(stage.period, due_on=LATER))
        stage.period.refresh_from_db()
        assert stage.period.due_on == LATER

    def test_what_was_late_stays_late(self, stage: Stage) -> None:
        ReportingPeriod.objects.update(
            opens_on=TODAY - datetime.timedelta(days=3), due_on=TODAY - datetime.timedelta(days=1)
        )
        stage.period.refresh_from_db()
        report = submitted(stage)
        client_of(stage.office).post(address(stage, "change"), dates(stage.period, due_on=LATER))
        report.refresh_from_db()
        assert report.is_late

    def test_another_ones_name_is_refused_and_the_same_again_records_nothing(self, stage: Stage) -> None:
        day = datetime.date(2026, 6, 30)
        ReportingPeriod.objects.create(
            plan=stage.plan, label="2026年二季度", as_of=day, opens_on=day, due_on=day, opened_at=NOW
        )
        page = client_of(stage.office).post(address(stage, "change"), dates(stage.period, label="2026年二季度"))
        assert "这个期次已经建立。" in words(page)
        client_of(stage.office).post(address(stage, "change"), dates(stage.period))
        assert not AuditEvent.objects.filter(verb="调整期次").exists()


class TestWithdrawing:
    def test_a_period_of_which_nothing_is_written_goes_with_all_that_was_counted(self, stage: Stage) -> None:
        rebuild(stage.plan, now=NOW)
        office = client_of(stage.office)
        link = Shown(office, address(stage, "change")).tree.xpath("//a[text()='撤销这个期次…']/@href")
        assert link == [address(stage, "withdraw")]
        assert "请写明" in office.post(link[0], {"reason": ""}).content.decode()
        answer = office.post(link[0], {"reason": "日期写错"}, follow=True)
        assert "2026年三季度已撤销" in answer.content.decode()
        assert [model.objects.count() for model in (ReportingPeriod, UnitFiling, DutyFiling)] == [0, 0, 0]
        assert list(drift(stage.plan, TODAY)) == []
        event = AuditEvent.objects.get(verb="撤销期次")
        assert (event.subject, json.loads(event.after)) == ("2026年三季度", {"理由": "日期写错"})

    def test_the_lights_that_it_had_turned_turn_back(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        rebuild(stage.plan, now=NOW)
        after = NOW + datetime.timedelta(days=10)
        monkeypatch.setattr(timezone, "now", lambda: after)
        rebuild(stage.plan, now=after)
        client_of(stage.office).post(address(stage, "withdraw"), {"reason": "日期写错"})
        turned = LightChange.objects.order_by("pk").values_list("before", "after")
        assert list(turned) == [("awaited", "not_reported"), ("not_reported", "awaited")]

    def test_not_where_somebody_has_begun(self, stage: Stage) -> None:
        drafted(stage)
        page = client_of(stage.office).post(address(stage, "withdraw"), {"reason": "日期写错"})
        assert "不能撤销" in page.content.decode()
        assert ReportingPeriod.objects.filter(pk=stage.period.pk).exists()


@pytest.mark.parametrize("verb", ["change", "withdraw"])
def test_a_frozen_period_stays(stage: Stage, verb: str) -> None:
    freeze_period(stage.office, period=stage.period, now=NOW)
    answer = client_of(stage.office).post(address(stage, verb), dates(stage.period, due_on=LATER), follow=True)
    assert "2026年三季度已经冻结，不能再改。" in answer.content.decode()
    stage.period.refresh_from_db()
    assert stage.period.due_on != LATER
