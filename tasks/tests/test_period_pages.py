"""The Office's periods: proposed, opened, frozen."""

import datetime
import re

import pytest
from django.test import Client

from tasks.models import ReportingPeriod
from tasks.queries.workdays import next_proposal
from tasks.tests.desk import client_of, page, words
from tasks.tests.journeys import submitted
from tasks.tests.people import TODAY
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
PERIODS = "/plans/jiaodong/periods/"
DAY = datetime.date


def urls_of(period: ReportingPeriod) -> list[str]:
    own = f"{PERIODS}{period.pk}/"
    return [PERIODS, f"{PERIODS}new/", own, f"{own}filing/", f"{own}freeze/", "/plans/jiaodong/cadence/"]


class TestWhoMay:
    @pytest.mark.parametrize("name", ["reporter", "reviewer", "leader", "auditor"])
    def test_nobody_but_the_office(self, stage, name):
        """The rows behind the numbers of filing are read by leaders too."""
        client = client_of(getattr(stage, name))
        for url in urls_of(stage.period):
            if name == "leader" and url.endswith("/filing/"):
                assert (client.get(url).status_code, client.post(url).status_code) == (200, 405)
                continue
            assert (client.get(url).status_code, client.post(url).status_code) in {(403, 403), (403, 405)}, url
        assert ReportingPeriod.objects.get().frozen_at is None

    def test_an_outsider_is_asked_to_log_in(self, stage):
        assert {Client().get(url).headers["Location"] for url in urls_of(stage.period)} == {
            f"/login/?next={url}" for url in urls_of(stage.period)
        }

    def test_another_plan_s_period_is_not_found(self, stage):
        assert client_of(stage.office).get(f"/plans/other/periods/{stage.period.pk}/").status_code == 404
        assert client_of(stage.office).get(f"{PERIODS}999999/").status_code == 404


class TestOpen:
    @pytest.mark.parametrize(
        ("cadence", "proposed"),
        [
            ("quarterly", ("2026年四季度", DAY(2026, 12, 31))),
            ("monthly", ("2026年10月", DAY(2026, 10, 31))),
            ("half_yearly", ("2026年下半年", DAY(2026, 12, 31))),
        ],
    )
    def test_the_span_behind_the_last_period(self, stage, cadence, proposed):
        stage.plan.cadence = cadence
        proposal = next_proposal(stage.plan, TODAY)
        assert (proposal.label, proposal.as_of) == proposed

    @pytest.mark.parametrize(
        ("cadence", "label"),
        [("quarterly", "2026年三季度"), ("monthly", "2026年9月"), ("half_yearly", "2026年上半年")],
    )
    def test_for_a_plan_without_periods_the_last_span_that_has_ended(self, stage, cadence, label):
        stage.period.delete()
        stage.plan.cadence = cadence
        assert next_proposal(stage.plan, TODAY).label == label

    def test_working_days_are_those_of_the_notice(self, stage):
        """National day and the Saturday worked for it: ten working days behind 30 September end on the 20th."""
        stage.period.delete()
        proposal = next_proposal(stage.plan, TODAY)
        assert (proposal.opens_on, proposal.due_on) == (DAY(2026, 10, 8), DAY(2026, 10, 20))

    def test_years_without_data_are_named(self, stage):
        assert "工作日历里没有 2027 年的节假日安排" in page(stage.office, f"{PERIODS}new/")
        stage.period.delete()
        assert "工作日历里没有" not in page(stage.office, f"{PERIODS}new/")

    def test_opened_as_proposed_or_otherwise(self, stage):
        sent = {"label": "2026年四季度", "as_of": "2026年12月31日", "opens_on": "2027-01-04", "due_on": "2027-01-18"}
        client = client_of(stage.office)
        answers = [client.post(f"{PERIODS}new/", sent) for _ in range(2)]
        period = ReportingPeriod.objects.get(label="2026年四季度")
        assert [answer.headers["Location"] for answer in answers] == [f"{PERIODS}{period.pk}/"] * 2
        assert (period.as_of, period.opened_by) == (DAY(2026, 12, 31), stage.office)
        assert AuditEvent.objects.filter(verb="建立期次").count() == 1

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"label": ""}, "期次：请填写期次名称"),
            ({"label": "2026年三季度"}, "这个期次已经建立。"),
            ({"as_of": "2026-09-30"}, "已有期次截至同一天。"),
            ({"due_on": "2026-12-01"}, "填报截止不能早于开放填报。"),
            ({"due_on": "年底"}, "填报截止：这不是日期。"),
            ({"as_of": "9999-12-31"}, "截至日期：年份须在 2000 到 2099 之间，请检查是否写错。"),  # none can follow
        ],
    )
    def test_refused_in_words_and_nothing_typed_is_lost(self, stage, changes, refusal):
        sent = {"label": "四季度", "as_of": "2026-12-31", "opens_on": "2027-01-04", "due_on": "2027-01-18", **changes}
        html = client_of(stage.office).post(f"{PERIODS}new/", sent).content.decode()
        assert refusal in words(html)
        assert f'value="{sent["opens_on"]}"' in html
        assert ReportingPeriod.objects.count() == 1


class TestFreeze:
    def test_the_page_says_what_it_does_and_what_is_missing(self, stage):
        submitted(stage)
        html = page(stage.office, f"{PERIODS}{stage.period.pk}/freeze/")
        assert "这个期次不再接受填报、补报和审核" in html
        left = re.findall(r'state=(\w+)">(.*?)</a>', html)
        assert left == [("in_review", "审核中 1 项"), ("missing", "未报 2 项")]
        assert "填报截止是 2026年10月15日，还没有过。" in html
        assert ReportingPeriod.objects.get().frozen_at is None

    def test_frozen_once_however_often(self, stage):
        client = client_of(stage.office)
        answers = [client.post(f"{PERIODS}{stage.period.pk}/freeze/") for _ in range(2)]
        assert [answer.headers["Location"] for answer in answers] == [f"{PERIODS}{stage.period.pk}/"] * 2
        assert AuditEvent.objects.filter(verb="冻结期次").count() == 1
        html = page(stage.office, f"{PERIODS}{stage.period.pk}/")
        assert "冻结后不再接受填报和审核" in html
        assert "冻结这个期次" not in html
        assert client.get(f"{PERIODS}{stage.period.pk}/freeze/").status_code == 302

    def test_not_before_it_opens(self, stage):
        ReportingPeriod.objects.update(opens_on=DAY(2026, 10, 10))
        answer = client_of(stage.office).post(f"{PERIODS}{stage.period.pk}/freeze/")
        assert "这个期次还没有开放填报，不能冻结。" in answer.content.decode()
