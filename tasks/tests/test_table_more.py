"""Tables as other offices send them: line ends, page breaks, empty paragraphs, and very long ones."""

import pytest

from tasks.allocation.reader_text import read_text
from tasks.allocation.table import DraftPlan, draft_plan
from units.names import NameBook

HEADER = "序号\t主要任务\t具体举措\t责任单位"
FIRST = "1\t甲\t举一\t省教育厅负责"


def read(text: str) -> DraftPlan:
    return draft_plan(read_text(text.encode()), NameBook())


def draft(*lines: str) -> DraftPlan:
    return read("\n".join(["分工表", HEADER, *lines]))


def found(plan: DraftPlan) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in plan.findings]


def places(plan: DraftPlan) -> list[tuple[str, int, int]]:
    return [(measure.text, measure.line, measure.paragraph) for task in plan.tasks for measure in task.measures]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_are_physical_whatever_ends_them(end, mark):
    plan = read(mark + end.join(["", "分工表", "\u3000\u00a0 ", HEADER, "", FIRST, "", ""]))
    assert (plan.title, places(plan), found(plan)) == ("分工表", [("举一", 6, 1)], [])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_other_signs_end_no_line(sign):
    plan = draft(f"1\t甲\t举{sign}一\t省教育厅负责", "2\t乙\t举二\t省教育厅负责")
    assert (places(plan), found(plan)) == ([(f"举{sign}一", 3, 1), ("举二", 4, 1)], [])


def test_a_header_is_a_header_wherever_a_page_breaks():
    plan = draft(
        FIRST, "— 2 —", " 序 号\t主要\u3000任务\t具体举措 \t责任单位", "\t\t举二\t省教育厅负责", HEADER, HEADER
    )
    assert places(plan) == [("举一", 3, 1), ("举二", 6, 1)]
    assert found(plan) == [("UNRECOGNISED_LINE", 4), ("BLANK_NUMBER_ROW", 6)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (FIRST + "\t", "EXTRA_EMPTY_CELL"),
        (FIRST + "\t \u3000\u00a0", "EXTRA_EMPTY_CELL"),
        (FIRST + "\t备注", "ROW_CELL_COUNT"),
        (FIRST + "\t\t", "ROW_CELL_COUNT"),
        ("1\t甲\t举一", "ROW_CELL_COUNT"),
        ("\t", "ROW_CELL_COUNT"),
        ("分工表", "ROW_CELL_COUNT"),
        ("注意事项", "ROW_CELL_COUNT"),
        ("注：标准另行公布。", "UNRECOGNISED_LINE"),
        ("－ 12 －", "UNRECOGNISED_LINE"),
    ],
)
def test_a_line_that_is_not_four_cells(line, code):
    assert found(draft(line)) == [(code, 3)]


def test_halves_of_a_cut_row_are_never_glued():
    plan = draft("1\t甲\t举一的前", "半句\t省教育厅负责")
    assert (places(plan), found(plan)) == ([], [("ROW_CELL_COUNT", 3), ("ROW_CELL_COUNT", 4)])


@pytest.mark.parametrize(
    ("measures", "statements", "kept", "codes"),
    [
        ("甲|乙|", "省教育厅负责||省财政厅负责", ["甲", "乙"], []),
        ("甲|乙", "|省教育厅负责| |省财政厅负责", ["甲", "乙"], []),
        ("甲|", "省教育厅负责|省财政厅负责", [], ["EMPTY_PARAGRAPH_IN_PAIR"]),
        ("甲|乙|丙", "省教育厅负责||省财政厅负责", [], ["EMPTY_PARAGRAPH_IN_PAIR"]),
        ("甲||乙|丙", "省教育厅负责|省财政厅负责", [], ["PAIR_COUNT_MISMATCH"]),
        ("甲|乙", "", [], ["MISSING_RESPONSIBILITY"]),
        ("", "省教育厅负责|省财政厅负责", [], ["MISSING_MEASURE"]),
        ("", "", [], ["TASK_WITHOUT_MEASURES"]),
    ],
)
def test_empty_paragraphs(measures, statements, kept, codes):
    left, right = ("".join(f"<p>{text}</p>" for text in cell.split("|")) for cell in (measures, statements))
    plan = draft(f"1\t任务\t{left}\t{right}")
    assert ([text for text, _, _ in places(plan)], found(plan)) == (kept, [(code, 3) for code in codes])


def test_texts_are_kept_to_the_letter():
    text = "ＡＢ（x）&lt;“甲”&nbsp;<br><pre>乙</pre>"
    assert places(draft(f"1\t任务\t {text}\u3000\t省教育厅负责")) == [(text, 3, 1)]


def test_sentences_of_joined_statements_keep_their_own_endings():
    plan = draft("1\t甲\t举一\t<p>省教育厅负责。</p><p>省财政厅配合。</p>")
    assert [item.role for item in plan.tasks[0].measures[0].assignments] == ["responsible", "cooperate"]


def test_what_a_shared_statement_leaves_in_doubt_is_said_once():
    one = draft("1\t甲\t<p>举一</p><p>举二</p><p>举三</p>\t省教育厅")
    assert found(one) == [("ONE_RESPONSIBILITY_FOR_MANY", 3), ("NO_ROLE_ENDING", 3)]
    own = draft("1\t甲\t<p>举一</p><p>举二</p>\t<p>省教育厅</p><p>省教育厅</p>")
    assert found(own) == [("NO_ROLE_ENDING", 3), ("NO_ROLE_ENDING", 3)]


def test_a_note_that_the_first_unit_leads_writes_every_role():
    plan = draft("1\t甲\t举一\t省教育厅、省财政厅", "注：责任单位列第一位的为牵头单位。")
    assert [item.role for item in plan.tasks[0].measures[0].assignments] == ["lead", "cooperate"]
    assert found(plan) == [("UNRECOGNISED_LINE", 4)]


@pytest.mark.parametrize("tag", ['<p "', "<p '", "<p ", "<p", "<", "</p", "<p a=b"])
def test_a_hundred_thousand_broken_tags_are_text(tag):
    text = tag * 100_000 + "举"
    assert places(draft(f"1\t甲\t{text}\t省教育厅负责")) == [(text, 3, 1)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("\t" * 1_000_000, "ROW_CELL_COUNT"),
        ("注" + " " * 300_000 + "1" * 300_000, "ROW_CELL_COUNT"),
        ("9" * 300_000 + "\t甲\t举一\t省教育厅负责", "BAD_NUMBER"),
    ],
    ids=["cells", "half a note", "digits"],
)
def test_a_hostile_line_is_one_error(line, code):
    assert found(draft(line)) == [(code, 3)]


def test_tens_of_thousands_of_tasks_are_read_in_one_pass():
    plan = draft(*(f"{number}\t任务\t举措\t省教育厅负责" for number in range(1, 19_001)))
    assert ([task.number for task in plan.tasks], found(plan)) == (list(range(1, 19_001)), [])
