"""A database without tables beside the tests' own, of the same kind, for commands that run as an operator runs them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
NAME = "jiaodong_other"


@contextmanager
def empty_database(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which `manage.py` finds it, and a VAR_DIR of its own under the folder."""
    env = {**os.environ, "VAR_DIR": str(folder / "var"), "SITE_ENV": "development"}
    if connection.vendor == "sqlite":
        yield {**env, "DATABASE_URL": f"sqlite:///{folder / 'other.sqlite3'}"}
        return
    name = f"{NAME}_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield {**env, "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"}
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` as a program of its own; what it printed and its exit code."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@contextmanager
def made(name: str, copied: str = "", on: str = "") -> Iterator[None]:
    """A database, empty or a copy, in a tablespace of PostgreSQL's; dropped in the end, on SQLite with its folder."""
    if connection.vendor == "sqlite":
        if copied:
            shutil.copy(copied, name)
        yield
        return
    how = (f" TEMPLATE {copied}" if copied else "") + (f" TABLESPACE {on}" if on else "")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}{how}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def own_environment(folder: Path, name: str) -> dict[str, str]:
    server = connection.settings_dict
    return {
        **os.environ,
        "SITE_ENV": "development",
        "DATABASE_URL": f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else f"postgres://{server['USER']}@{server['HOST']}:{server['PORT']}/{name}",
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "jiaodong.settings",
    }
