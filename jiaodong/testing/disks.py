"""A small file system of its own, to be filled to the last byte."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jiaodong.testing.postgres import owner

NOT_ALLOWED = (
    "这项测试要挂载一个几十兆的小文件系统，再把它写满，只有 root 能挂载。"
    "请用 sudo make test 运行；在容器里须加 --cap-add SYS_ADMIN。挂载时的答复：{}"
)
MIB = b"0" * 2**20


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
    """Mounted while it is used, open to whoever runs the tests' PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="jiaodong-disk-") as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "disk"
        folder.mkdir()
        options = f"size={megabytes}m,mode=0700" + (f",uid={owner()}" if owner() else "")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if done.returncode:
            raise PermissionError(NOT_ALLOWED.format(done.stderr.strip()))
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # a killed server may still be going
