"""Keeping what a file stood for when it was taken away."""

import datetime

from django.db import transaction

from tasks.choices import ExportKind
from tasks.models import ExportRecord, Plan, ReportingPeriod
from units.models import User


@transaction.atomic
def keep_export(
    by: User,
    *,
    code: str,
    digest: str,
    kind: ExportKind,
    plan: Plan | None,
    period: ReportingPeriod | None,
    as_of: datetime.date,
    query: str,
    conditions: str,
    row_count: int,
    now: datetime.datetime,
) -> ExportRecord:
    """Register the state behind a code. One that is registered already stays as it is: the first time counts."""
    facts = {"digest": digest, "kind": kind, "plan": plan, "period": period, "as_of": as_of}
    said = {"query": query, "conditions": conditions, "row_count": row_count, "made_at": now, "made_by": by}
    record, _ = ExportRecord.objects.get_or_create(code=code, defaults={**facts, **said})
    return record
