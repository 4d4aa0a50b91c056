"""The workbooks in LibreOffice, which opens them, prints them and says what it read."""

import csv
import datetime
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.http import QueryDict
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from conftest import FIXTURES
from tasks.excel.book import Maker, as_xlsx
from tasks.excel.layout import LINE
from tasks.excel.original_table import original_table
from tasks.excel.reread import reread
from tasks.excel.tables import filing_export
from tasks.models import Measure, Plan, ReportingPeriod
from tasks.tables import select_measures
from tasks.tests.on_paper import Convert, page_count, pages_of, run, squeezed
from tasks.tests.test_checkcode import ROWS, sent
from tasks.tests.test_excel_measures import ALL_COLUMNS, TODAY, list_xlsx

CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # comma, quote, UTF-8, from row 1, as shown, every sheet
HEADER = "序号主要任务具体举措责任单位"


@pytest.fixture(scope="module")
def workbooks(django_db_setup: None, django_db_blocker) -> dict[str, bytes]:
    """Both workbooks of the customer's plan, as it is and with a first measure that begins like a formula."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *FIXTURES, verbosity=0)
        plan, first = Plan.objects.get(), Measure.objects.get(main_task__number=1, order=1)
        annex = original_table(plan).getvalue()
        Measure.objects.filter(pk=first.pk).update(text="=1+1", responsibility_text="@甲")
        selection = select_measures(plan, QueryDict(ALL_COLUMNS), TODAY)
        books = {
            "annex": annex,
            "annex with a formula": original_table(plan).getvalue(),
            "ledger with a formula": list_xlsx(selection),
        }
        transaction.set_rollback(True)
    return books


@pytest.fixture(scope="module")
def sheet(workbooks: dict[str, bytes]) -> Worksheet:
    return load_workbook(BytesIO(workbooks["annex"])).active


@pytest.fixture(scope="module")
def annex_pdf(workbooks: dict[str, bytes], libreoffice: Convert) -> Path:
    return libreoffice(workbooks["annex"], "pdf")


def column_text(pdf: Path, page: int) -> str:
    """What a page prints under 具体举措, read from top to bottom, without the heading."""
    boxes = run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), pdf, "-")
    found = re.findall(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.+?)</word>', boxes)
    words = {word: tuple(map(float, box)) for *box, word in reversed(found)}  # the heading comes first on its page
    middle = {name: (words[name][0] + words[name][2]) / 2 for name in ("具体举措", "责任单位")}
    unit = (middle["责任单位"] - middle["具体举措"]) / 46  # half of 60 and half of 32
    left, top = middle["具体举措"] - 30 * unit, words["具体举措"][3]
    area = {"x": left, "y": top, "W": 60 * unit, "H": 595 - top - 50}
    crop = [part for key, value in area.items() for part in (f"-{key}", str(round(value)))]
    return squeezed(run("pdftotext", "-f", str(page), "-l", str(page), *crop, pdf, "-"))


def without_heights(workbook: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as book, zipfile.ZipFile(out, "w") as bare:
        for name in book.namelist():
            part = book.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb'<sheetFormatPr[^>]*>| ht="[^"]*" customHeight="1"', b"", part)
            bare.writestr(name, part)
    return out.getvalue()


class TestPrintedAnnex:
    def test_every_page_is_a4_held_sideways(self, annex_pdf: Path) -> None:
        sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", run("pdfinfo", "-l", "99", annex_pdf))
        assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(842, 595)}
        assert len(sizes) == page_count(annex_pdf)

    def test_pages_begin_where_the_workbook_says(self, annex_pdf: Path, sheet: Worksheet) -> None:
        assert page_count(annex_pdf) == len(sheet.row_breaks.brk) + 1

    def test_the_first_page_alone_has_the_title_and_every_page_the_header_and_its_number(
        self, annex_pdf: Path
    ) -> None:
        for number, page in enumerate(pages_of(annex_pdf), 1):
            assert page.startswith("重点任务推进落实分工表" * (number == 1) + HEADER)
            assert page.endswith(f"—{number}—")

    def test_all_measures_are_there_to_the_letter_and_in_order(self, annex_pdf: Path, sheet: Worksheet) -> None:
        texts = [cell.value for (cell,) in sheet["C3:C81"]]
        assert len(texts) == 79
        printed = [column_text(annex_pdf, page) for page in range(1, page_count(annex_pdf) + 1)]
        assert "".join(printed) == squeezed("".join(texts))

    def test_no_text_is_cut_and_no_row_is_more_than_a_line_too_high(
        self, workbooks: dict[str, bytes], libreoffice: Convert, sheet: Worksheet
    ) -> None:
        """Told nothing of heights, LibreOffice finds its own, once a file in its own format is opened again."""
        own = load_workbook(libreoffice(libreoffice(without_heights(workbooks["annex"]), "fods"), "xlsx")).active
        for row in range(3, 82):
            needed, given = own.row_dimensions[row].height, sheet.row_dimensions[row].height
            assert needed <= given < needed + 12 * LINE + 6


class TestLedgerOnPaper:
    def test_every_page_has_the_head_and_its_number(self, workbooks: dict[str, bytes], libreoffice: Convert) -> None:
        pdf = libreoffice(workbooks["ledger with a formula"], "pdf")
        head = "序号主要任务领域编号具体举措责任单位责任单位（原文）职责数开始日期完成时限原表行号"
        pages = pages_of(pdf)
        assert [page.count(head) for page in pages] == [0] + [1] * (page_count(pdf) - 1)  # the cover has none
        assert [re.search(r"—\d+—$", page)[0] for page in pages] == [f"—{n}—" for n in range(1, len(pages) + 1)]


class TestTextStaysText:
    @pytest.mark.parametrize(
        ("book", "row", "column"), [("annex with a formula", 2, 2), ("ledger with a formula", 3, 4)]
    )
    def test_a_formula_is_not_computed(
        self, workbooks: dict[str, bytes], libreoffice: Convert, book: str, row: int, column: int
    ) -> None:
        title = load_workbook(BytesIO(workbooks[book])).active.title
        file = libreoffice(workbooks[book], CSV)
        rows = list(csv.reader(file.with_name(f"{file.stem}-{title}.csv").read_text("utf-8").splitlines()))
        assert rows[row][column] == "=1+1"
        assert "@甲" in rows[row]
        assert len(rows) == row + 79

    def test_it_stays_text_when_it_is_saved(self, workbooks: dict[str, bytes], libreoffice: Convert) -> None:
        cell = load_workbook(libreoffice(workbooks["annex with a formula"], "xlsx")).active["C3"]
        assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("merged", [0, 2])
def test_what_is_saved_again_keeps_its_check_code(libreoffice: Convert, merged: int) -> None:
    """Covered cells, dates, shares and texts like formulas among it."""
    kept, data = sent(ROWS, merged=merged)
    again = libreoffice(data, "xlsx").read_bytes()
    assert again != data
    assert reread("a.xlsx", again).digest == kept
    assert reread("a.xlsx", again).code == reread("a.xlsx", data).printed


@pytest.mark.parametrize(("units", "pages"), [(44, 2), (80, 4)])
def test_the_board_of_a_period_stands_on_one_page_as_long_as_it_can_be_read(
    libreoffice: Convert, units: int, pages: int
) -> None:
    """With the cover before it; what is longer keeps its letters and runs on."""
    plan, day = Plan(title="分工表", slug="p"), datetime.date(2026, 9, 30)
    period = ReportingPeriod(plan=plan, label="2026年三季度", as_of=day)
    lines = [[f"第{number}个责任单位", 2, 2] for number in range(units)] + [["合计", 2 * units, 2 * units]]
    export = filing_export(period, ["应报", "已通过"], lines)
    data = b"".join(as_xlsx(export, Maker("督查专员", datetime.datetime(2026, 10, 9))))
    pdf = libreoffice(data, "pdf")
    assert page_count(pdf) == pages
    assert "合计" in pages_of(pdf)[pages - 1]
