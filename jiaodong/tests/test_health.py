"""The two probes: what a load balancer asks, and what it is told."""

import shutil

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiaodong import health
from units import audit

UNREACHABLE = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/at/all.sqlite3"}}


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "connection", ConnectionHandler(UNREACHABLE)["default"])


def test_a_living_process_says_so_and_asks_nobody(client: Client) -> None:
    """Without the database mark any query would fail this test."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert len(queries) > 0


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(client: Client) -> None:
    ((app, last),) = MigrationLoader(connection).graph.leaf_nodes("tasks")
    MigrationRecorder(connection).record_unapplied(app, last)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content.decode() == f"有 1 个迁移没有执行：tasks.{last}。请运行 python manage.py migrate。\n"


@pytest.mark.django_db
@pytest.mark.usefixtures("no_database")
def test_not_ready_without_a_database(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content.decode() == "数据库连不上：请检查 DATABASE_URL 和数据库服务，详情见日志。\n"
    assert "unable to open database file" in caplog.text


@pytest.mark.django_db
@pytest.mark.usefixtures("no_database")
def test_alive_without_a_database(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_plain_text_that_nobody_keeps(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_is_posted_to_a_probe(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.django_db
class TestWarnings:
    """What does not keep the process from serving stands behind `ok`: a balancer goes by the status alone."""

    def test_no_backup_yet(self, client: Client, settings) -> None:
        settings.BACKUP_WARN_HOURS = 26
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.content.decode() == "ok\n警告：还没有备份过。请运行 python manage.py backup。\n"

    @pytest.mark.parametrize(
        ("hours", "said"), [(25, []), (26, ["最近一次备份是 26 小时以前。请检查备份的定时任务。"])]
    )
    def test_the_last_backup(self, settings, hours: int, said: list[str]) -> None:
        settings.BACKUP_WARN_HOURS = 26
        now = timezone.now()
        audit.record(None, "备份", "x.backup", now=now - timezone.timedelta(hours=hours))
        assert health.old_backup(now) == said

    def test_a_disk_that_fills_up(self, client: Client, settings, monkeypatch) -> None:
        monkeypatch.setattr(health.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(0, 0, 900 << 20))
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.content.decode().splitlines()[1:] == [
            f"警告：{place} 所在的磁盘只剩 900 MB，少于 DISK_WARN_MB 的 1024 MB。"
            for place in (settings.MEDIA_ROOT, settings.BACKUP_DIR)
        ]
