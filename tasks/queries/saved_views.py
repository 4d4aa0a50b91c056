"""常用视图 as one person may use them."""

from typing import Any

from django.db.models import Q, QuerySet

from tasks.models import Plan, SavedView
from tasks.permissions import seen_by
from units.prepared import prepared_rows


def usable_by(user: Any, plan: Plan) -> list[SavedView]:
    """One's own, and those shared, by name."""
    return views_of(seen_by(user, SavedView), plan.pk)


@prepared_rows(SavedView, "owner")
def views_of(seen: Q, plan: int) -> QuerySet[SavedView]:
    return SavedView.objects.filter(seen, plan=plan).order_by("name", "pk")
