"""校验码: the same for the same cells, however they come; another one for any other cell."""

import datetime
from base64 import b32encode
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.choices import ExportKind
from tasks.excel.book import Column, Export, Maker, Sheet, as_csv, as_xlsx
from tasks.excel.cells import Share
from tasks.excel.checkcode import LENGTH, Rows, as_typed, canonical, check_code
from tasks.excel.reread import reread

DAY = datetime.date(2026, 9, 30)
MADE_AT = datetime.datetime(2026, 10, 9, 10, 0)
HEADER = ["序号", "主要任务", "编号", "具体举措", "完成率"]
ROWS: list[list[Any]] = [
    [1, "交通", "1-1", "推行“一卡通”", Share(0.45)],
    [1, "交通", "1-2", "=1+1", DAY],
    [2, "能源", "2-1", None, 3],
]


def digest(rows: list[list[Any]]) -> str:
    found = Rows()
    for row in rows:
        found.add(row)
    return found.digest


def sent(rows: list[list[Any]], write=as_xlsx, *, merged: int = 0) -> tuple[str, bytes]:
    """The digest that was kept, and the file."""
    kept: list[str] = []
    columns = [Column(label, 20) for label in HEADER]
    export = Export(ExportKind.PROGRESS, None, DAY, [Sheet("台账", columns, rows, merged=merged)], len(rows))
    data = b"".join(write(export, Maker("督查专员", MADE_AT, lambda code, digest: kept.extend((code, digest)))))
    return kept[1], data


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        ("", ""),
        (True, "是"),
        (3, "3"),
        (3.0, "3"),
        (Decimal("0.50"), "0.5"),
        (Share(0.45), "0.45"),
        ("45%", "0.45"),
        (DAY, "2026-09-30"),
        (datetime.datetime(2026, 9, 30), "2026-09-30"),
        ("2026-09-30 00:00", "2026-09-30"),
        (datetime.datetime(2026, 9, 30, 8, 5), "2026-09-30 08:05"),
        ("甲\x07乙\r\n丙", "甲␇乙\n丙"),
        ("_x0041_", "_x0041_"),
        ("_x005F_x0041_", "_x0041_"),
    ],
)
def test_a_cell_as_text(value: Any, said: str) -> None:
    assert canonical(value) == said


def test_a_code_is_ten_letters_and_digits_that_anyone_can_compute() -> None:
    """As `docs/decisions/0011-check-codes.md` describes it."""
    said = "序号|主要任务|编号|具体举措|完成率/1|交通|1-1|推行“一卡通”|0.45/||1-2|=1+1|2026-09-30/2|能源|2-1||3/"
    rows = sha256(said.replace("|", "\x1f").replace("/", "\x1e").encode()).hexdigest()
    whole = sha256(f"内容\x1f进展台账\x1e{rows}".encode()).digest()
    code = check_code({"内容": "进展台账"}, digest([HEADER, *ROWS]))
    assert code == b32encode(whole).decode()[:10]
    assert len(code) == LENGTH


@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("place", range(5))
def test_any_one_cell_changed_is_another_digest(row: int, place: int) -> None:
    changed = [list(one) for one in ROWS]
    changed[row][place] = "改过"
    assert digest([HEADER, *changed]) != digest([HEADER, *ROWS])


def test_another_fact_on_the_cover_is_another_code() -> None:
    assert check_code({"期次": "一季度"}, "0") != check_code({"期次": "二季度"}, "0")


def test_rows_moved_cells_moved_and_rows_left_out_are_another_digest() -> None:
    first, second, third = ROWS
    assert len({digest(rows) for rows in ([first, second], [second, first], [first], [first, second, third])}) == 4
    assert digest([["甲", ""]]) != digest([["", "甲"]])


def test_what_merged_cells_cover_does_not_count_and_nothing_else_is_left_out() -> None:
    bare = [ROWS[0], [None, None, *ROWS[1][2:]], ROWS[2]]
    assert digest([HEADER, *bare]) == digest([HEADER, *ROWS])
    other = ["单位", "应报"]
    assert digest([other, [1, 1], [1, 1]]) != digest([other, [1, 1], [1, None]])


def test_blank_rows_and_blank_ends_do_not_count() -> None:
    assert digest([HEADER, [None, ""], [*ROWS[0], None]]) == digest([HEADER, ROWS[0]])


@pytest.mark.parametrize("merged", [0, 2])
def test_a_workbook_read_again_has_the_digest_it_left_with(merged: int) -> None:
    kept, data = sent(ROWS, merged=merged)
    told = reread("台账.xlsx", data)
    assert (told.digest, told.code) == (kept, told.printed)


def test_a_csv_read_again_has_the_digest_it_left_with() -> None:
    kept, data = sent(ROWS, as_csv)
    assert reread("台账.csv", data).digest == kept


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), min_size=5, max_size=5))
@example(["'=1", "''", "\t@", "_x005F_", "\ud800"])
@example(["45%", "2026-09-30 00:00", "1.0", " ", "是"])
@example(["字" * 40000, "\r", "\x00", "😀", '&<>"'])
def test_any_text_comes_back_with_the_same_digest(texts: list[str]) -> None:
    for write, name in ((as_xlsx, "a.xlsx"), (as_csv, "a.csv")):
        kept, data = sent([texts], write)
        assert reread(name, data).digest == kept


@pytest.mark.parametrize("typed", ["aqdw vxgpgc", "AQDW-VXGPGC", " aqdwvxgpgc "])
def test_a_code_as_people_type_it(typed: str) -> None:
    assert as_typed(typed) == "AQDWVXGPGC"
    assert as_typed("0123") == "OI23"
