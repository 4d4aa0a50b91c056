"""汇报稿 as files: an official document whose footnotes name the rows of the ledger, and the workbook beside it."""

import re
from io import BytesIO
from pathlib import Path

import docx
import pytest
from django.db import transaction
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree
from openpyxl import Workbook, load_workbook

from tasks.excel.book import Maker, as_xlsx
from tasks.excel.stocktake import COLUMNS, stocktake_export
from tasks.queries.counted import IN_TABLES
from tasks.queries.stocktake import Stocktake
from tasks.tests.on_paper import Convert, page_count, pages_of, run
from tasks.tests.scene import LATER, TODAY, make_scene
from tasks.word.stocktake import stocktake_docx

pytestmark = pytest.mark.django_db
HEADINGS = [
    "一、总体情况", "二、分领域", "三、分单位", "四、红灯清单", "五、存在问题", "六、需要协调、决定的事项", "七、较上期变化",
]  # fmt: skip


@pytest.fixture(scope="module")
def pack(django_db_setup: None, django_db_blocker) -> Stocktake:
    """Made once, since nothing here changes it; once written it asks the database for nothing more."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = make_scene()
        made = Stocktake(scene.plan, TODAY, scene.people["leader"])
        stocktake_docx(made)
        stocktake_export(made)
        transaction.set_rollback(True)
    return made


def workbook(pack: Stocktake) -> Workbook:
    return load_workbook(BytesIO(b"".join(as_xlsx(stocktake_export(pack), Maker("联络员", LATER)))))


@pytest.fixture
def word(pack: Stocktake) -> Document:
    return docx.Document(stocktake_docx(pack))


def notes(document: Document) -> list[str]:
    """The text of each footnote, in the order of their marks in the document."""
    (part,) = [rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/footnotes")]
    root = etree.fromstring(part.blob)
    by_id = {
        note.get(qn("w:id")): "".join(text.text for text in note.iter(qn("w:t"))).strip()
        for note in root.findall(qn("w:footnote"))
        if note.get(qn("w:type")) is None
    }
    marks = [mark.get(qn("w:id")) for mark in document.element.body.iter(qn("w:footnoteReference"))]
    assert marks == list(by_id) == [str(number) for number in range(1, len(marks) + 1)]
    return [by_id[mark] for mark in marks]


def styled(document: Document, style: str) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.style_id == style]


def cells(document: Document, head: str) -> list[list[str]]:
    """The rows of the table whose first column is headed so."""
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    (found,) = [rows for rows in tables if rows[0][0] == head]
    return found[1:]


class TestLayout:
    def test_page_and_margins_of_the_standard(self, word: Document) -> None:
        (section,) = word.sections
        sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)

    def test_22_lines_of_28_characters(self, word: Document) -> None:
        body = word.styles["公文正文"]
        assert body.paragraph_format.line_spacing == Pt(28.95)
        assert int(Mm(225) / body.paragraph_format.line_spacing) == 22
        (spacing,) = body.element.rPr.findall(qn("w:spacing"))
        assert int(Mm(156).pt / (body.font.size.pt + int(spacing.get(qn("w:val"))) / 20)) == 28

    def test_faces_and_sizes(self, word: Document) -> None:
        faces = {
            style.style_id: (style.element.rPr.rFonts.get(qn("w:eastAsia")), style.font.size.pt)
            for style in word.styles
            if style.style_id in {"Title", "Body", "Heading1", "Heading2", "Footer"}
        }
        assert faces == {
            "Title": ("方正小标宋简体", 22), "Body": ("仿宋_GB2312", 16), "Heading1": ("黑体", 16),
            "Heading2": ("楷体_GB2312", 16), "Footer": ("宋体", 14),
        }  # fmt: skip

    def test_an_office_without_a_face_is_told_which_to_take(self, word: Document) -> None:
        (part,) = [rel.target_part for rel in word.part.rels.values() if rel.reltype.endswith("/fontTable")]
        fonts = etree.fromstring(part.blob)
        assert {font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")) for font in fonts} == {
            "方正小标宋简体": "宋体", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体", "黑体": "SimHei", "宋体": "SimSun",
        }  # fmt: skip

    def test_everything_is_in_chinese(self, word: Document) -> None:
        languages = [*word.styles.element.iter(qn("w:lang")), *word.element.body.iter(qn("w:lang"))]
        assert {(one.get(qn("w:val")), one.get(qn("w:eastAsia"))) for one in languages} == {("zh-CN", "zh-CN")}
        runs = [one for one in word.element.body.iter(qn("w:r")) if one.find(qn("w:t")) is not None]
        assert [one for one in runs if one.rPr.find(qn("w:lang")) is None] == []

    def test_page_numbers_stand_outside(self, word: Document) -> None:
        (section,) = word.sections
        assert word.settings.odd_and_even_pages_header_footer is True
        odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
        assert (odd.alignment, even.alignment) == (WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT)
        for paragraph in (odd, even):
            assert "".join(text.text for text in paragraph._p.iter(qn("w:t"))) == "— 1 —"
            assert [field.get(qn("w:instr")) for field in paragraph._p.iter(qn("w:fldSimple"))] == [" PAGE "]

    def test_nobody_is_its_author(self, word: Document) -> None:
        about = word.core_properties
        assert (about.author, about.comments, about.title) == ("", "", "分工表汇报稿（2026年三季度，2026-10-20现状）")


class TestContent:
    def test_title_and_sections_in_order(self, word: Document) -> None:
        assert styled(word, "Title") == ["重点任务推进落实情况报告"]
        assert styled(word, "Subtitle") == ["（2026年三季度）"]
        assert styled(word, "Heading1") == HEADINGS
        assert styled(word, "Signature") == ["胶东五市联席会议办公室", "2026年10月20日"]

    def test_tables_hold_the_figures(self, pack: Stocktake, word: Document) -> None:
        for head, lines in (("领域", pack.fields), ("责任单位", pack.units)):
            assert cells(word, head) == [[line.name, *(str(one.count) for one in line.figures)] for line in lines]
        for row in cells(word, "领域"):
            whole, *parts, _ = map(int, row[1:])
            assert whole == sum(parts)

    def test_red_problems_and_matters_are_all_there(self, word: Document) -> None:
        lists = [[[cell.text for cell in row.cells] for row in table.rows] for table in word.tables[2:5]]
        assert [[row[0] for row in rows[1:]] for rows in lists] == [
            ["1-2", "1-4"], ["1-2", "1-4", "3-1"], ["1-2", "1-3", "3-1"],
        ]  # fmt: skip
        assert lists[0][1][3].split("\n") == ["滞后", "完成20%", "序时74%"]
        assert lists[2][1] == ["1-2", "省交通运输厅", "请明确用地组卷办结时间。", "省发展改革委", "2026年11月15日"]

    def test_what_changed_since_the_period_before(self, pack: Stocktake, word: Document) -> None:
        rows = cells(word, "指标")
        assert [row[:3] for row in rows] == [[label, str(b.count), str(n.count)] for label, b, n in pack.steps]
        assert {row[0]: row[3] for row in rows}["滞后"] == "−1"


class TestFootnotes:
    def test_each_figure_of_the_whole_names_its_rows(self, pack: Stocktake, word: Document) -> None:
        figures = [pack.everything, pack.now.figure("已办结", "stage:completed")]
        for label, group in pack.groups.items():
            figures += group
            figures += [pack.schedule.measures] if label == "进度" else []
        assert notes(word)[: len(figures)] == [
            f"{one.label}{one.count}项：举措{'、'.join(one.codes)}。" for one in figures
        ]

    def test_each_row_of_a_table_names_what_its_figures_count(self, pack: Stocktake, word: Document) -> None:
        for line in (*pack.fields, *pack.units):
            (note,) = [note for note in notes(word) if note.startswith(f"{line.name}举措")]
            found = re.findall(r"(?:包括|；|其中)(\w+?)\d+项：举措([\d\-、]+)", note.replace("；其中", "；"))
            told = {label: codes.split("、") for label, codes in found}
            assert told == {one.label: one.codes for one in line.figures[1:] if one.count}

    def test_a_long_list_is_cut_and_stands_whole_in_the_annex(
        self, pack: Stocktake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tasks.word.stocktake.NAMED", 2)
        word = docx.Document(stocktake_docx(pack))
        assert notes(word)[0] == "举措11项：举措1-1、1-2等11项，见附表。"
        annex = {row[0]: row[1:] for row in cells(word, "数字")}
        assert annex["举措"] == ["11", "1-1、1-2、1-3、1-4、2-1、2-2、2-3、2-4、3-1、\n3-2、3-3"]
        cut = re.findall(r"等\d+项，见附表", "".join(notes(word)))
        assert len(cut) >= len(annex) > 5


class TestWorkbook:
    def test_each_figure_stands_beside_its_rows(self, pack: Stocktake) -> None:
        book = workbook(pack)
        assert book.sheetnames == ["封面", *COLUMNS]
        for title, lines in (("领域", pack.fields), ("单位", pack.units)):
            assert values(book[title]) == [
                (line.name, one.label, one.count, "、".join(one.codes) or None)
                for line in lines
                for one in line.figures
            ]
        figures = [("全部", pack.everything), *((label, one) for label, group in pack.groups.items() for one in group)]
        assert values(book["总体"])[: len(figures)] == [
            (label, one.label, one.count, "、".join(one.codes)) for label, one in figures
        ]
        assert len(values(book["领域"])) == len(pack.fields) * len(IN_TABLES)

    def test_lists_are_those_of_the_document(self, pack: Stocktake) -> None:
        book = workbook(pack)
        shown = {title: [row[0] for row in values(book[title])] for title in ("红灯", "问题", "决定")}
        assert shown == {
            "红灯": ["1-2", "1-4"], "问题": ["1-2", "1-4", "3-1"], "决定": ["1-2", "1-3", "3-1"],
        }  # fmt: skip
        steps = [(label, before.count, now.count, now.count - before.count) for label, before, now in pack.steps]
        assert [row[:4] for row in values(book["变化"])][: len(steps)] == steps

    def test_what_people_wrote_stays_text(self, pack: Stocktake, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pack.problems[0], "problems", "=1+1")
        cell = workbook(pack)["问题"]["D4"]
        assert (cell.value, cell.data_type) == ("=1+1", "s")


def values(sheet) -> list[tuple]:
    return list(sheet.iter_rows(min_row=4, values_only=True))


class TestOnPaper:
    def test_libreoffice_prints_the_document(
        self, pack: Stocktake, libreoffice: Convert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pack.problems[0], "problems", "第一行\n第二行\x07" + "长" * 400)
        path = tmp_path / "stocktake.docx"
        path.write_bytes(stocktake_docx(pack).getvalue())
        pdf = libreoffice(path, "pdf")
        pages = pages_of(pdf)
        assert pages[0].startswith("重点任务推进落实情况报告（2026年三季度）省领导小组：")
        assert [re.search(r"—(\d+)—$", page)[1] for page in pages] == [str(n + 1) for n in range(page_count(pdf))]
        assert "举措11项：举措1-1、1-2、1-3" in pages[0]
        sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", run("pdfinfo", "-l", "99", pdf))
        assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}

    def test_and_saves_it_with_its_footnotes(self, pack: Stocktake, libreoffice: Convert, tmp_path: Path) -> None:
        path = tmp_path / "stocktake.docx"
        content = stocktake_docx(pack).getvalue()
        path.write_bytes(content)
        assert notes(docx.Document(BytesIO(content)))[:3] == saved_notes(libreoffice(path, "docx"))[:3]


def saved_notes(path: Path) -> list[str]:
    """LibreOffice numbers its notes as it likes."""
    document = docx.Document(str(path))
    (part,) = [rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/footnotes")]
    found = etree.fromstring(part.blob).findall(qn("w:footnote"))
    told = ["".join(text.text for text in note.iter(qn("w:t"))).strip() for note in found]
    return [text for text in told if text]
