"""The figures of the dashboards, each recounted here from the rows by other means."""

import datetime
from collections import Counter

import pytest

from tasks.choices import OBLIGED_ROLES, ClaimState, ReportState
from tasks.models import Amendment, CompletionClaim, Duty, Measure, ProgressReport, StandingSummary
from tasks.queries.attention import attention
from tasks.queries.dashboard import Dashboard, Filed
from tasks.queries.work_lists import outstanding
from tasks.services import standing
from tasks.services.periods import freeze_period
from tasks.tests.scene import LATER, TODAY, Scene
from units.models import Unit

pytestmark = pytest.mark.django_db
WORDS = ("on_track", "at_risk", "behind")


class ByHand:
    """A measure on `TODAY`, from its rows: the third quarter has fallen due, so it alone counts."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.duties = list(Duty.objects.filter(measure=measure, role__in=OBLIGED_ROLES))
        self.reports = list(
            ProgressReport.objects.filter(
                duty__in=self.duties, period__label="2026年三季度", state=ReportState.APPROVED
            )
        )
        self.is_done = CompletionClaim.objects.filter(measure=measure, state=ClaimState.GRANTED).exists()

    @property
    def percent(self) -> int:
        return sum(report.percent_complete for report in self.reports) // len(self.reports)

    @property
    def scheduled(self) -> int | None:
        start, due = self.measure.starts_on, self.measure.due_on
        if not start or not due or len(self.reports) < len(self.duties):
            return None
        day = datetime.date(2026, 9, 30)
        return 100 if due < TODAY else int((day - start) / (due - start) * 100)

    @property
    def declared(self) -> str:
        return max((report.confidence for report in self.reports), key=WORDS.index)

    @property
    def progress(self) -> str:
        if self.is_done or self.measure.halted:
            return "completed" if self.is_done else "not_judged"
        if len(self.reports) < len(self.duties):
            return "not_reported"
        if self.scheduled is None:
            return self.declared
        gap = self.scheduled - self.percent
        return "on_track" if gap < 10 else "at_risk" if gap <= 30 else "behind"

    @property
    def stage(self) -> str:
        if self.is_done or self.measure.halted:
            return "completed" if self.is_done else self.measure.halted
        ever = ProgressReport.objects.filter(duty__in=self.duties, state=ReportState.APPROVED)
        return "in_progress" if ever.exists() else "not_started"

    @property
    def deadline(self) -> str:
        due = self.measure.due_on
        if self.is_done or self.measure.halted:
            return "done_on_time" if self.is_done else "halted"
        if self.measure.is_ongoing or due is None:
            return "ongoing" if self.measure.is_ongoing else "undated"
        left = (due - TODAY).days
        return "overdue" if left < 0 else "urgent" if left <= 7 else "soon" if left <= 30 else "ahead"

    @property
    def is_disagreement(self) -> bool:
        judged = self.progress in WORDS and self.scheduled is not None
        return judged and WORDS.index(self.declared) < WORDS.index(self.progress)

    @property
    def moves(self) -> int:
        return Amendment.objects.filter(measure=self.measure, setting="due_on").exclude(before="未设定").count()


def by_hand(**of_measure) -> Counter[str]:
    counts: Counter[str] = Counter()
    for found in map(ByHand, Measure.objects.filter(**of_measure).distinct()):
        counts.update(["measures", f"progress:{found.progress}", f"stage:{found.stage}", f"deadline:{found.deadline}"])
        counts["disagreement"] += found.is_disagreement
        counts["moved"] += found.moves > 0
        counts["moves"] += found.moves
        if found.scheduled is not None and found.progress in WORDS:
            counts.update(scheduled_measures=1, scheduled_sum=found.scheduled, percent_sum=found.percent)
    return +counts


def by_field(scene: Scene, day: datetime.date = TODAY) -> dict[str, dict[int | None, Counter[str]]]:
    """Unit -> field -> what the unit's dashboard counts there."""
    boards = {slug: Dashboard(scene.plan, day, unit) for slug, unit in scene.units.items()}
    return {slug: {row.position: +row.counts for row in board.fields} for slug, board in boards.items()}


def fields_by_hand(slug: str) -> dict[int | None, Counter[str]]:
    own = {"duties__unit__slug": slug, "duties__role__in": OBLIGED_ROLES}
    fields = {
        1: {"main_task__field__position": 1},
        2: {"main_task__field__position": 2},
        None: {"main_task__field": None},
    }
    counts = {position: by_hand(**own, **of_field) for position, of_field in fields.items()}
    return {position: found for position, found in counts.items() if found}


