"""What the public overview of a plan counts: as the verbs keep it, or counted anew.

Kept figures hold as long as their mark is that of the edition, which turns with every writing of what they are drawn from.
"""

from typing import Any

from django.core.cache import caches
from django.db.models import QuerySet, Subquery

from tasks.models import PublicEdition, PublicFigures
from tasks.queries import measures, overview, public
from tasks.queries.edition import public_edition
from tasks.queries.measures import Totals
from units.prepared import prepared

Counts = dict[str, list[Any]]


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


def totals(plan: int) -> Totals:
    """How much there is in a plan. One query where its figures are kept, else two."""
    if found := right_figures(plan):
        fields = found[0][0]["fields"]
        return Totals(sum(row["total"] for row in fields), sum(row["with_measures"] for row in fields))
    return measures.totals(plan)


@prepared
def right_figures(plan: int) -> QuerySet[PublicFigures]:
    mark = PublicEdition.objects.order_by().values("mark")[:1]
    return PublicFigures.objects.filter(plan=plan, mark=Subquery(mark)).order_by().values_list("figures")


def counted(plan: int) -> Counts:
    """Five queries."""
    return {**overview.counted(plan), **public.counted(plan)}
