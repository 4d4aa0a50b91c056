"""Taking a backup: one view of the database, however long it takes and whoever writes meanwhile."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from units import audit
from units.backup import rows
from units.backup.archive import PIECE, BackupError, Manifest, Writer, file_member, table_member
from units.models import AuditEvent

VERB = "备份"  # of the event that says when, what and with which checksum
PATTERN = "jiaodong-*.backup"
ABANDONED = timedelta(days=1)  # no backup is written at for so long


@dataclass(frozen=True)
class Taken:
    path: Path
    sha256: str
    manifest: Manifest


def back_up(folder: Path, *, keep: int, now: datetime) -> Taken:
    """Write a new backup into the folder, readable for its owner only, and keep the newest `keep` of them.

    It appears under its name when it is complete and on the disk; until then it is a hidden file, removed on failure.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"jiaodong-{timezone.localtime(now):%Y%m%d-%H%M%S}.backup"
    if path.exists():
        raise BackupError(f"{path} 已经存在。请稍等一秒再备份。")
    remove_abandoned(folder, now)
    part = folder / f".{path.name}.{secrets.token_hex(4)}"
    try:
        manifest = written(part, now)
        with part.open("rb") as file:
            sha256 = file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    facts = {"SHA-256": sha256, "数据行": manifest.rows, "附件": len(manifest.files), "字节": path.stat().st_size}
    audit.record(None, VERB, path.name, now=now, after=facts)
    remove_old(folder, keep)
    return Taken(path, sha256, manifest)


def last_backup() -> datetime | None:
    """When the last backup was taken, by any machine of this system."""
    return AuditEvent.objects.filter(verb=VERB).order_by("-number").values_list("at", flat=True).first()


def remove_abandoned(folder: Path, now: datetime) -> None:
    """What a backup left that was killed half-way, or lost its power: hidden, and as large as the disk allowed."""
    for part in folder.glob(f".{PATTERN}.*"):
        if datetime.fromtimestamp(part.stat().st_mtime, UTC) < now - ABANDONED:
            part.unlink(missing_ok=True)


def remove_old(folder: Path, keep: int) -> None:
    for old in sorted(folder.glob(PATTERN))[:-keep]:
        old.unlink()


def written(part: Path, now: datetime) -> Manifest:
    """Written again where an attachment was removed between the view of its row and its turn."""
    for _ in range(3):
        with open_private(part) as target:
            manifest = write(target, now)
        if not removed_meanwhile(manifest.missing):
            return manifest
    raise BackupError("备份期间附件一直在被删除，没有得到一致的备份。请稍后再试。")


def open_private(path: Path):
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b")


def write(target, now: datetime) -> Manifest:
    with snapshot(connection):
        executor = MigrationExecutor(connection)
        leaves = executor.loader.graph.leaf_nodes()
        if executor.migration_plan(leaves):
            raise BackupError("数据库还有迁移没有执行。请先运行 python manage.py migrate，再备份。")
        manifest = Manifest(now.isoformat(), applied(connection))
        kept = rows.kept(rows.models_at(executor.loader, leaves))
        with Writer(target, manifest) as writer:
            for model in kept:
                table = model._meta.db_table
                manifest.tables[table] = rows.columns(model)
                writer.add(table_member(table), rows.lines(model, connection.alias), counts_rows=True)
            for name in sorted(names_of_files(kept)):
                if default_storage.exists(name):
                    writer.add(file_member(name), content(name))
                else:
                    manifest.missing.append(name)
    return manifest


@contextmanager
def snapshot(wrapper: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction that sees one state of the database to its end and keeps nobody from writing.

    SQLite: a reader under WAL, which an IMMEDIATE transaction would not be. PostgreSQL: repeatable read.
    """
    if wrapper.vendor == "sqlite":
        wrapper.ensure_connection()
        before, wrapper.transaction_mode = wrapper.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic(using=wrapper.alias, durable=True):
                yield
        finally:
            wrapper.transaction_mode = before
        return
    with transaction.atomic(using=wrapper.alias, durable=True):
        with wrapper.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def applied(wrapper: BaseDatabaseWrapper) -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(wrapper).applied_migrations())


def file_fields(of: Iterable[type[models.Model]]) -> Iterator[tuple[type[models.Model], str]]:
    for model in of:
        yield from ((model, one.attname) for one in model._meta.concrete_fields if isinstance(one, models.FileField))


def names_of_files(of: Iterable[type[models.Model]]) -> set[str]:
    """The names of all files that rows speak of."""
    return {
        name
        for model, field in file_fields(of)
        for name in models.QuerySet(model).values_list(field, flat=True).iterator()
        if name
    }


def removed_meanwhile(missing: list[str]) -> bool:
    """Whether a row that named a missing file is gone as well: then the view was merely an old one."""
    if not missing:
        return False
    loader = MigrationExecutor(connection).loader
    now = names_of_files(rows.kept(rows.models_at(loader, loader.graph.leaf_nodes())))
    return bool(set(missing) - now)


def content(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        yield from file.chunks(PIECE)
