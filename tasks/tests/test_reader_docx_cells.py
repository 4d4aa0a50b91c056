"""What the cells of a Word table hold becomes text: paragraphs, runs, tracked changes, whoever wrote the file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.allocation.reader import read_table
from tasks.tests.office_files import (
    HEADER,
    TITLE,
    WORD,
    cells,
    document_of,
    docx,
    found,
    header_row,
    refusal,
    row,
    run,
    table_of,
    tc,
    tr,
    with_part,
)
from tasks.tests.reading_docx import CONTINUE, RESTART, ROW, of, read, span


class TestParagraphs:
    def measures(self, *paragraphs: str, responsibility: str = "丙") -> tuple[str, ...]:
        (read_row,) = of(tr(tc("1"), tc("甲"), tc(*paragraphs), tc(responsibility))).rows
        return read_row.measures

    def test_paragraphs_of_a_cell_are_paragraphs(self):
        assert self.measures("举措一", " 举措二。第二句。　") == ("举措一", "举措二。第二句。")

    def test_a_paragraph_with_marks_is_split_by_them(self):
        marked = "&lt;p&gt;举措一&lt;/p&gt; &lt;P class='a'&gt;举措二&lt;/P&gt;"
        assert self.measures(marked) == ("举措一", "举措二")

    def test_number_and_title_are_one_text(self):
        assert cells(of(tr(tc("1", ""), tc("甲", "甲"), tc("乙"), tc("丙")))) == [row(2, "1", "甲甲", "乙", "丙")]

    def test_an_empty_paragraph_within_is_kept_for_rule_9(self):
        assert self.measures("举措一", "", "举措二") == ("举措一", "", "举措二")

    def test_empty_paragraphs_at_the_end_are_dropped(self):
        assert self.measures("举措一", "举措二", "", " ") == ("举措一", "举措二")

    def test_they_stay_where_they_make_equal_pairs(self):
        """Rule 9 calls this an error; dropping them would silently join two statements."""
        (read_row,) = of(tr(tc("1"), tc("甲"), tc("乙", ""), tc("丙", "丁"))).rows
        assert (read_row.measures, read_row.responsibilities) == (("乙", ""), ("丙", "丁"))

    def test_equally_many_at_both_ends_are_dropped(self):
        (read_row,) = of(tr(tc("1"), tc("甲"), tc("乙", "", ""), tc("丙", "", ""))).rows
        assert (read_row.measures, read_row.responsibilities) == (("乙",), ("丙",))

    def test_a_cell_of_empty_paragraphs_is_blank(self):
        assert self.measures("", " ", "") == ()

    @pytest.mark.parametrize(
        ("xml", "text"),
        [
            (run("推进") + run("一体化"), "推进一体化"),
            ("<w:r><w:t>推进</w:t><w:br/><w:t>一体化</w:t><w:cr/></w:r>", "推进一体化"),
            ("<w:r><w:t>推进</w:t><w:tab/><w:t>一体化</w:t></w:r>", "推进\t一体化"),
            ("<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>" + run("推进"), "推进"),
            ("<w:r><w:t>5</w:t><w:noBreakHyphen/><w:t>G</w:t></w:r>", "5-G"),
            (f"<w:hyperlink>{run('推进')}</w:hyperlink><w:smartTag>{run('一体化')}</w:smartTag>", "推进一体化"),
            (f"<w:sdt><w:sdtContent>{run('推进')}</w:sdtContent></w:sdt>", "推进"),
            ("<w:r><w:instrText>PAGE</w:instrText></w:r>" + run("2"), "2"),
            (
                "<w:r><w:ruby><w:rt><w:r><w:t>jiāo</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>胶</w:t></w:r></w:rubyBase></w:ruby></w:r>",
                "胶",
            ),
            (
                f"<w:r><w:pict><w:txbxContent><w:p>{run('浮动')}</w:p></w:txbxContent></w:pict></w:r>" + run("正文"),
                "正文",
            ),
        ],
    )
    def test_what_makes_up_the_text(self, xml, text):
        assert self.measures(xml) == (text,)

    def test_a_text_box_in_the_body_is_neither_title_nor_table(self):
        box = f"<w:txbxContent><w:p>{run('浮动')}</w:p>{table_of(tr(*map(tc, ROW)))}</w:txbxContent>"
        anchor = f"<w:p><w:r><w:drawing>{box}</w:drawing></w:r></w:p>"
        document = read_table(document_of(anchor + f"<w:p>{run(TITLE)}</w:p>" + table_of(header_row())))
        assert (document.title, document.notes, document.rows) == (TITLE, (), ())


class TestTrackedChanges:
    deleted = "<w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del>"

    def test_deletions_are_gone_and_insertions_read(self):
        text = f"{run('推进')}{self.deleted}<w:ins>{run('一体化')}</w:ins>"
        assert cells(of(tr(tc("1"), tc(text), tc("乙"), tc("丙")))) == [row(2, "1", "推进一体化", "乙", "丙")]

    def test_moved_text_is_read_where_it_went(self):
        moved = tc(f"<w:moveFrom>{run('乙')}</w:moveFrom>"), tc(f"<w:moveTo>{run('乙')}</w:moveTo>")
        assert cells(of(tr(tc("1"), tc("甲"), *moved))) == [row(2, "1", "甲", "", "乙")]

    def test_a_deleted_row_is_not_counted(self):
        rows = [tr(*map(tc, ROW), properties="<w:del/>"), tr(*map(tc, ROW), properties="<w:ins/>")]
        assert cells(of(*rows)) == [row(2, *ROW)]

    def test_a_deleted_paragraph_mark_joins_two_paragraphs(self):
        mark = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
        measures = tc(f"{mark}{run('推进')}", "一体化", f"{mark}{self.deleted}", "举措二", f"{mark}{run('举措三')}")
        assert of(tr(tc("1"), tc("甲"), measures, tc("丙"))).rows[0].measures == ("推进一体化", "举措二", "举措三")


class TestOtherWriters:
    def test_the_strict_flavour(self):
        strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
        data = document_of(table_of(header_row(), tr(*map(tc, ROW))))
        assert cells(read_table(with_part(data, "word/document.xml", lambda xml: xml.replace(WORD, strict)))) == [
            row(2, *ROW)
        ]

    def test_macros_are_ignored(self):
        data = with_part(docx(HEADER, ROW), "word/vbaProject.bin", lambda _: "macro")
        kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
        plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        assert cells(read_table(with_part(data, "[Content_Types].xml", lambda xml: xml.replace(plain, kind)))) == [
            row(2, *ROW)
        ]

    def test_what_is_not_read_may_be_broken(self):
        data = with_part(docx(HEADER, ROW), "word/styles.xml", lambda _: "<broken")
        missing = '<Relationship Id="r99" Type="http://x/image" Target="NULL"/></Relationships>'
        data = with_part(data, "word/_rels/document.xml.rels", lambda xml: xml.replace("</Relationships>", missing))
        assert cells(read_table(data)) == [row(2, *ROW)]

    def test_more_cells_than_any_table_has_are_refused(self, monkeypatch):
        monkeypatch.setattr("tasks.allocation.reader_docx.MOST_CELLS", 8)
        assert cells(read(HEADER, ROW)) == [row(2, *ROW)]
        assert refusal(read(HEADER, ROW, ROW)) == (
            "文件展开后太大，不像一份分工表。请把分工表单独复制到一个新文件，保存后再读。"
        )


LEGAL = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="<\ufffe\uffff\x85\u2028\u2029"
)


class TestAnything:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text(LEGAL, max_size=30), min_size=3, max_size=3))
    def test_every_character_of_a_cell_is_kept(self, texts):
        title, measure, responsibility = (text.strip() for text in texts)
        if title or measure or responsibility:
            escaped = [text.replace("&", "&amp;") for text in texts]
            assert cells(of(tr(*map(tc, ("1", *escaped))))) == [row(2, "1", title, measure, responsibility)]

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.lists(st.sampled_from(["", "1", "甲", "— 2 —", "注：略"]), min_size=1, max_size=6), max_size=6),
        st.data(),
    )
    def test_any_table_is_read(self, rows, data):
        marks = st.sampled_from(["", RESTART, CONTINUE, span(2), span(3), "<w:hMerge/>"])
        xml = [tr(*(tc(text, properties=data.draw(marks)) for text in texts)) for texts in rows]
        document = of(*xml)
        assert {code for code, _ in found(document)} <= {"ROW_CELL_COUNT", "EXTRA_EMPTY_CELL", "UNRECOGNISED_LINE"}
