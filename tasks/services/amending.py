"""The verbs that amend the table itself: each change is numbered, with its reason and document, and stays on record."""

import copy
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from tasks.choices import Halt, RollUp
from tasks.models import Amendment, Measure, Plan
from tasks.queries.past import UNSET
from tasks.services import standing
from tasks.services.public_figures import carried
from tasks.services.reasons import refuse_without
from units import audit
from units.models import User
from units.permissions import Permission, require
from units.rows import save_row

SETTINGS = {
    "starts_on": "开始日期",
    "due_on": "完成时限",
    "is_ongoing": "长期坚持",
    "roll_up": "汇总规则",
    "halted": "暂停或终止",
}


class AmendedLine(NamedTuple):
    """One change of the table as issued. `measure` is None where it speaks of none, or of one that is gone."""

    measure: Measure | None
    subject: str
    before: str
    after: str


@transaction.atomic
def amend_measure(
    by: User,
    *,
    measure: Measure,
    changes: Mapping[str, Any],
    reason: str,
    document: str = "",
    now: datetime.datetime,
) -> list[Amendment]:
    """Set start, due date, ongoing, roll-up or halt; one numbered amendment for each thing that changed."""
    require(by, Permission.SET_DUE_DATES)
    if unknown := set(changes) - set(SETTINGS):
        raise TypeError(f"not a setting of a measure: {sorted(unknown)}")
    measure = locked_measure(measure)
    Plan.objects.select_for_update(no_key=True).get(pk=measure.main_task.plan_id)  # before the edition
    changed = {name: value for name, value in changes.items() if getattr(measure, name) != value}
    if not changed:
        return []
    refuse_without(reason, "请写明调整的理由。")
    before, due_before = {name: shown(name, getattr(measure, name)) for name in changed}, measure.due_on
    for name, value in changed.items():
        setattr(measure, name, value)
    if measure.original_due_on is None:
        measure.original_due_on = due_before or measure.due_on
    with carried():
        save_row(by, measure)
    after = {name: shown(name, value) for name, value in changed.items()}
    given = {"reason": reason, "document": document, "now": now}
    made = [
        amended(
            by,
            measure.main_task.plan_id,
            measure,
            f"举措 {measure.code} 的{SETTINGS[name]}",
            setting=name,
            before=before[name],
            after=after[name],
            **given,
        )
        for name in changed
    ]
    standing.refresh(measure.main_task.plan, [measure.pk], now=now)
    if "due_on" in changed:
        standing.redate(measure)
    audit.record(by, "调整举措", measure, now=now, before=before, after=after)
    return made


def refuse_contradiction(measure: Measure, **settings: Any) -> None:
    """What saving would refuse, told to a form in which the reason is perhaps still missing.

    What settings can contradict is 完成时限: it is before the beginning, or stands beside 长期坚持.
    """
    tried = copy.copy(measure)
    for name, value in settings.items():
        setattr(tried, name, value)
    try:
        tried.validate_constraints()
    except ValidationError as refused:
        raise ValidationError({"due_on": refused.messages}) from refused


@transaction.atomic
def set_cadence(
    by: User, *, plan: Plan, cadence: str, reason: str, document: str = "", now: datetime.datetime
) -> Amendment | None:
    """Set 填报周期 by a numbered amendment; periods already opened stay as they are."""
    require(by, Permission.MANAGE_PERIODS)
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.cadence == cadence:
        return None
    refuse_without(reason, "请写明调整的理由。")
    before, plan.cadence = plan.get_cadence_display(), cadence
    with carried():
        save_row(by, plan)
    after = plan.get_cadence_display()
    made = amended(
        by,
        plan.pk,
        None,
        "填报周期",
        setting="",
        before=before,
        after=after,
        reason=reason,
        document=document,
        now=now,
    )
    audit.record(by, "调整填报周期", plan, now=now, before=before, after=after)
    return made


def shown(name: str, value: Any) -> str:
    """A setting's value in words."""
    if name == "roll_up":
        return RollUp(value).label
    if name == "halted":
        return Halt(value).label if value else "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return UNSET if value is None else str(value)


def amended(
    by: User,
    plan_key: int,
    measure: Measure | None,
    subject: str,
    *,
    setting: str,
    before: str,
    after: str,
    reason: str,
    document: str,
    now: datetime.datetime,
) -> Amendment:
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan_key)  # numbers without gaps or doubles
    last = plan.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment(
        plan=plan,
        number=last + 1,
        measure=measure,
        subject=subject,
        setting=setting,
        before=before,
        after=after,
        reason=reason.strip(),
        document=document.strip(),
        made_at=now,
        made_by=by,
    )
    amendment.full_clean()
    amendment.save()
    return amendment


def amended_at_once(
    by: User, plan: Plan, lines: Iterable[AmendedLine], *, reason: str, document: str, now: datetime.datetime
) -> list[Amendment]:
    """One amendment for each line, numbered in their order; for use inside a verb that holds the plan locked."""
    last = plan.amendments.aggregate(last=Max("number"))["last"] or 0
    given = {"reason": reason.strip(), "document": document.strip(), "made_at": now, "made_by": by}
    return Amendment.objects.bulk_create(
        Amendment(plan=plan, number=number, **line._asdict(), **given)
        for number, line in enumerate(lines, start=last + 1)
    )


def locked_measure(measure: Measure) -> Measure:
    """Raises ValidationError where it was deleted meanwhile."""
    rows = Measure.objects.select_for_update(of=("self",), no_key=True).select_related("main_task")
    found = rows.filter(pk=measure.pk).order_by("pk").first()
    if found is None:
        raise ValidationError("这项举措已不在分工表中，请从任务清单另选。")
    return found
