"""A primary with a streaming replica, and what outsiders and staff are shown while it follows, lags, and is gone.

`python -m jiaodong.testing.replica BACKUP` fills the primary from a backup and runs `replica_watch` beside both.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiaodong.testing.commands import tidy_on_signals
from jiaodong.testing.databases import manage
from jiaodong.testing.postgres import NAME, Cluster, ClusterError, binaries


class Standby(Cluster):
    """A copy of another cluster that follows it."""

    def copy(self, primary: Cluster) -> None:
        source = ("--host", str(primary.folder), "--port", str(primary.port), "--username", NAME)
        self.call("pg_basebackup", *source, "--pgdata", str(self.data), "--write-recovery-conf", "--checkpoint=fast")

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder}"
        self.call(
            "pg_ctl", "start", "--wait", "--pgdata", str(self.data), "--log", str(self.log), "-o",
            f"{options} -c fsync=off -c max_connections=200",
        )  # fmt: skip


@contextmanager
def primary_and_standby(backup: str) -> Iterator[Standby]:
    """Both run, filled from the backup, and are named in this process's environment."""
    if (programs := binaries()) is None:
        raise ClusterError("没有找到 PostgreSQL 服务器。")
    with tidy_on_signals(), tempfile.TemporaryDirectory(prefix="jiaodong-pg-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        for name in ("primary", "standby"):
            (path / name).mkdir()
        primary, standby = Cluster(path / "primary", programs), Standby(path / "standby", programs)
        try:
            primary.create()
            os.environ |= {"DATABASE_URL": primary.url, "VAR_DIR": f"{folder}/var", "DEBUG": "true"}
            filled = manage({**os.environ}, "restore", backup)
            if filled.returncode:
                raise ClusterError(filled.stderr)
            if standby.owner:
                os.chown(standby.folder, primary.folder.stat().st_uid, primary.folder.stat().st_gid)
            standby.copy(primary)
            standby.start()
            os.environ["DATABASE_REPLICA_URL"] = standby.url
            yield standby
        finally:
            standby.stop()
            primary.stop()


if __name__ == "__main__":
    try:
        with primary_and_standby(sys.argv[1]) as one:
            watch = [sys.executable, "-m", "jiaodong.testing.replica_watch", str(one.folder), str(one.port)]
            sys.exit(subprocess.run(watch, check=False).returncode)
    except ClusterError as error:
        sys.exit(str(error))
