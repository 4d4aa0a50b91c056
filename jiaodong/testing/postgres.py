"""A PostgreSQL that lives as long as one command: `python -m jiaodong.testing.postgres -- pytest`.

The cluster lies in a temporary folder, listens on a free port of 127.0.0.1 and on a socket in that folder, and trusts
whoever reaches it. Nothing is synced to disk. The command finds it in DATABASE_URL.
"""

import argparse
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiaodong.testing.commands import run_and_wait, tidy_on_signals

INSTALLATIONS = Path("/usr/lib/postgresql")
NAME = "jiaodong"  # of the role and of the database
UNSYNCED = ("fsync=off", "full_page_writes=off")  # what is answered outlives the server, not the machine
FAST = (*UNSYNCED, "synchronous_commit=off")
# A test's rows are never committed. Autovacuum would count the tables as empty and later queries would be planned for
# one row; without it they are planned for the dead rows that lie about, and compiling each plan takes a second.
STEADY = ("autovacuum=off", "jit=off")
SOLID = ("random_page_cost=1.1",)  # as deploy/postgresql/primary.conf has it
ROOMY = ("max_connections=200",)  # two threads for each of fifty clerks, and whoever tests beside them


def binaries() -> Path | None:
    """The folder of the newest server installed, None where there is none."""
    found = [path.parent for path in INSTALLATIONS.glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


def owner() -> str | None:
    """Whose the cluster is: PostgreSQL refuses to run as root, who therefore steps aside."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ClusterError(Exception):
    """Why there is no PostgreSQL, as a sentence for the person who asked for one."""


class Cluster:
    def __init__(self, folder: Path, bin_folder: Path, speed: tuple[str, ...] = FAST) -> None:
        self.folder, self.bin_folder, self.owner, self.speed = folder, bin_folder, owner(), speed
        self.data, self.log, self.port = folder / "data", folder / "server.log", free_port()

    @property
    def url(self) -> str:
        return f"postgres://{NAME}@127.0.0.1:{self.port}/{NAME}"

    def call(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as the cluster's owner; its output is shown only if it fails."""
        # Output goes to a file: the server would inherit a pipe and hold it open for ever.
        with (self.folder / "output").open("w+") as output:
            done = subprocess.run(
                [str(self.bin_folder / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                **self.as_owner(),
            )
            output.seek(0)
            if done.returncode:
                raise ClusterError(f"临时 PostgreSQL 的 {program} 没有成功，它的输出：\n{output.read()}")

    def as_owner(self) -> dict[str, object]:
        if self.owner is None:
            return {}
        return {"user": self.owner, "group": pwd.getpwnam(self.owner).pw_gid, "extra_groups": []}

    def create(self) -> None:
        """A new cluster, started, with an empty database."""
        if self.owner:
            shutil.chown(self.folder, self.owner)
        trust = ("--auth=trust", "--username", NAME, "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync")
        self.call("initdb", "--pgdata", str(self.data), *trust)
        self.start()
        self.call("createdb", "--host", str(self.folder), "--port", str(self.port), "--username", NAME, NAME)

    def start(self) -> None:
        listen = ("listen_addresses=127.0.0.1", f"port={self.port}", f"unix_socket_directories={self.folder}")
        options = " ".join(f"-c {option}" for option in (*listen, *self.speed, *STEADY, *SOLID, *ROOMY))
        self.call("pg_ctl", "start", "--wait", "--pgdata", str(self.data), "--log", str(self.log), "-o", options)

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.call("pg_ctl", "stop", "--wait", "--mode=immediate", "--pgdata", str(self.data))


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """The URL of a new, empty database; the server and its folder are gone afterwards."""
    bin_folder = binaries()
    if bin_folder is None:
        raise ClusterError(
            "没有找到 PostgreSQL 服务器。请安装 postgresql（Debian：apt-get install postgresql），再运行一次。"
        )
    with tidy_on_signals(), tempfile.TemporaryDirectory(prefix="jiaodong-pg-") as folder:
        cluster = Cluster(Path(folder), bin_folder)
        try:
            cluster.create()
            yield cluster.url
        finally:
            cluster.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", nargs="+", help="the command, after --")
    command = parser.parse_args().command
    with temporary_cluster() as url:
        return run_and_wait(command, {**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ClusterError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
