"""What is kept of standings, as the database is asked for it: SQL written once."""

import datetime
import json
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from tasks.models import MeasureStanding, StandingSummary, UnitFigures
from tasks.queries.figures import Figures, Shown, as_figures
from units.prepared import prepared, prepared_by_key


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


class KeptSummary(NamedTuple):
    """The summary of a plan's present; `text` is the JSON of its figures."""

    pk: int
    turn: int
    text: str

    @property
    def figures(self) -> Figures:
        """The same for all who read the same text: to be looked at only."""
        return figures_in(self.text)


@lru_cache(maxsize=8)  # summaries as they stood; one takes 300 kilobytes
def figures_in(text: str) -> Figures:
    return Shown(as_figures(json.loads(text)))


@prepared
def present_summary(plan: int) -> QuerySet[StandingSummary]:
    """A `KeptSummary`."""
    summaries = StandingSummary.objects.filter(plan=plan, period=None).order_by()
    return summaries.values_list("pk", "turn", Cast("figures", TextField()))


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
