"""What needs looking at: red lights, words better than the light, moved dates. The first of each list, never all."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import F, FilteredRelation, Q, QuerySet

from tasks.choices import OBLIGED_ROLES, ReportState
from tasks.lights import SEVERITY, DeadlineLight, ProgressLight
from tasks.models import Duty, Measure, MeasureStanding, ReportingPeriod
from tasks.queries.standing import Present
from units.models import Unit

LISTED = 10  # lines of each list: what a leader reads in two minutes and two sheets hold
MOST_MOVED = 5


@dataclass
class Said:
    """What a unit has approved for the period on which the measure stands."""

    duty: int
    period: int
    confidence: str
    why: str


@dataclass
class Attended:
    """A measure on one of the lists, with its units and what they say of it."""

    standing: MeasureStanding
    measure: Measure
    units: list[str] = field(default_factory=list)
    by_duty: dict[int, Said] = field(default_factory=dict)

    @property
    def code(self) -> tuple[int, int]:
        return self.measure.main_task.number, self.measure.order

    @property
    def worst(self) -> Said | None:
        """The report that says most about what is wrong: the worst word, with a problem rather than without."""
        return max(
            self.by_duty.values(),
            key=lambda one: (SEVERITY[ProgressLight(one.confidence)], bool(one.why)),
            default=None,
        )


@dataclass
class Attention:
    """`red`: what is behind, then what is overdue without being behind."""

    red: list[Attended]
    disagreeing: list[Attended]
    moved: list[Attended]


Choice = tuple[Q, str, Callable[[MeasureStanding], bool], int]
BEHIND: Choice = (
    Q(progress_light=ProgressLight.BEHIND),
    "measure_id",
    lambda row: row.progress_light == ProgressLight.BEHIND,
    LISTED,
)
OVERDUE: Choice = (
    Q(deadline_light=DeadlineLight.OVERDUE),
    "measure_id",
    lambda row: row.deadline_light == DeadlineLight.OVERDUE,
    LISTED,
)
DISAGREEING: Choice = (Q(is_disagreement=True), "measure_id", lambda row: row.is_disagreement, LISTED)
MOVED: Choice = (Q(due_moves__gt=0), "-due_moves", lambda row: row.due_moves > 0, MOST_MOVED)
CHOICES = (BEHIND, OVERDUE, DISAGREEING, MOVED)


def attention(present: Present, periods: Collection[ReportingPeriod], unit: Unit | None = None) -> Attention:
    """The lists of a plan, or of the measures a unit must report on. Two queries beside those of `present`."""
    fresh = present.anew
    if unit is not None:
        of_unit = set(obliged(unit).filter(measure__in=fresh).values_list("measure_id", flat=True)) if fresh else set()
        fresh = {key: row for key, row in fresh.items() if key in of_unit}
    rows = {row.measure_id: row for row in (*kept_rows(present, unit), *fresh.values())}
    seen = attended(rows, periods)
    behind, overdue, disagreeing, moved = (listed(seen, choice) for choice in CHOICES)
    return Attention(behind + [line for line in overdue if line not in behind], disagreeing, moved)


def obliged(unit: Unit) -> QuerySet[Duty]:
    return Duty.objects.filter(unit=unit, role__in=OBLIGED_ROLES).order_by()


def kept_rows(present: Present, unit: Unit | None) -> Iterable[MeasureStanding]:
    """The first rows of each list that hold today. One query: short selections, put together by the database."""
    if present.summary is None:
        return []
    holding = MeasureStanding.objects.filter(plan=present.plan, holds_until__gte=present.today)
    if unit is not None:
        holding = holding.filter(measure__in=obliged(unit).values("measure"))
    parts = [
        MeasureStanding.objects.order_by().filter(
            pk__in=holding.filter(condition).order_by(order, "measure_id").values("pk")[:limit]
        )
        for condition, order, _, limit in CHOICES
    ]
    return parts[0].union(*parts[1:])


def attended(rows: dict[int, MeasureStanding], periods: Collection[ReportingPeriod]) -> dict[int, Attended]:
    """Measure key -> its line, in the order of the table. One query, a row for each duty and approved report."""
    approved = Q(reports__state=ReportState.APPROVED, reports__period__in=[period.pk for period in periods])
    duties = Duty.objects.filter(measure__in=rows, role__in=OBLIGED_ROLES).select_related("measure__main_task", "unit")
    duties = duties.annotate(
        said=FilteredRelation("reports", condition=approved),
        report=F("said__pk"),
        report_period=F("said__period_id"),
        confidence=F("said__confidence"),
        problems=F("said__problems"),
        risk=F("said__risk"),
    )
    found: dict[int, Attended] = {}
    for duty in duties.order_by("measure__main_task__number", "measure__order", "position", "report"):
        line = found.setdefault(duty.measure_id, Attended(rows[duty.measure_id], duty.measure))
        if duty.unit.name not in line.units:
            line.units.append(duty.unit.name)
        if duty.report and duty.report_period == line.standing.period_id:
            line.by_duty[duty.pk] = Said(
                duty.pk, duty.report_period, duty.confidence, duty.problems or duty.risk
            )  # a correction last
    return found


def listed(seen: dict[int, Attended], choice: Choice) -> list[Attended]:
    _, order, belongs, limit = choice
    lines = [line for line in seen.values() if belongs(line.standing)]
    if order == "-due_moves":
        lines.sort(key=lambda line: -line.standing.due_moves)
    return lines[:limit]
