"""已看过: a person says up to when they have seen the dashboard. Their own note; nothing is counted from it."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tasks.models import LastLook, Plan
from tasks.permissions import has_dashboard
from units.models import User


@transaction.atomic
def mark_seen(by: User, *, plan: Plan, until: datetime.datetime, now: datetime.datetime) -> LastLook:
    """`until` is when the page was drawn, so that what happened since is told next time. It never goes back.

    No line in the audit trail: when somebody looked is nobody else's business.
    """
    if not has_dashboard(by):
        raise PermissionDenied("您的角色没有看板，不用标记。")
    until = min(until, now)
    look, _ = LastLook.objects.select_for_update(no_key=True).get_or_create(
        plan=plan, person=by, defaults={"looked_at": until}
    )
    if look.looked_at < until:
        look.looked_at = until
        look.save(update_fields=["looked_at"])
    return look
