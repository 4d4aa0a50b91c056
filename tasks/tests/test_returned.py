"""Reading a workbook back: what people and offices do to it changes nothing, and what is doubtful is said."""

import datetime
from random import Random

import pytest
from openpyxl.utils import get_column_letter

from tasks.excel import returned
from tasks.excel.returned import read_back
from tasks.excel.unit_workbook import HEADER_ROW, MARKS_SHEET, SHEET
from tasks.excel.values import NOT_A_DAY
from tasks.forms import ONLY_THESE_WORDS
from tasks.models import Duty
from tasks.roundtrip import EDITABLE, Cell
from tasks.tests.journeys import drafted, more_duties, reported_before
from tasks.tests.offline import Offline, taken
from tasks.tests.people import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(stage: Stage) -> Duty:
    return more_duties(stage, 1)[0]


@pytest.fixture
def offline(stage: Stage, second: Duty) -> Offline:
    """Two rows: a draft, and one that nobody has begun."""
    drafted(stage)
    return Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)


def cells(offline: Offline) -> list[Cell]:
    return [cell for row in read_back(offline.saved()).rows for cell in row.cells]


def only(offline: Offline) -> Cell:
    (cell,) = cells(offline)
    return cell


class TestWhatChangesNothing:
    def test_nothing_at_all(self, stage: Stage, offline: Offline) -> None:
        back = read_back(offline.saved())
        assert (back.plan, back.period, back.unit) == (stage.plan.pk, stage.period.pk, stage.duty.unit.pk)
        assert (back.rows, back.strays, back.unchanged, back.notes) == ((), (), 20, ())

    def test_columns_moved_and_hidden_rows_sorted_rows_and_columns_inserted_the_sheet_renamed(self, offline) -> None:
        offline.rearrange(Random(1), "三季度（改）")
        back = read_back(offline.saved())
        assert (back.rows, back.strays, back.unchanged) == ((), (), 20)

    def test_a_sheet_and_notes_of_ones_own(self, offline: Offline) -> None:
        offline.book.create_sheet("我的记录")["A1"] = "key: 不是栏目"
        offline.sheet.cell(HEADER_ROW, 30).value = "备注"
        offline.sheet.cell(offline.first_row, 30).value = "已问过科室"
        back = read_back(offline.saved())
        assert (back.rows, back.strays, back.unchanged) == ((), (), 20)


class TestAChangedCell:
    def test_has_the_place_where_excel_shows_it(self, stage: Stage, offline: Offline) -> None:
        offline.rearrange(Random(2), "改名")
        offline.fill(stage.duty, progress="10月8日开工。")
        where = offline.address(stage.duty, "progress")
        assert only(offline) == Cell("progress", "改名", where, "10月8日开工。")

    @pytest.mark.parametrize(
        ("field", "typed", "text"),
        [
            ("percent_complete", 0.57, "57"), ("percent_complete", 57, "57"), ("percent_complete", "５７％", "57"),
            ("percent_complete", 1, "100"), ("percent_complete", 0, "0"), ("percent_complete", None, ""),
            ("confidence", " 滞后 ", "滞后"), ("coordination_due_on", "2026年12月1日", "2026-12-01"),
            ("coordination_due_on", datetime.date(2026, 12, 1), "2026-12-01"),
            ("progress", "一\r\n二 ", "一\n二"), ("progress", None, ""), ("next_steps", "=1+1", "=1+1"),
            ("risk", "_x0041_", "_x0041_"),
        ],
    )  # fmt: skip
    def test_is_read_as_the_form_reads_it(self, stage: Stage, offline: Offline, field, typed, text) -> None:
        offline.fill(stage.duty, **{field: typed})
        assert (only(offline).text, only(offline).problem) == (text, "")

    @pytest.mark.parametrize(
        ("field", "typed", "problem"),
        [
            ("percent_complete", 0.655, "完成率请填 0 到 100 之间的整数。"),
            ("percent_complete", 120, "完成率在 0 到 100 之间。"),
            ("percent_complete", -0.1, "完成率请填 0 到 100 之间的整数。"),
            ("percent_complete", "八成", "完成率请填 0 到 100 之间的整数。"),
            ("percent_complete", True, "完成率请填 0 到 100 之间的整数。"),
            ("confidence", "很好", ONLY_THESE_WORDS),
            ("coordination_due_on", "月底", "这不是日期。请按年-月-日填写，例如 2026-10-15。"),
            ("progress", 45, returned.NOT_TEXT), ("progress", datetime.date(2026, 7, 3), returned.NOT_TEXT),
            ("progress", "长" * 5001, "5001 字，超过 5000 字的上限，请删减。"),
        ],
    )  # fmt: skip
    def test_that_cannot_be_used_says_why(self, stage: Stage, offline: Offline, field, typed, problem) -> None:
        offline.fill(stage.duty, **{field: typed})
        assert only(offline).problem == problem

    def test_a_number_in_a_cell_that_lost_its_format(self, stage: Stage, offline: Offline) -> None:
        offline.fill(stage.duty, percent_complete=1, coordination_due_on=46000)
        for name in ("percent_complete", "coordination_due_on"):
            offline.at(stage.duty, name).number_format = "General"
        assert [cell.problem for cell in cells(offline)] == [returned.ONE_OR_ALL, NOT_A_DAY]

    def test_a_formula_is_reported_with_its_result_and_never_taken(self, stage: Stage, offline: Offline) -> None:
        offline.at(stage.duty, "progress").value = '=SUM("a")'
        assert only(offline).problem == returned.FORMULA

    def test_an_error_value(self, stage: Stage, offline: Offline) -> None:
        cell = offline.at(stage.duty, "progress")
        cell.value, cell.data_type = "#N/A", "e"
        assert only(offline).problem == returned.ERROR

    def test_behind_a_merged_cell(self, stage: Stage, second: Duty, offline: Offline) -> None:
        offline.fill(stage.duty, risk="合并的")
        column = get_column_letter(offline.column("key:risk"))
        offline.sheet.merge_cells(f"{column}{offline.row(stage.duty.pk)}:{column}{offline.row(second.pk)}")
        assert [(cell.text, cell.problem) for cell in cells(offline)] == [("合并的", ""), ("", returned.MERGED)]

    def test_in_a_locked_column(self, stage: Stage, offline: Offline) -> None:
        offline.fill(stage.duty, text="原文被改")
        back = read_back(offline.saved())
        assert [(cell.text, cell.problem) for cell in back.rows[0].cells] == [("原文被改", returned.LOCKED)]
        assert back.unchanged == 20

    @pytest.mark.parametrize(("percent", "value"), [(30, 0.3), (29, 0.29), (0, 0), (100, 1)])
    def test_last_periods_percentage_is_a_number_that_comes_back_as_it_left(
        self, stage: Stage, percent: int, value: float
    ) -> None:
        reported_before(stage, percent_complete=percent)
        offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        assert offline.at(stage.duty, "last_percent").value == value
        assert cells(offline) == []
        offline.fill(stage.duty, last_percent=0.5)
        assert (only(offline).text, only(offline).problem) == ("50%", returned.LOCKED)


