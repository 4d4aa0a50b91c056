"""Rows become tasks and measures: one test a rule of docs/allocation-format.md, rows 5 to 10 and corrections."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.allocation.corrections import Corrections, text_hash
from tasks.allocation.findings import ERRORS, WARNINGS
from tasks.allocation.reader_text import read_text
from tasks.allocation.table import DraftPlan, draft_plan, number_of
from tasks.tests.reading_docx import read as docx_read
from tasks.tests.reading_xlsx import read as xlsx_read
from units.names import NameBook

HEADER = "序号\t主要任务\t具体举措\t责任单位"


def draft(*lines: str, corrections: Corrections | None = None) -> DraftPlan:
    text = "\n".join(["分工表", HEADER, *lines])
    return draft_plan(read_text(text.encode()), NameBook(), corrections)


def found(plan: DraftPlan) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in plan.findings]


def outline(plan: DraftPlan) -> list[tuple[int, str, list[str]]]:
    return [(task.number, task.title, [measure.text for measure in task.measures]) for task in plan.tasks]


def test_every_message_is_a_whole_sentence():
    plan = draft("x\t甲\t举措\t省教育厅", "\t\t举措\t省教育厅负责")
    assert [finding.message[-1] for finding in plan.findings] == ["。", "。", "。"]
    assert not ERRORS & WARNINGS


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), (" 12 ", 12), ("１２", 12), ("3.", 3), ("3．", 3), ("4、", 4), ("⒌", 5), ("①", 1)],
)
def test_a_number_in_its_many_forms(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["一", "1a", "第1", "1..", "1-2", "-1", "1.5", "(1)", "."])
def test_what_is_no_number(text):
    assert number_of(text) is None
    assert found(draft(f"{text}\t甲\t举措\t省教育厅负责")) == [("BAD_NUMBER", 3)]


class TestWhichTask:
    def test_a_row_without_number_and_title_continues_the_task_above(self):
        plan = draft("1\t甲\t举一\t省教育厅负责", "\t\t举二\t省财政厅负责")
        assert outline(plan) == [(1, "甲", ["举一", "举二"])]
        assert found(plan) == [("BLANK_NUMBER_ROW", 4)]

    def test_before_the_first_task_there_is_nothing_to_continue(self):
        assert found(draft("\t\t举一\t省财政厅负责")) == [("ORPHAN_ROW", 3)]

    def test_half_a_head_is_an_error(self):
        assert found(draft("1\t甲\t举一\t省教育厅负责", "\t乙\t举二\t省教育厅负责")) == [("TITLE_WITHOUT_NUMBER", 4)]
        assert found(draft("1\t甲\t举一\t省教育厅负责", "2\t\t举二\t省教育厅负责")) == [("NUMBER_WITHOUT_TITLE", 4)]

    def test_the_running_task_again_is_one_task(self):
        plan = draft("1\t甲\t举一\t省教育厅负责", HEADER, "1\t甲\t举二\t省教育厅负责")
        assert outline(plan) == [(1, "甲", ["举一", "举二"])]
        assert found(plan) == [("CONTINUED_TASK", 5)]

    def test_what_a_merged_cell_runs_down_to_needs_no_word(self):
        rows, merge = (
            [HEADER.split("\t"), ["1", "甲", "举一", "丙"], ["", "", "举二", "丙"], ["1", "甲", "举三", "丙"]],
            ["A2:A3", "B2:B3"],
        )
        word = [(1, column, 2, column) for column in (0, 1)]
        for document in (xlsx_read(*rows, merge=merge), docx_read(*rows, merge=word)):
            plan = draft_plan(document, NameBook())
            assert outline(plan) == [(1, "甲", ["举一", "举二", "举三"])]
            assert [one for one in found(plan) if one[0] == "CONTINUED_TASK"] == [("CONTINUED_TASK", 4)]

    def test_one_number_for_two_tasks_is_an_error(self):
        one, two = "1\t甲\t举一\t省教育厅负责", "2\t乙\t举二\t省教育厅负责"
        assert found(draft(one, "1\t乙\t举二\t省教育厅负责")) == [("DUPLICATE_NUMBER", 4)]
        assert found(draft(one, two, one)) == [("DUPLICATE_NUMBER", 5)]

    def test_a_table_may_begin_with_any_number(self):
        assert found(draft("3\t甲\t举一\t省教育厅负责")) == []

    def test_jumps_and_steps_back_are_warnings(self):
        rows = [f"{number}\t任务{number}\t举措{number}\t省教育厅负责" for number in (1, 3, 2, 4)]
        plan = draft(*rows)
        assert [task.number for task in plan.tasks] == [1, 3, 2, 4]
        assert found(plan) == [("NUMBER_GAP", 4), ("NUMBER_ORDER", 5), ("NUMBER_GAP", 6)]


class TestWhichStatement:
    def pair(self, measures: str, statements: str) -> DraftPlan:
        return draft(f"1\t甲\t{measures}\t{statements}")

    def texts(self, plan: DraftPlan) -> list[tuple[str, str]]:
        return [(measure.text, measure.responsibility_text) for task in plan.tasks for measure in task.measures]

    def test_as_many_as_measures_pair_by_position(self):
        plan = self.pair("<p>一</p><p>二</p>", "<p>省教育厅负责</p> <p>省财政厅负责</p>")
        assert self.texts(plan) == [("一", "省教育厅负责"), ("二", "省财政厅负责")]
        assert found(plan) == []

    def test_one_statement_serves_all(self):
        plan = self.pair("<p>一</p><p>二</p>", "省教育厅负责")
        assert self.texts(plan) == [("一", "省教育厅负责"), ("二", "省教育厅负责")]
        assert found(plan) == [("ONE_RESPONSIBILITY_FOR_MANY", 3)]

    def test_many_statements_serve_the_one(self):
        plan = self.pair("一", "<p>省教育厅牵头</p><p>省财政厅配合</p>")
        assert self.texts(plan) == [("一", "省教育厅牵头；省财政厅配合")]
        assert [item.role for item in plan.tasks[0].measures[0].assignments] == ["lead", "cooperate"]
        assert found(plan) == [("MANY_RESPONSIBILITIES_FOR_ONE", 3)]

    def test_nothing_on_either_side(self):
        plan = self.pair("", "")
        assert outline(plan) == [(1, "甲", [])]
        assert found(plan) == [("TASK_WITHOUT_MEASURES", 3)]

    def test_one_side_missing(self):
        assert found(self.pair("<p>一</p><p>二</p>", "")) == [("MISSING_RESPONSIBILITY", 3)]
        assert found(self.pair("", "省教育厅负责")) == [("MISSING_MEASURE", 3)]

    def test_counts_that_do_not_fit(self):
        plan = self.pair("<p>一</p><p>二</p><p>三</p>", "<p>省教育厅负责</p><p>省财政厅负责</p>")
        assert self.texts(plan) == []
        assert found(plan) == [("PAIR_COUNT_MISMATCH", 3)]

    def test_empty_paragraphs_are_dropped_only_where_the_counts_then_fit(self):
        plan = self.pair("<p>一</p><p></p><p>二</p>", "<p>省教育厅负责</p><p>省财政厅负责</p>")
        assert self.texts(plan) == [("一", "省教育厅负责"), ("二", "省财政厅负责")]
        assert found(plan) == []
        assert plan.tasks[0].measures[1].paragraph == 3

    def test_counts_equal_only_with_the_empties_are_an_error(self):
        plan = self.pair("<p>一</p><p>二</p>", "<p>省教育厅负责</p><p> </p>")
        assert self.texts(plan) == []
        assert found(plan) == [("EMPTY_PARAGRAPH_IN_PAIR", 3)]

    def test_a_paragraph_of_several_sentences_is_one_measure(self):
        assert self.texts(self.pair("一。二。三。", "省教育厅负责")) == [("一。二。三。", "省教育厅负责")]


def test_errors_and_warnings_come_together_in_the_order_of_the_lines():
    plan = draft("1\t甲\t举一\t省教育厅", "坏行", "3\t乙\t\t省教育厅负责", "x\t丙\t举三\t省教育厅、省教育厅负责")
    assert found(plan) == [
        ("NO_ROLE_ENDING", 3),
        ("ROW_CELL_COUNT", 4),
        ("NUMBER_GAP", 5),
        ("MISSING_MEASURE", 5),
        ("BAD_NUMBER", 6),
        ("DUPLICATE_UNIT", 6),
    ]
    assert {finding.code for finding in plan.errors} == {"ROW_CELL_COUNT", "MISSING_MEASURE", "BAD_NUMBER"}


@pytest.mark.parametrize("note", ["注：列第一位的为牵头单位", "备注：表中责任单位，列第一位的为牵头单位。"])
def test_a_note_can_say_that_the_first_unit_leads(note):
    plan = draft("1\t甲\t举一\t省教育厅、省财政厅负责", note)
    assert [item.role for item in plan.tasks[0].measures[0].assignments] == ["lead", "cooperate"]
    assert found(plan) == [("UNRECOGNISED_LINE", 4)]


class TestCorrections:
    ROWS = ("1\t甲\t举一\t省教育厅负责", "\t\t举二\t省财政厅负责", "2\t乙\t举三\t省科技厅负责")

    def move(self, text: str = "举二", line: int = 4, right: int = 2) -> Corrections:
        return Corrections.from_json(
            [
                {
                    "line": line,
                    "paragraphs": [1],
                    "by_rule": 1,
                    "right": right,
                    "text_sha256": [text_hash(text)],
                    "reason": "r",
                }
            ]
        )

    def test_a_move_puts_the_measure_at_its_place_under_the_right_task(self):
        plan = draft(*self.ROWS, corrections=self.move())
        assert outline(plan) == [(1, "甲", ["举一"]), (2, "乙", ["举二", "举三"])]
        assert found(plan) == [("BLANK_NUMBER_ROW", 4)]

    @pytest.mark.parametrize("wrong", [{"text": "别的"}, {"line": 3}, {"right": 9}])
    def test_a_move_of_another_table_is_an_error_and_moves_nothing(self, wrong):
        plan = draft(*self.ROWS, corrections=self.move(**wrong))
        assert outline(plan) == [(1, "甲", ["举一", "举二"]), (2, "乙", ["举三"])]
        assert [finding.code for finding in plan.errors] == ["CORRECTION_NOT_APPLICABLE"]

    @pytest.mark.parametrize(
        "data",
        [
            [{"line": 1}],
            [{"line": 1, "paragraphs": [1], "by_rule": 1, "right": 2, "text_sha256": [], "reason": ""}],
            [3],
            {"fields": [{"name": "甲", "tasks": [1]}]},
            {"moves": 5},
        ],
    )
    def test_a_broken_file_says_so(self, data):
        with pytest.raises(ValueError, match="更正文件"):
            Corrections.from_json(data)


CELL = st.text(
    alphabet=st.characters(exclude_characters="\t\r\n<>\ufeff", exclude_categories=["Cs"]), min_size=1, max_size=30
)


@given(
    st.lists(st.tuples(CELL, CELL).filter(lambda pair: pair[0].strip() and pair[1].strip()), min_size=1, max_size=4)
)
@settings(max_examples=150, deadline=None)
def test_every_character_of_measures_and_statements_is_kept(pairs):
    texts = "".join(f"<p>{text}</p>" for text, _ in pairs)
    statements = "".join(f"<P class='x'>{statement}</P>" for _, statement in pairs)
    plan = draft(f"1\t甲\t{texts}\t{statements}")
    kept = [(measure.text, measure.responsibility_text) for measure in plan.tasks[0].measures]
    assert kept == [(text.strip(), statement.strip()) for text, statement in pairs]


@given(st.text(alphabet="1234、.．序号主要任务甲乙省厅负责<p>/ \t\n\r\u3000", max_size=120))
@settings(max_examples=300, deadline=None)
def test_no_table_crashes_the_reader(text):
    plan = draft_plan(read_text(text.encode()), NameBook())
    assert all(finding.code in ERRORS | WARNINGS and finding.line >= 1 for finding in plan.findings)
