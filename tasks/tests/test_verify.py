"""校验: a code or a file is told from a forgery, and whoever asks learns no more than they may."""

import csv
import re
import zipfile
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tasks.excel import reread
from tasks.excel.original_table import original_table
from tasks.models import ExportRecord
from tasks.permissions import visible_to
from tasks.tests.office_files import inline, repeated, sheet_of, with_part, workbook_of
from tasks.tests.people import make_stage
from tasks.tests.readers import STAFF, readers
from tasks.tests.scene import LATER, Scene
from tasks.tests.test_workbooks import browser, taken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scene_clock")]
VERIFY = "/verify/"


@pytest.fixture
def file(scene: Scene) -> bytes:
    return taken(browser(scene, "office"), "progress.xlsx?progress=behind")


@pytest.fixture
def code(file: bytes) -> str:
    return ExportRecord.objects.get().code


def said(client: Client, **given) -> str:
    """The verdict without its markup."""
    page = client.post(VERIFY, given).content.decode()
    (notice,) = re.findall(r'<div class="notice [^>]*>(.*?)</div>\n<form', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", notice)).strip()


def brought(data: bytes, name: str = "台账.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def altered(data: bytes, sheet: str, cell: str, value: str) -> bytes:
    """As somebody does it with an office program."""
    book, out = load_workbook(BytesIO(data)), BytesIO()
    book[sheet][cell] = value
    book.save(out)
    return out.getvalue()


GENUINE = "内容 进展台账 截至 2026-10-20 首次导出 2026-10-20 10:00"
KNOWN = "分工方案 分工表 期次 现在的情况 筛选和排序 进度灯：滞后；按原表顺序 行数 2 导出人 office"


def test_the_table_as_issued_has_no_cover_and_is_compared_with_the_plan(scene: Scene, client: Client) -> None:
    data = original_table(scene.plan).getvalue()
    assert said(client, file=brought(data)) == "文件“台账.xlsx”属实， 与《分工表》现在的原表一字不差。"
    sheet = load_workbook(BytesIO(data)).sheetnames[0]
    assert "不是本系统现存的导出" in said(client, file=brought(altered(data, sheet, "C4", "另一项举措。")))


class TestACode:
    def test_an_outsider_learns_that_it_is_genuine_its_kind_and_its_days(self, client: Client, code: str) -> None:
        assert said(client, code=code.lower()) == f"校验码 {code} 属实， 与本系统当时的数据一致。 {GENUINE}"

    def test_staff_learn_what_it_stands_for(self, scene: Scene, code: str) -> None:
        told = said(browser(scene, "jt"), code=f"{code[:5]} {code[5:]}")
        assert told == f"校验码 {code} 属实， 与本系统当时的数据一致。 {GENUINE} {KNOWN}"

    def test_one_that_was_never_given_is_not(self, client: Client, code: str) -> None:
        told = said(client, code="AAAAAAAAAA")
        assert told.startswith("校验码 AAAAAAAAAA 不是本系统现存的导出， 或者内容改动过。")
        assert told.endswith("请核对有没有抄错；仍对不上的，或者是公开下载的文件，请上传文件再校验。")

    def test_of_the_audit_trail_staff_learn_what_an_outsider_does(self, scene: Scene) -> None:
        taken(browser(scene, "auditor"), "/audit/export.xlsx")
        code = ExportRecord.objects.get().code
        assert "行数" in said(browser(scene, "auditor"), code=code)
        assert said(browser(scene, "office"), code=code) == said(Client(), code=code)


class TestAFile:
    def test_the_file_as_it_was_taken(self, client: Client, file: bytes) -> None:
        assert said(client, file=brought(file)) == f"文件“台账.xlsx”属实， 与本系统当时的数据一致。 {GENUINE}"

    def test_the_file_as_an_office_program_saved_it_again(self, client: Client, file: bytes) -> None:
        assert "属实" in said(client, file=brought(altered(file, "封面", "D1", "")))

    def test_the_name_of_a_sheet_does_not_count(self, client: Client, file: bytes) -> None:
        book, out = load_workbook(BytesIO(file)), BytesIO()
        book["台账"].title = "任务清单"
        book.save(out)
        assert "属实" in said(client, file=brought(out.getvalue()))

    @pytest.mark.parametrize("cell", ["A1", "A2", "A3", "B4", "D4", "G4", "H4", "K5"])
    def test_one_cell_changed_is_found_out(self, client: Client, file: bytes, code: str, cell: str) -> None:
        told = said(client, file=brought(altered(file, "台账", cell, "改过")))
        assert told == (
            f"文件“台账.xlsx”不是本系统现存的导出， 或者内容改动过。 文件上印的校验码是 {code}，单元格算出的不是它。"
        )

    @pytest.mark.parametrize("row", [2, 3, 4, 5, 6])
    def test_a_changed_cover_is_found_out(self, client: Client, file: bytes, row: int) -> None:
        told = said(client, file=brought(altered(file, "封面", f"B{row}", "改过")))
        assert told.startswith("文件“台账.xlsx”的封面或校验码被改过。 各行与本系统的一份导出一致")

    def test_another_code_on_it_is_found_out(self, client: Client, file: bytes) -> None:
        told = said(client, file=brought(altered(file, "封面", "B10", "AAAAAAAAAA")))
        assert told.startswith("文件“台账.xlsx”的封面或校验码被改过。")

    def test_a_csv_by_its_rows(self, scene: Scene, client: Client) -> None:
        data = taken(browser(scene, "office"), "progress.csv?progress=behind")
        assert "属实" in said(client, file=brought(data, "台账.csv"))
        assert "改动过" in said(client, file=brought(data.replace(b"20%", b"90%"), "台账.csv"))

    def test_what_a_member_of_staff_could_not_see_is_told_to_nobody(self, client: Client, file: bytes) -> None:
        page = client.post(VERIFY, {"file": brought(file)}).content.decode()
        assert "举措1-2" not in page
        assert "进度灯" not in page
        assert "office" not in page

    @pytest.mark.parametrize(
        ("data", "name", "sentence"),
        [
            (b"PK\x03\x04 broken", "a.xlsx", reread.NOT_READABLE),
            (b"%PDF-1.4", "a.pdf", reread.NOT_READABLE),
            ("甲,乙".encode("gbk"), "a.csv", reread.NOT_UTF8),
            (b'"open', "a.csv", ""),
        ],
    )
    def test_what_is_no_workbook_is_told_so(self, client: Client, data: bytes, name: str, sentence: str) -> None:
        assert sentence in said(client, file=brought(data, name))

    def test_a_bomb_is_not_unpacked(self, client: Client) -> None:
        bomb = BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
        assert "展开后太大" in said(client, file=brought(bomb.getvalue()))

    def test_one_long_text_for_many_cells_is_not_unrolled(self, client: Client) -> None:
        assert "文件展开后太大" in said(client, file=brought(repeated(1_000_000, 1_000)))

    def test_one_that_is_too_large_is_not_read(self, client: Client, monkeypatch) -> None:
        monkeypatch.setattr(reread, "MOST_BYTES", 10)
        assert reread.TOO_LARGE in said(client, file=brought(b"PK" + b" " * 20))

    def test_a_workbook_that_names_a_sheet_again_and_again_is_not_read(self, client: Client) -> None:
        data = with_part(
            workbook_of(sheet_of(inline("1"))),
            "xl/workbook.xml",
            lambda xml: re.sub("<sheet .*?/>", lambda found: found[0] * 201, xml),
        )
        assert reread.TOO_LARGE in said(client, file=brought(data))

    @pytest.mark.parametrize("most", [3, 4])
    def test_a_csv_of_too_many_cells_is_not_read(self, client: Client, monkeypatch, most: int) -> None:
        """A blank line counts as one: it is kept as a row."""
        monkeypatch.setattr(reread, "MOST_CELLS", most)
        told = said(client, file=brought(b"a,b\n\n\n", "a.csv"))
        assert (reread.TOO_LARGE in told) is (most < 4)


@pytest.mark.usefixtures("scene")
class TestWhatAnOutsiderTookAway:
    """Nothing of it is registered: a workbook proves itself, a CSV is held against the list of today."""

    LIST = "/plans/jiaodong/export/ledger"

    @pytest.mark.parametrize("is_registered", [False, True])
    def test_a_workbook_proves_itself(self, scene: Scene, client: Client, is_registered: bool) -> None:
        """Whether or not a member of staff took the same rows away."""
        if is_registered:
            taken(browser(scene, "office"), f"{self.LIST}.xlsx?unit=qd")
        data = taken(client, f"{self.LIST}.xlsx?unit=qd")
        for file in (data, altered(data, "封面", "D1", "")):
            assert said(client, file=brought(file, "清单.xlsx")) == (
                "文件“清单.xlsx”属实， 是从本系统公开下载的，没有改动过。 "
                "内容 任务清单 截至 2026-10-20 筛选和排序 责任单位：青岛市政府；按原表顺序"
            )
        assert ExportRecord.objects.count() == is_registered

    @pytest.mark.parametrize(
        ("sheet", "cell"), [("任务清单", "D4"), ("任务清单", "A2"), ("封面", "B5"), ("封面", "B6")]
    )
    def test_one_cell_changed_is_found_out(self, client: Client, sheet: str, cell: str) -> None:
        data = taken(client, f"{self.LIST}.xlsx")
        assert "不是本系统现存的导出" in said(client, file=brought(altered(data, sheet, cell, "改过"), "清单.xlsx"))

    def test_one_of_another_site_is_not_ours(self, client: Client, settings) -> None:
        data = taken(client, f"{self.LIST}.xlsx")
        settings.SECRET_KEY = "another" * 10
        assert "不是本系统现存的导出" in said(client, file=brought(data, "清单.xlsx"))

    @pytest.mark.parametrize("query", ["", "?unit=qd&sort=-number", "?cols=task&cols=code&cols=field&cols=text"])
    def test_a_csv_is_held_against_the_list_of_today(self, client: Client, query: str) -> None:
        data = taken(client, f"{self.LIST}.csv{query}")
        count = len(list(csv.reader(StringIO(data.decode())))) - 1
        told = said(client, file=brought(data, "清单.csv"))
        assert told == f"文件“清单.csv”属实， 其中 {count} 行都与现在公开的任务清单一致。"
        assert "这一份与它不一致" in said(client, file=brought(data.replace("。".encode(), b"?", 1), "清单.csv"))

    @pytest.mark.parametrize("data", ["编号,具体举措\r\n", "编号,密码\r\n1-1,x\r\n", "具体举措\r\n举措1-1。\r\n"])
    def test_a_csv_without_rows_or_of_other_columns_is_not_of_the_list(self, client: Client, data: str) -> None:
        assert "不是本系统现存的导出" in said(client, file=brought(data.encode(), "清单.csv"))


class TestWhatCarriesNoCode:
    def test_a_workbook_to_be_filled_in_is_known_by_its_hidden_marks(self, scene: Scene, client: Client) -> None:
        url = f"/plans/{scene.plan.slug}/periods/{scene.period.pk}/workbook/jt.xlsx"
        data = taken(browser(scene, "jt"), url)
        assert said(client, file=brought(data, "填报表.xlsx")).startswith("文件“填报表.xlsx”是从本系统下载的填报表，")
        broken = altered(data, "编号（请勿改动）", "B3", "1000")
        assert "不是本系统现存的导出" in said(client, file=brought(broken, "填报表.xlsx"))

    @pytest.mark.parametrize("extension", [".docx", ".zip"])
    def test_a_document_and_an_archive_are_told_what_to_bring_instead(self, client: Client, extension: str) -> None:
        told = said(client, file=brought(b"PK\x03\x04", f"汇报稿{extension.upper()}"))
        assert reread.WITHOUT_CODE[extension] in told


class TestThePage:
    def test_it_is_open_and_keeps_nothing(self, client: Client, file: bytes) -> None:
        assert client.get(VERIFY).status_code == 200
        client.post(VERIFY, {"file": brought(file)})
        assert ExportRecord.objects.count() == 1

    @pytest.mark.parametrize("given", [{}, {"code": " "}])
    def test_without_a_code_or_a_file_it_asks_for_one(self, client: Client, given: dict[str, str]) -> None:
        assert "请输入校验码，或者选择文件。" in client.post(VERIFY, given).content.decode()

    def test_an_outsider_costs_one_question(self, client: Client, code: str, django_assert_num_queries) -> None:
        for asked in (code, "AAAAAAAAAA"):
            with django_assert_num_queries(1):
                client.post(VERIFY, {"code": asked})


def test_who_sees_what_a_file_stood_for() -> None:
    stage = make_stage()
    usual = {"digest": "0" * 64, "as_of": LATER.date(), "conditions": "全部", "row_count": 1, "made_at": LATER}
    for kind in ("progress", "audit"):
        ExportRecord.objects.create(code=kind, kind=kind, made_by=stage.office, **usual)
    seen = {
        name: set(visible_to(user, ExportRecord).values_list("kind", flat=True))
        for name, user in readers(stage).items()
    }
    assert seen == {
        name: {"progress", "audit"} if name == "auditor" else {"progress"} if name in STAFF else set() for name in seen
    }
