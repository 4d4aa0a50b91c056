"""Two probes. `/healthz`: this process answers. `/readyz`: it can also do its work."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return plain("ok\n")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    reason = what_is_missing()
    return plain(f"{reason}\n", status=503) if reason else plain("ok\n")


def what_is_missing() -> str:
    """Why this process cannot serve, empty when it can. The database's own words go to the log: they name hosts."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        logger.exception("readyz: the database does not answer")
        return "数据库连不上：请检查 DATABASE_URL 和数据库服务，详情见日志。"
    if waiting:
        names = "、".join(f"{migration.app_label}.{migration.name}" for migration, _ in waiting)
        return f"有 {len(waiting)} 个迁移没有执行：{names}。请运行 python manage.py migrate。"
    return ""


def plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
