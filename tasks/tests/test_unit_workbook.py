"""本期填报表 as it is downloaded: what can be filled in, what cannot, and by whom it is taken."""

import datetime
import zipfile
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tasks.choices import DutyRole, Halt
from tasks.excel.unit_workbook import FIRST_ROW, HEADER_ROW, HINT_ROW, KEY_ROW, LABELS, MARKS_SHEET, UNITS_SHEET
from tasks.models import Measure
from tasks.roundtrip import EDITABLE, FIELDS, LOCKED
from tasks.tests.desk import client_of
from tasks.tests.journeys import drafted, more_duties, reported_before, submitted
from tasks.tests.offline import Offline, taken
from tasks.tests.people import NOW, Stage, make_period, make_user
from tasks.tests.readers import readers
from units.choices import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def address(stage: Stage, unit: str = "jt", period: int | None = None) -> str:
    return f"/plans/jiaodong/periods/{period or stage.period.pk}/workbook/{unit}.xlsx"


@pytest.fixture
def offline(stage: Stage) -> Offline:
    return Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)


class TestRows:
    def test_one_for_each_duty_that_may_be_reported_in_the_order_of_the_table(self, stage: Stage) -> None:
        (second,), (helping,) = more_duties(stage, 1), more_duties(stage, 1, DutyRole.COOPERATE)
        (halted,) = more_duties(stage, 1)
        Measure.objects.filter(pk=halted.measure.pk).update(halted=Halt.SUSPENDED)
        file = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        rows = [file.row(duty.pk) for duty in (stage.duty, second, helping)]
        assert rows == [FIRST_ROW, FIRST_ROW + 1, FIRST_ROW + 2]
        assert file.sheet.max_row == rows[-1]

    def test_a_new_report_opens_with_the_last_approved_content_beside_it(self, stage: Stage) -> None:
        reported_before(stage, progress="6月开工。", percent_complete=30)
        file = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        assert file.at(stage.duty, "last_progress").value == file.at(stage.duty, "progress").value == "6月开工。"
        percents = [file.at(stage.duty, name) for name in ("last_percent", "percent_complete")]
        assert [(cell.value, cell.number_format) for cell in percents] == [(0.3, "0%")] * 2

    def test_a_draft_stands_as_it_was_saved(self, stage: Stage) -> None:
        customs = stage.other_duty.unit
        drafted(stage, confidence="at_risk", coordination_unit=customs, coordination_due_on=datetime.date(2026, 12, 1))
        file = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        values = {name: file.at(stage.duty, name).value for name in EDITABLE}
        assert values == {
            "progress": "7月20日完成初步设计批复（鲁交规划〔2026〕12号），路基完成 40%。",
            "percent_complete": 0.4,
            "confidence": "有风险",
            "risk": None,
            "problems": None,
            "coordination_request": None,
            "coordination_unit": "青岛海关",
            "coordination_due_on": datetime.datetime(2026, 12, 1),
            "next_steps": "12月底前路基完成 60%。",
            "fall_reason": None,
        }


