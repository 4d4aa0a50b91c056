"""The filing board of a period: every number leads to its rows, and once frozen it stays."""

import datetime
import re

import pytest
from lxml import html

from tasks.choices import DutyRole
from tasks.models import Duty, MainTask, Measure, StandingSummary
from tasks.queries import filing
from tasks.queries.dashboard import Dashboard
from tasks.queries.filing import FilingRow, RowsBehind
from tasks.services import closing
from tasks.services.periods import freeze_period
from tasks.services.planning import save_duty
from tasks.services.reporting import save_draft
from tasks.services.standing import forget, rebuild
from tasks.tests.desk import client_of, page
from tasks.tests.journeys import approved, forwarded, of_customs, returned
from tasks.tests.people import NOW, TODAY, Stage, content
from tasks.tests.reading import rows, section
from tasks.views import periods
from units.choices import UnitKind
from units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
PERIODS = "/plans/jiaodong/periods/"


def board(html: str) -> list[list[tuple[str, str | None]]]:
    return [[(cell.text.split()[0], cell.url) for cell in row] for row in rows(section(html, "board"))[1:]]


def urged(page: str) -> str:
    (text,) = html.fromstring(page).xpath("//textarea[@readonly]")
    return text.text


class TestFilingBoard:
    @pytest.fixture(params=["kept", "forgotten"])
    def filed(self, stage, request) -> Stage:
        """Approved and late, in review, and a draft of the open group; a measure nobody has written for."""
        task = MainTask.objects.create(plan=stage.plan, number=2, title="二")
        second = Measure.objects.create(main_task=task, order=1, text="第二项")
        for position, unit in enumerate((stage.duty.unit, stage.other_duty.unit), start=1):
            Duty.objects.create(measure=second, unit=unit, role=DutyRole.SHARED, position=position)
        Duty.objects.create(measure=second, unit=stage.group_duty.unit, role=DutyRole.COOPERATE, position=3)
        if request.param == "kept":
            rebuild(stage.plan, now=NOW)  # what follows keeps it in step
        of_customs(stage, now=NOW + datetime.timedelta(days=30))
        forwarded(stage)
        save_draft(stage.office, duty=stage.group_duty, period=stage.period, content=content(), version=None, now=NOW)
        return stage

    def test_every_number_leads_to_exactly_its_rows(self, filed):
        client = client_of(filed.office)
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

    def test_any_part_of_a_list_is_the_same_from_what_is_kept_and_from_the_facts(self, filed):
        def parts() -> dict[tuple[str, int, int], list[FilingRow]]:
            units = filing.board(filed.period)
            found = {}
            for state in periods.LISTS:
                behind = RowsBehind(filed.period, state, units)
                edges = range(len(behind) + 1)
                found |= {(state, a, b): behind.read(slice(a, b)) for a in edges for b in edges if a < b}
            return found

        kept = parts()
        forget(plan=filed.plan)
        assert kept == parts()
        assert {state for state, _, _ in kept} == set(periods.LISTS) - {"approved", "returned"}

    def test_a_page_of_it_costs_two_questions_and_is_read_once(self, filed, django_assert_num_queries):
        units = filing.board(filed.period)
        is_kept = StandingSummary.objects.filter(period=None).exists()
        for state in ("in_review", "unfinished", "late"):
            behind = RowsBehind(filed.period, state, units)
            with django_assert_num_queries(2 if is_kept else 3):
                found = behind.read(slice(0, 2))
            with django_assert_num_queries(4 if is_kept else 5):  # in which state is asked first
                assert behind[0:2] == found
            with django_assert_num_queries(2):
                assert RowsBehind(filed.period, state, units)[0:2] == found

    def test_what_units_have_not_handed_in_is_told_in_words_to_copy(self, filed):
        returned(filed, Duty.objects.get(measure__order=1, measure__main_task__number=2, unit=filed.duty.unit))
        client, address = client_of(filed.office), f"{PERIODS}{filed.period.pk}/"
        text = client.get(address).content.decode()
        assert "3 个单位还有 3 项没有报送：未报、草稿或已退回。" in text
        listed = client.get(f"{address}filing/?state=unfinished").content.decode()
        assert (len(rows(listed)) - 1, "待报送 3 项</h1>" in listed) == (3, True)
        first, *lines = urged(listed).splitlines()
        assert first == ("2026年三季度填报将于10月15日截止，以下3个单位还有3项没有报送，请尽快登录系统办理：")
        assert set(lines) == {
            "省交通运输厅：2-1（已退回，改好再交）",
            "青岛海关：2-1",
            "各执法部门：1-1（草稿没有提交）",
        }
        one = client.get(f"{address}filing/?state=unfinished&unit={filed.other_duty.unit.slug}").content.decode()
        assert urged(one).splitlines()[0].endswith("，青岛海关还有1项没有报送，请尽快登录系统办理：")

    def test_a_list_of_several_pages_is_told_by_numbers(self, filed, monkeypatch):
        monkeypatch.setattr(periods, "PER_PAGE", 1)
        listed = page(filed.office, f"{PERIODS}{filed.period.pk}/filing/?state=unfinished")
        assert set(urged(listed).splitlines()[1:]) == {"省交通运输厅：1项", "青岛海关：1项", "各执法部门：1项"}

    def test_only_the_office_chases_and_only_while_it_helps(self, filed):
        address = f"{PERIODS}{filed.period.pk}/filing/?state=unfinished"
        assert ("催办" in page(filed.office, address), "催办" in page(filed.leader, address)) == (True, False)
        freeze_period(filed.office, period=filed.period, now=NOW)
        assert "催办" not in page(filed.office, address)
        assert "催办" not in page(filed.office, f"{PERIODS}{filed.period.pk}/")

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
        client, own = client_of(stage.office), f"{PERIODS}{stage.period.pk}/filing/"
        assert [client.get(own + query).status_code for query in ("?state=x", "?unit=nobody")] == [404, 404]

    def test_the_board_stays_as_it_was_frozen(self, stage):
        approved(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        before = board(page(stage.office, f"{PERIODS}{stage.period.pk}/"))
        closing.amend_measure(
            stage.office, measure=stage.measure, changes={"halted": "suspended"}, reason="调整", now=NOW
        )
        unit = Unit.objects.create(name="省某厅", short_name="某厅", slug="mt", kind=UnitKind.PROVINCIAL)
        added = Duty.objects.create(measure=stage.measure, unit=unit, role=DutyRole.LEAD, position=30)
        later = NOW + datetime.timedelta(days=1)
        Duty.history.filter(id=added.pk).update(history_date=later)
        stage.other_duty.role = DutyRole.COOPERATE
        save_duty(stage.office, duty=stage.other_duty, now=later)
        Duty.history.filter(id=stage.other_duty.pk, history_type="~").update(history_date=later)
        assert board(page(stage.office, f"{PERIODS}{stage.period.pk}/")) == before
        assert len(rows(page(stage.office, f"{PERIODS}{stage.period.pk}/filing/?state=obliged"))) - 1 == 3

    def test_the_open_board_and_the_dashboard_follow_the_table(self, stage):
        rebuild(stage.plan, now=NOW)
        stage.other_duty.role = DutyRole.COOPERATE
        save_duty(stage.office, duty=stage.other_duty, now=NOW)
        assert board(page(stage.office, f"{PERIODS}{stage.period.pk}/"))[-1][1] == (
            "2",
            f"{PERIODS}{stage.period.pk}/filing/?state=obliged",
        )
        assert Dashboard(stage.plan, TODAY).filing.obliged == 2

    def test_nor_does_the_measure_miss_in_it_who_joined_later(self, stage):
        approved(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        Duty.objects.create(measure=stage.measure, unit=stage.office.unit, role=DutyRole.LEAD, position=30)
        assert re.findall(r"另有 (\d+) 个单位未报", page(stage.office, "/plans/jiaodong/measures/1-1/")) == ["2"]
