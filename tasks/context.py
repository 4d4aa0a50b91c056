"""What the menu needs on a page that is about no plan: an account, the audit trail, a refusal."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from tasks.models import Plan


def menu_plan(request: HttpRequest) -> dict[str, Callable[[], Plan | None]]:
    """`plan`, the first one, so that the menu stays whole; a page about a plan names its own, and nothing is asked.

    Outsiders are left out: what they see of such pages is a refusal, and many refusals must stay cheap.
    """

    @cache
    def plan() -> Plan | None:
        return Plan.objects.first() if getattr(request, "user", None) and request.user.is_authenticated else None

    return {"plan": plan}
