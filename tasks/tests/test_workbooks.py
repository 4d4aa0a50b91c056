"""Every workbook says what its page says, for every role; and what its cover claims."""

import csv
import datetime
import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tasks.models import ExportRecord, Measure, ProgressReport
from tasks.queries.dashboard import Dashboard
from tasks.tests.scene import LATER, TODAY, Scene, make_scene
from tasks.views.periods import STATE_LABELS
from units.models import AuditEvent

pytestmark = pytest.mark.django_db
EXPORT = "/plans/jiaodong/export/"
LEDGER = "/plans/jiaodong/ledger/"
CODES = re.compile(r"/plans/jiaodong/measures/(\d+-\d+)/")
EVERYBODY = ("jt", "reviewer", "office", "leader", "administrator", "auditor")
ALL_STAFF, ABOVE = set(EVERYBODY), {"office", "leader"}
MAY_TAKE = {
    "progress": ALL_STAFF, "unfinished": ALL_STAFF, "changes": ALL_STAFF, "amendments": ALL_STAFF,
    "figures": ABOVE, "cities": ABOVE,
}  # fmt: skip
QUERIES = [
    "",
    "progress=behind",
    "unit=jt&role=obliged&sort=-due_on",
    "q=海关&cols=told&cols=reviewer",
    "deadline=overdue",
]


