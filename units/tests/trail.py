"""Writing into the audit trail and reading it, for tests."""

import datetime

from units import audit
from units.models import AuditEvent

NOW = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)


def record(count: int = 1, verb: str = "试写") -> None:
    for number in range(count):
        audit.record(None, verb, f"对象 {number}", now=NOW, before="甲", after="乙")


def events() -> list[tuple[str, str]]:
    return list(AuditEvent.objects.order_by("number").values_list("verb", "subject"))


def last() -> AuditEvent:
    return AuditEvent.objects.first()
