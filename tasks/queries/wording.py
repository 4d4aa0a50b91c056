"""The words of a plan's 汇报稿."""

from django.db.models import QuerySet

from tasks.models import Plan, StocktakeWording
from tasks.wording import SECTIONS
from units.prepared import prepared


def wording_of(plan: Plan) -> dict[str, str]:
    """Section -> the Office's words, or where it has written none the standard ones. One query."""
    own = dict(own_words(plan.pk))
    return {name: own.get(name, section.standard) for name, section in SECTIONS.items()}


@prepared
def own_words(plan: int) -> QuerySet[StocktakeWording]:
    return StocktakeWording.objects.filter(plan=plan).order_by().values_list("section", "text")
