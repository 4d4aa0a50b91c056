"""What a ledger is drawn from: the present of a plan, or a period as it was frozen. Both answer the same questions.

Rows are always measures. Of a frozen period their texts, dates, stage and lights are those of `FrozenMeasure`, their duties
those of that day and their reports those of the period; main task and field have no past and are today's.
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from tasks.choices import ReportState
from tasks.models import Duty, FrozenMeasure, Measure, MeasureStanding, Plan, ProgressReport, ReportingPeriod
from tasks.permissions import visible_reports
from tasks.queries.figures import Figures, as_figures
from tasks.queries.measures import SOURCE_ORDER
from tasks.queries.past import DutiesThen, due_date_moves
from tasks.queries.reports import counting
from tasks.queries.standing import Present, relevant_periods
from tasks.queries.standing_rows import KeptStanding
from tasks.queries.words import Places, titled, written
from units.permissions import NOTHING
from units.prepared import prepared

Standing = MeasureStanding | KeptStanding | FrozenMeasure
Rows = list[tuple[Any, ...]]
OF_MEASURE = ("text", "responsibility_text", "starts_on", "due_on", "is_ongoing")
OF_STANDING = ("stage", "progress_light", "deadline_light", "percent")


class Snapshot(NamedTuple):
    """What can change about a measure between two moments, its duties and reports apart."""

    place: tuple[int, int]
    text: str
    responsibility_text: str
    starts_on: datetime.date | None
    due_on: datetime.date | None
    is_ongoing: bool
    stage: str
    progress_light: str
    deadline_light: str
    percent: int | None


class OfPeriod(Protocol):
    @property
    def period_id(self) -> int: ...


@dataclass
class Now:
    """The present: each measure by the newest period that can be judged, its dates by the day."""

    plan: Plan
    today: datetime.date

    prefix = ""  # of the columns that a frozen period keeps for itself
    period: ReportingPeriod | None = None

    @cached_property
    def present(self) -> Present:
        return Present(self.plan, self.today)

    @cached_property
    def periods(self) -> list[ReportingPeriod]:
        """Those that a measure can be judged by today."""
        return relevant_periods(self.plan, self.today)

    @property
    def state(self) -> tuple[int, ...] | None:
        return self.present.state

    @property
    def day(self) -> datetime.date:
        """On which the dates are looked at."""
        return self.today

    @property
    def measures(self) -> QuerySet[Measure]:
        return Measure.objects.filter(main_task__plan=self.plan.pk)

    @property
    def figures(self) -> Figures:
        return self.present.figures

    def where(self, **columns: Any) -> Q:
        return self.present.where(**columns)

    @property
    def moved(self) -> Q:
        """Only verbs move a due date, and they renew the row kept: it is right on any day."""
        if self.present.summary is None:
            return Q(pk__in=[key for key, row in self.present.anew.items() if row.due_moves])
        return Q(standing__due_moves__gt=0)

    @property
    def scheduled(self) -> Q:
        """Those with a percentage and a schedule to hold it against; a standing has both or no schedule."""
        return ~self.where(scheduled=None)

    def standings(self, keys: Collection[int]) -> Mapping[int, Standing]:
        return self.present.of(keys)

    def moves(self, standings: Mapping[int, Standing]) -> dict[int, int]:
        return {key: row.due_moves for key, row in standings.items()}

    def ranked(self, column: str, ranks: Mapping[Any, int] | None = None) -> Combinable:
        """A column of the standing to sort by, or the rank of its values. What is kept and no longer holds is replaced."""
        kept = by_rank(f"standing__{column}", ranks) if self.present.summary else Value(None)
        groups: dict[int | None, list[int]] = {}
        for key, row in self.present.anew.items():
            value = getattr(row, column)
            groups.setdefault(value if ranks is None else ranks.get(value), []).append(key)
        fresh = [When(pk__in=keys, then=Value(rank)) for rank, keys in groups.items()]
        return Case(*fresh, default=kept, output_field=IntegerField()) if fresh else kept

    def written(self, word: str) -> Places:
        """Where the measures' own texts or main task contain the word."""
        return written(word)

    def duty_sources(self) -> list[QuerySet[Any]]:
        return [Duty.objects.order_by()]

    def duties_of(self, measures: tuple[int, ...], columns: tuple[str, ...]) -> list[Rows]:
        """From each of `duty_sources`, these columns of those of the measures."""
        return [present_duties(measures, columns)] if measures else []

    def touched_duties(self) -> set[int]:
        """Those that have changed since: of the present, none."""
        return set()

    def visible(self, user: Any) -> QuerySet[ProgressReport]:
        """The reports this person may see of the periods that measures stand on."""
        return of_periods(visible_reports(user), tuple(period.pk for period in self.periods))

    def told(self, user: Any, measures: tuple[int, ...], columns: tuple[str | Value, ...]) -> Rows:
        """These columns of the `visible` reports of the measures."""
        periods = tuple(period.pk for period in self.periods)
        return present_reports(visible_reports(user), periods, measures, columns)

    def reports(self, user: Any) -> list[tuple[Q, QuerySet[ProgressReport]]]:
        """By period: which measures stand on it, and the reports of it that this person may see."""
        visible = self.visible(user)
        return [(self.where(period_id=period.pk), visible.filter(period=period)) for period in self.periods]

    def is_basis(self, standing: Standing, told: OfPeriod) -> bool:
        return standing.period_id == told.period_id

    def approved(self) -> QuerySet[ProgressReport]:
        """The approved reports that stand, of each measure those of its own period."""
        found = NOTHING
        for period in self.periods:
            found |= Q(period=period, duty__measure__in=self.measures.filter(self.where(period_id=period.pk)))
        return counting(ProgressReport.objects.filter(found, state=ReportState.APPROVED))

    def snapshot(self, *among: Q) -> dict[int, Snapshot]:
        """Every measure as it stands, or each among those meant, in source order."""
        kept = [*(f"standing__{name}" for name in OF_STANDING)] if self.present.summary else []
        rows = self.measures.filter(*among).order_by(*SOURCE_ORDER)
        rows = rows.values_list(*SOURCE_ORDER, "pk", *OF_MEASURE, *kept)
        anew = {key: [getattr(row, name) for name in OF_STANDING] for key, row in self.present.anew.items()}
        width = len(SOURCE_ORDER) + 1 + len(OF_MEASURE)
        return {
            row[2]: Snapshot(row[:2], *row[3:width], *(anew[row[2]] if row[2] in anew else row[width:]))
            for row in rows
        }


