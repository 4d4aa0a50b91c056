"""Files that are no table, as they arrive in an office: each a sentence on the page, and nothing of them is kept."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tasks.models import MainTask, TableImport
from tasks.tests.bringing import HEAD, OWN, SECOND, page, post
from tasks.tests.office_files import (
    HEADER,
    document_of,
    docx,
    inline,
    repeated,
    sheet_of,
    table_of,
    tc,
    tr,
    with_part,
    workbook_of,
    xlsx,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TITLE_ROW, ROW = ("分工表",), ("1", "甲", "举一", "青岛海关负责")
BOOK = xlsx(TITLE_ROW, HEADER, ROW)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
FORMULA = '<row r="1"><c r="A1" t="inlineStr"><is><t>序号</t></is></c><c r="B1" t="inlineStr"><is><t>主要任务</t></is></c><c r="C1" t="inlineStr"><is><t>具体举措</t></is></c><c r="D1" t="inlineStr"><is><t>责任单位</t></is></c></row><row r="2"><c r="A2"><f>1+0</f>{}</c><c r="B2" t="inlineStr"><is><t>甲</t></is></c><c r="C2" t="inlineStr"><is><t>举一</t></is></c><c r="D2" t="inlineStr"><is><t>青岛海关负责</t></is></c></row>'


def encrypted(data: bytes) -> bytes:
    """The flag of encryption on every entry of the zip's directory, as packers with a password set it."""
    return data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


def brought(stage, name: str, data: bytes) -> str:
    before = files()
    answer = post(stage.office, "/allocation/", file=SimpleUploadedFile(name, data), plan="jiaodong")
    if answer.status_code == 302:
        return page(TableImport.objects.get())
    assert (TableImport.objects.count(), MainTask.objects.count(), files()) == (0, 1, before)
    return answer.content.decode()


def files() -> int:
    return sum(one.is_file() for one in Path(settings.MEDIA_ROOT).rglob("*"))


CASES = {
    "nothing in it": ("表.xlsx", b"", "文件是空的。请确认选对了文件。"),
    "an old workbook": ("表.xls", OLE + bytes(512), "这是旧版 .xls、.doc 文件，或设了打开密码。"),
    "an old document": ("表.doc", OLE + bytes(512), "这是旧版 .xls、.doc 文件，或设了打开密码。"),
    "under a password": ("表.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "请去掉密码"),
    "packed under a password": ("表.xlsx", encrypted(BOOK), "文件设了打开密码。"),
    "macros by name": ("表.xlsm", BOOK, "文件带宏。"),
    "macros within": ("表.xlsx", with_part(BOOK, "xl/vbaProject.bin", lambda _: "x"), "文件带宏。"),
    "cut off": ("表.xlsx", BOOK[:900], "文件已损坏或不完整"),
    "cut off as a document": ("表.docx", docx(HEADER, ROW)[:2000], "文件已损坏或不完整"),
    "a workbook called txt": ("表.txt", BOOK, "文件的内容与扩展名不符。"),
    "a text called xlsx": ("表.xlsx", (HEAD + OWN).encode(), "文件的内容与扩展名不符。"),
    "a picture": ("表.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(64), "文件的内容与扩展名不符。"),
    "a zip of something else": (
        "表.xlsx",
        with_part(BOOK, "_rels/.rels", lambda _: "<a/>"),
        "里面没有 Excel 工作簿或 Word 文档",
    ),
    "another encoding": ("表.txt", (HEAD + OWN).encode("gb18030"), "文件不是 UTF-8 编码"),
    "a letter": ("表.txt", "各位：请查收。".encode(), "没有读到任何一行表格内容。"),
    "a bomb": ("表.xlsx", workbook_of(sheet_of(inline(" " * 30_000_000))), "文件展开后太大"),
    "a bomb of strings": (
        "表.xlsx",
        workbook_of(sheet_of(), "<si><t>" + "长" * 10_000_000 + "</t></si>"),
        "文件展开后太大",
    ),
    "one long text for many cells": ("表.xlsx", repeated(1_000_000, 1_000), "文件展开后太大"),
    "a document without a table": ("表.docx", document_of("<w:p/>"), "文档里没有表格。"),
    "NUL in a text": ("表.txt", (HEAD + OWN.replace("推行", "推\x00行")).encode(), "表中含有不可见的空字符（NUL）"),
    "a formula without its value": (
        "表.xlsx",
        workbook_of(sheet_of(FORMULA.format(""))),
        "A2 是公式，但文件里没有存下计算结果。",
    ),
}


@pytest.mark.parametrize(("name", "data", "sentence"), CASES.values(), ids=CASES)
def test_is_refused_with_a_sentence(stage, name, data, sentence):
    assert sentence in brought(stage, name, data)


def test_no_file_at_all(stage):
    assert "请选择一个文件。" in post(stage.office, "/allocation/", plan="jiaodong").content.decode()


def test_one_that_is_too_large_is_not_read_to_its_end(stage, settings):
    settings.TABLE_MAX_BYTES = 1024 * 1024
    said = brought(stage, "表.txt", bytes(200 * 1024 * 1024))
    assert "文件超过 1 MB，不像一份分工表。" in said


def test_a_formula_with_its_value_is_the_value(stage):
    said = brought(stage, "表.xlsx", workbook_of(sheet_of(FORMULA.format("<v>1</v>"))))
    assert '<span class="code num">1-1</span><p class="text">举一</p>' in said


def test_cells_merged_downwards_hold_for_all_their_rows(stage):
    rows = (TITLE_ROW, HEADER, ROW, (None, None, "举二", "省交通运输厅负责"))
    said = brought(stage, "表.xlsx", xlsx(*rows, merge=("A3:A4", "B3:B4")))
    assert '<span class="code num">1-2</span><p class="text">举二</p>' in said


def test_cells_merged_across_are_an_error_beside_their_row(stage):
    rows = (TITLE_ROW, HEADER, ROW, ("2", "乙", "举二，并入下一栏", None))
    said = brought(stage, "表.xlsx", xlsx(*rows, merge=("C4:D4",)))
    assert "有 1 处错误，改好以前不能写入" in said
    assert said.index("第 4 行") < said.index("有 1 段具体举措，没有责任单位。")


def test_a_document_with_a_vertically_merged_cell_is_read(stage):
    first = tr(
        tc("1", properties='<w:vMerge w:val="restart"/>'),
        tc("甲", properties='<w:vMerge w:val="restart"/>'),
        tc("举一"),
        tc("青岛海关负责"),
    )
    second = tr(tc("", properties="<w:vMerge/>"), tc("", properties="<w:vMerge/>"), tc("举二"), tc("省交通运输厅负责"))
    said = brought(stage, "表.docx", document_of(table_of(tr(*map(tc, HEADER)), first, second)))
    assert '<span class="code num">1-2</span><p class="text">举二</p>' in said
    assert "（没有标题）" not in said  # an amended table without a title keeps that of the plan


def test_texts_are_shown_as_texts(stage):
    said = brought(stage, "<b>表.txt", (HEAD + OWN + SECOND.replace("乙", "<script>乙</script>")).encode())
    assert "<script>乙" not in said
    assert "&lt;script&gt;乙" in said
    assert "<b>表" not in said
