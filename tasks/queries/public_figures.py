"""What the public overview of a plan counts: as the verbs keep it, or counted anew; and how much a filter of its list finds.

Kept figures hold as long as their mark is that of the edition, which turns with every writing of what they are drawn from.
"""

from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.db.models import QuerySet, Subquery

from tasks.models import PublicEdition, PublicFigures
from tasks.queries import measures, overview, public
from tasks.queries.edition import public_edition
from tasks.queries.measures import Conditions, Totals
from units.prepared import prepared

Counts = dict[str, list[Any]]
REMEMBERED = 1024  # filters: counted once an edition in each process


def public_figures(plan: int) -> Counts:
    """One query where they are kept; else counted once an edition in each process."""
    if found := right_figures(plan):
        return found[0][0]
    key, pieces = f"public_figures.{public_edition()}.{plan}", caches["template_fragments"]
    counts = pieces.get(key)
    if counts is None:
        counts = counted(plan)
        pieces.set(key, counts)
    return counts


def totals(plan: int, *asked: Conditions) -> list[Totals]:
    """How much of a plan answers each of these conditions. Two queries where that is known, one more for each where it is not."""
    edition = public_edition()
    return [totals_in(edition, plan, one) if one else whole(plan) for one in asked]


def whole(plan: int) -> Totals:
    """How much there is in a plan. One query where its figures are kept; else two, and three for the first in an edition."""
    if found := right_figures(plan):
        fields = found[0][0]["fields"]
        return Totals(sum(row["total"] for row in fields), sum(row["with_measures"] for row in fields))
    return totals_in(public_edition(), plan, ())


@lru_cache(maxsize=REMEMBERED)
def totals_in(edition: str | None, plan: int, asked: Conditions) -> Totals:
    """Ask for the edition before: what is counted while it turns is remembered under the old one, for which nobody asks again."""
    return measures.totals(plan, asked)


@prepared
def right_figures(plan: int) -> QuerySet[PublicFigures]:
    mark = PublicEdition.objects.order_by().values("mark")[:1]
    return PublicFigures.objects.filter(plan=plan, mark=Subquery(mark)).order_by().values_list("figures")


def counted(plan: int) -> Counts:
    """Five queries."""
    return {**overview.counted(plan), **public.counted(plan)}
