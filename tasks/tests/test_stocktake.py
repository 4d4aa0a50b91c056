"""汇报稿: its figures are the dashboard's, and the codes behind each are the rows of the ledger it leads to."""

import datetime

import pytest
from django.utils import timezone

from tasks.choices import InstructionState
from tasks.models import Duty, FrozenMeasure, Instruction, Measure
from tasks.queries import ledger
from tasks.queries.basis import Now, Then
from tasks.queries.counted import DEADLINES, IN_TABLES, LIGHTS, STAGES, Figure
from tasks.queries.dashboard import Dashboard
from tasks.queries.stocktake import Stocktake
from tasks.services import periods, standing
from tasks.services.instructing import give_instruction
from tasks.tests.scene import LATER, TODAY, Scene
from units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(scene: Scene) -> Stocktake:
    return Stocktake(scene.plan, TODAY, scene.people["leader"])


@pytest.fixture
def earlier(scene: Scene) -> Stocktake:
    """The duties are older than the period, which the clock of this machine, from which their history has its dates, denies."""
    Duty.history.update(history_date=scene.earlier.frozen_at - datetime.timedelta(days=30))
    return Stocktake(scene.plan, TODAY, scene.people["leader"], scene.earlier)


def in_ledger(basis: Now | Then, user, **asked: str) -> list[str]:
    """The codes of the ledger's rows for these parameters."""
    found = basis.measures.filter(ledger.condition(basis, asked))
    rows = found.order_by("main_task__number", "order").values_list("main_task__number", "order")
    return [f"{number}-{order}" for number, order in rows]


def ledger_of(pack: Stocktake, key: str, **more: str) -> list[str]:
    """The rows of a key of the figures: `progress:behind` is what the ledger shows for progress=behind."""
    name, _, value = key.partition(":")
    asked = {} if name == "measures" else {name: value or "1"}
    return in_ledger(pack.basis, pack.reader, **asked, **more)


@pytest.mark.parametrize("which", ["pack", "earlier"])
class TestEachFigure:
    def test_in_all_names_exactly_the_rows_of_the_ledger(self, which: str, request) -> None:
        pack = request.getfixturevalue(which)
        figures = [pack.everything, *(one for group in pack.groups.values() for one in group)]
        assert len(figures) > 5
        assert [(one.label, one.codes) for one in figures] == [
            (one.label, ledger_of(pack, one.key)) for one in figures
        ]
        assert [one.count for one in figures] == [len(one.codes) for one in figures]

    def test_by_field(self, which: str, request) -> None:
        pack = request.getfixturevalue(which)
        assert [line.name for line in pack.fields] == ["基础设施", "公共服务", "未分领域"]
        for position, line in enumerate(pack.fields[:2], start=1):
            assert shown(line.figures) == [
                (label, sorted(code for key in keys for code in ledger_of(pack, key, field=str(position))))
                for label, keys in IN_TABLES.items()
            ]

    def test_by_unit(self, which: str, request) -> None:
        pack = request.getfixturevalue(which)
        slugs = {unit.name: unit.slug for unit in Unit.objects.all()}
        assert [line.name for line in pack.units] == [
            "省交通运输厅", "省发展改革委", "青岛海关", "青岛市政府", "烟台市政府", "济南市政府",
        ]  # fmt: skip
        for line in pack.units:
            of_unit = {"unit": slugs[line.name], "role": "obliged"}
            assert shown(line.figures) == [
                (label, sorted(code for key in keys for code in ledger_of(pack, key, **of_unit)))
                for label, keys in IN_TABLES.items()
            ]


def shown(figures: list[Figure]) -> list[tuple[str, list[str]]]:
    assert [one.count for one in figures] == [len(one.codes) for one in figures]
    return [(one.label, one.codes) for one in figures]


