"""Files that were uploaded and left undecided go away; to be run daily."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.services.importing import purge_tables
from tasks.services.roundtrip import purge_uploads


class Command(BaseCommand):
    help = "清除上传后超过保留天数（UPLOAD_KEEP_DAYS）仍未处理的填报表，和没有完成的分工表导入。"

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        self.stdout.write(f"清除了 {purge_uploads(now=now)} 份填报表、{purge_tables(now=now)} 份分工表。")
