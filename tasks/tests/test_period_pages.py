"""The Office's periods: proposed, opened, watched, frozen, corrected."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from tasks.choices import DutyRole, ReportState
from tasks.models import Duty, MainTask, Measure, ProgressReport, ReportingPeriod
from tasks.queries.workdays import next_proposal
from tasks.services import closing, reviewing
from tasks.services.periods import freeze_period
from tasks.services.reporting import save_draft
from tasks.tests.journeys import approved, forwarded, of_customs, submitted
from tasks.tests.people import NOW, TODAY, Stage, content, make_stage
from tasks.tests.reading import rows, section
from units.choices import UnitKind
from units.models import AuditEvent, Unit

pytestmark = pytest.mark.django_db
PERIODS = "/plans/jiaodong/periods/"
DAY = datetime.date


@pytest.fixture(autouse=True)
def now(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def at_desk(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, url: str) -> str:
    answer = at_desk(person).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def urls_of(period: ReportingPeriod) -> list[str]:
    own = f"{PERIODS}{period.pk}/"
    return [PERIODS, f"{PERIODS}new/", own, f"{own}filing/", f"{own}freeze/", "/plans/jiaodong/cadence/"]


class TestWhoMay:
    @pytest.mark.parametrize("name", ["reporter", "reviewer", "leader", "auditor"])
    def test_nobody_but_the_office(self, stage, name):
        client = at_desk(getattr(stage, name))
        for url in urls_of(stage.period):
            assert (client.get(url).status_code, client.post(url).status_code) in {(403, 403), (403, 405)}, url
        assert ReportingPeriod.objects.get().frozen_at is None

    def test_an_outsider_is_asked_to_log_in(self, stage):
        assert {Client().get(url).headers["Location"] for url in urls_of(stage.period)} == {
            f"/login/?next={url}" for url in urls_of(stage.period)
        }

    def test_another_plan_s_period_is_not_found(self, stage):
        assert at_desk(stage.office).get(f"/plans/other/periods/{stage.period.pk}/").status_code == 404
        assert at_desk(stage.office).get(f"{PERIODS}999999/").status_code == 404


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
        client = at_desk(stage.office)
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
        ],
    )
    def test_refused_in_words_and_nothing_typed_is_lost(self, stage, changes, refusal):
        sent = {"label": "四季度", "as_of": "2026-12-31", "opens_on": "2027-01-04", "due_on": "2027-01-18", **changes}
        html = at_desk(stage.office).post(f"{PERIODS}new/", sent).content.decode()
        assert refusal in words(html)
        assert f'value="{sent["opens_on"]}"' in html
        assert ReportingPeriod.objects.count() == 1


def board(html: str) -> list[list[tuple[str, str | None]]]:
    return [[(cell.text.split()[0], cell.url) for cell in row] for row in rows(section(html, "board"))[1:]]


class TestFilingBoard:
    @pytest.fixture
    def filed(self, stage) -> Stage:
        """Approved and late, in review, and a draft of the open group; a measure nobody has written for."""
        task = MainTask.objects.create(plan=stage.plan, number=2, title="二")
        second = Measure.objects.create(main_task=task, order=1, text="第二项")
        for position, unit in enumerate((stage.duty.unit, stage.other_duty.unit), start=1):
            Duty.objects.create(measure=second, unit=unit, role=DutyRole.SHARED, position=position)
        Duty.objects.create(measure=second, unit=stage.group_duty.unit, role=DutyRole.COOPERATE, position=3)
        of_customs(stage, now=NOW + datetime.timedelta(days=30))
        forwarded(stage)
        save_draft(stage.office, duty=stage.group_duty, period=stage.period, content=content(), version=None, now=NOW)
        return stage

    def test_every_number_leads_to_exactly_its_rows(self, filed):
        client = at_desk(filed.office)
        lines = board(client.get(f"{PERIODS}{filed.period.pk}/").content.decode())
        numbers = {line[0][0]: [int(text) for text, _ in line[1:]] for line in lines}
        assert numbers == {  # 应报 已通过 审核中 已退回 草稿 未报 补报
            "省交通运输厅": [2, 0, 1, 0, 0, 1, 0],
            "青岛海关": [2, 0, 1, 0, 0, 1, 1],
            "各执法部门": [1, 0, 0, 0, 1, 0, 0],
            "合计": [5, 0, 2, 0, 1, 2, 1],
        }
        for line in lines:
            for text, url in line[1:]:
                assert (url is None) == (text == "0")
                if url:
                    html = client.get(url).content.decode()
                    assert (len(rows(html)) - 1, f" {text} 项</h1>" in html) == (int(text), True)

    def test_all_numbers_of_a_unit_add_up(self, filed):
        for line in board(page(filed.office, f"{PERIODS}{filed.period.pk}/")):
            obliged, *states, late = (int(text) for text, _ in line[1:])
            assert (obliged, late <= obliged) == (sum(states), True)

    def test_late_ones_are_marked(self, filed):
        html = page(filed.office, f"{PERIODS}{filed.period.pk}/filing/?state=late")
        assert re.findall(r'<span class="role">(.*?)</span>', html) == ["补报"]

    def test_halted_and_completed_measures_need_no_report(self, stage):
        claim = closing.claim_completion(
            stage.reporter, duty=stage.duty, result="完成", document="1号", completed_on=TODAY, now=NOW
        )
        closing.verify_completion(stage.office, claim=claim, now=NOW)
        assert "没有应报的职责。" in page(stage.office, f"{PERIODS}{stage.period.pk}/")

    def test_a_state_or_unit_that_is_not_there(self, stage):
        client, own = at_desk(stage.office), f"{PERIODS}{stage.period.pk}/filing/"
        assert [client.get(own + query).status_code for query in ("?state=x", "?unit=nobody")] == [404, 404]

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(self, stage, django_assert_num_queries, count):
        for number in range(count):
            unit = Unit.objects.create(name=f"厅{number}", short_name="厅", slug=f"u-{number}", kind=UnitKind.PARTY)
            Duty.objects.create(measure=stage.measure, unit=unit, role=DutyRole.LEAD, position=20 + number)
        client = at_desk(stage.office)
        with django_assert_num_queries(6):
            client.get(f"{PERIODS}{stage.period.pk}/")
        with django_assert_num_queries(7):
            client.get(f"{PERIODS}{stage.period.pk}/filing/")
        with django_assert_num_queries(6):
            client.get(PERIODS)


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
        client = at_desk(stage.office)
        answers = [client.post(f"{PERIODS}{stage.period.pk}/freeze/") for _ in range(2)]
        assert [answer.headers["Location"] for answer in answers] == [f"{PERIODS}{stage.period.pk}/"] * 2
        assert AuditEvent.objects.filter(verb="冻结期次").count() == 1
        html = page(stage.office, f"{PERIODS}{stage.period.pk}/")
        assert "冻结后不再接受填报和审核" in html
        assert "冻结这个期次" not in html
        assert client.get(f"{PERIODS}{stage.period.pk}/freeze/").status_code == 302

    def test_not_before_it_opens(self, stage):
        ReportingPeriod.objects.update(opens_on=DAY(2026, 10, 10))
        answer = at_desk(stage.office).post(f"{PERIODS}{stage.period.pk}/freeze/")
        assert "这个期次还没有开放填报，不能冻结。" in answer.content.decode()

    def test_the_board_stays_as_it_was_frozen(self, stage):
        approved(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        before = board(page(stage.office, f"{PERIODS}{stage.period.pk}/"))
        closing.amend_measure(
            stage.office, measure=stage.measure, changes={"halted": "suspended"}, reason="调整", now=NOW
        )
        unit = Unit.objects.create(name="省某厅", short_name="某厅", slug="mt", kind=UnitKind.PROVINCIAL)
        added = Duty.objects.create(measure=stage.measure, unit=unit, role=DutyRole.LEAD, position=30)
        Duty.history.filter(id=added.pk).update(history_date=NOW + datetime.timedelta(days=1))
        assert board(page(stage.office, f"{PERIODS}{stage.period.pk}/")) == before


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
        return at_desk(person).post(f"/reports/{report.pk}/correct/", {**self.sent(), **changes})

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

    def test_only_what_is_approved_in_a_frozen_period(self, stage):
        report = approved(stage)
        assert at_desk(stage.office).get(f"/reports/{report.pk}/correct/").status_code == 404
        assert at_desk(stage.reporter).get(f"/reports/{report.pk}/correct/").status_code == 403

    def test_the_frozen_board_leads_to_it(self, stage, frozen):
        html = page(stage.office, f"{PERIODS}{stage.period.pk}/filing/?state=approved")
        assert f'href="/reports/{frozen.pk}/correct/"' in html
