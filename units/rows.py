"""Rows saved and deleted inside a verb: with their history in the actor's name, and their event in the audit trail."""

import copy
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, router
from django.db.models.deletion import Collector

from units import audit
from units.models import User

Row = TypeVar("Row", bound=models.Model)


def save_row(by: User, row: Row) -> Row:
    """Check and save, the row's history naming `by`; a row that is as it was leaves no history.

    For use inside a verb, which has asked for the permission.
    """
    row.full_clean()
    if row.pk is None or values(row) != values(type(row)._default_manager.filter(pk=row.pk).first()):
        row._history_user = by
        row.save()
    return row


def save_recorded(by: User, row: Row, *, now: datetime) -> Row:
    """`save_row`, and its event; for a row that is as it was there is none."""
    stored = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
    if stored is not None and values(stored) != values(row):
        hold_what_all_wait_for(type(row))
    return recorded(by, stored, save_row(by, row), now=now)


def hold_what_all_wait_for(model: type[models.Model]) -> None:
    """To be held before a row is deleted or given another name, which shuts it to those who refer to it: PostgreSQL lets them
    look at it on commit alone, when they hold this. Writing no row fires the triggers of the statement, and locks what they lock.
    """
    model._default_manager.filter(id=0).update(id=0)
    audit.locked_end()


def recorded(by: User, stored: Row | None, row: Row, *, now: datetime) -> Row:
    """The event of a row that was saved, `stored` being the row as it lay there before."""
    if stored is None:
        audit.record(by, "新增", row, now=now, after=audit.facts(row))
    elif values(stored) != values(row):
        audit.record(by, "修改", row, now=now, before=audit.facts(stored), after=audit.facts(row))
    return row


def values(row: models.Model | None) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields] if row else []


def delete_row(by: User, row: models.Model) -> None:
    """Delete, the row's history naming `by`; for use inside a verb.

    A cascade writes history without a name outside a request: a verb deletes a row's parts first, one by one.
    """
    refuse_if_in_use(row)
    row._history_user = by
    row.delete()


def delete_recorded(by: User, row: models.Model, *, now: datetime, parts: Iterable[models.Model] = ()) -> None:
    """Delete the row after its parts, in the order given, as one event that says what the row was."""
    hold_what_all_wait_for(type(row))
    gone, before, parts = copy.copy(row), audit.facts(row), list(parts)
    for part in parts:
        delete_row(by, part)
    delete_row(by, row)
    if parts:
        before["一并删除"] = counted(parts)
    audit.record(by, "删除", gone, now=now, before=before)


def counted(rows: Iterable[models.Model]) -> str:
    """How many of each kind: 职责 12 项、群体成员 1 项."""
    counts = Counter(str(row._meta.verbose_name) for row in rows)
    return "、".join(f"{name} {count} 项" for name, count in sorted(counts.items()))


def refuse_if_in_use(row: models.Model) -> None:
    """Raise ValidationError, saying what hangs on a row, where deleting it would take something that must stay."""
    try:
        Collector(using=router.db_for_write(type(row)), origin=row).collect([row])
    except models.ProtectedError as error:
        named = counted(error.protected_objects)
        raise ValidationError(f"“{row}”不能删除：还有{named}与它关联。请先改派或删除这些内容。") from error
