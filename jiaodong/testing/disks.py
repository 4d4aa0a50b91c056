"""A small file system of its own, to be filled to the last byte.

Only root may mount one. Anybody else may in a user namespace of their own, where one is allowed: there a test is run
again, with whatever else must see the file system.
"""

import ctypes
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jiaodong.testing.postgres import owner

NOT_ALLOWED = (
    "这项测试要挂载一个几十兆的小文件系统，再把它写满。root 可以挂载；其他用户要系统允许用户命名空间"
    "（sysctl kernel.unprivileged_userns_clone=1、user.max_user_namespaces 大于 0）。在容器里须加 --cap-add SYS_ADMIN。"
    "系统的答复：{}"
)
MIB = b"0" * 2**20
AT_ONCE_GONE = 2  # MNT_DETACH: a killed server may still be going
INSIDE = "JIAODONG_TEST_MOUNTS"  # set where a test was run again to be able to mount
libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class SmallDisk:
    folder: Path

    @property
    def filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        with self.filler.open("wb", buffering=0) as file:
            try:
                while file.write(MIB):
                    pass
            except OSError:
                return

    def free(self) -> None:
        self.filler.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Mounted while it is used, open to whoever runs the tests' PostgreSQL. PermissionError where that is refused."""
    with tempfile.TemporaryDirectory(prefix="jiaodong-disk-") as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "disk"
        folder.mkdir()
        whose = pwd.getpwnam(name).pw_uid if (name := owner()) else os.geteuid()
        options = f"size={megabytes}m,mode=0700,uid={whose}".encode()
        # Not mount(8), which goes by who asks and not by what they may.
        if libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, options):
            raise PermissionError(NOT_ALLOWED.format(os.strerror(ctypes.get_errno())))
        try:
            yield SmallDisk(folder)
        finally:
            libc.umount2(bytes(folder), AT_ONCE_GONE)


def may_mount() -> bool:
    try:
        with small_disk(1):
            return True
    except PermissionError:
        return False


def run_where_one_may_mount(test: str, *around: str) -> None:
    """Run one test by its id in a namespace of its own, as what `around` begins with: it passes, or this fails."""
    if INSIDE in os.environ:
        raise PermissionError(NOT_ALLOWED.format("命名空间里也不能挂载"))
    namespace = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount")
    if (tried := subprocess.run([*namespace, "true"], capture_output=True, text=True, check=False)).returncode:
        raise PermissionError(NOT_ALLOWED.format(tried.stderr.strip()))
    python = (sys.executable, "-m")
    command = [
        *namespace,
        *(around and (*python, *around, "--")),
        *python,
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        test,
    ]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, env=own | {INSIDE: "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
