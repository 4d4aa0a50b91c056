"""Files made to do harm, brought to every page that takes one: refused in Chinese, and nothing outside is asked."""

import ast
import socket
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tasks.models import Attachment
from tasks.tests.desk import client_of, words
from tasks.tests.form_page import post
from tasks.tests.office_files import (
    OFFICE,
    SHEETS,
    document_of,
    header_row,
    inline,
    relations,
    sheet_of,
    table_of,
    with_part,
    workbook_of,
)
from tasks.tests.offline import taken
from tasks.tests.people import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
NAMES = "abcdefghijklmnop"
LAUGHS = "".join(f'<!ENTITY {name} "{f"&{last};" * 10}">' for last, name in pairwise(NAMES))
BILLION = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "!">{LAUGHS}]>'
OUTSIDE_FILE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]>'
BLANK = " " * (40 * 1024 * 1024)
SHEET, BODY = "xl/worksheets/sheet1.xml", "word/document.xml"


def workbook(before: str = "", text: str = "1", after: str = "") -> bytes:
    return with_part(
        workbook_of(sheet_of(inline(text, "任务", "举措", "单位"), after)), SHEET, lambda xml: before + xml
    )


def document(before: str = "", text: str = "") -> bytes:
    return with_part(document_of(table_of(header_row()) + text), BODY, lambda xml: before + xml)


HARMFUL = {
    "a billion laughs.xlsx": lambda: workbook(BILLION, "&p;"),
    "a billion laughs.docx": lambda: document(BILLION, "<w:p><w:r><w:t>&p;</w:t></w:r></w:p>"),
    "a file of ours.xlsx": lambda: workbook(OUTSIDE_FILE, "&p;"),
    "a file of ours.docx": lambda: document(OUTSIDE_FILE, "<w:p><w:r><w:t>&p;</w:t></w:r></w:p>"),
    "a bomb.xlsx": lambda: workbook(after=BLANK),
    "a bomb.docx": lambda: document(text=BLANK),
}


DOORS = {
    "/allocation/": ("office", "file"),
    "/reports/uploads/": ("reporter", "files"),
    "/verify/": ("reporter", "file"),
}
REFUSED = ("已拒绝读取", "不是 Excel 工作簿", "展开后太大", "无法读取", "打不开", "不带校验码")


def bring(stage: Stage, url: str, name: str, data: bytes) -> str:
    person, field = DOORS[url]
    answer = client_of(stage.everybody[person]).post(
        url, {field: SimpleUploadedFile(name, data), "plan": "jiaodong"}, follow=True
    )
    assert answer.status_code == 200
    return words(answer)


@pytest.mark.parametrize("url", DOORS)
@pytest.mark.parametrize("name", HARMFUL)
def test_a_file_that_grows_or_reads_others_is_refused(stage: Stage, url: str, name: str) -> None:
    told = bring(stage, url, name, HARMFUL[name]())
    assert [sentence for sentence in REFUSED if sentence in told] != []
    assert "root:" not in told


FAR = {
    "said plainly": '<c r="XFD1048576"><v>1</v></c>',
    "behind a bracket": '<c a=">" r="XFD1048576"><v>1</v></c>',
    "in small letters": '<c r="xfd1048576"><v>1</v></c>',
    "under another prefix": f'<a-b:c xmlns:a-b="{SHEETS}" r="XFD1048576"><v>1</v></a-b:c>',
    "said by nobody": "<c><v>1</v></c>" * 16_384 + '</row><row r="1048576"><c><v>1</v></c>',
}


@pytest.mark.parametrize("url", ["/reports/uploads/", "/verify/"])
@pytest.mark.parametrize("where", FAR)
def test_a_cell_that_is_far_away_ends_no_process(stage: Stage, url: str, where: str) -> None:
    """The library that reads sheets ends the whole worker where it cannot have a rectangle of 17 billion cells."""
    told = bring(stage, url, "分工表.xlsx", workbook_of(sheet_of(inline("1"), f"<row>{FAR[where]}</row>")))
    assert "超出了填报表的范围" in told or "文件太大，最多 20 MB、200 万个单元格" in told


