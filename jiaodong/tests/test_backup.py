"""Backup and restore: the same rows and files, one moment of the database, and nothing at all from a bad file."""

import dataclasses
import io
import json
import os
import stat
import threading
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from jiaodong.testing.databases import empty_database, manage
from jiaodong.testing.threads import at_once
from tasks.models import Attachment
from tasks.services import attaching, reporting
from tasks.tests.people import NOW, Stage, content, make_stage
from units import audit
from units.backup import archive, rows, taking
from units.backup.restoring import check, put_files, restore
from units.models import AuditEvent, Unit

RELEASE = Path(__file__).resolve().parents[2] / "fixtures" / "releases" / "0.1.0.backup"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
CHAIN = {"tables/units_auditevent.jsonl", "tables/units_audithead.jsonl"}


@pytest.fixture(autouse=True)
def backup_dir(settings, tmp_path: Path) -> Path:
    settings.BACKUP_DIR = tmp_path / "backups"
    return settings.BACKUP_DIR


def with_attachment(stage: Stage) -> Attachment:
    text = '一行\n两行 = \u2028 \\ " 😀'
    report = reporting.save_draft(
        stage.reporter, duty=stage.duty, period=stage.period, content=content(progress=text), version=None, now=NOW
    )
    return attaching.attach_file(stage.reporter, report=report, name="批复.pdf", data=PDF, now=NOW)


def members(path: Path) -> dict[str, archive.Member]:
    return {name: member for name, member in check(path).members.items() if name not in CHAIN}


