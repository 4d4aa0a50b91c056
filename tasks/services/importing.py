"""The verbs of an allocation table on its way into the plan: keep it, decide about it, write it, go back.

Nothing of a table is in the plan before `apply_table`, which writes it as a whole through `loader.store`.
"""

import datetime
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from tasks.allocation.decisions import ALIAS, CLOSED, OPEN, Decisions, Meaning, Place
from tasks.allocation.loader import store
from tasks.allocation.snapshot import settings_of
from tasks.models import Amendment, Duty, Field, MainTask, Measure, Plan, TableImport
from tasks.queries.intake import Examined, examine, snapshot
from tasks.services import locks
from tasks.services.amending import AmendedLine, amended_at_once
from tasks.services.public_figures import carried
from tasks.services.reasons import refuse_without
from tasks.services.standing import forget
from tasks.services.storing import delete_with_file, plain_name, purge, stored
from units import audit
from units.models import Unit, User
from units.permissions import Permission, require
from units.rows import save_row
from units.services import enrol_alias, enrol_group, enrol_unit

NOTHING = "这张表与现有的分工表没有差异，不需要写入。"
DONE = "这份分工表已经写入，不能再改。请重新上传改好的分工表。"


class OvertakenError(Exception):
    """The plan, or what was decided, is not what the page showed: nothing was written, the difference is another."""


@transaction.atomic
def keep_table(
    by: User, *, slug: str, subject: str = "", name: str, data: bytes, now: datetime.datetime
) -> TableImport:
    """Keep an uploaded table until its owner has written or abandoned it. The same file again is the one there.

    What names stand for is taken over from the last one that waits: a file is often mended and brought once more.
    """
    require(by, Permission.IMPORT_TABLES)
    digest = hashlib.sha256(data).hexdigest()
    waiting = TableImport.objects.filter(owner=by, slug=slug, applied_at=None)
    if same := waiting.filter(sha256=digest).first():
        return same
    known = Decisions(Decisions.from_json(last.decided).names if (last := waiting.first()) else {})
    plain = plain_name(name, "分工表")
    table = TableImport(owner=by, slug=slug, subject=subject, name=plain, sha256=digest, uploaded_at=now)
    table.decided = known.to_json()
    with stored(table.file, secrets.token_hex(16), data):
        table.full_clean()
        table.save()
        audit.record(by, "上传分工表", table, now=now, after={"文件": table.name, "SHA-256": digest})
    return table


@transaction.atomic
def decide_names(by: User, *, table: TableImport, names: Mapping[str, Meaning], now: datetime.datetime) -> TableImport:
    """Say what names stand for that no unit bears. Units, aliases and groups are made when the table is written."""
    table = held(by, table)
    decided(table, Decisions.from_json(table.decided).with_names(names))
    audit.record(by, "认定表中单位", table, now=now, after={name: said(meaning) for name, meaning in names.items()})
    return table


def said(meaning: Meaning) -> str:
    words = {ALIAS: f"{meaning.stands_for}的别名", CLOSED: f"群体：{'、'.join(meaning.members)}", OPEN: "开放的群体"}
    return words.get(meaning.is_a, "新单位")


@transaction.atomic
def place_rows(by: User, *, table: TableImport, places: Mapping[Place, int], now: datetime.datetime) -> TableImport:
    """Say under which main task the paragraphs of doubtful rows belong."""
    table = held(by, table)
    decided(table, Decisions.from_json(table.decided).with_places(places))
    said = {f"第 {line} 行第 {paragraph} 段": f"任务 {right}" for (line, paragraph), right in sorted(places.items())}
    audit.record(by, "认定归属", table, now=now, after=said)
    return table


def decided(table: TableImport, decisions: Decisions) -> None:
    table.decided = decisions.to_json()
    table.save(update_fields=["decided"])


@transaction.atomic
def abandon_table(by: User, *, table: TableImport, now: datetime.datetime) -> None:
    """Throw a table away; nothing of it was written."""
    table = held(by, table)
    audit.record(by, "放弃分工表", table, now=now, before={"文件": table.name})
    delete_with_file(table)


@transaction.atomic
def apply_table(
    by: User, *, table: TableImport, seen: str, reason: str, document: str = "", now: datetime.datetime
) -> TableImport:
    """Make the plan what the table says, all or nothing, each change of a plan there was a numbered amendment.

    `seen` is the digest of the difference that the person read. Raises OvertakenError where it is another by now.
    """
    table = held(by, table)
    refuse_without(reason, "请写明导入的理由。")
    plan = held_plan(table.slug)
    examined = examine(table, timezone.localdate(now))
    if examined.digest != seen:
        raise OvertakenError
    if hindrances := examined.hindrances:
        raise ValidationError(hindrances)
    if not examined.changes and not examined.is_first:
        raise ValidationError(NOTHING)
    table.before = snapshot(examined.found) if plan else {}
    enrol(by, examined, now)
    plan = written(by, examined, {"理由": reason.strip(), "依据": document.strip()}, now)
    made = [] if examined.is_first else amendments(by, plan, examined, reason, document, now)
    table.plan, table.applied_at, table.applied_by = plan, now, by
    table.reason, table.document = reason.strip(), document.strip()
    table.first_amendment, table.last_amendment = (made[0].number, made[-1].number) if made else (None, None)
    table.save()
    return table