class TestFigures:
    def test_the_plan(self, board: Dashboard) -> None:
        assert +board.counts == by_hand()

    def test_what_the_scene_shows(self, board: Dashboard) -> None:
        """Every light there is, so that the recount has something to count."""
        progress = {key: count for key, count in board.counts.items() if key.startswith("progress:") and count}
        assert progress == {
            "progress:on_track": 3, "progress:at_risk": 2, "progress:behind": 2, "progress:not_reported": 2,
            "progress:completed": 1, "progress:not_judged": 1,
        }  # fmt: skip

    def test_each_field_and_what_stands_in_none(self, board: Dashboard) -> None:
        assert [(row.position, row.name, +row.counts) for row in board.fields] == [
            (1, "基础设施", by_hand(main_task__field__position=1)),
            (2, "公共服务", by_hand(main_task__field__position=2)),
            (None, "未分领域", by_hand(main_task__field=None)),
        ]

    def test_each_unit(self, scene: Scene) -> None:
        found = {slug: +Dashboard(scene.plan, TODAY, unit).counts for slug, unit in scene.units.items()}
        assert found == {slug: by_hand(duties__unit__slug=slug) for slug in scene.units}

    def test_each_unit_by_field(self, scene: Scene) -> None:
        assert by_field(scene) == {slug: fields_by_hand(slug) for slug in scene.units}
        assert [row.name for row in Dashboard(scene.plan, TODAY, scene.units["hg"]).fields] == [
            "基础设施",
            "公共服务",
            "未分领域",
        ]
        assert [row.name for row in Dashboard(scene.plan, TODAY, scene.units["qd"]).fields] == ["公共服务"]

    def test_they_are_the_same_where_nothing_is_kept(self, scene: Scene, board: Dashboard) -> None:
        kept, fields = +board.counts, by_field(scene)
        standing.forget(plan=scene.plan)
        assert (+Dashboard(scene.plan, TODAY).counts, by_field(scene)) == (kept, fields)

    def test_the_next_days_count_by_their_own_day(self, scene: Scene) -> None:
        """2026-10-20 is five days before 2-3 was due and done; from 11-01 on 3-1 is within thirty days."""
        day = datetime.date(2026, 11, 1)
        kept, fields = +Dashboard(scene.plan, day).counts, by_field(scene, day)
        StandingSummary.objects.filter(period=None).delete()
        assert (+Dashboard(scene.plan, day).counts, by_field(scene, day)) == (kept, fields)
        assert (kept["deadline:soon"], +Dashboard(scene.plan, TODAY).counts["deadline:soon"]) == (1, 0)


class TestCities:
    def test_members_of_the_closed_group_in_the_order_of_units(self, board: Dashboard) -> None:
        (table,) = board.cities
        assert [city.name for city in table.cities] == ["青岛市政府", "烟台市政府"]

    def test_a_joint_measure_counts_once_for_each_city_and_once_in_all(self, board: Dashboard) -> None:
        (table,) = board.cities
        assert [city.counts["measures"] for city in table.cities] == [3, 2]
        assert table.group.counts["measures"] == 2
        assert [+city.counts for city in table.cities] == [by_hand(duties__unit__slug=slug) for slug in ("qd", "yt")]
        assert +table.group.counts == by_hand(duties__via_group__unit__slug="two")
        assert board.counts["measures"] == 11 == Measure.objects.count()


