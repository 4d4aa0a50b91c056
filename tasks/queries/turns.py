"""上次查看以来: which lights turned since somebody last looked, each measure once, by where it began and where it is."""

import datetime
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from tasks.lights import SEVERITY, ProgressLight
from tasks.models import LastLook, LightChange, Plan

READ = 100  # changes looked at; more than these and the page says so
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


def plans_as_seen_by(user: Any) -> QuerySet[Plan]:
    """Plans with `looked_at`: when this person last said to have seen the dashboard, None before that."""
    looks = LastLook.objects.filter(plan=OuterRef("pk"), person=user.pk).values("looked_at")
    return Plan.objects.annotate(looked_at=Subquery(looks))


def turns(plan: Plan, since: datetime.datetime | None) -> Turns:
    """One query. A light that turned and turned back has not turned."""
    rows = LightChange.objects.filter(plan=plan)
    if since is not None:
        rows = rows.filter(at__gt=since)
    columns = ("measure_id", "measure__main_task__number", "measure__order", "measure__main_task__title")
    newest = rows.order_by("-at", "-pk").values("pk")[: READ + 1]  # cut before anything is joined to them
    told_of = LightChange.objects.filter(pk__in=newest).order_by("-at", "-pk")
    found = list(told_of.values_list(*columns, "before", "after"))
    ends: dict[int, Turn] = {}
    for key, number, order, title, before, after in found[:READ]:  # the newest first
        ends[key] = Turn(number, order, title, before, ends[key].after if key in ends else after)
    told = Turns(since, {kind: [] for kind in KINDS}, len(found) > READ)
    for turn in sorted(ends.values()):
        if turn.before != turn.after:
            told.by_kind[turn.kind].append(turn)
    return told
