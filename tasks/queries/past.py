"""Who answered for what at an earlier moment: today's duties, and the history of those that changed since."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from tasks.models import Amendment, Duty, Plan
from units.permissions import NOTHING

UNSET = "未设定"  # how an amendment spells a date that was not set


@dataclass
class DutiesThen:
    """The duties of a plan as they were. A change made before any history was kept is taken as having always held."""

    plan: Plan
    moment: datetime.datetime

    @cached_property
    def changed(self) -> dict[int, int | None]:
        """Key of a duty touched since -> the row of history that says what it was, None where it was not there yet."""
        rows = Duty.history.filter(measure__main_task__plan=self.plan.pk)
        touched = rows.filter(history_date__gt=self.moment).values("id")
        found: dict[int, int | None] = {}
        columns = ("id", "history_id", "history_type", "history_date")
        for duty, row, kind, date in (
            rows.filter(id__in=touched).order_by("history_date", "history_id").values_list(*columns)
        ):
            if date <= self.moment:
                found[duty] = None if kind == "-" else row
            elif duty not in found:
                found[duty] = None if kind == "+" else row
        return found

    def sources(self) -> list[QuerySet[Any]]:
        """Querysets that hold the duties of then between them; each has the columns of `Duty`."""
        if not self.changed:
            return [Duty.objects.order_by()]
        rows = [row for row in self.changed.values() if row is not None]
        return [
            Duty.objects.order_by().exclude(pk__in=list(self.changed)),
            Duty.history.order_by().filter(history_id__in=rows),
        ]


def due_date_moves(until: datetime.datetime | None = None) -> QuerySet[Amendment]:
    """The amendments by which a due date once set was moved."""
    moves = Amendment.objects.filter(setting="due_on").exclude(before=UNSET).order_by()
    return moves if until is None else moves.filter(made_at__lte=until)


def held(sources: list[QuerySet[Any]], condition: Q) -> Q:
    """The measures with a duty of this kind, as a condition on Measure."""
    found = NOTHING
    for duties in sources:
        found |= Q(pk__in=duties.filter(condition).values("measure"))
    return found