def held_plan(slug: str) -> Plan | None:
    """The plan, with all of its rows, locked in the order of `tasks.services.locks`, and forgotten."""
    of_plan = ((Field, "plan"), (MainTask, "plan"), (Measure, "main_task__plan"))
    for model, path in of_plan:
        locks.held(model.objects.filter(**{f"{path}__slug": slug}))
    plan = Plan.objects.select_for_update(no_key=True).filter(slug=slug).first()
    forget(plan=plan)
    locks.held(Duty.objects.filter(measure__main_task__plan=plan))
    return plan


def enrol(by: User, examined: Examined, now: datetime.datetime) -> None:
    """Make the decided units, aliases and groups, units first; names that came in elsewhere meanwhile stay."""
    known = {unit.name: unit for unit in Unit.objects.all()}
    fresh = {name: item for name, item in examined.decisions.names.items() if name not in known}
    for name, item in fresh.items():
        if item.is_a not in (ALIAS, CLOSED, OPEN):
            known[name] = enrol_unit(by, name=name, kind=item.kind, now=now)
    for name, item in fresh.items():
        if item.is_a in (CLOSED, OPEN):
            members = [known[member] for member in item.members] if item.is_a == CLOSED else None
            enrol_group(by, name=name, members=members, now=now)
        elif item.is_a == ALIAS and not known[item.stands_for].aliases.filter(name=name).exists():
            enrol_alias(by, name=name, unit=known[item.stands_for], now=now)


def written(by: User, examined: Examined, grounds: dict[str, str], now: datetime.datetime) -> Plan:
    table, found = examined.table, examined.found
    name, sha256 = table.name, table.sha256
    if table.draft:
        name, sha256 = table.draft["source_name"], table.draft["source_sha256"]
    back = settings_of(table.draft) if table.draft else {}
    fresh = [item for item in found.placed if item.row is None]
    plan = store(found, examined.book, source_name=name, source_sha256=sha256, now=now, by=by, grounds=grounds)
    with carried():
        for item in fresh:
            if kept := back.get((item.number, item.order)):
                restore(by, item.row, kept)
    return plan


def restore(by: User, measure: Measure, kept: Mapping[str, Any]) -> None:
    """Give a measure that comes back the settings that it had."""
    for name, value in kept.items():
        setattr(measure, name, datetime.date.fromisoformat(value) if value and name.endswith("_on") else value)
    save_row(by, measure)


def amendments(
    by: User, plan: Plan, examined: Examined, reason: str, document: str, now: datetime.datetime
) -> list[Amendment]:
    lines = [
        AmendedLine(change.at and change.at.row, change.subject, change.before, change.after)
        for change in examined.changes
    ]
    return amended_at_once(by, plan, lines, reason=reason, document=document, now=now)


@transaction.atomic
def begin_return(by: User, *, table: TableImport, now: datetime.datetime) -> TableImport:
    """Begin to go back to what the plan was before a table was written; it is compared and written as any other."""
    require(by, Permission.IMPORT_TABLES)
    if table.applied_at is None or not table.before:
        raise ValidationError("这次导入以前没有分工表，不能恢复。请另行导入正确的分工表。")
    digest = hashlib.sha256(json.dumps(table.before, ensure_ascii=False).encode()).hexdigest()
    about = {"owner": by, "slug": table.slug, "sha256": digest, "applied_at": None}
    made, is_new = TableImport.objects.get_or_create(
        **about,
        defaults={
            "name": f"“{table.name}”写入以前"[-200:],
            "draft": table.before,
            "returns_to": table,
            "uploaded_at": now,
        },
    )
    if is_new:
        audit.record(by, "准备恢复分工表", made, now=now, after={"恢复到": made.name})
    return made


def purge_tables(*, now: datetime.datetime) -> int:
    """Throw away tables that were not written in time. The count."""
    return purge(TableImport.objects.filter(applied_at=None), "清除分工表", now)


def held(by: User, table: TableImport) -> TableImport:
    """The row, locked; refused to others and once it is written."""
    require(by, Permission.IMPORT_TABLES)
    if by.pk != table.owner_id:
        raise PermissionDenied("这份分工表由别人上传，请由上传人办理，或者自己重新上传。")
    table = TableImport.objects.select_for_update(of=("self",), no_key=True).get(pk=table.pk)
    if table.applied_at is not None:
        raise ValidationError(DONE)
    return table