class TestThePresent:
    def test_figures_are_the_dashboards(self, scene: Scene, pack: Stocktake) -> None:
        board = Dashboard(scene.plan, TODAY)
        told = {one.key: one.count for group in pack.groups.values() for one in group}
        named = {key for kinds in (STAGES, LIGHTS, DEADLINES) for (key,) in kinds.values()} | {"disagreement", "moved"}
        assert told == {key: count for key, count in board.counts.items() if key in named and count}
        by_unit = {line.name: line.figures[0].count for line in pack.units}
        assert by_unit == {
            unit.name: Dashboard(scene.plan, TODAY, unit).counts["measures"] for unit in scene.units.values()
        }

    def test_the_mean_beside_the_schedule_is_the_trends(self, scene: Scene, pack: Stocktake) -> None:
        last = Dashboard(scene.plan, TODAY).trend[-1]
        assert (pack.schedule.percent, pack.schedule.scheduled) == (last.percent, last.scheduled)
        assert pack.schedule.measures.codes == ["1-2", "1-3", "1-4"]

    def test_red_is_behind_or_overdue_with_what_its_units_say(self, pack: Stocktake) -> None:
        told = [(line.code, [report.problems or report.risk for report in line.reports]) for line in pack.behind]
        assert told == [("1-2", ["3.2 公里用地未批。"]), ("1-4", ["", "批复未下。"])]

    def test_what_waits_for_review_is_not_in_it(self, scene: Scene, pack: Stocktake) -> None:
        """烟台 has handed in 2-1, and a leader may read that; the report to the province may not say it."""
        Measure.objects.filter(pk=scene.measures["2-1"].pk).update(due_on=datetime.date(2026, 10, 1))
        standing.rebuild(scene.plan, now=LATER)
        (line,) = [line for line in pack.behind if line.code == "2-1"]
        assert [report.unit for report in line.reports] == ["青岛市政府"]

    def test_problems_in_the_order_of_the_table(self, pack: Stocktake) -> None:
        told = [(one.duty.measure.code, one.duty.unit.slug, one.problems or one.risk) for one in pack.problems]
        assert told == [
            ("1-2", "jt", "3.2 公里用地未批。"), ("1-4", "hg", "批复未下。"), ("3-1", "hg", "资金未到。"),
        ]  # fmt: skip

    def test_matters_are_the_dashboards(self, scene: Scene, pack: Stocktake) -> None:
        counted = Dashboard(scene.plan, TODAY).matters(scene.units["fg"].pk)
        assert len(pack.matters) == counted.all == 3
        assert sorted(one.duty.measure.code for one in pack.matters) == ["1-2", "1-3", "3-1"]

    def test_how_long_the_lists_are_follows_an_answer(self, scene: Scene, pack: Stocktake) -> None:
        assert pack.lengths == (len(pack.behind), len(pack.problems), len(pack.matters)) == (2, 3, 3)
        give_instruction(
            scene.people["leader"], plan=scene.plan, text="请办理。", owner=scene.units["hg"],
            due_on=datetime.date(2026, 11, 15), report=pack.matters[0], now=LATER,
        )  # fmt: skip
        assert Stocktake(scene.plan, TODAY, scene.people["leader"]).lengths == (2, 3, 2)


class TestAFrozenPeriod:
    def test_is_as_it_was_frozen_whatever_is_amended_later(self, scene: Scene, earlier: Stocktake) -> None:
        lights = list(FrozenMeasure.objects.filter(period=scene.earlier).values_list("code", "progress_light"))
        told = {one.key: sorted(one.codes) for one in earlier.groups["进度"]}
        expected: dict[str, list[str]] = {}
        for code, light in sorted(lights):
            expected.setdefault(f"progress:{light}", []).append(code)
        assert told == expected

    def test_what_it_asked_and_had_no_answer_when_it_was_frozen(self, scene: Scene, earlier: Stocktake) -> None:
        (matter,) = earlier.matters
        assert matter.duty.measure.code == "2-2"
        answer(scene, matter, at=LATER)
        assert len(Stocktake(scene.plan, TODAY, scene.people["leader"], scene.earlier).matters) == 1
        Instruction.objects.update(given_at=scene.earlier.frozen_at - datetime.timedelta(days=1))
        assert Stocktake(scene.plan, TODAY, scene.people["leader"], scene.earlier).matters == []

    def test_the_first_has_nothing_to_be_compared_with(self, earlier: Stocktake) -> None:
        assert (earlier.before, earlier.steps, earlier.changed, earlier.turned) == (None, [], [], [])


def answer(scene: Scene, matter, *, at: datetime.datetime) -> None:
    Instruction.objects.create(
        plan=scene.plan, number=1, report=matter, measure=matter.duty.measure, text="请办理。", state=InstructionState.OPEN,
        owner=scene.units["fg"], due_on=TODAY, given_at=at, given_by=scene.people["leader"],
    )  # fmt: skip


class TestChanges:
    def test_both_sides_of_each_figure_are_those_of_their_own_period(
        self, scene: Scene, pack: Stocktake, earlier: Stocktake
    ) -> None:
        named = STAGES | LIGHTS | DEADLINES
        for label, before, now in pack.steps:
            (key,) = named[label] if label != "已办结" else STAGES[label]
            assert before.codes == in_ledger(earlier.basis, pack.reader, **dict([key.split(":")]))
            assert now.codes == in_ledger(pack.basis, pack.reader, **dict([key.split(":")]))

    def test_lights_that_turned_from_the_frozen_period_to_now(self, scene: Scene, pack: Stocktake) -> None:
        turned = {one.code: (one.before, one.after) for one in pack.turned}
        assert turned["1-4"] == ("本期未报", "滞后")
        assert turned["2-1"] == ("正常", "本期未报")
        assert turned["2-3"] == ("本期未报", "已办结")
        (lights,) = [one for one in pack.changed if one.label == "进度灯"]
        assert list(turned) == lights.codes

    def test_a_frozen_period_is_compared_with_the_one_before_it(self, scene: Scene) -> None:
        periods.freeze_period(scene.people["office"], period=scene.period, now=LATER)
        scene.period.refresh_from_db()
        later = Stocktake(scene.plan, timezone.localdate(LATER), scene.people["leader"], scene.period)
        assert later.before.basis.period == scene.earlier
        assert Stocktake(scene.plan, TODAY, scene.people["leader"]).before.basis.period == scene.earlier
