"""The customer's table with its reviewed corrections: the counts and the places the contract names."""

import json
from collections import Counter

import pytest
from django.conf import settings

from tasks.allocation.corrections import Corrections, text_hash
from tasks.allocation.fixture import slips_in
from tasks.allocation.reader import read_table
from tasks.allocation.rows import paragraphs
from tasks.allocation.table import DraftMeasure, DraftPlan, draft_plan
from units.names import NameBook

FIXTURES = settings.BASE_DIR / "fixtures"
MEASURES_A_TASK = [6, 1, 1, 2, 4, 2, 7, 7, 4, 4, 6, 2, 1, 2, 4, 2, 3, 4, 1, 3, 3, 3, 3, 3, 1]


def corrections() -> Corrections:
    return Corrections.from_json(json.loads((FIXTURES / "corrections.json").read_text()))


@pytest.fixture(scope="module")
def draft() -> DraftPlan:
    book = NameBook.from_fixture(json.loads((FIXTURES / "units.json").read_text()))
    return draft_plan(read_table((FIXTURES / "allocation_table.txt").read_bytes()), book, corrections())


def measures(draft: DraftPlan) -> list[DraftMeasure]:
    return [measure for task in draft.tasks for measure in task.measures]


def by_code(draft: DraftPlan) -> dict[str, DraftMeasure]:
    return {
        f"{task.number}-{order}": measure
        for task in draft.tasks
        for order, measure in enumerate(task.measures, start=1)
    }


def test_twenty_five_tasks_and_their_measures(draft):
    assert [task.number for task in draft.tasks] == list(range(1, 26))
    assert [len(task.measures) for task in draft.tasks] == MEASURES_A_TASK
    assert len(measures(draft)) == 79


def test_duties_with_the_group_expanded(draft):
    assignments = [item for measure in measures(draft) for item in measure.assignments]
    assert Counter(item.role for item in assignments) == {"shared": 134, "lead": 27, "responsible": 22, "several": 7}
    assert Counter(item.via_group for item in assignments) == {None: 165, "胶东五市政府": 25}


def test_parties_as_written(draft):
    written = {
        (at, item.via_group or item.unit, item.role)
        for at, measure in enumerate(measures(draft))
        for item in measure.assignments
    }
    assert Counter(role for _, _, role in written) == {"shared": 134, "lead": 27, "responsible": 6, "several": 3}
    assert len(written) == 170
    parties = {party for _, party, _ in written}
    assert len(parties) == 44
    assert {"胶东五市政府", "各执法部门", "省政府有关部门"} < parties
    assert len({item.unit for measure in measures(draft) for item in measure.assignments}) == 45


def test_warnings_are_the_blank_numbers_and_the_empty_row(draft):
    assert draft.errors == ()
    assert [(finding.code, finding.line) for finding in draft.warnings] == [
        ("BLANK_NUMBER_ROW", 12),
        ("BLANK_NUMBER_ROW", 33),
        ("BLANK_NUMBER_ROW", 35),
        ("TASK_WITHOUT_MEASURES", 44),
        ("BLANK_NUMBER_ROW", 48),
        ("BLANK_NUMBER_ROW", 50),
    ]


def test_corrected_measures_stand_under_their_right_task(draft):
    placed = by_code(draft)
    assert placed["14-1"].text.startswith("划定并严守生态保护红线")
    assert placed["18-1"].text.startswith("依托省一体化在线政务服务平台")
    assert placed["18-4"].text.startswith("完善胶东经济圈信用体系")
    assert placed["20-1"].text.startswith("支持胶东五市共同设立胶东经济圈一体化发展投资基金")
    assert (placed["18-2"].line, placed["18-2"].paragraph) == (43, 5)


def test_every_text_is_the_source_to_the_letter(draft):
    lines = (FIXTURES / "allocation_table.txt").read_bytes().decode().split("\n")
    for measure in measures(draft):
        _, _, texts, statements = lines[measure.line - 1].split("\t")
        assert measure.text == paragraphs(texts)[measure.paragraph - 1]
        assert measure.responsibility_text == paragraphs(statements)[measure.paragraph - 1]


def test_every_correction_hash_is_the_hash_of_its_measure(draft):
    hashes = {(measure.line, measure.paragraph): text_hash(measure.text) for measure in measures(draft)}
    moves = corrections().moves
    assert [(move.line, move.paragraph, move.right) for move in moves] == [
        (35, 1, 14),
        (43, 4, 18),
        (43, 5, 18),
        (43, 6, 18),
        (43, 7, 18),
        (48, 1, 20),
    ]
    assert [hashes[move.line, move.paragraph] for move in moves] == [move.text_sha256 for move in moves]


def test_every_slip_stands_beside_exactly_one_measure(draft):
    slips = corrections().slips
    noted = [(slip.as_written, code) for code, measure in by_code(draft).items() for slip in slips_in(measure, slips)]
    assert sorted(noted) == sorted(
        [
            ("示范点示范项目", "2-1"),
            ("氢能能源", "2-1"),
            ("开埠文化、开埠文化", "7-5"),
            ("济南国家科技成果转化示范区", "8-6"),
            ("中亚航空贸易服务中心", "9-3"),
            ("济南市", "11-6"),
            ("人海排污口", "15-2"),
            ("由省领导小组负责", "24-2"),
        ]
    )


def test_fields_cover_every_task_once(draft):
    covered = [number for field in corrections().fields for number in range(field.first, field.last + 1)]
    assert covered == [task.number for task in draft.tasks]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("11-3", ["省商务厅", "省交通运输厅", "青岛海关", "青岛市政府", "烟台市政府", "威海市政府"]),
        (
            "11-6",
            ["省商务厅", "青岛海关", "济南海关", "省市场监管局", "济南市政府", "青岛市政府", "烟台市政府"],
        ),
        ("5-4", ["省交通运输厅", "省发展改革委", "省地方金融监管局", "省商务厅"]),
        ("10-2", ["省政府办公厅", "青岛海关", "济南海关"]),
        ("24-1", ["青岛市政府"]),
    ],
)
def test_units_of_a_measure(draft, code, expected):
    assert [item.unit for item in by_code(draft)[code].assignments] == expected
