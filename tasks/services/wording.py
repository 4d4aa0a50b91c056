"""The verb of 汇报稿文字: the Office writes its own words around the figures, or goes back to the standard ones."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from tasks.models import Plan, StocktakeWording
from tasks.wording import SECTIONS, faults
from units import audit
from units.models import User
from units.permissions import Permission, require

OVERTAKEN = "在您修改期间，这一部分已被他人改动。您写的还在框里；请看现在保存的文字，再决定怎样改。"


class Change(NamedTuple):
    """`seen` is the text as it was when the writer began."""

    seen: str
    text: str


@transaction.atomic
def save_wording(by: User, *, plan: Plan, changes: Mapping[str, Change], now: datetime.datetime) -> list[str]:
    """Keep the texts of these sections; one equal to the standard wording is kept no more. All of them or none.

    Answers with the sections that did change. A refusal names its section.
    """
    require(by, Permission.WRITE_STOCKTAKE)
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    rows = {row.section: row for row in StocktakeWording.objects.filter(plan=plan)}
    stored = {name: rows[name].text if name in rows else section.standard for name, section in SECTIONS.items()}
    refusals = {name: found for name, one in changes.items() if (found := refused(one, stored[name]))}
    if refusals:
        raise ValidationError(refusals)
    changed = [name for name, one in changes.items() if one.text != stored[name]]
    for name in changed:
        keep(by, plan, name, changes[name].text, now)
    if changed:
        before = {SECTIONS[name].label: stored[name] for name in changed}
        after = {SECTIONS[name].label: changes[name].text for name in changed}
        audit.record(by, "修改汇报稿文字", str(plan), now=now, before=before, after=after)
    return changed


def refused(change: Change, stored: str) -> list[str]:
    found = faults(change.text)
    return [*found, OVERTAKEN] if stored not in (change.seen, change.text) else found


def keep(by: User, plan: Plan, section: str, text: str, now: datetime.datetime) -> None:
    if text == SECTIONS[section].standard:
        StocktakeWording.objects.filter(plan=plan, section=section).delete()
        return
    kept = {"text": text, "saved_at": now, "saved_by": by}
    StocktakeWording.objects.update_or_create(plan=plan, section=section, defaults=kept)
