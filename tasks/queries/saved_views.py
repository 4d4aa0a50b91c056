"""常用视图 as one person may use them."""

from typing import Any

from django.db.models import Q, QuerySet

from tasks.models import Plan, SavedView


def usable_by(user: Any, plan: Plan) -> QuerySet[SavedView]:
    """One's own, and those shared, by name."""
    own_or_shared = Q(owner=user.pk) | Q(is_shared=True)
    return SavedView.objects.filter(own_or_shared, plan=plan).select_related("owner").order_by("name", "pk")
