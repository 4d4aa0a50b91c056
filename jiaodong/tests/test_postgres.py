"""The temporary PostgreSQL: there while the command runs, gone afterwards, however the command ends."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiaodong.testing import postgres

WITH_POSTGRES = [sys.executable, "-m", "jiaodong.testing.postgres", "--", sys.executable, "-c"]
TELL = "import os, sys; print(os.environ['DATABASE_URL'], flush=True); "
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """Temporary folders go into one that another user may enter, where a leftover would be seen."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield {**os.environ, "TMPDIR": folder, "PYTHONPATH": str(ROOT)}


def leftovers(environment: dict[str, str]) -> list[str]:
    return os.listdir(environment["TMPDIR"])


def test_the_command_finds_a_database_and_its_exit_code_is_returned(environment) -> None:
    program = (
        "import os, psycopg2; cursor = psycopg2.connect(os.environ['DATABASE_URL']).cursor(); "
        "cursor.execute('select current_database(), current_user'); print(*cursor.fetchone()); raise SystemExit(7)"
    )
    done = subprocess.run([*WITH_POSTGRES, program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "jiaodong jiaodong\n", "")
    assert leftovers(environment) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=lambda value: str(value),
)
def test_stopped_half_way_it_leaves_nothing(environment, number: signal.Signals, code: int) -> None:
    command = [*WITH_POSTGRES, TELL + "import time; time.sleep(60)"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout.readline().startswith(b"postgres://jiaodong@127.0.0.1:")
        assert len(leftovers(environment)) == 1
        os.killpg(process.pid, number)
        assert process.wait(timeout=60) == code
    assert leftovers(environment) == []


def test_without_a_server_it_says_what_to_install(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "INSTALLATIONS", tmp_path)
    with pytest.raises(postgres.ClusterError, match=r"^没有找到 PostgreSQL 服务器。请安装 postgresql"):
        postgres.temporary_cluster().__enter__()


def test_the_newest_server_is_taken(monkeypatch, tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
    monkeypatch.setattr(postgres, "INSTALLATIONS", tmp_path)
    assert postgres.binaries() == tmp_path / "17" / "bin"