def test_a_sheet_hides_behind_no_name(stage: Stage) -> None:
    """Whatever part the workbook calls a sheet, and however often a name comes."""
    far = sheet_of(f"<row>{FAR['said plainly']}</row>")
    data = with_part(workbook_of(sheet_of(inline("1"))), "xl/media/picture.png", lambda _: far)
    for url in ("/reports/uploads/", "/verify/"):
        assert any(word in bring(stage, url, "分工表.xlsx", data) for word in ("超出了填报表的范围", "文件太大"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("纪要.pdf", b"<html><script>alert(1)</script></html>"),
        ("照片.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("纪要.docx", b"MZ\x90\x00 program"),
        ("纪要.pdf", b"#!/bin/sh"),
    ],
)
def test_evidence_is_what_its_content_says(stage: Stage, name: str, data: bytes) -> None:
    post(stage, "save", files=[SimpleUploadedFile(name, data, content_type="application/pdf")])
    assert Attachment.objects.count() == 0


def outward(*targets: tuple[str, str]) -> str:
    """Relations of every kind that lead out of the file, to machines an attacker would like us to ask."""
    return relations(
        *(
            f'<Relationship Id="x{at}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
            for at, (kind, target) in enumerate(targets)
        )
    )


WAYS_OUT = ("attachedTemplate", "image", "hyperlink", "externalLinkPath", "oleObject")
OUT = outward(
    *zip(
        WAYS_OUT,
        (
            "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:5432/", "https://example.com/",
            "file://///example.com/share/book.xlsx", "http://localhost:8000/admin/",
        ),
        strict=True,
    )
)  # fmt: skip


def pointing(name: str, out: str) -> bytes:
    """A table, in Word or Excel by its name, with those relations."""
    if name.endswith("docx"):
        return with_part(document(), "word/_rels/document.xml.rels", lambda _: out)
    return with_part(workbook(), "xl/worksheets/_rels/sheet1.xml.rels", lambda _: out)


@pytest.fixture
def nobody_is_called(monkeypatch) -> list[object]:
    """Who was called, by name or by address. The database's own driver goes another way."""
    called: list[object] = []

    def refuse(*given: object, **more: object) -> None:
        called.append(given)
        raise OSError("a test forbids it")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return called


@pytest.mark.parametrize("url", DOORS)
@pytest.mark.parametrize("name", ["分工表.docx", "分工表.xlsx"])
def test_what_a_file_points_at_is_not_fetched(stage: Stage, nobody_is_called, url: str, name: str) -> None:
    bring(stage, url, name, pointing(name, OUT))
    assert nobody_is_called == []


def test_a_returned_workbook_that_points_outside_is_read_and_nothing_fetched(stage: Stage, nobody_is_called) -> None:
    data = with_part(taken_by(stage), "xl/worksheets/_rels/sheet1.xml.rels", lambda _: OUT)
    bring(stage, "/reports/uploads/", "填报表.xlsx", data)
    assert nobody_is_called == []


def taken_by(stage: Stage) -> bytes:
    return taken(stage.reporter, stage.period, stage.duty.unit)


def test_a_link_as_evidence_is_kept_and_not_opened(stage: Stage, nobody_is_called) -> None:
    given = {"result": "建成", "document": "文号", "link": "http://127.0.0.1:5432/", "completed_on": "2026-10-01"}
    client_of(stage.reporter).post("/plans/jiaodong/measures/1-1/completion/", given)
    assert nobody_is_called == []


CALLERS = {"urllib.request", "http.client", "socket", "requests", "httpx", "aiohttp", "ftplib", "telnetlib", "urllib3"}


def test_no_module_of_the_site_can_call_another_machine() -> None:
    """Mail goes through Django's own; whoever adds another way out decides here that it may be."""
    found = set()
    for path in [
        *settings.BASE_DIR.glob("units/**/*.py"),
        *settings.BASE_DIR.glob("tasks/**/*.py"),
        *settings.BASE_DIR.glob("jiaodong/*.py"),
    ]:
        if "tests" not in path.parts and "management" not in path.parts:
            found |= {(str(Path(path).relative_to(settings.BASE_DIR)), name) for name in imported(path) & CALLERS}
    assert found == set()


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names
