"""Words looked for in the ledger: in everything the person may see of the basis period, and in nothing else."""

import pytest
from django.utils import timezone

from tasks.models import Duty, ProgressReport
from tasks.services.standing import rebuild
from tasks.tests.desk import client_of
from tasks.tests.journeys import earlier_period
from tasks.tests.ledger_stage import DRAFT, LATER, LEDGER, WAITING, LedgerStage, ledger_stage
from tasks.tests.pages import Shown
from tasks.tests.people import NOW, make_user
from units.choices import Role
from units.models import UnitAlias, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def stage() -> LedgerStage:
    found = ledger_stage()
    UnitAlias.objects.create(unit=found.other_duty.unit, name="胶州湾关")
    rebuild(found.plan, now=LATER)
    return found


def codes(user: User, q: str) -> list[str]:
    page = Shown(client_of(user), LEDGER, q=q)
    assert page.status.startswith(f"显示 {len(page.codes)} 项举措")
    return page.codes


class TestWhere:
    """The test set: every place a word can stand in, signs of patterns, letter case. Both databases answer alike."""

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("一卡通", ["1-1"]),
            ("举措之1", ["1-10"]),
            ("扩大口岸开放", ["2-1"]),
            ("青岛海关", ["1-1", "2-1"]),
            ("胶州湾关", ["1-1", "2-1"]),
            ("原文", ["1-1"]),
            ("桩基完成", ["1-2"]),
            ("丙号批文", ["1-3"]),
            ("丁段铺轨", ["1-4"]),
            ("戊库", ["1-5"]),
            ("桩基 沿海", ["1-2"]),
            ("桩基　沿海", ["1-2"]),
            ("桩基 丙号", []),
            ("海关 通关时间", ["2-1"]),
            ("鲁交规划〔2026〕12号", ["1-3", "1-4", "1-5"]),
            ("%", ["1-2", "1-3", "1-4", "1-5"]),
            ("60%", ["1-2", "1-3", "1-5"]),
            ("_", []),
            ("\\", []),
            ("40%", ["1-3", "1-4", "1-5"]),
            ("4%", []),
        ],
    )
    def test_every_place(self, stage, q, expected):
        assert codes(stage.auditor, q) == expected

    @pytest.mark.parametrize("q", ["bim模型", "BIM模型", "Bim模型"])
    def test_letter_case_does_not_matter(self, stage, q):
        stage.duties["1-2"].reports.update(progress="用 BIM模型复核。")
        assert codes(stage.auditor, q) == ["1-2"]

    def test_only_the_basis_period_is_looked_at(self, stage):
        earlier = earlier_period(stage)
        approved_text(stage.duties["1-2"], earlier, "上期才说的庚字样", stage)
        assert codes(stage.office, "庚字样") == []
        assert codes(stage.office, "桩基完成") == ["1-2"]

    def test_a_correction_is_found_and_what_it_corrects_no_longer(self, stage):
        first = stage.duties["1-2"].reports.get()
        approved_text(stage.duties["1-2"], first.period, "更正为 29 根。", stage, corrects=first)
        assert codes(stage.office, "29 根") == ["1-2"]
        assert codes(stage.office, "31 根") == []


def approved_text(duty: Duty, period, text: str, stage: LedgerStage, **more) -> ProgressReport:
    return ProgressReport.objects.create(
        duty=duty,
        period=period,
        state="approved",
        progress=text,
        confidence="on_track",
        written_by=stage.reporter,
        created_at=NOW,
        saved_at=NOW,
        approved_at=NOW,
        approved_by=stage.office,
        **more,
    )


class TestWho:
    def test_a_draft_is_found_by_its_unit_alone(self, stage):
        found = {name: codes(user, "暂缓甲") for name, user in stage.everybody.items()}
        assert found == {name: ["1-7"] if name in ("reporter", "reviewer") else [] for name in stage.everybody}

    def test_what_is_in_review_is_found_by_its_unit_the_office_and_leaders(self, stage):
        found = {name: codes(user, "补齐乙") for name, user in stage.everybody.items()}
        seen_by = ("reporter", "reviewer", "office", "second_office", "leader")
        assert found == {name: ["1-8"] if name in seen_by else [] for name in stage.everybody}

    def test_what_is_approved_is_found_by_all_of_staff(self, stage):
        assert {name: codes(user, "桩基完成") for name, user in stage.everybody.items()} == {
            name: ["1-2"] for name in stage.everybody
        }

    def test_the_rows_show_what_was_searched_and_nothing_more(self, stage):
        shown = {
            name: [text in client_of(user).get(LEDGER).content.decode() for text in (DRAFT, WAITING)]
            for name, user in stage.everybody.items()
        }
        assert shown == {
            "reporter": [True, True],
            "reviewer": [True, True],
            "other_reporter": [False, False],
            "office": [False, True],
            "second_office": [False, True],
            "leader": [False, True],
            "administrator": [False, False],
            "auditor": [False, False],
        }

    def test_a_text_that_is_not_approved_says_so(self, stage):
        page = Shown(client_of(stage.reporter), LEDGER)
        assert page.texts("//em[@class='mark']") == ["草稿", "待初审"]

    def test_someone_of_another_unit_finds_no_draft_by_any_filter(self, stage):
        stranger = make_user("海关审核员", Role.UNIT_REVIEWER, stage.other_duty.unit)
        for asked in ({"unit": "jt"}, {"progress": "not_reported"}, {"q": "举措之7"}):
            assert DRAFT not in client_of(stranger).get(LEDGER, asked).content.decode()
