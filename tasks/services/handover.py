"""The verb of 移交: all that a person leaves open goes to another of the same post."""

import datetime
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction

from tasks.models import Measure, ReportingPeriod
from tasks.queries.handover import OpenItems, open_items
from tasks.services.report_rules import moved_on
from units import audit
from units.models import User
from units.permissions import Permission, require
from units.services import switch_off


@transaction.atomic
def hand_over(
    by: User, *, person: User, successor: User, keys: Collection[str], ends_account: bool, now: datetime.datetime
) -> OpenItems:
    """Move exactly the items previewed (`keys`), or none; `ends_account` switches the old account off as well.

    Refused in ValidationError where the list has changed since the preview. Repeated, it changes nothing. Nobody comes to decide
    on their own text by it: whose words they were, the audit trail knows.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    person, successor = locked(person, successor)
    lock_around(open_items(person))
    items = open_items(person)
    if is_done(person, successor, items, keys, ends_account):
        return items
    refuse_unfit(person, successor)
    if items.keys != frozenset(keys):
        raise ValidationError("需要移交的事项在您查看以后有了变化，没有移交。请重新核对下面的名单，再确认。")
    if not items.rows and not ends_account:
        raise ValidationError("没有需要移交的事项。只停用账号的，请勾选“同时停用原账号”。")
    move(items, successor)
    if ends_account and person.is_active:
        switch_off(by, user=person)
    audit.record(by, "移交", person, now=now, before=listed(items), after=outcome(successor, ends_account))
    return items


def locked(*people: User) -> list[User]:
    found = User.objects.select_for_update(no_key=True).order_by("pk").in_bulk([person.pk for person in people])
    return [found[person.pk] for person in people]


def is_done(person: User, successor: User, items: OpenItems, keys: Collection[str], ends_account: bool) -> bool:
    """The same act a second time, by a double click: nothing is left, and what was previewed is the successor's."""
    if items.rows or (ends_account and person.is_active) or not (keys or ends_account):
        return False
    return frozenset(keys) <= open_items(successor).keys


def refuse_unfit(person: User, successor: User) -> None:
    if successor.pk == person.pk:
        raise ValidationError({"successor": "不能移交给本人，请另选接手人。"})
    if not successor.is_active:
        raise ValidationError({"successor": "接手人的账号已停用，请先启用或另选接手人。"})
    if (successor.unit_id, successor.role) != (person.unit_id, person.role):
        raise ValidationError({"successor": "接手人须与移交人同一单位、同一角色，请另选接手人。"})


def lock_around(items: OpenItems) -> None:
    """Periods, then measures, as the verbs that work on the items take them."""
    periods = ReportingPeriod.objects.filter(pk__in={report.period_id for report in items.reports})
    measures = Measure.objects.filter(pk__in={claim.measure_id for claim in [*items.claims, *items.requests]})
    for rows in (periods, measures):
        list(rows.select_for_update(no_key=True).order_by("pk"))


def move(items: OpenItems, successor: User) -> None:
    for report in items.reports:
        moved_on(report, report.state, written_by=successor)
    for claim in items.claims:
        claim.claimed_by = successor
        claim.save(update_fields=["claimed_by"])
    for request in items.requests:
        request.requested_by = successor
        request.save(update_fields=["requested_by"])


def listed(items: OpenItems) -> dict[str, str]:
    counts = {name: f"{count} 项" for name, count in items.counts() if count}
    return {**counts, "名单": "\n".join("　".join(line) for line in items.lines()) or "没有未办事项"}


def outcome(successor: User, ends_account: bool) -> dict[str, str]:
    return {"移交给": audit.named(successor), "原账号": "停用" if ends_account else "继续使用"}
