"""`manage.py backup`: database and attachments as one file, while the site is in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from units.backup.archive import BackupError
from units.backup.taking import back_up


class Command(BaseCommand):
    help = "把数据库和附件备份成一个带校验值的文件，网站不用停。默认放在 BACKUP_DIR，只留最近 BACKUP_KEEP 份。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, metavar="目录", help="放到另一个目录，默认为 BACKUP_DIR")

    def handle(self, *, to: Path | None, **options: Any) -> None:
        try:
            taken = back_up(to or settings.BACKUP_DIR, keep=settings.BACKUP_KEEP, now=timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"备份没有完成，没有留下半个文件：{error}") from error
        manifest = taken.manifest
        self.stdout.write(
            f"已备份：{taken.path}\n{len(manifest.tables)} 张表 {manifest.rows} 行，{len(manifest.files)} 个附件，"
            f"{taken.path.stat().st_size} 字节\nSHA-256：{taken.sha256}\n请把文件和校验值存到本系统以外的地方。"
        )
        if manifest.missing:
            raise CommandError(
                f"备份已完成，但有 {len(manifest.missing)} 个附件在附件目录里找不到：{'、'.join(manifest.missing[:5])}。"
                "请从以前的备份中找回。"
            )