def of_periods(seen: Q, periods: tuple[int, ...]) -> QuerySet[ProgressReport]:
    return counting(ProgressReport.objects.filter(seen, period__in=periods))


@prepared
def present_reports(
    seen: Q, periods: tuple[int, ...], measures: tuple[int, ...], columns: tuple[str | Value, ...]
) -> QuerySet[ProgressReport]:
    reports = of_periods(seen, periods).filter(duty__measure__in=measures)
    return reports.order_by("pk").values_list(*columns)


@prepared
def present_duties(measures: tuple[int, ...], columns: tuple[str, ...]) -> QuerySet[Duty]:
    return Duty.objects.filter(measure__in=measures).order_by().values_list(*columns)


@dataclass
class Then:
    """A period as frozen."""

    plan: Plan
    period: ReportingPeriod

    prefix = "frozen__"

    @property
    def state(self) -> tuple[int, ...]:
        return ()

    @property
    def day(self) -> datetime.date:
        return timezone.localdate(self.period.frozen_at)

    @cached_property
    def duties(self) -> DutiesThen:
        return DutiesThen(self.plan, self.period.frozen_at)

    @property
    def measures(self) -> QuerySet[Measure]:
        frozen = FilteredRelation("frozen_states", condition=Q(frozen_states__period=self.period.pk))
        measures = Measure.objects.filter(main_task__plan=self.plan.pk)
        return measures.annotate(frozen=frozen).filter(frozen__isnull=False)

    @property
    def figures(self) -> Figures:
        return as_figures(self.period.summary.figures)

    def where(self, **columns: Any) -> Q:
        return Q(**{f"frozen__{name}": value for name, value in columns.items()})

    @property
    def moved(self) -> Q:
        return Q(pk__in=due_date_moves(self.period.frozen_at).values("measure"))

    @property
    def scheduled(self) -> Q:
        return Q(frozen__scheduled__isnull=False)

    def standings(self, keys: Collection[int]) -> Mapping[int, Standing]:
        rows = FrozenMeasure.objects.filter(period=self.period, measure__in=keys)
        return {row.measure_id: row for row in rows}

    def moves(self, standings: Mapping[int, Standing]) -> dict[int, int]:
        found = due_date_moves(self.period.frozen_at).filter(measure__in=list(standings))
        return dict(found.values_list("measure_id").annotate(Count("pk")))

    def ranked(self, column: str, ranks: Mapping[Any, int] | None = None) -> Combinable:
        return by_rank(f"frozen__{column}", ranks)

    def written(self, word: str) -> Places:
        kept = Q(frozen__text__icontains=word) | Q(frozen__responsibility_text__icontains=word)
        return [self.measures.order_by().filter(kept | titled(word)).values_list("pk")]

    def duty_sources(self) -> list[QuerySet[Any]]:
        return self.duties.sources()

    def duties_of(self, measures: tuple[int, ...], columns: tuple[str, ...]) -> list[Rows]:
        return [list(one.filter(measure__in=measures).values_list(*columns)) for one in self.duty_sources()]

    def touched_duties(self) -> set[int]:
        return set(self.duties.changed)

    def visible(self, user: Any) -> QuerySet[ProgressReport]:
        """What had been approved, corrections since included; staff see all of it."""
        return counting(self.approved_of_period().filter(visible_reports(user)))

    def told(self, user: Any, measures: tuple[int, ...], columns: tuple[str | Value, ...]) -> Rows:
        return list(self.visible(user).filter(duty__measure__in=measures).order_by("pk").values_list(*columns))

    def reports(self, user: Any) -> list[tuple[Q, QuerySet[ProgressReport]]]:
        return [(Q(), self.visible(user))]

    def approved_of_period(self) -> QuerySet[ProgressReport]:
        return ProgressReport.objects.filter(period=self.period, state=ReportState.APPROVED)

    def is_basis(self, standing: Standing, told: OfPeriod) -> bool:
        return True

    def approved(self) -> QuerySet[ProgressReport]:
        return counting(self.approved_of_period())

    def snapshot(self, *among: Q) -> dict[int, Snapshot]:
        columns = [f"frozen__{name}" for name in (*OF_MEASURE, *OF_STANDING)]
        rows = self.measures.filter(*among).order_by(*SOURCE_ORDER).values_list(*SOURCE_ORDER, "pk", *columns)
        return {row[2]: Snapshot(row[:2], *row[3:]) for row in rows}


Basis = Now | Then


def by_rank(path: str, ranks: Mapping[Any, int] | None) -> Combinable:
    if ranks is None:
        return F(path)
    return Case(*[When(**{path: value}, then=Value(rank)) for value, rank in ranks.items()])
