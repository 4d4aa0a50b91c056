"""The one way to write the audit trail, and the one way to check it.

A verb calls `record` as its last statement inside its own transaction: the event and the act stand or fall together,
and the lock on the chain's end is taken last and held shortest, so that no two verbs wait for each other in a circle.
"""

import json
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone

from units.models import AuditEvent, AuditHead, User
from units.models.audit import FIRST_HASH

# Where the request comes from, set by the middleware for its length; None is the command line. A context variable,
# since services take no request.
origin: ContextVar[str | None] = ContextVar("origin", default=None)

HEAD = 1
END = "SELECT number, hash FROM units_audithead WHERE id = %s"
FOR_UPDATE = " FOR UPDATE"
SECRET = {"password", "last_login"}  # of an account: the one nobody may read, the other is an event of its own
Values = Mapping[str, Any] | str


@transaction.atomic(savepoint=False)  # never alone undone: the act falls with it
def record(
    by: User | None, verb: str, subject: models.Model | str, *, now: datetime, before: Values = "", after: Values = ""
) -> AuditEvent:
    """Add one event. `by` None is whoever is not logged in: an outsider, or the operator at the command line.

    `before` and `after` become text: of two mappings only what differs, fields of the subject under their labels.
    """
    row = subject if isinstance(subject, models.Model) else None
    before, after = as_texts(row, before, after)
    event = AuditEvent(
        at=now,
        actor_key=by.pk if by else None,
        actor=named(by)[:200],
        role=by.get_role_display() if by else "",
        unit=str(by.unit or "") if by else "",
        address=origin.get() or "",
        verb=verb,
        subject_kind=str(row._meta.verbose_name) if row else "",
        subject_key=str(row.pk) if row else "",
        subject=storable(str(subject))[:300],
        before=before,
        after=after,
    )
    return append(event)


def append(event: AuditEvent) -> AuditEvent:
    end = locked_end()
    event.number, event.previous_hash = end.number + 1, end.hash
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=HEAD).update(number=event.number, hash=event.hash)
    return event


class End(NamedTuple):
    """The newest event of the chain."""

    number: int
    hash: str


def locked_end() -> End:
    """Locked until the transaction ends; made where there is none yet. Every act waits here, so the SQL is ours.

    In the database that is written to, whichever the page around is read from.
    """
    with connection.cursor() as cursor:
        cursor.execute(END + (FOR_UPDATE if connection.features.has_select_for_update else ""), [HEAD])
        found = cursor.fetchone()
    if found is None:
        AuditHead.objects.bulk_create([AuditHead(pk=HEAD)], ignore_conflicts=True)
        return locked_end()
    return End(*found)


def named(by: User | None) -> str:
    if by is None:
        return "命令行" if origin.get() is None else "未登录"
    return by.name_and_account


def as_texts(row: models.Model | None, before: Values, after: Values) -> tuple[str, str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = labelled(row, before), labelled(row, after)
        before = {label: text for label, text in old.items() if new.get(label) != text}
        after = {label: text for label, text in new.items() if old.get(label) != text}
    return as_text(row, before), as_text(row, after)


def as_text(row: models.Model | None, value: Values) -> str:
    """JSON with Chinese readable, empty fields left out; a str stays as it is."""
    if isinstance(value, Mapping):
        said = {label: text for label, text in labelled(row, value).items() if text}
        value = json.dumps(said, ensure_ascii=False) if said else ""
    return storable(value)


def storable(text: str) -> str:
    """NUL, which PostgreSQL refuses, shown as a symbol; halves of a surrogate pair, which UTF-8 lacks, as a mark."""
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode()


def labelled(row: models.Model | None, values: Mapping[str, Any]) -> dict[str, str]:
    """The values in words, under the labels of the fields they belong to; a key that is no field stays."""
    fields = {field.name: field for field in row._meta.concrete_fields} if row else {}
    return {
        str(fields[name].verbose_name) if name in fields else name: in_words(value, fields.get(name))
        for name, value in values.items()
    }


def in_words(value: Any, field: models.Field | None = None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return str(dict(field.flatchoices).get(value, value) if field and field.flatchoices else value)


def facts(row: models.Model) -> dict[str, str]:
    """What a row says, field by field, in words; secrets left out."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key and field.name not in SECRET]
    return labelled(row, {field.name: getattr(row, field.name) for field in fields})


def broken_links() -> list[str]:
    """Walk the whole chain; one Chinese sentence for each thing that is not as it was written.

    Most of it is read without a lock; only what was added meanwhile is read while nothing can be added.
    """
    seen = AuditHead.objects.filter(pk=HEAD).values_list("number", flat=True).first() or 0
    chain = Chain()
    found = list(chain.walk(AuditEvent.objects.filter(number__lte=seen)))
    with transaction.atomic():
        end = locked_end()
        found += chain.walk(AuditEvent.objects.filter(number__gt=seen))
    return found + chain.lost_end(end)


def broken_at_end(count: int) -> list[str]:
    """`broken_links` of the newest events only, which costs the same however long the trail has grown."""
    head = AuditHead.objects.filter(pk=HEAD).first()
    if head is None:
        return []
    newest = AuditEvent.objects.filter(number__gt=head.number - count, number__lte=head.number)
    first = newest.order_by("number").values_list("number", "previous_hash").first()
    if first is None:
        return [missing(max(1, head.number - count + 1), head.number)] if head.number else []
    chain = Chain(first[0] - 1, first[1])
    return [*chain.walk(newest), *chain.lost_end(End(head.number, head.hash))]


class Chain:
    """How far a walk has come: the last number and hash seen."""

    def __init__(self, number: int = 0, seen: str = FIRST_HASH) -> None:
        self.number, self.hash = number, seen

    def walk(self, events: models.QuerySet[AuditEvent]) -> Generator[str, None, None]:
        for event in events.order_by("number").iterator(chunk_size=2000):
            if event.number != self.number + 1:
                yield missing(self.number + 1, event.number - 1)
            elif event.previous_hash != self.hash:
                yield f"第 {event.number} 条与前一条不相接。"
            if event.hash != event.computed_hash():
                yield f"第 {event.number} 条的内容被改动过。"
            self.number, self.hash = event.number, event.hash

    def lost_end(self, end: End) -> list[str]:
        """Whether the walk ended where the chain is said to end."""
        if end == (self.number, self.hash):
            return []
        return [f"末端记为第 {end.number} 条，实有到第 {self.number} 条：末尾有缺失或改动。"]


def missing(first: int, last: int) -> str:
    return f"第 {first} 条缺失。" if first == last else f"第 {first} 至 {last} 条缺失。"


def end_of_chain() -> tuple[int, str]:
    """How many events there are and the last one's hash: what to keep elsewhere, to prove later that none is gone."""
    head = AuditHead.objects.filter(pk=HEAD).first()
    return (head.number, head.hash) if head else (0, FIRST_HASH)


def holds(number: int, kept: str) -> bool:
    """Whether an event still bears the hash that somebody has kept elsewhere."""
    return AuditEvent.objects.filter(number=number, hash=kept).exists()
