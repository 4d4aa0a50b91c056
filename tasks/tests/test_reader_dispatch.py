"""What the bytes are decides how they are read. Broken and hostile files end in one sentence that says what to mend."""

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.allocation.ooxml import Package, UnreadableError
from tasks.allocation.reader import read_table
from tasks.allocation.rows import Document
from tasks.tests.office_files import (
    CUSTOMER_TABLE,
    HEADER,
    TITLE,
    cells,
    customer_table,
    document_of,
    docx,
    found,
    header_row,
    inline,
    package,
    packed,
    refusal,
    sheet_of,
    table_of,
    tc,
    tr,
    unpacked,
    with_part,
    workbook_of,
    xlsx,
)

ROW = ("1", "甲", "乙", "丙")
WORKBOOK = xlsx((TITLE,), HEADER, ROW)
WORD_FILE = docx(HEADER, ROW, before=[TITLE])

DAMAGED = "文件已损坏或不完整，无法读取。请用 Excel、Word 或 WPS 打开，另存为新的 .xlsx 或 .docx 文件后再读。"
NOT_OFFICE = "这是一个压缩文件，但里面没有 Excel 工作簿或 Word 文档。请选 .txt、.xlsx 或 .docx 文件。"
TOO_LARGE = "文件展开后太大，不像一份分工表。请把分工表单独复制到一个新文件，保存后再读。"
ENTITIES = "文件内含不允许的实体定义，已拒绝读取。请用 Excel、Word 或 WPS 打开，把表格复制到新文件后再读。"

both = pytest.mark.parametrize("data", [WORKBOOK, WORD_FILE], ids=["xlsx", "docx"])


def bomb_of(entities: int) -> str:
    """A document type whose last entity is ten to the power of so many letters."""
    names = "abcdefghijklmnop"[: entities + 1]
    grown = "".join(f'<!ENTITY {name} "{f"&{last};" * 10}">' for last, name in pairwise(names))
    return f'<?xml version="1.0"?>\n<!-- 分工表 -->\n<!DOCTYPE x [<!ENTITY a "!">{grown}]>'


def stored(name: str, content: bytes) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


class TestKinds:
    def test_text(self):
        assert read_table(CUSTOMER_TABLE.read_bytes()) == customer_table()

    @both
    def test_office_files(self, data):
        document = read_table(data)
        assert (document.title, [item[1:] for item in cells(document)]) == (TITLE, [("1", "甲", ("乙",), ("丙",))])

    def test_a_text_that_begins_like_a_zip(self):
        assert read_table("PK 分工表".encode()).title == "PK 分工表"

    def test_a_workbook_within_a_document_does_not_matter(self):
        parts = unpacked(WORD_FILE) | {"word/embeddings/sheet.xlsx": stored("xl/workbook.xml", b"")}
        assert read_table(packed(parts)) == read_table(WORD_FILE)

    def test_a_document_within_a_workbook_does_not_matter(self):
        parts = {"xl/embeddings/text.docx": stored("word/document.xml", b"")} | unpacked(WORKBOOK)
        assert read_table(packed(parts)) == read_table(WORKBOOK)

    def test_old_office_files_and_passwords(self):
        assert refusal(read_table(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))) == (
            "这是旧版 .xls、.doc 文件，或设了打开密码。请去掉密码，另存为 .xlsx 或 .docx 后再读。"
        )

    @pytest.mark.parametrize(
        "data",
        [
            packed({}),
            packed({"分工表.txt": "略"}),
            packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
            package("ppt/presentation.xml", {"ppt/presentation.xml": "<x/>"}),
            package("xl/workbook.xml", {}),
        ],
        ids=["empty", "any zip", "opendocument", "slides", "no main part"],
    )
    def test_other_zips(self, data):
        assert refusal(read_table(data)) == NOT_OFFICE

    def test_a_binary_workbook(self):
        assert refusal(read_table(package("xl/workbook.bin", {"xl/workbook.bin": b"\x83\x01"}))) == (
            "这是二进制工作簿（.xlsb）。请在 Excel 或 WPS 中另存为 .xlsx 后再读。"
        )