@pytest.mark.django_db(transaction=True)
class TestThereAndBack:
    def test_rows_files_and_trail_are_the_same(self, backup_dir: Path, capsys) -> None:
        attachment = with_attachment(make_stage())
        last_unit = Unit.objects.order_by("pk").last()
        call_command("backup")
        (path,) = backup_dir.iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        event = AuditEvent.objects.first()
        assert (event.actor, event.verb, event.subject, event.at) == (
            "命令行",
            "备份",
            path.name,
            taking.last_backup(),
        )
        assert json.loads(event.after)["SHA-256"] in capsys.readouterr().out

        call_command("flush", interactive=False, verbosity=0)
        default_storage.delete(attachment.file.name)
        call_command("restore", str(path))
        assert "各表与备份逐行一致" in capsys.readouterr().out

        assert default_storage.open(attachment.file.name).read() == PDF
        assert audit.broken_links() == []
        assert AuditEvent.objects.first().verb == "从备份恢复"
        again = taking.back_up(backup_dir, keep=2, now=timezone.now() + timezone.timedelta(seconds=1))
        assert members(again.path) == members(path)
        assert Unit.objects.create(name="新", short_name="新", slug="new", kind="city").pk > last_unit.pk

        with pytest.raises(CommandError, match=r"^系统里已有数据（.+）。只能恢复到空的系统，没有改动任何内容。$"):
            call_command("restore", str(path))

    def test_it_shows_one_moment_and_keeps_nobody_waiting(self) -> None:
        looked, written = threading.Event(), threading.Event()

        def act(number: int) -> tuple[int, ...]:
            if number:
                assert looked.wait(30)
                audit.record(None, "登录", "某人", now=NOW)
                written.set()
                return ()
            with taking.snapshot(connection):
                before = AuditEvent.objects.count()
                looked.set()
                assert written.wait(30)
                during = AuditEvent.objects.count()
            return before, during, AuditEvent.objects.count()

        assert at_once(2, act)[0] == (0, 0, 1)

    def test_a_lost_attachment_is_named(self, backup_dir: Path) -> None:
        attachment = with_attachment(make_stage())
        default_storage.delete(attachment.file.name)
        with pytest.raises(
            CommandError, match=rf"^备份已完成，但有 1 个附件在附件目录里找不到：{attachment.file.name}。"
        ):
            call_command("backup")
        (path,) = backup_dir.iterdir()
        assert check(path).missing == [attachment.file.name]

    def test_an_interrupted_one_leaves_no_file(self, backup_dir: Path, monkeypatch) -> None:
        def full(*arguments: object, **options: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(taking, "names_of_files", full)
        with pytest.raises(CommandError, match=r"^备份没有完成，没有留下半个文件：.*No space left"):
            call_command("backup")
        assert list(backup_dir.iterdir()) == []
        assert taking.last_backup() is None


def test_only_the_newest_are_kept(backup_dir: Path) -> None:
    backup_dir.mkdir()
    names = [f"jiaodong-2026010{day}-000000.backup" for day in (1, 2, 3)] + ["别的.zip"]
    for name in names:
        (backup_dir / name).touch()
    taking.remove_old(backup_dir, 2)
    assert sorted(path.name for path in backup_dir.iterdir()) == sorted(names[1:])


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_one_left_goes_after_a_day(backup_dir: Path) -> None:
    now = timezone.now()
    backup_dir.mkdir()
    for name, hours in ((".jiaodong-1.backup.old", 25), (".jiaodong-2.backup.new", 23), (".jiaodong-3.backup", 25)):
        (backup_dir / name).touch()
        at = (now - timezone.timedelta(hours=hours)).timestamp()
        os.utime(backup_dir / name, (at, at))
    taken = taking.back_up(backup_dir, keep=1, now=now)
    left = {".jiaodong-2.backup.new", ".jiaodong-3.backup", taken.path.name}
    assert {path.name for path in backup_dir.iterdir()} == left


@pytest.mark.django_db
def test_every_kept_row_has_a_number_to_be_sorted_by() -> None:
    """Texts sort differently from database to database, and the checksum of a table would depend on it."""
    loader = taking.MigrationExecutor(connection).loader
    kept = rows.kept(rows.models_at(loader, loader.graph.leaf_nodes()))
    assert {model._meta.pk.get_internal_type() for model in kept} == {"AutoField", "BigAutoField"}


def rewritten(change: Callable[[dict], None] = lambda manifest: None, **members: bytes | None) -> bytes:
    """The release's backup with a changed manifest, or with members replaced, added (bytes) or taken out (None)."""
    target = io.BytesIO()
    with zipfile.ZipFile(RELEASE) as source, zipfile.ZipFile(target, "w") as made:
        for name in {**dict.fromkeys(source.namelist()), **members}:
            data = members[name] if name in members else source.read(name)
            if name == archive.MANIFEST:
                manifest = json.loads(data)
                change(manifest)
                data = json.dumps(manifest).encode()
            if data is not None:
                made.writestr(name, data)
    return target.getvalue()


def forged(**changed: bytes) -> bytes:
    """Members replaced or added, and their checksums in the manifest with them: what a person can make by hand."""

    def change(said: dict) -> None:
        for name, data in changed.items():
            count = data.count(b"\n") if name.startswith("tables/") else None
            said["members"][name] = dataclasses.asdict(archive.Member(len(data), sha256(data).hexdigest(), count))

    return rewritten(change, **changed)


def patched(at: int, value: int) -> bytes:
    """A byte of the first entry in the archive's list."""
    data = bytearray(RELEASE.read_bytes())
    data[data.index(b"PK\x01\x02") + at] = value
    return bytes(data)


def flipped() -> bytes:
    data = bytearray(RELEASE.read_bytes())
    data[len(data) // 2] ^= 1
    return bytes(data)


def foreign() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    return target.getvalue()


BAD = {
    "empty": (b"", "打不开，或者不是完整的备份文件："),
    "text": (b"SQLite format 3", "打不开，或者不是完整的备份文件："),
    "cut short": (RELEASE.read_bytes()[:-2000], "打不开，或者不是完整的备份文件："),
    "one bit": (flipped(), "备份文件已损坏"),
    "another zip": (foreign(), "这不是本系统的备份文件。"),
    "another maker": (rewritten(lambda said: said.update(maker="x")), "这不是本系统的备份文件。"),
    "a later format": (rewritten(lambda said: said.update(format=2)), "备份文件的格式是第 2 版，本程序只认第 1 版。"),
    "a later version": (
        rewritten(lambda said: said["migrations"].append(["tasks", "9999_later"])),
        "备份来自更新的版本，本程序不认识其中的迁移：tasks.9999_later。",
    ),
    "a row changed": (
        rewritten(**{"tables/tasks_plan.jsonl": b"[1]\n"}),
        "备份文件已损坏：tables/tasks_plan.jsonl 与清单中的校验值不符。",
    ),
    "a table gone": (rewritten(**{"tables/tasks_plan.jsonl": None}), "备份文件已损坏：里面的文件与清单不符。"),
    "a file too many": (rewritten(**{"files/../../x": b"x"}), "备份文件已损坏：里面的文件与清单不符。"),
    "a table of nobody": (forged(**{"tables/x.jsonl": b"[]\n"}), "备份文件已损坏：清单不完整。"),
    "something beside the tables": (forged(x=b"x"), "备份文件已损坏：清单不完整。"),
    "other columns": (
        rewritten(lambda said: said["tables"].update(tasks_plan=["id"])),
        "备份里的表与本程序的不同，不能恢复。",
    ),
    "no migrations": (rewritten(lambda said: said.update(migrations=[])), "备份里的表与本程序的不同，不能恢复。"),
    "migrations without a name": (rewritten(lambda said: said.update(migrations=[["tasks"]])), "清单不完整。"),
    "migrations that are numbers": (rewritten(lambda said: said.update(migrations=[1])), "清单不完整。"),
    "a moment that is none": (rewritten(lambda said: said.update(made_at=["x"])), "清单不完整。"),
    "a loss that is no name": (rewritten(lambda said: said.update(missing=[5])), "清单不完整。"),
    "encrypted": (patched(8, 1), "备份文件已损坏："),
    "compressed in an unknown way": (patched(10, 99), "备份文件已损坏："),
    "half a manifest": (rewritten(lambda said: said.pop("members")), "备份文件已损坏：清单不完整。"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_before_the_database_is_asked(name: str, tmp_path: Path) -> None:
    """Without the database mark any query would fail this test."""
    data, sentence = BAD[name]
    path = tmp_path / "x.backup"
    path.write_bytes(data)
    with pytest.raises(archive.BackupError) as refusal:
        restore(path, now=NOW)
    assert sentence in str(refusal.value)


ROWS = {
    "no row": b"{oops\n",
    "a short row": b"[1]\n",
    "a number": b"7\n",
    "no text": b'["\xff"]\n',
    "deep": b"[" * 100_000 + b"\n",
}


@pytest.mark.django_db
def test_a_row_that_is_none_is_named_and_nothing_stays_of_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "x.backup"
    with empty_database(tmp_path) as env:
        for name, row in ROWS.items():
            path.write_bytes(forged(**{"tables/units_unit.jsonl": row}))
            done = manage(env, "restore", str(path))
            assert (done.returncode, done.stdout) == (1, ""), name
            assert done.stderr.startswith("CommandError: 备份里的“责任单位”有不合规的行，已全部撤回："), name
        assert manage(env, "restore", str(RELEASE)).returncode == 0


@pytest.mark.parametrize("name", ["../outside.pdf", "attachments/../../outside.pdf", "/etc/outside.pdf"])
def test_an_attachment_is_written_nowhere_else(name: str, tmp_path: Path) -> None:
    """A manifest can be forged together with the rows; a name that leads outside is still no name."""
    member = archive.Member(1, "0" * 64)
    manifest = archive.Manifest("2026", [], members={archive.file_member(name): member})
    reader = dataclasses.make_dataclass("Forged", ["manifest"])(manifest)
    written: list[str] = []
    with pytest.raises(archive.BackupError, match="不合规"):
        put_files(reader, {name}, written)
    assert written == []
