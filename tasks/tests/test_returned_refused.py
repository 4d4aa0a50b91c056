"""Files that are not taken, each with a sentence that says what to do; nothing of them is kept."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from lxml import html
from openpyxl import Workbook, load_workbook

from tasks.allocation import markup, ooxml
from tasks.demo.one_unit import one_unit
from tasks.excel import incoming, returned
from tasks.excel.extents import Extent
from tasks.excel.unit_workbook import KEY_ROW, MARKS_SHEET, unit_workbook
from tasks.models import Upload
from tasks.queries.roundtrip import unit_lines, units_to_ask
from tasks.tests.desk import client_of
from tasks.tests.office_files import docx, packed, repeated, saved, unpacked, with_part, xlsx
from tasks.tests.offline import Offline, taken
from tasks.tests.people import NOW, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def good(stage: Stage) -> bytes:
    return taken(stage.reporter, stage.period, stage.duty.unit)


def encrypted() -> bytes:
    return incoming.OLE + b"\0" * 600 + incoming.ENCRYPTED_PART + b"\0" * 600


def bomb(data: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in unpacked(data).items():
            archive.writestr(name, content)
        archive.writestr("xl/media/zeros.bin", b"\0" * 210_000_000)
    return file.getvalue()


def test_ten_thousand_rows_are_within_the_limits() -> None:
    """What two hundred take, fifty times."""
    period, unit, reporter = one_unit(200, NOW)
    file = unit_workbook(period, unit, unit_lines(reporter, period, unit), units_to_ask(), NOW)
    package, spent = ooxml.Package(saved(load_workbook(file))), markup.Spent(incoming.ALLOWANCE)
    for _, part in incoming.sheet_parts(package):
        with package.open(part) as stream:
            list(markup.parsed(stream, Extent(), spent))
    assert 50 * spent.read < incoming.MOST_XML
    assert 50 * spent.elements < incoming.ALLOWANCE * markup.MOST_ELEMENTS
    assert 50 * spent.attributes < incoming.ALLOWANCE * markup.MOST_ATTRIBUTES


def repeated_text(_: bytes) -> bytes:
    return repeated(1_000_000, 1_000)


def far_cell(data: bytes) -> bytes:
    row = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_part(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace("</sheetData>", row))


def with_macro(data: bytes) -> bytes:
    return packed(unpacked(data) | {"xl/vbaProject.bin": b"macro"})


def changed_id(data: bytes) -> bytes:
    offline = Offline(data, 0)
    sheet = offline.book[MARKS_SHEET]
    sheet["B3"].value = str(int(sheet["B3"].value) + 1)
    return offline.saved()


def other_keys(data: bytes) -> bytes:
    offline = Offline(data, 0)
    offline.sheet.delete_rows(KEY_ROW)
    return offline.saved()


def doubled_column(data: bytes) -> bytes:
    offline = Offline(data, 0)
    offline.sheet.cell(KEY_ROW, 30).value = "key:risk"
    return offline.saved()


CASES = {
    "empty": (lambda good: b"", incoming.EMPTY),
    "old Excel": (lambda good: incoming.OLE + b"\0" * 2000, incoming.OLD),
    "a password": (lambda good: encrypted(), incoming.PROTECTED),
    "a macro": (with_macro, incoming.MACRO),
    "a zip bomb": (bomb, incoming.TOO_LARGE),
    "one long text for many cells": (repeated_text, incoming.TOO_LARGE),
    "a cell at the end of the world": (far_cell, incoming.TOO_WIDE),
    "cut off": (lambda good: good[: len(good) // 2], incoming.DAMAGED),
    "broken inside": (lambda good: with_part(good, "xl/worksheets/sheet1.xml", lambda xml: xml[:900]), incoming.DAMAGED),
    "a text renamed": (lambda good: "编号,进展".encode(), incoming.NO_WORKBOOK),
    "a Word file renamed": (lambda good: docx(["编号", "进展"]), incoming.NO_WORKBOOK),
    "any other zip": (lambda good: packed({"a.txt": "x"}), incoming.NO_WORKBOOK),
    "any other workbook": (lambda good: xlsx(["编号", "进展"], ["1-1", "开工"]), returned.NOT_OURS),
    "an empty workbook": (lambda good: saved(Workbook()), returned.NOT_OURS),
    "ids changed": (changed_id, returned.TAMPERED),
    "its keys gone": (other_keys, returned.NO_KEYS),
    "a column twice": (
        doubled_column,
        "“本期填报”里的“风险说明”栏出现了两次，不能确定用哪一栏。请删去多余的一栏。",
    ),
}  # fmt: skip


def told(answer) -> str:
    """The one sentence of the summary about the one file."""
    (cell,) = html.fromstring(answer.content.decode()).xpath("//td[@data-l='没有收下']")
    return cell.text_content()


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_and_nothing_is_kept(stage: Stage, good: bytes, case: str) -> None:
    make, sentence = CASES[case]
    before = files()
    answer = client_of(stage.reporter).post("/reports/uploads/", {"files": SimpleUploadedFile("回.xlsx", make(good))})
    assert told(answer) == sentence
    assert (Upload.objects.count(), files()) == (0, before)


def files() -> list[str]:
    return sorted(default_storage.listdir("uploads")[1]) if default_storage.exists("uploads") else []


def test_more_than_the_limit(stage: Stage, good: bytes, settings) -> None:
    settings.WORKBOOK_MAX_BYTES = len(good) - 1
    answer = client_of(stage.reporter).post("/reports/uploads/", {"files": SimpleUploadedFile("回.xlsx", good)})
    assert told(answer) == "文件超过 0 MB，不像一份填报表。请重新下载，把内容填进去再上传。"


def test_another_systems(stage: Stage, good: bytes) -> None:
    with override_settings(SECRET_KEY="x" * 50):
        data = taken(stage.reporter, stage.period, stage.duty.unit)
    answer = client_of(stage.reporter).post("/reports/uploads/", {"files": SimpleUploadedFile("回.xlsx", data)})
    assert told(answer) == returned.ELSEWHERE


def test_of_a_period_that_is_no_more(stage: Stage, good: bytes) -> None:
    stage.period.delete()
    answer = client_of(stage.reporter).post("/reports/uploads/", {"files": SimpleUploadedFile("回.xlsx", good)})
    assert told(answer) == "这份填报表所属的期次已不在系统里。"


def test_every_sentence_is_chinese_and_ends() -> None:
    sentences = [sentence for _, sentence in CASES.values()]
    assert all(sentence.endswith("。") for sentence in sentences)
