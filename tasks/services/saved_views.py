"""The verbs of 常用视图: save, rename, delete. Everybody on staff has their own; the Office may share one."""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tasks.models import Plan, SavedView
from units import audit
from units.models import User
from units.permissions import Permission, may, require

MOST = 50  # of one person in one plan


@transaction.atomic
def save_view(
    by: User, *, plan: Plan, name: str, query: str, is_shared: bool = False, now: datetime.datetime
) -> SavedView:
    """Keep a ledger's query (what stands behind the question mark) under a name; the same once more is the one that is there."""
    require(by, Permission.SEE_STAFF_NOTES)
    if is_shared:
        require(by, Permission.SHARE_VIEWS)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # the second of two clicks waits
    said = {"plan": plan, "owner": by, "name": name.strip(), "query": query, "is_shared": is_shared}
    if same := SavedView.objects.filter(**said).first():
        return same
    if SavedView.objects.filter(plan=plan, owner=by).count() >= MOST:
        raise ValidationError({"name": f"每人最多保存 {MOST} 个视图，请先删除不用的。"})
    view = SavedView(**said, saved_at=now)
    view.full_clean()
    view.save()
    audit.record(by, "保存视图", view, now=now, after=audit.facts(view))
    return view


@transaction.atomic
def rename_view(by: User, *, view: SavedView, name: str, now: datetime.datetime) -> SavedView:
    view = own(by, view)
    before = view.name
    view.name = name.strip()
    view.full_clean()
    view.save(update_fields=["name"])
    audit.record(by, "视图改名", view, now=now, before=before, after=view.name)
    return view


@transaction.atomic
def delete_view(by: User, *, view: SavedView, now: datetime.datetime) -> None:
    view = own(by, view)
    audit.record(by, "删除视图", view, now=now, before=audit.facts(view))
    view.delete()


def own(by: User, view: SavedView) -> SavedView:
    """The view, locked, where this person may change it: their own, or for the Office any that is shared."""
    require(by, Permission.SEE_STAFF_NOTES)
    found = SavedView.objects.select_for_update(no_key=True).get(pk=view.pk)
    if not can_change(by, found):
        raise PermissionDenied("只有保存人可以改名或删除这个视图；共享的视图督查专员也可以。")
    return found


def can_change(by: User, view: SavedView) -> bool:
    return view.owner_id == by.pk or (view.is_shared and may(by, Permission.SHARE_VIEWS))