class TestBroken:
    @both
    @pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
    def test_a_file_cut_short(self, data, part):
        assert refusal(read_table(data[: int(len(data) * part)])) == DAMAGED

    def test_no_more_than_the_beginning(self):
        assert refusal(read_table(b"PK\x03\x04")) == DAMAGED

    @both
    def test_bytes_that_do_not_unpack(self, data):
        """The directory at the end is whole; what it points at is not."""
        name = "xl/worksheets/sheet1.xml" if data is WORKBOOK else "word/document.xml"
        with ZipFile(BytesIO(data)) as archive:
            start = archive.getinfo(name).header_offset + 30 + len(name)
        assert refusal(read_table(data[:start] + b"\xff" * 40 + data[start + 40 :])) == DAMAGED

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (WORKBOOK, "xl/workbook.xml"),
            (WORKBOOK, "xl/worksheets/sheet1.xml"),
            (WORKBOOK, "xl/styles.xml"),
            (WORKBOOK, "_rels/.rels"),
            (WORD_FILE, "word/document.xml"),
        ],
    )
    @pytest.mark.parametrize("xml", ["", "<", "<a><b></a>", '<?xml version="1.0" encoding="martian"?><a/>'])
    def test_a_part_that_is_no_xml(self, data, name, xml):
        assert refusal(read_table(with_part(data, name, lambda _: xml))) == DAMAGED

    @pytest.mark.parametrize(
        "cell",
        [
            '<c t="s"><v>7</v></c>',
            '<c t="s"><v>七</v></c>',
            "<c><v>七</v></c>",
            '<c r="ZZZZ1"><v>1</v></c>',
            '<c s="x"><v>1</v></c>',
        ],
        ids=["string", "string number", "number", "column", "style"],
    )
    def test_a_cell_that_points_nowhere(self, cell):
        assert refusal(read_table(workbook_of(sheet_of(f"<row>{cell}</row>")))) == DAMAGED

    @pytest.mark.parametrize("merge", ["A0:ZZZZ9", "甲1:乙2", "A1:B2:C3"])
    def test_a_merged_cell_that_is_nowhere(self, merge):
        sheet = sheet_of(inline(*HEADER), end=f'<mergeCells><mergeCell ref="{merge}"/></mergeCells>')
        assert refusal(read_table(workbook_of(sheet))) == DAMAGED

    def test_a_sheet_that_is_missing(self):
        parts = unpacked(WORKBOOK)
        del parts["xl/worksheets/sheet1.xml"]
        assert refusal(read_table(packed(parts))) == DAMAGED

    def test_a_span_that_is_no_number(self):
        row = tr(tc("1", properties='<w:gridSpan w:val="两"/>'))
        assert refusal(read_table(document_of(table_of(row)))) == DAMAGED

    def test_text_nested_deeper_than_any_document(self):
        deep = f"{'<w:r>' * 20_000}{'</w:r>' * 20_000}"
        assert refusal(read_table(document_of(f"<w:p>{deep}</w:p>"))) == DAMAGED


