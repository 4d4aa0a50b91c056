"""The verb of the rule of lights: adopt a further version of the thresholds."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tasks import lights
from tasks.models import LightRule, Plan
from tasks.queries.rules import newest_rule, preview
from tasks.services.standing import hold_until, rebuild
from units import audit
from units.models import User
from units.permissions import Permission, require


@transaction.atomic
def adopt_rule(
    by: User,
    *,
    since_on: datetime.date,
    risk_points: int,
    late_points: int,
    urgent_days: int,
    soon_days: int,
    reason: str,
    previewed: str,
    now: datetime.datetime,
) -> LightRule:
    """采用 a version that holds from a day on, by one who has seen what it changes.

    `previewed` is the fingerprint of the preview that was seen: where other lights would turn by now, nothing is
    adopted. A double click has one effect.
    """
    require(by, Permission.SET_LIGHT_RULES)
    today = timezone.localdate(now)
    plans = list(Plan.objects.select_for_update(no_key=True).order_by("pk"))  # one version at a time
    newest = newest_rule()
    given = (since_on, risk_points, late_points, urgent_days, soon_days)
    adopted = LightRule.objects.filter(number=newest.number, adopted_by=by, reason=reason.strip()).first()
    if adopted is not None and given == thresholds(newest):
        return adopted
    if since_on <= newest.since_on:
        raise ValidationError({"since_on": f"施行日期须晚于第 {newest.number} 版的 {newest.since_on}。"})
    proposed = lights.Rule(newest.number + 1, *given)
    row = LightRule(
        number=proposed.number,
        since_on=since_on,
        risk_points=risk_points,
        late_points=late_points,
        urgent_days=urgent_days,
        soon_days=soon_days,
        reason=reason.strip(),
        adopted_at=now,
        adopted_by=by,
    )
    row.full_clean()
    if preview(proposed, today).fingerprint != previewed:
        raise ValidationError("没有采用：看过预览以后，会变的灯又有变化。请看新的预览，再决定。")
    row.save(force_insert=True)
    keep_in_step(plans, since_on, now)
    audit.record(
        by, "采用判定规则", row, now=now, before=in_words(newest), after=in_words(proposed) | {"理由": row.reason}
    )
    return row


def thresholds(rule: lights.Rule) -> tuple[datetime.date, int, int, int, int]:
    return rule.since_on, rule.risk_points, rule.late_points, rule.urgent_days, rule.soon_days


def keep_in_step(plans: list[Plan], since_on: datetime.date, now: datetime.datetime) -> None:
    """Judge every plan again where the version holds already."""
    if since_on <= timezone.localdate(now):
        for plan in plans:
            rebuild(plan, now=now)
        return
    hold_until(since_on)


def in_words(rule: lights.Rule) -> dict[str, object]:
    return {
        "施行日期": rule.since_on,
        "有风险（百分点）": rule.risk_points,
        "滞后（百分点）": rule.late_points,
        "临期黄（天）": rule.urgent_days,
        "临期蓝（天）": rule.soon_days,
    }
