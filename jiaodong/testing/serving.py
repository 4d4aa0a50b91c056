"""The real server in a process of its own, and the acts of `jiaodong.testing.storm` in theirs."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = os.sysconf("SC_PAGE_SIZE")


def storm(environment: dict[str, str], count: int, *acts: str) -> dict[str, Any]:
    """What each act found, by its name."""
    done = subprocess.run(
        [sys.executable, "-m", "jiaodong.testing.storm", str(count), *acts],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class Server:
    """Granian with the flags of `make run`. What it says goes to `server.log` in the environment's VAR_DIR."""

    def __init__(self, environment: dict[str, str], port: int, workers: int = 1) -> None:
        self.port = port
        with (Path(environment["VAR_DIR"]) / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                    *("--port", str(port), "--workers", str(workers), "--blocking-threads", "4", "--no-ws"),
                    *("--respawn-failed-workers", "--respawn-interval", "1", "jiaodong.wsgi:application"),
                ],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until(200)

    def status(self, path: str = "/healthz") -> int:
        """0 where nobody answers."""
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as client:
                client.request("GET", path)
                return client.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0

    def wait_until(self, status: int, path: str = "/healthz") -> None:
        for _ in range(300):
            if self.status(path) == status:
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} did not come to answer {status}")

    def workers(self) -> list[int]:
        """The numbers of the processes that answer requests."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children if b"resource_tracker" not in command_of(child)]

    def memory(self) -> int:
        """Bytes resident in all workers."""
        return sum(resident(worker) for worker in self.workers())

    def close(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def command_of(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b"resource_tracker"  # gone meanwhile


def resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0
