"""What is kept of standings, as the database is asked for it: SQL written once."""

import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from tasks.models import MeasureStanding, StandingSummary, UnitFigures
from units.prepared import prepared, prepared_by_key, prepared_rows


class KeptStanding(NamedTuple):
    """What a page shows of a `MeasureStanding`, under the same names: a hundred instances take ten times as long."""

    measure_id: int
    period_id: int | None
    stage: str
    due_moves: int
    progress_light: str
    deadline_light: str
    confidence: str
    percent: int | None
    scheduled: int | None
    counted: int
    reported: int
    is_disagreement: bool


@prepared_rows(StandingSummary)
def present_summary(plan: int) -> QuerySet[StandingSummary]:
    return StandingSummary.objects.filter(plan=plan, period=None)


@prepared
def outdated_one(plan: int, today: datetime.date) -> QuerySet[MeasureStanding]:
    """The standing that ceased to hold first, if any has. An index answers, also that there is none."""
    rows = MeasureStanding.objects.filter(plan=plan, holds_until__lt=today)
    return rows.order_by("holds_until").values_list("pk")[:1]


@prepared
def kept_standings(*measures: int) -> QuerySet[MeasureStanding]:
    return MeasureStanding.objects.filter(measure__in=measures).order_by().values_list(*KeptStanding._fields)


@prepared_by_key
def unit_figures(summary: int, unit: int) -> QuerySet[UnitFigures]:
    return UnitFigures.objects.filter(summary=summary, unit=unit).order_by().values_list("figures")
