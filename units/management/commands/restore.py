"""`manage.py restore`: an empty system becomes the one of the backup; any other is left alone."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from units.backup.archive import BackupError
from units.backup.restoring import check as verify
from units.backup.restoring import restore


class Command(BaseCommand):
    help = "从备份文件恢复到空的系统；文件损坏、不属于本系统或系统里已有数据时拒绝，不改动任何内容。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="备份文件")
        parser.add_argument("--check", action="store_true", help="只核对备份文件是否完好，不恢复")

    def handle(self, *, file: Path, check: bool, **options: Any) -> None:
        try:
            if check:
                manifest, problems = verify(file), []
            else:
                manifest, problems = restore(file, now=timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"没有恢复，已写入的全部撤回：{error}") from error
        self.stdout.write(
            f"{'备份完好' if check else '已恢复，各表与备份逐行一致'}：{manifest.made_at} 的备份，"
            f"{len(manifest.tables)} 张表 {manifest.rows} 行，{len(manifest.files)} 个附件。"
        )
        for name in manifest.missing:
            self.stdout.write(f"备份时就缺少的附件：{name}")
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError("已恢复，但操作日志在备份时就有不符之处，请核对更早的备份。")