@pytest.fixture(autouse=True)
def now(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def scene(db) -> Scene:
    return make_scene()


def browser(scene: Scene, name: str) -> Client:
    client = Client()
    client.force_login(scene.people[name])
    return client


def taken(client: Client, file: str) -> bytes:
    answer = client.get(file if file.startswith("/") else EXPORT + file)
    assert answer.status_code == 200
    return answer.getvalue()


def book(client: Client, file: str) -> Workbook:
    return load_workbook(BytesIO(taken(client, file)))


def raw(client: Client, file: str, number: int = 1) -> list[list[Any]]:
    """Header and rows as they lie in the file, covered cells too."""
    sheet = load_workbook(BytesIO(taken(client, file)), read_only=True).worksheets[number]
    return [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]


def csv_rows(client: Client, file: str) -> list[list[str]]:
    return list(csv.reader(StringIO(taken(client, file).decode("utf-8-sig"), newline="")))


def cover(found: Workbook) -> dict[str, Any]:
    return {label.value: value.value for label, value in found["封面"]["A2:B20"] if label.value}


def text(value: Any) -> str:
    return "" if value is None else f"{value:%Y-%m-%d}" if isinstance(value, datetime.date) else str(value)


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
            with django_assert_num_queries(28):
                taken(client, f"progress.csv?{query}")


def measure_code(row: list[Any], header: list[str]) -> str:
    """From the code, or from the measure's text where the code is not among the columns."""
    at = header.index("编号") if "编号" in header else header.index("具体举措")
    return re.search(r"\d+-\d+", row[at])[0]


class TestTheCover:
    def test_it_says_what_the_workbook_is(self, scene: Scene) -> None:
        found = cover(book(browser(scene, "office"), "progress.xlsx?progress=behind"))
        record = ExportRecord.objects.get()
        assert found == {
            "内容": "进展台账",
            "分工方案": "分工表",
            "期次": "现在的情况",
            "截至日期": datetime.datetime(2026, 10, 20),
            "筛选和排序": "进度灯：滞后；按原表顺序",
            "行数": record.row_count,
            "制表人": "省发展改革委 · office",
            "制表时间": timezone.make_naive(LATER),
            "校验码": record.code,
            "说明": "在本系统的“校验”页输入校验码，或者上传这个文件，可以知道它与系统当时的数据是否一致。",
        }

    def test_the_code_stands_in_the_footer_of_every_sheet(self, scene: Scene) -> None:
        found = book(browser(scene, "office"), "figures.xlsx")
        code = ExportRecord.objects.get().code
        footers = {sheet.title: sheet.oddFooter.left.text for sheet in found}
        assert footers == {"封面": None, "领域与灯": f"校验码 {code}", "单位填报": f"校验码 {code}"}

    def test_it_is_kept_with_what_it_stands_for(self, scene: Scene) -> None:
        taken(browser(scene, "office"), f"progress.xlsx?progress=behind&period={scene.earlier.pk}")
        record = ExportRecord.objects.get()
        kept = (record.kind, record.plan, record.period, record.as_of, record.query, record.conditions)
        assert kept == (
            "progress", scene.plan, scene.earlier, datetime.date(2026, 6, 30),
            f"progress=behind&period={scene.earlier.pk}", "进度灯：滞后；按原表顺序",
        )  # fmt: skip
        assert (record.made_by, record.made_at) == (scene.people["office"], LATER)

    def test_the_same_state_twice_is_one_code_and_another_state_another(self, scene: Scene) -> None:
        for name in ("office", "leader"):
            taken(browser(scene, name), "progress.xlsx")
        assert ExportRecord.objects.get().made_by == scene.people["office"]
        Measure.objects.filter(pk=scene.measures["1-1"].pk).update(text="改了。")
        taken(browser(scene, "leader"), "progress.xlsx")
        assert ExportRecord.objects.count() == 2

    def test_an_outsiders_file_carries_no_code(self, scene: Scene, client: Client) -> None:
        found = book(client, "ledger.xlsx")
        assert cover(found)["校验码"] == "公开下载的文件不登记校验码"
        assert found["台账"].oddFooter.left.text is None
        assert not ExportRecord.objects.exists()

    def test_each_is_one_event(self, scene: Scene) -> None:
        taken(browser(scene, "leader"), "progress.xlsx?progress=behind")
        event = AuditEvent.objects.get(verb="导出")
        assert (event.subject, event.after) == ("分工表（进展台账）.xlsx", '{"行数": "2", "条件": "进度灯：滞后"}')


class TestTheOthers:
    def test_what_is_not_finished_is_all_but_the_completed_and_cancelled_by_due_date(self, scene: Scene) -> None:
        client = browser(scene, "jt")
        header, *rows = raw(client, "unfinished.xlsx")
        stages = [row[header.index("阶段")] for row in rows]
        assert (len(rows), set(stages)) == (10, {"推进中", "暂停", "未启动"})
        days = [row[header.index("编号")] for row in rows]
        assert days[0] == "1-4"
        assert cover(book(client, "unfinished.xlsx"))["行数"] == len(rows)

    @pytest.mark.parametrize("kind", ["", "progress", "words"])
    def test_changes_are_those_of_the_comparison(self, scene: Scene, kind: str) -> None:
        client = browser(scene, "jt")
        page = client.get(f"/plans/jiaodong/compare/?kind={kind}").content.decode()
        shown = re.findall(r'<th scope="row">([^<]+)</th>', page)
        header, *rows = raw(client, f"changes.xlsx?kind={kind}")
        assert header == ["编号", "具体举措", "变化", "项目", "原来", "现在"]
        assert [row[3] for row in rows] == shown
        assert list(dict.fromkeys(row[0] for row in rows)) == re.findall(r'<h2 id="m([\d-]+)"', page)

    def test_a_change_says_what_was_and_what_is(self, scene: Scene) -> None:
        rows = raw(browser(scene, "jt"), "changes.xlsx?kind=progress")[1:]
        assert [tuple(row[3:]) for row in rows if row[0] == "1-4"][:4] == [
            ("进度灯", "本期未报", "滞后"),
            ("时限灯", "未到期", "逾期"),
            ("阶段", "未启动", "推进中"),
            ("完成率", None, "60%"),
        ]

    def test_figures_are_those_of_the_dashboard(self, scene: Scene) -> None:
        client, board = browser(scene, "leader"), Dashboard(scene.plan, TODAY)
        header, *rows = raw(client, "figures.xlsx")
        assert [row[0] for row in rows] == [*(one.name for one in board.fields), "合计"]
        total = dict(zip(header, rows[-1], strict=True))
        counts = board.counts
        assert (total["滞后"], total["逾期"], total["举措数"]) == (
            counts["progress:behind"], counts["deadline:overdue"], counts["measures"],
        )  # fmt: skip
        for row in rows:
            assert sum(row[1:9]) == row[-1], "each measure stands in one bar"
        header, *rows = raw(client, "figures.xlsx", 2)
        filing = board.filing
        assert rows[-1] == [
            "合计", filing.obliged, filing.approved, filing.in_review, filing.returned, filing.drafted,
            filing.unwritten, filing.late,
        ]  # fmt: skip
        assert [sum(column) for column in zip(*(row[1:] for row in rows[:-1]), strict=True)] == rows[-1][1:]

    def test_figures_have_a_chart_of_excels_own_on_each_sheet(self, scene: Scene) -> None:
        found = book(browser(scene, "leader"), "figures.xlsx")
        charts = {sheet.title: [len(chart.series) for chart in sheet._charts] for sheet in found}
        assert charts == {"封面": [], "领域与灯": [8], "单位填报": [5]}

    def test_cities_have_their_measures_with_lights_and_as_many_as_the_dashboard_counts(self, scene: Scene) -> None:
        header, *rows = raw(browser(scene, "leader"), "cities.xlsx")
        assert header == ["序号", "主要任务", "青岛市政府", "烟台市政府"]
        assert rows[1] == [2, "任务2", "2-1 本期未报\n2-2 正常\n2-4 正常", "2-1 本期未报\n2-4 正常"]
        (table,) = Dashboard(scene.plan, TODAY).cities
        assert rows[-1][2:] == [city.counts["measures"] for city in table.cities]

    def test_the_filing_board_is_the_pages(self, scene: Scene) -> None:
        client, of_period = browser(scene, "office"), f"/plans/jiaodong/periods/{scene.period.pk}/"
        page = client.get(of_period).context
        header, *rows = raw(client, f"{of_period}board.xlsx")
        assert header == ["单位", *STATE_LABELS.values()]
        lines = [*page["lines"], page["total"]]
        assert rows == [[line["name"], *(count for _, _, count in line["cells"])] for line in lines]

    @pytest.mark.parametrize("query", ["?state=missing", "?state=approved&unit=jt", ""])
    def test_the_rows_behind_a_number_are_the_pages(self, scene: Scene, query: str) -> None:
        client, of_period = browser(scene, "office"), f"/plans/jiaodong/periods/{scene.period.pk}/"
        shown = client.get(f"{of_period}filing/{query}").context["lines"]
        rows = raw(client, f"{of_period}filing.xlsx{query}")[1:]
        assert [row[:4] for row in rows] == [
            [row.code, duty.measure.text, row.unit_name, state] for row, duty, state in shown
        ]

    def test_amendments_are_the_pages(self, scene: Scene) -> None:
        client = browser(scene, "jt")
        shown = client.get("/plans/jiaodong/amendments/").context["page"]
        rows = raw(client, "amendments.xlsx")[1:]
        assert [row[:5] for row in rows] == [
            [f"第 {one.number} 号", one.subject, one.before, one.after, one.reason] for one in shown
        ]

    def test_the_audit_trail_is_the_pages(self, scene: Scene) -> None:
        client = browser(scene, "auditor")
        events = client.get("/audit/?verb=冻结期次").context["lines"]
        rows = raw(client, "/audit/export.xlsx?verb=冻结期次")[1:]
        assert [row[0] for row in rows] == [line.event.number for line in events]


class TestStreaming:
    def test_the_first_bytes_leave_before_the_last_rows_are_fetched(self, scene: Scene, monkeypatch) -> None:
        answer = browser(scene, "leader").get(EXPORT + "progress.xlsx")
        pieces = iter(answer.streaming_content)
        assert next(pieces)[:2] == b"PK"
        assert not ExportRecord.objects.exists()
        b"".join(pieces)
        assert ExportRecord.objects.count() == 1

    def test_whoever_cancels_leaves_nothing_behind(self, scene: Scene) -> None:
        answer = browser(scene, "leader").get(EXPORT + "progress.xlsx")
        next(iter(answer.streaming_content))
        answer.close()
        assert not ExportRecord.objects.exists()
