"""The databases of the settings: one, SQLite or PostgreSQL, and a replica for the public's reading where one is named."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"
LONGEST_STATEMENT = 110  # seconds: the proxy in front gives up after 120, and nobody reads the answer
PLANNING = "-c jit=off -c plan_cache_mode=force_generic_plan"


def databases(env: environ.Env, var_dir: Path) -> dict[str, dict[str, Any]]:
    """What DATABASES is set to, from DATABASE_URL and DATABASE_REPLICA_URL."""
    found = {"default": env.db("DATABASE_URL", f"sqlite:///{var_dir / 'jiaodong.sqlite3'}")}
    if env.str("DATABASE_REPLICA_URL", ""):
        found["replica"] = env.db("DATABASE_REPLICA_URL")
        if {one["ENGINE"] for one in found.values()} != {POSTGRESQL}:
            raise ImproperlyConfigured(
                "DATABASE_REPLICA_URL 是 PostgreSQL 流复制的副本，两个数据库都须是 postgres://。"
            )
    longest = env.int("STATEMENT_SECONDS", LONGEST_STATEMENT)
    if longest < 0:
        raise ImproperlyConfigured("STATEMENT_SECONDS 是一条数据库语句最多运行的秒数，0 为不限，不能是负数。")
    for name, database in found.items():
        database.setdefault("CONN_MAX_AGE", 60)
        database.update(for_sqlite() if database["ENGINE"] == SQLITE else for_postgresql(name, longest))
    return found


def for_sqlite() -> dict[str, Any]:
    """Readers and one writer at once (WAL); a writer takes its lock at BEGIN and waits for it, so that nobody is told
    "database is locked" half-way through a transaction.
    """
    return {
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    }


def for_postgresql(name: str, longest: int) -> dict[str, Any]:
    """Without jit: compiling a plan costs more than our queries take, and minutes where the statistics are stale. And what
    is prepared (`units/prepared.py`) is planned once: planning a dozen joined tables anew takes longer than reading them.
    A server that does not answer is not waited for again and again (`jiaodong.postgresql`). A statement that runs on for
    `longest` seconds is stopped, or it would hold one of the site's few threads; 0 stops none.
    """
    seconds = 2 if name == "replica" else 5  # a page waits for the replica before it turns to the primary
    options = f"{PLANNING} -c statement_timeout={longest}s"
    return {
        "ENGINE": "jiaodong.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": options, "connect_timeout": seconds, **noticed(seconds)},
    }


def noticed(seconds: int) -> dict[str, int]:
    """A machine that lost its power or its network closes no connection. Without these, who has sent it a statement waits
    for a quarter of an hour; with them `seconds` without a sign of life are the end, also while a statement runs.
    """
    probes = {"keepalives_idle": seconds, "keepalives_interval": 1, "keepalives_count": seconds}
    return {"tcp_user_timeout": seconds * 1000, **probes}
