"""The verbs of a period: open, change, withdraw and freeze."""

import datetime
from collections.abc import Collection, Mapping
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tasks.choices import OBLIGED_ROLES
from tasks.models import DutyFiling, FrozenMeasure, Measure, MeasureStanding, Plan, ReportingPeriod
from tasks.queries.figures import AT_ONCE, in_parts
from tasks.queries.reports import counting_reports
from tasks.queries.stages import stage_facts
from tasks.services.locks import held, hold
from tasks.services.public_figures import carried
from tasks.services.reasons import refuse_without
from tasks.services.report_rules import locked
from tasks.services.standing import await_period, freeze_figures, hold_all, judge_frozen, rebuild
from units import audit
from units.models import User
from units.permissions import Permission, require

SETTINGS = {"label": "期次", "as_of": "截至日期", "opens_on": "开放日期", "due_on": "截止日期"}


@transaction.atomic
def open_period(
    by: User,
    *,
    plan: Plan,
    label: str,
    as_of: datetime.date,
    opens_on: datetime.date,
    due_on: datetime.date,
    now: datetime.datetime,
) -> ReportingPeriod:
    """建立一个填报期次. Reporters see it from `opens_on`."""
    require(by, Permission.MANAGE_PERIODS)
    period = ReportingPeriod(
        plan=plan, label=label.strip(), as_of=as_of, opens_on=opens_on, due_on=due_on, opened_at=now, opened_by=by
    )
    with carried():  # behind its lock: of two who set up the same one the second is told so
        period.full_clean()
        period.save()
    await_period(period, now=now)
    audit.record(by, "建立期次", period, now=now, after={"截至": as_of, "开放": opens_on, "截止": due_on})
    return period


def refuse_taken(period: ReportingPeriod, **given: Any) -> None:
    """What opening or changing it would refuse of a label and dates, some perhaps still missing; told to a form."""
    wanted = copy(period)
    for name, value in given.items():
        setattr(wanted, name, value)
    wanted.validate_constraints(exclude=set(SETTINGS) - set(given))


@transaction.atomic
def change_period(
    by: User, *, period: ReportingPeriod, changes: Mapping[str, Any], reason: str, now: datetime.datetime
) -> ReportingPeriod:
    """调整期次: its `SETTINGS` until it is frozen. What was late stays marked so. Nothing changed, nothing is recorded."""
    require(by, Permission.MANAGE_PERIODS)
    refuse_without(reason, "请写明调整的理由。")
    period = unfrozen(period)
    changed = {name: value for name, value in changes.items() if getattr(period, name) != value}
    if not changed:
        return period
    refuse_written(period, changed)
    before = {SETTINGS[name]: getattr(period, name) for name in changed}
    for name, value in changed.items():
        setattr(period, name, value)
    with carried():
        hold_all([period.plan], now=now)  # before the period's row, to which whoever holds it may be about to refer
        period.full_clean(exclude={"opened_by"})
        period.save(update_fields=list(changed))
    if changed.keys() - {"label"}:
        rebuild(period.plan, now=now)
    after = {SETTINGS[name]: value for name, value in changed.items()}
    audit.record(by, "调整期次", period, now=now, before=before, after={**after, "理由": reason})
    return period


def refuse_written(period: ReportingPeriod, changes: Mapping[str, Any]) -> None:
    """What was written speaks of the time up to one day. Raises ValidationError for each date that can change no more."""
    fixed = [
        name for name in ("as_of", "opens_on") if changes.get(name, getattr(period, name)) != getattr(period, name)
    ]
    if fixed and period.reports.exists():
        raise ValidationError({name: f"已有单位在本期填报，{SETTINGS[name]}不能再改。" for name in fixed})


@transaction.atomic
def withdraw_period(by: User, *, period: ReportingPeriod, reason: str, now: datetime.datetime) -> None:
    """撤销期次: one that was set up by mistake, of which nobody has written anything."""
    require(by, Permission.MANAGE_PERIODS)
    refuse_without(reason, "请写明撤销的理由。")
    period = unfrozen(period)
    if is_used(period):
        raise ValidationError("已有单位在本期填报或上传填报表，不能撤销。可以调整日期。")
    gone, plan = copy(period), period.plan
    with carried():
        hold_all([plan], now=now)
        MeasureStanding.objects.filter(period=period).update(period=None)  # stay until `rebuild` has seen what turned
        period.delete()
    rebuild(plan, now=now)
    before = {SETTINGS[name]: getattr(gone, name) for name in SETTINGS}
    audit.record(by, "撤销期次", gone, now=now, before=before, after={"理由": reason})


def is_used(period: ReportingPeriod) -> bool:
    return period.reports.exists() or period.uploads.exists() or period.change_sets.exists()


def unfrozen(period: ReportingPeriod) -> ReportingPeriod:
    """The period for this transaction alone. Raises ValidationError where it is frozen."""
    period = locked(period)
    if period.is_frozen:
        raise ValidationError("这个期次已经冻结，不能再改。个别填报有误的，请逐份更正。")
    return period


@transaction.atomic
def freeze_period(by: User, *, period: ReportingPeriod, now: datetime.datetime) -> ReportingPeriod:
    """冻结: from here on the period and each measure's state in it stay as they are. Repeated, it changes nothing."""
    require(by, Permission.MANAGE_PERIODS)
    period = locked(period)
    if period.is_frozen:
        return period
    if timezone.localdate(now) < period.opens_on:
        raise ValidationError("这个期次还没有开放填报，不能冻结。建立有误的，请撤销。")
    measures = Measure.objects.filter(main_task__plan_id=period.plan_id)
    held(measures)  # none is deleted meanwhile
    listed = measures.select_related("main_task").prefetch_related("duties").order_by("pk")
    for part in in_parts(listed.iterator(chunk_size=AT_ONCE)):
        rows = frozen_states(period, part)
        judge_frozen(period, rows, timezone.localdate(now))
        FrozenMeasure.objects.bulk_create(rows)
    freeze_figures(period)
    period.frozen_at, period.frozen_by = now, by
    with carried():
        hold(period.plan)  # whoever lists duties anew does not do so in a period that is frozen meanwhile
        period.save(update_fields=["frozen_at", "frozen_by"])
    DutyFiling.objects.filter(period=period).delete()  # nothing is to be done in it any more
    audit.record(by, "冻结期次", period, now=now)
    return period


def frozen_states(period: ReportingPeriod, measures: Collection[Measure]) -> list[FrozenMeasure]:
    """What these measures are, lights aside. Needs `main_task` and `duties` loaded."""
    facts = stage_facts(measures)
    approved = counting_reports([period]).filter(duty__measure__in=[one.pk for one in measures])
    counted = set(approved.values_list("duty_id", flat=True))
    return [
        FrozenMeasure(
            period=period,
            measure=measure,
            code=measure.code,
            text=measure.text,
            responsibility_text=measure.responsibility_text,
            stage=facts.stage(measure),
            starts_on=measure.starts_on,
            due_on=measure.due_on,
            original_due_on=measure.original_due_on,
            is_ongoing=measure.is_ongoing,
            roll_up=measure.roll_up,
            obliged=sum(duty.role in OBLIGED_ROLES for duty in measure.duties.all()),
            approved=sum(duty.pk in counted for duty in measure.duties.all() if duty.role in OBLIGED_ROLES),
        )
        for measure in measures
    ]
