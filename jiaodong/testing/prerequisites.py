"""The system packages that tests need: `python -m jiaodong.testing.prerequisites` sees that they are there.

What is missing is installed where that is possible (Debian or Ubuntu, as root); elsewhere one sentence says what to
install. Nothing is left out because it is missing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from jiaodong.testing import postgres

CJK_FONT = "Noto Sans CJK SC"


def has_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def has_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", CJK_FONT], capture_output=True, check=True).stdout)


def has_office(library: str) -> Callable[[], bool]:
    """LibreOffice is there together with this part of it; the program alone may be another part's."""

    def is_there() -> bool:
        office = shutil.which("soffice")
        return office is not None and (Path(office).resolve().parent / library).exists()

    return is_there


# Debian package -> whether what it is for is there, however it came
PREREQUISITES: dict[str, Callable[[], bool]] = {
    "git": has_program("git"),
    "postgresql": lambda: postgres.binaries() is not None,
    "chromium": has_program("chromium"),
    "fontconfig": has_program("fc-list"),
    "fonts-noto-cjk": has_font,
    "libreoffice-calc-nogui": has_office("libsclo.so"),
    "libreoffice-writer-nogui": has_office("libswlo.so"),
    "nginx-light": has_program("nginx"),
    "openssl": has_program("openssl"),
    "systemd": has_program("systemd-analyze"),
    "poppler-utils": has_program("pdftoppm"),
    "wrk": has_program("wrk"),
}


def missing() -> list[str]:
    return [package for package, is_there in PREREQUISITES.items() if not is_there()]


def install(packages: list[str]) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install_them = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "--quiet"], install_them):
        subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=True)


def main() -> int:
    lacking = missing()
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"安装测试所需的系统软件：{'、'.join(lacking)}\n")
        install(lacking)
        lacking = missing()
    if lacking:
        sys.stderr.write(
            f"测试还需要这些系统软件：{'、'.join(lacking)}。"
            f"请安装后再运行，在 Debian 上是：sudo apt-get install {' '.join(lacking)}\n"
        )
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