class TestRowsThatBelongNowhere:
    def strays(self, offline: Offline) -> list[tuple[int, str, tuple[str, ...]]]:
        return [(one.number, one.reason, one.cells) for one in read_back(offline.saved()).strays]

    def test_without_an_id(self, offline: Offline) -> None:
        row = offline.add_foreign_row({"code": "9-9", "progress": "别处"}, None)
        where = (f"H{row}",)
        assert self.strays(offline) == [(row, "这一行没有隐藏编号，不知道属于哪项举措。", where)]

    def test_of_another_period(self, stage: Stage, offline: Offline) -> None:
        row = offline.add_foreign_row({"code": "1-1", "progress": "上期"}, f"{stage.duty.pk}-00000000")
        reason = "这一行的隐藏编号不属于这份填报表，可能是从别的单位或别的期次粘贴来的。"
        assert self.strays(offline) == [(row, reason, (f"H{row}",))]

    def test_twice_the_same(self, stage: Stage, offline: Offline) -> None:
        first = offline.row(stage.duty.pk)
        key = offline.sheet.cell(first, 1).value
        row = offline.add_foreign_row({"code": "1-1", "progress": "又一行"}, key)
        reason = "同一项举措在文件里出现了不止一行，不能确定用哪一行。"
        filled = tuple(f"{letter}{first}" for letter in "HIJP")
        assert self.strays(offline) == [(first, reason, filled), (row, reason, (f"H{row}",))]

    def test_sorted_without_its_hidden_column(self, stage: Stage, second: Duty, offline: Offline) -> None:
        one, two = offline.row(stage.duty.pk), offline.row(second.pk)
        for column in range(2, offline.sheet.max_column + 1):
            cells = offline.sheet.cell(one, column), offline.sheet.cell(two, column)
            cells[0].value, cells[1].value = cells[1].value, cells[0].value
        reasons = [reason for _, reason, _ in self.strays(offline)]
        assert reasons == ["这一行的编号“1-1”与隐藏编号（1-2）对不上，可能排序时漏选了一部分栏。"]
        assert read_back(offline.saved()).rows == ()


class TestWhatIsMissing:
    def test_a_column_or_a_row_keeps_what_the_system_says(self, second: Duty, offline: Offline) -> None:
        offline.sheet.delete_cols(offline.column("key:risk"))
        offline.sheet.delete_rows(offline.row(second.pk))
        back = read_back(offline.saved())
        assert (back.rows, back.unchanged) == ((), len(EDITABLE) - 1)
        assert back.notes == (
            "文件里没有这些栏：风险说明。它们保持系统现值。",
            "文件里没有这些举措：1-2。它们保持系统现值。",
        )

    def test_the_names_of_the_sheets_do_not_matter(self, stage: Stage, offline: Offline) -> None:
        offline.book[MARKS_SHEET].title, offline.book[SHEET].title = "Sheet3", "Sheet1"
        offline.fill(stage.duty, risk="改")
        assert only(offline).sheet == "Sheet1"
