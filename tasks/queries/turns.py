"""上次查看以来: which lights turned since somebody last looked, each measure once, by where it began and where it is.

A light that a verb turned was logged by it. One that the day alone turned is logged by the next `rebuild`; before that it is
told from what the day has made outdated, so that a page says the same whether the nightly command ran or not.
"""

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from tasks.lights import SEVERITY, ProgressLight
from tasks.models import LastLook, LightChange, Measure, Plan
from tasks.queries.attention import obliged
from tasks.queries.standing import Judge, Present, judged_in_parts
from units.models import Unit, User
from units.prepared import columns_of, made, planned_anew, prepared

READ, READ_OF_UNIT = 100, 30  # changes looked at; more than these and the page says so
MANY = 40  # a unit with one of so many measures has many
KINDS = ("worse", "better", "completed", "unreported", "reported", "other")


class Turn(NamedTuple):
    number: int
    order: int
    title: str
    before: str
    after: str

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"

    @property
    def kind(self) -> str:
        """In which of `KINDS` it is told."""
        before, after = ProgressLight(self.before), ProgressLight(self.after)
        if after == ProgressLight.COMPLETED:
            return "completed"
        if after == ProgressLight.NOT_REPORTED:
            return "unreported"
        if before == ProgressLight.NOT_REPORTED and after in SEVERITY:
            return "reported"
        if ProgressLight.AWAITED in (before, after) or not {before, after} <= SEVERITY.keys():
            return "other"
        return "worse" if SEVERITY[after] > SEVERITY[before] else "better"


@dataclass
class Turns:
    """By kind, in the order of the table. `is_cut`: there were more changes than were read."""

    since: datetime.datetime | None
    by_kind: dict[str, list[Turn]] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def count(self) -> int:
        return sum(map(len, self.by_kind.values()))


def plan_as_seen_by(user: User, slug: str) -> Plan | None:
    """The plan with `looked_at`: when this person last said to have seen the dashboard, None before that."""
    for *values, looked_at in plan_and_look(slug, user.pk):
        plan = made(Plan, values)
        plan.looked_at = looked_at
        return plan
    return None


@prepared
def plan_and_look(slug: str, person: int) -> QuerySet[Plan]:
    looks = LastLook.objects.filter(plan=OuterRef("pk"), person=person).values("looked_at")
    return (
        Plan.objects.filter(slug=slug).annotate(looked_at=Subquery(looks)).values_list(*columns_of(Plan), "looked_at")
    )


def turns(present: Present, since: datetime.datetime | None, unit: Unit | None = None) -> Turns:
    """Of a plan, or of the measures a unit must report on. One query, where the day has turned nothing.

    A light that turned and turned back has not turned.
    """
    found = told_by_the_day(present, since, unit)
    read = READ_OF_UNIT if unit else READ
    if len(found) <= read:
        find = logged if unit is None else logged_of_many if has_many(present, unit) else logged_of_few
        found += find(present.plan.pk, since, read + 1 - len(found), *([unit.pk] if unit else []))
    ends: dict[int, Turn] = {}
    for key, number, order, title, before, after in found[:read]:  # the newest first
        ends[key] = Turn(number, order, title, before, ends[key].after if key in ends else after)
    told = Turns(since, {kind: [] for kind in KINDS}, len(found) > read)
    for turn in sorted(ends.values()):
        if turn.before != turn.after:
            told.by_kind[turn.kind].append(turn)
    return told


Change = tuple[int, int, int, str, str, str]  # measure key, number, order, title, before, after
OF_MEASURE = ("main_task__number", "order", "main_task__title")


@prepared
def logged(plan: int, since: datetime.datetime | None, count: int) -> QuerySet[LightChange]:
    """`Change`s, the newest first."""
    return newest(LightChange.objects.filter(plan=plan), since, count)


def has_many(present: Present, unit: Unit) -> bool:
    """Whether so much of what changes is the unit's that looking at the newest one by one soon finds enough."""
    figures = present.figures
    return figures[f"unit:{unit.pk}"]["measures"] * MANY >= figures["all"]["measures"]


@prepared
def logged_of_many(plan: int, since: datetime.datetime | None, count: int, unit: int) -> QuerySet[LightChange]:
    """`logged` of what a unit must report on, asked of each change by itself: PostgreSQL follows the index and stops."""
    own = Subquery(obliged(unit).filter(measure=OuterRef("measure")).values("role")[:1])
    return newest(LightChange.objects.filter(plan=plan).alias(own=own).filter(own__isnull=False), since, count)


@prepared
@planned_anew
def logged_of_few(plan: int, since: datetime.datetime | None, count: int, unit: int) -> QuerySet[LightChange]:
    """The same, beginning with the unit's measures."""
    own = LightChange.objects.filter(plan=plan, measure__in=obliged(unit).values("measure"))
    return newest(own, since, count)


def newest(rows: QuerySet[LightChange], since: datetime.datetime | None, count: int) -> QuerySet[LightChange]:
    if since is not None:
        rows = rows.filter(at__gt=since)
    chosen = rows.order_by("-at", "-pk").values("pk")[:count]  # cut before anything is joined to them
    told_of = LightChange.objects.filter(pk__in=chosen).order_by("-at", "-pk")
    return told_of.values_list("measure_id", *(f"measure__{name}" for name in OF_MEASURE), "before", "after")


def told_by_the_day(present: Present, since: datetime.datetime | None, unit: Unit | None) -> list[Change]:
    """What the next `rebuild` will log, as far as it had not turned when somebody last looked; `READ` + 1 at most."""
    before = turned_by_the_day(present, timezone.localdate(since) if since else None)
    if before and unit is not None:
        own = set(obliged(unit.pk).filter(measure__in=before).values_list("measure_id", flat=True))
        before = {key: light for key, light in before.items() if key in own}
    if not before:
        return []
    keys = sorted(before, reverse=True)[: READ + 1]
    of_measure = {key: rest for key, *rest in Measure.objects.filter(pk__in=keys).values_list("pk", *OF_MEASURE)}
    return [(key, *of_measure[key], before[key], present.anew[key].progress_light) for key in keys]


def turned_by_the_day(present: Present, seen_on: datetime.date | None) -> dict[int, str]:
    """Measure key -> the light that somebody saw on that day, else the light kept, where it is another today."""
    rows = {
        key: row for key, row in present.outdated.items() if row.progress_light != present.anew[key].progress_light
    }
    before = {key: row.progress_light for key, row in rows.items()}
    if seen_on and (over := [key for key, row in rows.items() if row.holds_until < seen_on]):
        judge = Judge.of(present.plan, seen_on)
        before |= {
            row.measure_id: row.progress_light for row in judged_in_parts(judge, Measure.objects.filter(pk__in=over))
        }
    return {key: light for key, light in before.items() if light != present.anew[key].progress_light}
