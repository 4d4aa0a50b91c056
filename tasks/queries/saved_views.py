"""常用视图 as one person may use them."""

from typing import Any

from django.db.models import QuerySet

from tasks.models import Plan, SavedView
from tasks.permissions import visible_to


def usable_by(user: Any, plan: Plan) -> QuerySet[SavedView]:
    """One's own, and those shared, by name."""
    return visible_to(user, SavedView).filter(plan=plan).select_related("owner").order_by("name", "pk")
