"""Every workbook says what its page says, for every role; and what its cover claims."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client

from tasks.models import Measure, ProgressReport
from tasks.tests.scene import Scene
from tasks.tests.taking import EXPORT, book, browser, cover, csv_rows, raw, taken, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scene_clock")]
LEDGER = "/plans/jiaodong/ledger/"
CODES = re.compile(r"/plans/jiaodong/measures/(\d+-\d+)/")
EVERYBODY = ("jt", "reviewer", "office", "leader", "administrator", "auditor")
ALL_STAFF, ABOVE = set(EVERYBODY), {"office", "leader"}
MAY_TAKE = {
    "progress": ALL_STAFF, "unfinished": ALL_STAFF, "changes": ALL_STAFF, "amendments": ALL_STAFF,
    "figures": ABOVE, "cities": ABOVE,
    "instructions": ABOVE | {"jt", "reviewer"},
}  # fmt: skip
QUERIES = [
    "",
    "progress=behind",
    "unit=jt&role=obliged&sort=-due_on",
    "q=海关&cols=told&cols=reviewer",
    "deadline=overdue",
]


class TestWhoMayTakeWhat:
    @pytest.mark.parametrize("kind", MAY_TAKE)
    def test_those_who_may_open_the_page_with_its_rows(self, scene: Scene, kind: str) -> None:
        answers = {name: browser(scene, name).get(f"{EXPORT}{kind}.xlsx").status_code for name in EVERYBODY}
        assert answers == {name: 200 if name in MAY_TAKE[kind] else 403 for name in EVERYBODY}

    def test_the_filing_board_is_the_offices_and_the_audit_trail_the_auditors(self, scene: Scene) -> None:
        of_period = f"/plans/jiaodong/periods/{scene.period.pk}/"
        files = {
            f"{of_period}board.xlsx": "office",
            f"{of_period}filing.csv": "office",
            "/audit/export.xlsx": "auditor",
        }
        for file, whose in files.items():
            answers = {name for name in EVERYBODY if browser(scene, name).get(file).status_code == 200}
            assert answers == {whose}

    @pytest.mark.parametrize("file", ["", *(f"{kind}.xlsx" for kind in MAY_TAKE)])
    def test_an_outsider_is_sent_to_log_in(self, scene: Scene, client: Client, file: str) -> None:
        assert client.get(EXPORT + file).status_code == 302

    @pytest.mark.parametrize("file", ["nosuch.xlsx", "progress.pdf", "figures.csv"])
    def test_what_there_is_not_is_not_found(self, scene: Scene, file: str) -> None:
        assert browser(scene, "office").get(EXPORT + file).status_code == 404

    def test_the_menu_offers_each_person_exactly_what_they_may_take(self, scene: Scene) -> None:
        for name in EVERYBODY:
            page = browser(scene, name).get(EXPORT).content.decode()
            offered = set(re.findall(rf'href="{EXPORT}(\w+)\.xlsx', page)) - {"original"}
            assert offered == {kind for kind, whose in MAY_TAKE.items() if name in whose}


class TestTheLedger:
    @pytest.mark.parametrize("name", EVERYBODY)
    @pytest.mark.parametrize("query", QUERIES)
    def test_its_rows_columns_and_order_are_the_pages(self, scene: Scene, name: str, query: str) -> None:
        client = browser(scene, name)
        page = client.get(f"{LEDGER}?{query}").content.decode()
        body = page[page.index("<main") :]
        labels = re.findall(r'<th role="columnheader"[^>]*>(?:<a [^>]*>)?([^<]+)', body)
        header, *rows = raw(client, f"progress.xlsx?{query}")
        assert header == [label.strip() for label in labels]
        codes = list(dict.fromkeys(CODES.findall(body)))
        assert [measure_code(row, header) for row in rows] == codes

    @pytest.mark.parametrize("name", EVERYBODY)
    def test_it_tells_what_the_person_may_read_and_no_more(self, scene: Scene, name: str) -> None:
        """Every report marked: 烟台's waits for review, which only the Office and the leader read; 济南's is a draft."""
        for order, report in enumerate(ProgressReport.objects.order_by("pk")):
            ProgressReport.objects.filter(pk=report.pk).update(progress=f"qz{order:04}")
        client = browser(scene, name)
        page = set(re.findall(r"qz\d{4}", client.get(f"{LEDGER}?per_page=200").content.decode()))
        sheet = set(re.findall(r"qz\d{4}", str(raw(client, "progress.xlsx"))))
        assert sheet == page
        assert len(page) == (12 if name in ABOVE else 11)

    @pytest.mark.parametrize("name", EVERYBODY)
    def test_the_csv_has_the_same_cells(self, scene: Scene, name: str) -> None:
        client = browser(scene, name)
        sheet = [
            [f"{value:.0%}" if isinstance(value, float) else text(value) for value in row]
            for row in raw(client, "progress.xlsx")
        ]
        assert csv_rows(client, "progress.csv") == sheet

    def test_a_frozen_period_is_as_frozen(self, scene: Scene) -> None:
        Measure.objects.filter(pk=scene.measures["1-1"].pk).update(text="后来改了。")
        client = browser(scene, "leader")
        header, *rows = raw(client, f"progress.xlsx?period={scene.earlier.pk}")
        assert [row[header.index("具体举措")] for row in rows[:2]] == ["举措1-1。", "举措1-2。"]
        found = cover(book(client, f"progress.xlsx?period={scene.earlier.pk}"))
        assert (found["期次"], found["截至日期"]) == ("2026年二季度", datetime.datetime(2026, 6, 30))

    def test_lights_are_words_in_a_fill(self, scene: Scene) -> None:
        sheet = book(browser(scene, "leader"), "progress.xlsx")["台账"]
        lights = {cell.value: cell.fill.fgColor.rgb for cell in sheet["I"][3:]}
        assert lights == {
            "正常": "00E4F1E8", "滞后": "00B3261E", "有风险": "00FBF0D9", "本期未报": "00E3E6EA", "已办结": "00DCE8F5",
            "不研判": "00000000",
        }  # fmt: skip

    def test_number_and_title_are_merged_over_their_measures(self, scene: Scene) -> None:
        sheet = book(browser(scene, "leader"), "progress.xlsx")["台账"]
        merged = {str(one) for one in sheet.merged_cells.ranges}
        assert merged == {"A1:K1", "A2:K2", "A4:A7", "B4:B7", "A8:A11", "B8:B11", "A12:A14", "B12:B14"}

    def test_covered_cells_keep_number_and_title_for_filters_and_sorting(self, scene: Scene) -> None:
        rows = raw(browser(scene, "leader"), "progress.xlsx")[1:]
        assert [row[0] for row in rows] == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]

    def test_it_is_a_working_sheet_that_prints(self, scene: Scene) -> None:
        found = book(browser(scene, "leader"), "progress.xlsx")
        sheet, setup = found["台账"], found["台账"].page_setup
        assert (found.sheetnames, found.active.title) == (["封面", "台账"], "台账")
        assert (sheet.auto_filter.ref, sheet.freeze_panes, sheet.print_title_rows) == ("A3:K14", "A4", "$3:$3")
        assert (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight) == (8, "landscape", 1, 0)

    def test_percentages_are_numbers_and_days_are_days(self, scene: Scene) -> None:
        sheet = book(browser(scene, "leader"), "progress.xlsx")["台账"]
        percent, due = sheet["H5"], sheet["F5"]
        assert (percent.value, percent.number_format) == (0.2, "0%")
        assert (due.value, due.number_format) == (datetime.datetime(2026, 12, 31), "yyyy-mm-dd")

    def test_a_report_that_looks_like_a_formula_is_text(self, scene: Scene) -> None:
        ProgressReport.objects.update(progress='=HYPERLINK("http://x","y")')
        client = browser(scene, "leader")
        cell = book(client, "progress.xlsx")["台账"]["G5"]
        assert (cell.value, cell.data_type) == ('=HYPERLINK("http://x","y")', "s")
        assert csv_rows(client, "progress.csv")[2][6] == '\'=HYPERLINK("http://x","y")'

    def test_it_always_asks_as_many_questions(self, scene: Scene, django_assert_num_queries) -> None:
        client = browser(scene, "leader")
        taken(client, "progress.csv")
        for query in ("stage=suspended", "stage=in_progress"):  # one row, and six
            with django_assert_num_queries(21):
                taken(client, f"progress.csv?{query}")


def measure_code(row: list[Any], header: list[str]) -> str:
    """From the code, or from the measure's text where the code is not among the columns."""
    at = header.index("编号") if "编号" in header else header.index("具体举措")
    return re.search(r"\d+-\d+", row[at])[0]
