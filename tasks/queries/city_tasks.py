"""五市 × 任务: what each city of a closed group must do of each main task, and how that stands."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import QuerySet

from tasks.choices import OBLIGED_ROLES
from tasks.models import MainTask
from tasks.queries.basis import Basis, Standing
from units.models import Unit, UnitGroupMember
from units.prepared import prepared_rows


class CityMeasure(NamedTuple):
    """One measure that a city must report on; `light` is the measure's progress light."""

    code: str
    light: str


@dataclass
class CityTasks:
    """`of[task, city]`: the measures, in source order. A measure counts once for each city that must report on it."""

    basis: Basis
    day: datetime.date

    @cached_property
    def cities(self) -> list[Unit]:
        """The members of the closed groups that have cities, each once, in the order of units."""
        return cities_on(self.day)

    @cached_property
    def tasks(self) -> list[MainTask]:
        return list(MainTask.objects.filter(plan=self.basis.plan).order_by("number"))

    @cached_property
    def of(self) -> Mapping[tuple[int, int], list[CityMeasure]]:
        rows: set[tuple[int, int, int, int, int]] = set()
        columns = ("measure__main_task__number", "measure__order", "measure__main_task_id", "measure_id", "unit_id")
        for duties in self.basis.duty_sources():
            obliged = duties.filter(role__in=OBLIGED_ROLES, unit__in=[city.pk for city in self.cities])
            rows |= set(obliged.filter(measure__main_task__plan=self.basis.plan.pk).values_list(*columns))
        standings: Mapping[int, Standing] = self.basis.standings({row[3] for row in rows})
        found: dict[tuple[int, int], list[CityMeasure]] = {}
        for number, order, task, measure, city in sorted(rows):
            if standing := standings.get(measure):
                found.setdefault((task, city), []).append(CityMeasure(f"{number}-{order}", standing.progress_light))
        return found


@prepared_rows(Unit)
def cities_on(day: datetime.date) -> QuerySet[Unit]:
    members = UnitGroupMember.objects.cities_on(day).values("unit")
    return Unit.objects.filter(pk__in=members).order_by("position", "name")