class TestCells:
    def test_labels_hints_and_keys_stand_above_their_columns(self, offline: Offline) -> None:
        heads = [cell.value for cell in offline.sheet[HEADER_ROW]][1:]
        assert heads == [LABELS[name] for name in FIELDS]
        assert [cell.value for cell in offline.sheet[KEY_ROW]] == ["key:id", *(f"key:{name}" for name in FIELDS)]
        assert all(cell.value for cell in offline.sheet[HINT_ROW])
        assert offline.sheet.row_dimensions[KEY_ROW].hidden
        assert offline.sheet.column_dimensions["A"].hidden

    def test_only_the_content_is_unlocked_and_the_protection_has_no_password(self, stage, offline: Offline) -> None:
        locked = {name: offline.at(stage.duty, name).protection.locked for name in FIELDS}
        assert locked == dict.fromkeys(LOCKED, True) | dict.fromkeys(EDITABLE, False)
        protection = offline.sheet.protection
        assert (protection.sheet, protection.password) == (True, None)
        assert {protection.sort, protection.autoFilter, protection.formatColumns} == {False}  # False allows

    def test_a_report_handed_in_is_grey_and_locked_as_a_whole(self, stage: Stage) -> None:
        (open_one,) = more_duties(stage, 1)
        submitted(stage)
        file = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        assert {file.at(stage.duty, name).protection.locked for name in FIELDS} == {True}
        greys = {file.at(stage.duty, name).fill.fgColor.rgb for name in FIELDS}
        assert greys == {file.at(open_one, "code").fill.fgColor.rgb}
        assert file.at(stage.duty, "percent_complete").number_format == "0%"
        assert not file.at(open_one, "progress").protection.locked

    def test_on_paper_it_is_two_pages_wide_with_the_codes_on_both(self, offline: Offline) -> None:
        sheet = offline.sheet
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
        assert (sheet.print_title_cols, sheet.print_title_rows) == ("$B:$B", f"${HEADER_ROW}:${HEADER_ROW}")

    def test_what_is_typed_stays_text_and_numbers_have_their_format(self, stage, offline: Offline) -> None:
        formats = {name: offline.at(stage.duty, name).number_format for name in EDITABLE}
        others = {"percent_complete": "0%", "coordination_due_on": "yyyy-mm-dd"}
        assert formats == dict.fromkeys(EDITABLE, "@") | others

    def test_choices_are_drop_downs_and_numbers_are_bounded(self, offline: Offline) -> None:
        rules = {
            str(rule.sqref): (rule.type, rule.formula1, rule.formula2)
            for rule in offline.sheet.data_validations.dataValidation
        }
        assert rules["I6"] == ("decimal", "0", "1")
        assert rules["J6"] == ("list", '"正常,有风险,滞后"', None)
        assert rules["N6"] == ("list", f"'{UNITS_SHEET}'!$A$1:$A$3", None)
        assert rules["O6"][0] == "date"
        assert [cell.value for cell in offline.book[UNITS_SHEET]["A"]] == ["省交通运输厅", "省发展改革委", "青岛海关"]

    def test_the_marks_are_hidden_and_are_all_text(self, offline: Offline) -> None:
        marks = offline.book[MARKS_SHEET]
        assert (marks.sheet_state, offline.book[UNITS_SHEET].sheet_state) == ("hidden", "hidden")
        assert {cell.data_type for row in marks.iter_rows() for cell in row if cell.value is not None} == {"s"}


class TestWhoTakesIt:
    def test_the_units_reporters_and_the_office(self, stage: Stage) -> None:
        people = readers(stage)
        codes = {name: client_of(user).get(address(stage)).status_code for name, user in people.items() if user.pk}
        assert codes == dict.fromkeys(codes, 403) | {"own_reporter": 200, "office": 200, "ended_account": 302}

    def test_the_office_sees_no_draft_in_it(self, stage: Stage) -> None:
        drafted(stage, progress="还没写好 qzdraft")
        assert "qzdraft" in said(client_of(stage.reporter).get(address(stage)).getvalue())
        assert "qzdraft" not in said(client_of(stage.office).get(address(stage)).getvalue())

    def test_not_of_a_frozen_or_coming_period_nor_of_a_unit_without_duties(self, stage: Stage) -> None:
        frozen = reported_before(stage)
        assert client_of(stage.reporter).get(address(stage, period=frozen.pk)).status_code == 404
        coming = make_period(stage.plan, "2026年四季度", datetime.date(2026, 12, 31))
        assert client_of(stage.reporter).get(address(stage, period=coming.pk)).status_code == 404
        office = make_user("无职责填报员", Role.REPORTER, stage.office.unit)
        assert client_of(office).get(address(stage, "fg")).status_code == 404

    def test_its_name_is_chinese_and_its_queries_do_not_grow(self, stage, django_assert_num_queries) -> None:
        client = client_of(stage.reporter)
        answer = client.get(address(stage))
        assert "%E7%9C%81%E4%BA%A4%E9%80%9A" in answer["Content-Disposition"]
        with django_assert_num_queries(11):
            client.get(address(stage))
        more_duties(stage, 5)
        with django_assert_num_queries(11):
            client.get(address(stage))


def said(data: bytes) -> str:
    load_workbook(BytesIO(data))
    with zipfile.ZipFile(BytesIO(data)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist())


def test_the_moment_of_download_is_told(stage: Stage) -> None:
    file = Offline(taken(stage.reporter, stage.period, stage.duty.unit, NOW), stage.period.pk)
    assert "2026-10-09 10:00 导出" in file.sheet["C2"].value
