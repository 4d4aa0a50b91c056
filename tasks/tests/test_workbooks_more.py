"""The cover, the other workbooks, and how they leave."""

import datetime
import inspect
import re
import tempfile

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from tasks.choices import ReportState
from tasks.models import ExportRecord, Instruction, Measure
from tasks.queries.dashboard import Dashboard
from tasks.tests.scene import LATER, TODAY, Scene
from tasks.tests.taking import EXPORT, book, browser, cover, raw, taken
from tasks.views.periods import STATE_LABELS
from tasks.views.workbooks import export_workbook
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scene_clock")]


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

    def test_an_outsiders_file_carries_a_code_of_its_own_and_is_not_registered(
        self, scene: Scene, client: Client
    ) -> None:
        found = book(client, "ledger.xlsx")
        code = cover(found)["校验码"]
        assert re.fullmatch("[A-Z2-7]{10}", code)
        assert found["任务清单"].oddFooter.left.text == f"校验码 {code}"
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

    def test_it_tells_what_was_reported_of_the_period_that_is_open(self, scene: Scene) -> None:
        scene.period.reports.filter(state=ReportState.APPROVED).update(progress="本期已完成批复。")
        header, *rows = raw(browser(scene, "jt"), "unfinished.xlsx")
        told = [row[header.index("本期进展")] or "" for row in rows]
        assert any("本期已完成批复。" in text for text in told)

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
        lines = [*page["lines"], *page["totals"]]
        assert rows == [[line["name"], *(count for _, _, count in line["cells"])] for line in lines]

    def test_what_stands_beside_each_other_stands_at_one_height(self, scene: Scene) -> None:
        client = browser(scene, "office")
        front, board = book(client, f"/plans/jiaodong/periods/{scene.period.pk}/board.xlsx").worksheets
        ledger = book(client, "progress.xlsx").worksheets[1]
        heights = {cell.alignment.vertical for row in [*front["A2:B8"], *board["A4:H5"]] for cell in row}
        assert (heights, ledger["G4"].alignment.vertical) == ({"center"}, "top")

    @pytest.mark.parametrize("query", ["?state=missing", "?state=unfinished", "?state=approved&unit=jt", ""])
    def test_the_rows_behind_a_number_are_the_pages(self, scene: Scene, query: str) -> None:
        client, of_period = browser(scene, "office"), f"/plans/jiaodong/periods/{scene.period.pk}/"
        shown = client.get(f"{of_period}filing/{query}").context["lines"]
        rows = raw(client, f"{of_period}filing.xlsx{query}")[1:]
        assert [row[:4] for row in rows] == [[row.code, row.text, row.unit_name, state] for row, state in shown]

    @pytest.mark.parametrize(("name", "shown"), [("leader", ["第 2 号", "第 1 号"]), ("jt", ["第 2 号"]), ("qd", [])])
    def test_instructions_are_those_the_person_may_see(self, scene: Scene, name: str, shown: list[str]) -> None:
        usual = {"plan": scene.plan, "due_on": TODAY, "given_at": LATER, "given_by": scene.people["leader"]}
        for number, owner in ((1, "hg"), (2, "jt")):
            Instruction.objects.create(**usual, number=number, text="=请抓紧。", owner=scene.units[owner])
        client = browser(scene, name)
        assert [row[0] for row in raw(client, "instructions.xlsx")[1:]] == shown
        found = client.get("/plans/jiaodong/instructions/").context["page"]
        assert [f"第 {one.number} 号" for one in found] == shown
        assert raw(client, "instructions.xlsx?state=closed")[1:] == []

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

    def test_whoever_cancels_leaves_nothing_behind(self, scene: Scene, monkeypatch, tmp_path) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        request = RequestFactory().get(EXPORT + "progress.xlsx")
        request.user = scene.people["leader"]
        answer = export_workbook(request, "jiaodong", "progress", "xlsx")
        file = answer.file_to_stream
        assert next(iter(answer.streaming_content))[:2] == b"PK"
        file.close()  # as the server does when the browser has gone
        assert inspect.getgeneratorstate(file.pieces) == inspect.GEN_CLOSED
        assert not ExportRecord.objects.exists()
        assert list(tmp_path.iterdir()) == []
