"""Two probes. `/healthz`: this process answers. `/readyz`: it can also do its work.

Only what keeps this process from serving makes it 503, since a balancer then takes the process out. A disk that fills
up or a backup that is overdue would take out every process at once and help nobody: they are warnings behind `ok`.
"""

import datetime
import logging
import shutil
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from units.backup.taking import last_backup
from units.reading import has_replica, replica_answers

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return plain("ok\n")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    reason = what_is_missing()
    if reason:
        return plain(f"{reason}\n", status=503)
    return plain("".join(f"{line}\n" for line in ["ok", *warnings(timezone.now())]))


def what_is_missing() -> str:
    """Why this process cannot serve, empty when it can. The database's own words go to the log: they name hosts."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        logger.exception("readyz: the database does not answer")
        return "数据库连不上：请检查 DATABASE_URL 和数据库服务，详情见日志。"
    if waiting:
        names = "、".join(f"{migration.app_label}.{migration.name}" for migration, _ in waiting)
        return f"有 {len(waiting)} 个迁移没有执行：{names}。请运行 python manage.py migrate。"
    return ""


def warnings(now: datetime.datetime) -> list[str]:
    """What an operator has to see to soon."""
    return [f"警告：{one}" for one in (*full_disks(), *old_backup(now), *lost_replica())]


def full_disks() -> list[str]:
    free = {place: free_bytes(place) >> 20 for place in (settings.MEDIA_ROOT, settings.BACKUP_DIR)}
    return [
        f"{place} 所在的磁盘只剩 {left} MB，少于 DISK_WARN_MB 的 {settings.DISK_WARN_MB} MB。"
        for place, left in free.items()
        if left < settings.DISK_WARN_MB
    ]


def lost_replica() -> list[str]:
    if not has_replica() or replica_answers():
        return []
    return ["DATABASE_REPLICA_URL 的只读副本连不上，公众页面暂由主库读取。"]


def old_backup(now: datetime.datetime) -> list[str]:
    if not settings.BACKUP_WARN_HOURS:
        return []
    at = last_backup()
    if at is None:
        return ["还没有备份过。请运行 python manage.py backup。"]
    hours = int((now - at).total_seconds() // 3600)
    return [f"最近一次备份是 {hours} 小时以前。请检查备份的定时任务。"] if hours >= settings.BACKUP_WARN_HOURS else []


def free_bytes(place: Path) -> int:
    """Of the disk a folder lies on, or will lie on once it is made."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
