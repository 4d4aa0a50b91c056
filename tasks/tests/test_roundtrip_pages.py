"""Upload, preview, choice, writing: nothing changes before a person has seen it, and then only what they chose."""

import errno
from io import BytesIO

import pytest
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from lxml import html
from openpyxl import load_workbook

from tasks.choices import ReportState
from tasks.models import ChangeSet, ProgressReport, Upload
from tasks.services.periods import freeze_period
from tasks.services.reporting import save_draft
from tasks.services.storing import NOT_KEPT
from tasks.tests.desk import client_of, words
from tasks.tests.journeys import drafted, more_duties
from tasks.tests.offline import Offline, taken
from tasks.tests.people import NOW, Stage, content
from tasks.tests.readers import readers
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
NAME = "省交通运输厅_三季度.xlsx"


class Brought:
    """A workbook with two changes and a conflict, uploaded by the unit's reporter."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        report = drafted(stage)
        offline = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk)
        offline.fill(stage.duty, percent_complete=0.6, risk="冬季停工", next_steps="文件的下一步")
        self.data = offline.saved()
        save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, content=content(next_steps="网页的下一步"),
            version=report.version, now=NOW,
        )  # fmt: skip
        self.client = client_of(stage.reporter)
        answer = self.client.post("/reports/uploads/", {"files": SimpleUploadedFile(NAME, self.data)})
        self.url = answer.headers["Location"]
        self.pick = {name: f"pick-{stage.duty.pk}.{name}" for name in ("percent_complete", "risk", "next_steps")}

    def page(self) -> html.HtmlElement:
        return tree(self.client.get(self.url))

    def post(self, do: str, seen: str | None = None, **picks: str) -> HttpResponse:
        seen = self.page().xpath("//input[@name='seen']")[0].value if seen is None else seen
        return self.client.post(
            self.url, {"do": do, "seen": seen, **{self.pick[name]: pick for name, pick in picks.items()}}
        )

    @property
    def report(self) -> ProgressReport:
        return ProgressReport.objects.get(duty=self.stage.duty, period=self.stage.period)


@pytest.fixture
def brought(stage: Stage) -> Brought:
    return Brought(stage)


ALL = {"percent_complete": "theirs", "risk": "theirs", "next_steps": "theirs"}


def tree(answer: HttpResponse) -> html.HtmlElement:
    return html.fromstring(answer.content.decode())


def chosen(page: html.HtmlElement) -> dict[str, str]:
    """What is chosen on the page: name without its duty -> value."""
    return {box.name.split(".")[1]: box.get("value") for box in page.xpath("//input[@checked]")}


def figures(page: html.HtmlElement) -> list[int]:
    return [int(one.text) for one in page.xpath("//ul[@class='figures']//b")]


class TestUpload:
    def test_it_is_read_and_changes_nothing(self, brought: Brought) -> None:
        upload = Upload.objects.get()
        assert (upload.owner, upload.name, upload.size) == (brought.stage.reporter, NAME, len(brought.data))
        assert brought.url == f"/reports/uploads/{upload.pk}/"
        assert (brought.report.next_steps, ChangeSet.objects.count()) == ("网页的下一步", 0)

    def test_the_same_file_again_is_the_one_already_there(self, brought: Brought) -> None:
        answer = brought.client.post("/reports/uploads/", {"files": SimpleUploadedFile("副本.xlsx", brought.data)})
        assert (answer.headers["Location"], Upload.objects.count()) == (brought.url, 1)

    def test_several_at_once_are_summed_up_file_by_file(self, brought: Brought) -> None:
        bad = SimpleUploadedFile("旧表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
        files = [SimpleUploadedFile(NAME, brought.data), bad]
        page = tree(brought.client.post("/reports/uploads/", {"files": files}))
        rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//table//tbody/tr")]
        assert rows == [
            [NAME, "省交通运输厅，2026年三季度", "2", "1", "0", "0", "7", f"核对 {NAME}"],
            ["旧表.xls", "这是旧版 Excel 文件（.xls）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"],
        ]

    def test_a_disk_that_is_full_is_said_at_the_file_and_keeps_nothing(self, stage: Stage, monkeypatch) -> None:
        def full(*args: object, **options: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Storage, "save", full)
        data = Offline(taken(stage.reporter, stage.period, stage.duty.unit), stage.period.pk).saved()
        answer = client_of(stage.reporter).post("/reports/uploads/", {"files": SimpleUploadedFile(NAME, data)})
        assert (answer.status_code, NOT_KEPT in words(answer), Upload.objects.count()) == (200, True, 0)

    def test_thirty_at_most_and_at_least_one(self, brought: Brought) -> None:
        many = [SimpleUploadedFile(f"{number}.xlsx", b"x") for number in range(31)]
        for files, problem in ((many, "一次最多上传 30 份，这次选了 31 份。"), ([], "请先选择要上传的填报表。")):
            assert problem in words(brought.client.post("/reports/uploads/", {"files": files}))


class TestPreview:
    def test_conflicts_come_first_without_a_choice_and_changes_are_ticked(self, brought: Brought) -> None:
        page = brought.page()
        assert [one.text for one in page.xpath("//h2")] == ["冲突", "将写入的修改"]
        assert figures(page) == [10, 2, 1, 0, 0, 7]
        assert chosen(page) == {"percent_complete": "theirs", "risk": "theirs"}
        conflict = page.get_element_by_id(f"row-{brought.stage.duty.pk}.next_steps").text_content()
        assert "1-1P6下一步" in conflict
        assert "网页的下一步" in conflict
        assert "下载时的值12月底前路基完成 60%。" in conflict
        assert "文件的下一步" in conflict

    def test_all_of_a_kind_at_once(self, brought: Brought) -> None:
        picks = {"percent_complete": "theirs"}
        assert chosen(tree(brought.post("take-theirs", **picks))) == picks | {"next_steps": "theirs"}
        assert chosen(tree(brought.post("keep-ours", **picks))) == picks | {"next_steps": "ours"}
        assert chosen(tree(brought.post("write-all"))) == {"percent_complete": "theirs", "risk": "theirs"}
        assert chosen(tree(brought.post("write-none", **ALL))) == {"next_steps": "theirs"}
        assert ChangeSet.objects.count() == 0

    def test_its_queries_do_not_grow(self, brought: Brought, django_assert_num_queries) -> None:
        with django_assert_num_queries(10):
            brought.client.get(brought.url)
        duties = more_duties(brought.stage, 3)
        offline = Offline(
            taken(brought.stage.reporter, brought.stage.period, brought.stage.duty.unit), brought.stage.period.pk
        )
        for duty in duties:
            offline.fill(duty, progress="10月8日开工。", risk="有")
        answer = brought.client.post("/reports/uploads/", {"files": SimpleUploadedFile("二.xlsx", offline.saved())})
        with django_assert_num_queries(10):
            page = tree(brought.client.get(answer.headers["Location"]))
        assert figures(page)[1] == 6

    def test_only_its_owner_finds_it(self, brought: Brought) -> None:
        people = {name: user for name, user in readers(brought.stage).items() if user.pk}
        for url in (brought.url, f"{brought.url}annotated.xlsx"):
            codes = {name: client_of(user).get(url).status_code for name, user in people.items()}
            assert set(codes.values()) == {302, 403, 404}
            assert codes["own_reporter"] == codes["office"] == 404

    def test_the_annotated_copy_marks_each_cell_and_leaves_it_as_it_was(self, brought: Brought) -> None:
        answer = brought.client.get(f"{brought.url}annotated.xlsx")
        sheet = load_workbook(BytesIO(answer.getvalue()))["本期填报"]
        before = load_workbook(BytesIO(brought.data))["本期填报"]
        assert [[cell.value for cell in row] for row in sheet] == [[cell.value for cell in row] for row in before]
        notes = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
        assert notes == {
            "I6": "修改\n系统现值：40%",
            "K6": "修改\n系统现值：（空）",
            "P6": "冲突：下载以后系统里这一格也改过\n下载时：12月底前路基完成 60%。\n系统现值：网页的下一步",
        }

    def test_what_is_said_of_a_cell_behind_a_merged_one_stands_where_it_is_seen(self, brought: Brought) -> None:
        offline = Offline(brought.data, brought.stage.period.pk)
        first = offline.address(brought.stage.duty, "progress")
        offline.sheet.merge_cells(f"{first}:{offline.address(brought.stage.duty, 'percent_complete')}")
        answer = brought.client.post("/reports/uploads/", {"files": SimpleUploadedFile("合并.xlsx", offline.saved())})
        copy = brought.client.get(f"{answer.headers['Location']}annotated.xlsx")
        told = load_workbook(BytesIO(copy.getvalue()))["本期填报"][first].comment.text
        assert told.startswith("I6：不能写入\n这一格被合并在别的单元格里")


class TestWriting:
    def test_waits_until_every_conflict_has_a_choice(self, brought: Brought) -> None:
        page = tree(brought.post("apply", percent_complete="theirs"))
        alert = page.xpath("//div[@role='alert']")[0].text_content()
        assert "没有写入：还有 1 处冲突没有选。" in alert
        assert "1-1 下一步（P6）" in alert
        assert page.xpath("//div[@role='alert']//a/@href") == [f"#row-{brought.stage.duty.pk}.next_steps"]
        assert (chosen(page), brought.report.percent_complete) == ({"percent_complete": "theirs"}, 40)

    def test_the_chosen_cells_become_a_draft_and_nothing_is_handed_in(self, brought: Brought) -> None:
        answer = brought.post("apply", percent_complete="theirs", next_steps="ours")
        made, report = ChangeSet.objects.get(), brought.report
        assert answer.headers["Location"] == f"/reports/changes/{made.pk}/"
        assert (report.state, report.percent_complete, report.risk) == (ReportState.DRAFT, 60, "")
        assert (report.next_steps, made.cell_count) == ("网页的下一步", 1)
        assert made.reports.get().cells == [["本期填报", "I6", "percent_complete", "40", "60"]]
        event = AuditEvent.objects.filter(verb="导入填报表").get()
        assert (event.actor_key, event.after) == (brought.stage.reporter.pk, '{"格数": "1", "举措": "1-1"}')

    def test_not_where_the_system_moved_on_since_the_page_was_shown(self, brought: Brought) -> None:
        seen = brought.page().xpath("//input[@name='seen']")[0].value
        report = brought.report
        save_draft(
            brought.stage.reporter, duty=brought.stage.duty, period=brought.stage.period,
            content=content(risk="刚刚改的"), version=report.version, now=NOW,
        )  # fmt: skip
        answer = brought.post("apply", seen, **ALL)
        assert "在您核对期间，系统里又有改动，还没有写入。" in words(answer)
        assert (brought.report.risk, ChangeSet.objects.count()) == ("刚刚改的", 0)

    def test_not_into_a_period_frozen_meanwhile(self, brought: Brought) -> None:
        seen = brought.page().xpath("//input[@name='seen']")[0].value
        freeze_period(brought.stage.office, period=brought.stage.period, now=NOW)
        page = tree(brought.post("apply", seen, **ALL))
        assert (figures(page), ChangeSet.objects.count()) == ([10, 0, 0, 3, 0, 7], 0)

    def test_a_second_click_writes_nothing_twice(self, brought: Brought) -> None:
        seen = brought.page().xpath("//input[@name='seen']")[0].value
        brought.post("apply", seen, **ALL)
        answer = brought.post("apply", seen, **ALL)
        assert (answer.status_code, ChangeSet.objects.count()) == (200, 1)
        assert "没有需要写入的内容。" in words(answer)

    def test_giving_up_leaves_nothing_behind(self, brought: Brought) -> None:
        file = Upload.objects.get().file.name
        brought.client.post(brought.url, {"do": "discard"})
        assert (Upload.objects.count(), brought.report.percent_complete) == (0, 40)
        assert AuditEvent.objects.filter(verb="放弃填报表").count() == 1
        assert brought.client.get(brought.url).status_code == 404
        assert file.startswith("uploads/")
        assert default_storage.exists(file)  # until the transaction is certain, which a test's never is
