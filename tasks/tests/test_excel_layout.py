"""How many lines a text takes, and where pages begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.excel.layout import TALLEST_ROW, line_count, page_starts, row_height, text_height


class TestLineCount:
    @pytest.mark.parametrize(
        ("text", "width", "lines"),
        [
            ("", 10, 1),
            ("五个汉字宽", 10, 1),
            ("六个汉字的宽", 10, 2),
            ("ABCDEFGHIJ", 10, 1),
            ("ABCDEFGHIJK", 10, 2),
            ("“五字”宽", 10, 1),  # Chinese quotation marks are as wide as characters
            ("甲\n乙\n\n丙", 10, 4),
            ("汉字 5G 网络", 10, 2),
            ("汉字汉字5G", 9, 2),  # a word is not broken
            ("汉" * 25, 10, 5),
        ],
    )
    def test_chinese_is_twice_as_wide_as_latin(self, text: str, width: int, lines: int) -> None:
        assert line_count(text, width) == lines

    def test_a_closing_mark_takes_a_character_along_to_the_next_line(self) -> None:
        assert line_count("甲乙丙丁戊，己庚辛", 10) == 2
        assert line_count("甲乙丙丁戊，己庚辛壬", 10) == 3

    @given(st.text(), st.integers(10, 80))
    def test_any_text_takes_at_least_a_line_a_paragraph(self, text: str, width: int) -> None:
        assert line_count(text, width) >= text.count("\n") + 1


class TestRowHeight:
    def test_a_row_is_as_high_as_its_highest_text(self) -> None:
        assert row_height(24.0, 42.0, 24.0) == 42.0

    def test_a_row_is_never_higher_than_excel_takes(self) -> None:
        assert row_height(text_height("字" * 5000, 60)) == TALLEST_ROW

    def test_smaller_letters_need_less(self) -> None:
        assert text_height("字" * 60, 30, size=11) < text_height("字" * 60, 30, size=12)


class TestPages:
    def test_what_fits_on_one_page_stays_there(self) -> None:
        assert page_starts([100, 100, 100], first=300, other=400) == []

    def test_a_block_that_would_be_cut_begins_a_page(self) -> None:
        assert page_starts([200, 200, 200], first=300, other=400) == [1]

    def test_pages_are_filled_evenly(self) -> None:
        """Filling each page in turn would leave the block of 119 alone before that of 346."""
        assert page_starts([280, 77, 77, 94, 220, 119, 346], first=400, other=456) == [1, 4, 6]

    def test_a_block_no_page_can_hold_has_a_page_of_its_own(self) -> None:
        assert page_starts([100, 900, 100], first=300, other=400) == [1, 2]

    def test_a_plan_without_tasks_has_one_page(self) -> None:
        assert page_starts([], first=300, other=400) == []

    @given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
    def test_no_page_holds_more_than_it_can(self, blocks: list[int]) -> None:
        starts = page_starts(blocks, first=400, other=450)
        ends = [*starts, len(blocks)]
        pages = [sum(blocks[start:end]) for start, end in zip([0, *starts], ends, strict=True)]
        assert pages[0] <= 400
        assert max(pages) <= 450
