"""The small pure rules: working days, proposed periods, hints, differences of text, kinds of file."""

import datetime
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.calendar import ProposedPeriod, WorkCalendar, proposed_period
from tasks.filetypes import DOCX, JPG, PDF, PNG, XLSX, content_type
from tasks.hints import hints
from tasks.textdiff import text_diff

DAY = datetime.date
CALENDAR = WorkCalendar.from_data(
    [{"holidays": ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"], "worked": ["2026-10-10"]}]
)


class TestCalendar:
    def test_holidays_weekends_and_worked_weekends(self):
        days = [DAY(2026, 10, 1), DAY(2026, 10, 3), DAY(2026, 10, 8), DAY(2026, 10, 10), DAY(2026, 10, 11)]
        assert [CALENDAR.is_workday(day) for day in days] == [False, False, True, True, False]

    def test_the_next_working_days(self):
        assert CALENDAR.workday_from(DAY(2026, 10, 1)) == DAY(2026, 10, 8)
        assert CALENDAR.workdays_after(DAY(2026, 9, 30), 3) == DAY(2026, 10, 10)

    @pytest.mark.parametrize(
        ("cadence", "after", "expected"),
        [
            ("monthly", DAY(2026, 8, 31), ("2026年9月", DAY(2026, 9, 30))),
            ("quarterly", DAY(2026, 6, 30), ("2026年三季度", DAY(2026, 9, 30))),
            ("half_yearly", DAY(2026, 6, 30), ("2026年下半年", DAY(2026, 12, 31))),
            ("quarterly", DAY(2026, 12, 31), ("2027年一季度", DAY(2027, 3, 31))),
        ],
    )
    def test_the_next_period_follows_the_last(self, cadence, after, expected):
        proposed = proposed_period(cadence, after, CALENDAR)
        assert (proposed.label, proposed.as_of) == expected

    def test_it_opens_and_is_due_on_working_days(self):
        assert proposed_period("quarterly", DAY(2026, 6, 30), CALENDAR, workdays=5) == ProposedPeriod(
            "2026年三季度", DAY(2026, 9, 30), DAY(2026, 10, 8), DAY(2026, 10, 13)
        )


class TestHints:
    def test_a_concrete_text_gets_none(self):
        assert hints("7月20日完成初步设计批复（鲁交规划〔2026〕12号）。", 40, "6月30日启动初步设计。", 20) == []

    def test_a_fall_that_is_explained_is_not_asked_about_again(self):
        asked = {hints("6月完成。", 10, "", 20, reason)[0].text.split("，")[1] for reason in ("重新核算。", "另算。")}
        assert (asked, hints("6月完成。", 10, "", 20)[0].text) == (
            {"请核对所写的原因。"},
            "完成率由 20% 降到 10%，请说明原因。",
        )

    @pytest.mark.parametrize(
        ("progress", "percent", "fields"),
        [
            ("6月30日启动初步设计。", 20, ["progress"]),
            ("按照要求推动各项工作落到实处并且继续做好后续的各项准备", 20, ["progress"]),
            ("积极推进。", 20, ["progress", "progress"]),
            ("7月20日完成初步设计批复。", 10, ["percent_complete"]),
            ("", None, []),
        ],
    )
    def test_each_hint_names_its_field(self, progress, percent, fields):
        assert [hint.field for hint in hints(progress, percent, "6月30日启动初步设计。", 20)] == fields


class TestTextDiff:
    def test_numbers_change_as_a_whole(self):
        assert text_diff("路基完成 81%。", "路基完成 88%。") == [
            ("same", "路基完成 "),
            ("removed", "81%"),
            ("added", "88%"),
            ("same", "。"),
        ]

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_both_texts_can_be_put_together_again(self, before, after):
        pieces = text_diff(before, after)
        assert "".join(text for kind, text in pieces if kind != "added") == before
        assert "".join(text for kind, text in pieces if kind != "removed") == after

    @pytest.mark.parametrize(
        ("before", "after"), [("山" * 200_000, "山"), ("甲。" * 1_100, "乙。" * 1_100)], ids=["long", "sentences"]
    )
    def test_what_would_take_long_to_compare_is_shown_as_a_whole(self, before, after):
        assert text_diff(before, after) == [("removed", before), ("added", after)]


def package(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7 ...", PDF),
        (b"\x89PNG\r\n\x1a\n....", PNG),
        (b"\xff\xd8\xff\xe0....", JPG),
        (package("[Content_Types].xml", "word/document.xml"), DOCX),
        (package("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (package("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), None),
        (package("hello.txt"), None),
        (b"PK\x03\x04 broken", None),
        (b"<html>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_content_says(data, expected):
    assert content_type(data) == expected