class TestTrend:
    def test_frozen_periods_as_frozen_then_the_present(self, scene: Scene, board: Dashboard) -> None:
        frozen, present = board.trend
        lights = Counter(f"progress:{row.progress_light}" for row in scene.earlier.frozen_measures.all())
        assert frozen.period == scene.earlier
        assert {key: count for key, count in frozen.counts.items() if key.startswith("progress:")} == lights
        assert (present.period, present.counts) == (None, board.counts)
        assert board.previous == frozen

    def test_the_mean_percentage_beside_the_mean_schedule(self, board: Dashboard) -> None:
        """20, 50 and 60 of a hundred; 74 by the end of September twice, and 100 once the due date has passed."""
        assert (board.trend[-1].percent, board.trend[-1].scheduled) == (130 // 3, (74 + 74 + 100) // 3)
        frozen = board.trend[0]
        assert (frozen.percent, frozen.scheduled) == (15, 49)

    def test_a_frozen_period_keeps_how_often_dates_had_been_moved(self, scene: Scene) -> None:
        freeze_period(scene.people["office"], period=scene.period, now=LATER)
        frozen = [(point.counts["moved"], point.counts["moves"]) for point in Dashboard(scene.plan, TODAY).frozen]
        assert frozen == [(0, 0), (1, 2)] == [(0, 0), (by_hand()["moved"], by_hand()["moves"])]


class TestFiling:
    def test_by_unit_and_duty(self, board: Dashboard) -> None:
        """Columns: obliged, approved, in review, returned, drafted, late."""
        assert board.filed == [
            Filed("省交通运输厅", "jt", 4, 4, 0, 0, 0, 0),
            Filed("省发展改革委", "fg", 1, 0, 0, 0, 0, 0),
            Filed("青岛海关", "hg", 3, 3, 0, 0, 0, 0),
            Filed("青岛市政府", "qd", 3, 3, 0, 0, 0, 0),
            Filed("烟台市政府", "yt", 2, 1, 1, 0, 0, 0),
            Filed("济南市政府", "jn", 1, 0, 0, 0, 1, 0),
        ]

    def test_in_all(self, scene: Scene, board: Dashboard) -> None:
        filing = board.filing
        written = ProgressReport.objects.filter(period=scene.period)
        assert (filing.obliged, filing.handed_in, filing.unwritten) == (14, written.exclude(state="draft").count(), 1)
        assert [row.slug for row in board.filed if not row.is_complete] == ["fg", "jn"]

    def test_what_a_unit_has_not_handed_in(self, scene: Scene) -> None:
        found = {
            slug: [
                [(duty.code, duty.state) for duty in outstanding(scene.period, unit.pk, 5, is_kept=is_kept)]
                for is_kept in (True, False)
            ]
            for slug, unit in scene.units.items()
        }
        wanted = {"jt": [], "fg": [("3-3", "missing")], "hg": [], "qd": [], "yt": [], "jn": [("3-3", "drafted")]}
        assert found == {slug: [rows, rows] for slug, rows in wanted.items()}


class TestAttention:
    def test_red_lights_with_the_worst_word_of_their_units(self, board: Dashboard) -> None:
        found = attention(board.present, board.periods)
        assert [(line.measure.code, line.units, line.worst.why) for line in found.red] == [
            ("1-2", ["省交通运输厅"], "3.2 公里用地未批。"),
            ("1-4", ["省交通运输厅", "青岛海关"], "批复未下。"),
        ]

    def test_for_how_many_periods_they_have_been_red(self, scene: Scene, board: Dashboard) -> None:
        """1-2 was 34 points behind in the second quarter already. The period it stands on counts once, frozen or not."""
        red = [("1-2", 2), ("1-4", 1)]
        assert [(line.measure.code, line.lasted) for line in attention(board.present, board.periods).red] == red
        freeze_period(scene.people["office"], period=scene.period, now=LATER)
        assert [(line.measure.code, line.lasted) for line in attention(board.present, board.periods).red] == red

    def test_where_the_declared_word_is_better_than_the_computed(self, board: Dashboard) -> None:
        found = attention(board.present, board.periods)
        assert [
            (line.measure.code, line.standing.confidence, line.standing.progress_light) for line in found.disagreeing
        ] == [("1-3", "on_track", "at_risk"), ("1-4", "at_risk", "behind")]
        assert len(found.disagreeing) == board.counts["disagreement"]

    def test_whose_date_was_moved(self, board: Dashboard) -> None:
        found = attention(board.present, board.periods)
        assert [(line.measure.code, line.standing.due_moves) for line in found.moved] == [("3-1", 2)]

    def test_of_a_unit_only_its_own(self, scene: Scene, board: Dashboard) -> None:
        found = attention(board.present, board.periods, scene.units["hg"])
        assert [line.measure.code for line in found.red] == ["1-4"]
        assert [line.measure.code for line in found.disagreeing] == ["1-4"]

    def test_the_same_where_nothing_is_kept(self, scene: Scene) -> None:
        standing.forget(plan=scene.plan)
        board = Dashboard(scene.plan, TODAY)
        for unit, codes in ((None, ["1-2", "1-4"]), (scene.units["hg"], ["1-4"])):
            found = attention(board.present, board.periods, unit)
            assert [line.measure.code for line in found.red] == codes


def test_every_unit_with_a_duty_is_in_the_recount(scene: Scene) -> None:
    assert set(Unit.objects.filter(duties__isnull=False).values_list("slug", flat=True)) == set(scene.units)


def test_summaries_equal_the_recount(scene: Scene) -> None:
    def kept() -> tuple[dict, dict]:
        summary = StandingSummary.objects.get(period=None)
        return summary.figures, dict(summary.by_unit.values_list("unit", "figures"))

    from_verbs = kept()
    standing.rebuild(scene.plan, now=LATER)
    assert kept() == from_verbs
