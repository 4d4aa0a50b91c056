"""The verbs of a period: open and freeze."""

import datetime
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tasks.choices import OBLIGED_ROLES, ReportState
from tasks.models import FrozenMeasure, Measure, Plan, ReportingPeriod
from tasks.queries.figures import AT_ONCE, in_parts
from tasks.queries.reports import reports_of
from tasks.queries.stages import stage_facts
from tasks.services.public_figures import carried
from tasks.services.standing import await_period, freeze_figures, judge_frozen, unlist
from units import audit
from units.models import User
from units.permissions import Permission, require


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


def refuse_taken(plan: Plan, **given: Any) -> None:
    """What opening would refuse of a label and dates, some perhaps still missing; told to a form."""
    period = ReportingPeriod(plan=plan, **given)
    period.validate_constraints(exclude={"label", "as_of", "opens_on", "due_on"} - set(given))


@transaction.atomic
def freeze_period(by: User, *, period: ReportingPeriod, now: datetime.datetime) -> ReportingPeriod:
    """冻结: from here on the period and each measure's state in it stay as they are. Repeated, it changes nothing."""
    require(by, Permission.MANAGE_PERIODS)
    period = ReportingPeriod.objects.select_for_update(no_key=True).get(pk=period.pk)
    if period.is_frozen:
        return period
    if timezone.localdate(now) < period.opens_on:
        raise ValidationError("这个期次还没有开放填报，不能冻结。")
    measures = Measure.objects.filter(main_task__plan_id=period.plan_id).select_related("main_task").order_by("pk")
    for part in in_parts(measures.prefetch_related("duties").iterator(chunk_size=AT_ONCE)):
        rows = frozen_states(period, part)
        judge_frozen(period, rows, timezone.localdate(now))
        FrozenMeasure.objects.bulk_create(rows)
    freeze_figures(period)
    period.frozen_at, period.frozen_by = now, by
    with carried():
        period.save(update_fields=["frozen_at", "frozen_by"])
    unlist(period)
    audit.record(by, "冻结期次", period, now=now)
    return period


def frozen_states(period: ReportingPeriod, measures: Collection[Measure]) -> list[FrozenMeasure]:
    """What these measures are, lights aside. Needs `main_task` and `duties` loaded."""
    facts = stage_facts(measures)
    approved = reports_of(period).filter(state=ReportState.APPROVED, duty__measure__in=[one.pk for one in measures])
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
