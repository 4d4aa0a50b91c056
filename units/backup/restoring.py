"""Restoring: into an empty system only, all or nothing, and compared with the backup before it counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.apps.registry import Apps
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from units import audit
from units.backup import rows
from units.backup.archive import BackupError, Manifest, Reader, file_member, table_member
from units.backup.taking import applied, names_of_files

VERB = "从备份恢复"
UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
    ValidationError,
)  # a row that nobody but hands can make
FILLED_BY_MIGRATE = {"django_content_type", "auth_permission"}


class Pieces(File):
    """An attachment in the archive, as the storage takes it: without ever being whole in memory."""

    def __init__(self, reader: Reader, name: str) -> None:
        super().__init__(None, name)
        self.reader = reader

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from self.reader.pieces(file_member(self.name))


def check(path: Path) -> Manifest:
    """Read the whole backup and compare it with its checksums; touches nothing."""
    with opened(path) as reader:
        refuse_newer(reader.manifest)
        refuse_unfitting(reader.manifest)
        return reader.manifest


def restore(path: Path, *, now: datetime) -> tuple[Manifest, list[str]]:
    """Bring an empty system to the state of the backup.

    Returns the manifest and what is wrong with the audit trail, which is what was wrong with it at the time. A backup
    of an earlier version needs a database without tables: they are made as they were then, filled, and migrated.
    """
    with opened(path) as reader:
        refuse_newer(reader.manifest)
        refuse_unfitting(reader.manifest)
        refuse_occupied(reader.manifest)
        if not applied(connection):
            executor = MigrationExecutor(connection)
            executor.migrate(leaves(executor.loader, reader.manifest))
        load(reader)
    call_command("migrate", interactive=False, verbosity=0)
    problems = audit.broken_links()
    audit.record(None, VERB, path.name, now=now, after={"备份时间": reader.manifest.made_at})
    return reader.manifest, problems


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    reader = Reader(path)
    try:
        yield reader
    finally:
        reader.close()


def nodes(manifest: Manifest) -> list[rows.Node]:
    return [(app, name) for app, name in manifest.migrations]


def leaves(loader: MigrationLoader, manifest: Manifest) -> list[rows.Node]:
    """The last migration of every app in the backup: from them all earlier ones follow."""
    known = set(nodes(manifest)) & set(loader.graph.nodes)
    return [
        node
        for node in sorted(known)
        if not any(child.key in known and child.key[0] == node[0] for child in loader.graph.node_map[node].children)
    ]


def refuse_newer(manifest: Manifest) -> None:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = [f"{app}.{name}" for app, name in nodes(manifest) if (app, name) not in known]
    if unknown:
        raise BackupError(
            f"备份来自更新的版本，本程序不认识其中的迁移：{'、'.join(unknown)}。请先把程序升级到那一版，再恢复。"
        )


def refuse_unfitting(manifest: Manifest) -> None:
    """What the migrations it names would not make room for."""
    fitting = {model._meta.db_table: rows.columns(model) for model in rows.kept(models_of(manifest))}
    if fitting != manifest.tables:
        raise BackupError("备份里的表与本程序的不同，不能恢复。请用制作它的那一版程序恢复。")


def refuse_occupied(manifest: Manifest) -> None:
    """Whatever could be overwritten, or could end up mixed with what is restored."""
    tables = set(connection.introspection.table_names())
    if (present := applied(connection)) and present != manifest.migrations:
        raise BackupError(
            "数据库的表与备份的版本不同。请换一个还没有建表的空数据库，恢复时会按备份的版本建表，再自动升级。"
        )
    of = rows.kept(models_of(manifest))
    present = [model for model in of if model._meta.db_table in tables - FILLED_BY_MIGRATE]
    counts = {model._meta.verbose_name: models.QuerySet(model).count() for model in present}
    if found := [f"{name} {count} 条" for name, count in counts.items() if count]:
        raise BackupError(
            f"系统里已有数据（{'、'.join(found[:3])}等，共 {len(found)} 张表）。只能恢复到空的系统，没有改动任何内容。"
        )
    try:
        clashing = [name for name in manifest.files if default_storage.exists(name)]
    except SuspiciousFileOperation as error:
        raise BackupError(f"备份里有附件的名字不合规，不能恢复：{error}") from error
    if clashing:
        raise BackupError(f"附件目录里已有 {len(clashing)} 个同名文件，例如 {clashing[0]}。请换一个空的目录。")


def models_of(manifest: Manifest) -> Apps:
    loader = MigrationLoader(None, ignore_no_migrations=True)  # of no database: a file is judged before one is asked
    return rows.models_at(loader, leaves(loader, manifest))


def load(reader: Reader) -> None:
    """Rows and files; where anything fails, neither stays."""
    of = rows.kept(models_of(reader.manifest))
    written: list[str] = []
    try:
        with transaction.atomic():
            for model in of:
                if model._meta.db_table in FILLED_BY_MIGRATE:
                    models.QuerySet(model).all()._raw_delete(using=connection.alias)
            for model in of:
                fill(model, reader)
            rows.reset_sequences(of, connection)
            refuse_different(of, reader.manifest)
            put_files(reader, names_of_files(of), written)
    except Exception:
        for name in written:
            default_storage.delete(name)
        raise


def fill(model: type[models.Model], reader: Reader) -> None:
    try:
        rows.insert(model, reader.lines(model._meta.db_table), connection)
    except UNREADABLE as error:
        raise BackupError(f"备份里的“{model._meta.verbose_name}”有不合规的行，已全部撤回：{error}") from error


def refuse_different(of: list[type[models.Model]], manifest: Manifest) -> None:
    """Read back what was written: the rows are those of the backup, or nothing is."""
    for model in of:
        digest = sha256()
        for line in rows.lines(model, connection.alias):
            digest.update(line)
        if digest.hexdigest() != manifest.members[table_member(model._meta.db_table)].sha256:
            raise BackupError(f"恢复后的“{model._meta.verbose_name}”与备份不一致，已全部撤回。")


def put_files(reader: Reader, wanted: set[str], written: list[str]) -> None:
    """Only files that a row names, each under the very name; `written` grows as they are there."""
    for name in reader.manifest.files:
        if name not in wanted:
            raise BackupError(f"备份里的附件 {name} 不属于任何记录，不能恢复。")
        try:
            saved = default_storage.save(name, Pieces(reader, name))
        except SuspiciousFileOperation as error:
            raise BackupError(f"备份里的附件名 {name} 不合规，不能恢复。") from error
        written.append(saved)
        if saved != name:
            raise BackupError(f"附件 {name} 在恢复期间被别的程序写入，已全部撤回。")
