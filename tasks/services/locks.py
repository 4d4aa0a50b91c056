"""Rows held until the transaction ends, by verbs that would else overtake each other.

Everywhere in one order, to which a test holds every verb: period, rows of the table down to the measure, plan, claim, edition
(every writing of the table turns it), summary, duty, filing, audit trail. Only a row that is deleted, or gets another name,
comes after all of these (`units.rows.hold_what_all_wait_for`).
"""

from typing import Any

from django.db.models import QuerySet

from tasks.models import Plan, PublicEdition, StandingSummary


def held(rows: QuerySet[Any]) -> None:
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def hold_edition() -> str | None:
    """The edition's mark; None before anything was written."""
    held = PublicEdition.objects.select_for_update(no_key=True).order_by()
    return held.values_list("mark", flat=True).first()


def hold(plan: Plan) -> StandingSummary | None:
    """The plan's summary; None where the plan has been forgotten."""
    held = StandingSummary.objects.select_for_update(no_key=True).filter(plan=plan, period=None)
    return held.order_by("pk").first()  # by period it would join a table that PostgreSQL refuses to lock