class TestHostile:
    def test_a_zip_that_unpacks_to_more_than_any_table(self, monkeypatch):
        monkeypatch.setattr("tasks.allocation.ooxml.MOST_UNPACKED", 5_000)
        assert refusal(read_table(WORKBOOK)) == TOO_LARGE

    @pytest.mark.parametrize(
        "bomb",
        [lambda blank: workbook_of(sheet_of(blank)), lambda blank: document_of(table_of(header_row(), blank))],
        ids=["xlsx", "docx"],
    )
    def test_a_zip_that_unpacks_to_a_thousand_times_its_size(self, bomb: Callable[[str], bytes]):
        blank = " " * (10 * 1024 * 1024)
        assert refusal(read_table(bomb(blank))) == TOO_LARGE

    def test_a_small_sheet_may_repeat_itself_as_much_as_it_likes(self):
        rows = "".join(inline(*ROW) for _ in range(5_000))
        assert len(read_table(workbook_of(sheet_of(inline(*HEADER), rows))).rows) == 5_000

    def test_a_directory_that_declares_too_little_gains_nothing(self):
        data = workbook_of(sheet_of(inline(*HEADER), " " * 100_000))
        size = next(info.file_size for info in Package(data).archive.infolist() if "sheet1" in info.filename)
        assert refusal(read_table(data.replace(size.to_bytes(4, "little"), (900).to_bytes(4, "little")))) == DAMAGED

    @pytest.mark.parametrize("entities", [0, 2, 15])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_entities_are_never_expanded(self, entities, encoding):
        last = "abcdefghijklmnop"[entities]
        xml = f"{bomb_of(entities)}<worksheet><sheetData><row><c><v>&{last};</v></c></row></sheetData></worksheet>"
        data = workbook_of(xml.replace('"1.0"', f'"1.0" encoding="{encoding}"').encode(encoding))
        assert refusal(read_table(data)) == ENTITIES

    @pytest.mark.parametrize(
        "data",
        [
            with_part(WORKBOOK, "xl/workbook.xml", lambda xml: bomb_of(3) + xml),
            with_part(WORKBOOK, "_rels/.rels", lambda xml: bomb_of(3) + xml),
            with_part(workbook_of(sheet_of()), "xl/sharedStrings.xml", lambda xml: bomb_of(3) + xml),
            with_part(
                document_of(table_of(header_row())), "word/document.xml", lambda xml: f"{bomb_of(3)}{' ' * 5_000}{xml}"
            ),
            with_part(
                document_of(""), "word/document.xml", lambda xml: f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{xml}'
            ),
        ],
        ids=["workbook", "relations", "strings", "document", "outside file"],
    )
    def test_no_part_that_is_read_may_have_a_document_type(self, data):
        assert refusal(read_table(data)) == ENTITIES

    def test_a_locked_part(self):
        """The bit that says so stands in the zip's directory; no library here can write such a file."""
        data = stored("xl/workbook.xml", b"<x/>")
        entry = data.index(b"PK\x01\x02") + 8
        assert (
            refusal(read_table(data[:entry] + b"\x01" + data[entry + 1 :]))
            == "文件设了打开密码。请去掉密码后另存，再读一次。"
        )

    def test_relations_that_lead_outside_are_not_followed(self):
        outside = (
            '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="{}" TargetMode="{}"/></Relationships>'
        )
        for target, mode in [("../../../etc/passwd", "Internal"), ("http://example.org/xl/workbook.xml", "External")]:
            parts = {"_rels/.rels": outside.format(target, mode), "xl/workbook.xml": "<x/>"}
            assert refusal(read_table(packed(parts))) == NOT_OFFICE

    def test_the_package_itself_says_why(self):
        with pytest.raises(UnreadableError, match="这是一个压缩文件"):
            Package(packed({}))


class TestAnything:
    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=300))
    @example(b"PK\x05\x06")
    @example(b"PK\x03\x04" + bytes(40))
    def test_any_bytes_are_read_or_refused(self, data):
        assert isinstance(read_table(data), Document)

    @settings(max_examples=100, deadline=None)
    @given(st.sampled_from([WORKBOOK, WORD_FILE]), st.data())
    def test_a_file_with_bytes_changed_is_read_or_refused(self, data, draw):
        changed = bytearray(data)
        for _ in range(draw.draw(st.integers(1, 5))):
            changed[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
        assert [code for code, _ in found(read_table(bytes(changed)))] in ([], ["UNREADABLE_FILE"], ["BAD_ENCODING"])

    @settings(max_examples=100, deadline=None)
    @given(st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]), st.data())
    def test_a_workbook_with_xml_cut_out_is_read_or_refused(self, name, draw):
        def cut(xml: str) -> str:
            start = draw.draw(st.integers(0, len(xml)))
            return xml[:start] + xml[start + draw.draw(st.integers(1, 30)) :]

        assert isinstance(read_table(with_part(WORKBOOK, name, cut)), Document)
