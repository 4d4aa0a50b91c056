"""`manage.py import_allocation FILE`: a table becomes a plan. The difference first, then one transaction."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from tasks.allocation.fixture import fixture_text
from tasks.allocation.intake import NUL
from tasks.allocation.loader import store
from tasks.allocation.table import DraftPlan
from tasks.management.allocation import Source, add_source_options, default_book, read_source
from tasks.queries.difference import Comparison, compare
from units.models import Unit
from units.queries import name_book


class Command(BaseCommand):
    help = "导入分工表：先列出与现有方案的差异，再整体写入；有错误时一项也不写。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_source_options(parser)
        parser.add_argument("--plan", default="jiaodong", metavar="SLUG", help="方案的网址名，默认 jiaodong")
        parser.add_argument("--dry-run", action="store_true", help="只列差异，不写入")
        parser.add_argument(
            "--write-fixture",
            action="store_true",
            help="同时生成 fixtures/<SLUG>.json；与 --dry-run 合用时只生成该文件",
        )

    def handle(self, **options: Any) -> None:
        try:
            with transaction.atomic():
                self.run(options)
                transaction.set_rollback(options["dry_run"])
        finally:
            self.stdout.flush()

    def run(self, options: dict[str, Any]) -> None:
        if not Unit.objects.exists():
            call_command("loaddata", "units.json", verbosity=0)
            self.stdout.write("库中还没有单位，先载入 fixtures/units.json。")
        book = name_book(timezone.localdate()).extended(default_book().aliases)
        source = read_source(options, book)
        self.report_findings(source)
        found = compare(options["plan"], source.draft, source.corrections)
        self.report_changes(found)
        if options["write_fixture"]:
            self.write_fixture(source, options["plan"])
        if options["dry_run"]:
            self.stdout.write("这是试运行，没有写入。")
        else:
            store(found, book, source_name=source.name, source_sha256=source.sha256, now=timezone.now())
            self.stdout.write(f"已写入方案 {options['plan']}。")

    def report_findings(self, source: Source) -> None:
        for finding in source.draft.findings:
            word = "错误" if finding.is_error else "提示"
            self.stdout.write(f"{word} 第 {finding.line} 行 {finding.code}：{finding.message}")
        if source.draft.errors:
            raise CommandError(f"有 {len(source.draft.errors)} 处错误，没有写入。请按上面的说明改好后再导入。")
        if any("\x00" in text for text in texts(source.draft)):
            raise CommandError(NUL)
        if not source.draft.tasks:
            raise CommandError("表中没有读到任何主要任务，没有写入。请确认文件是分工表，且各栏以制表符分隔。")

    def report_changes(self, found: Comparison) -> None:
        measures = len(found.placed)
        duties = sum(len(item.draft.assignments) for item in found.placed)
        self.stdout.write(f"表中主要任务 {len(found.draft.tasks)} 项，具体举措 {measures} 项，职责 {duties} 项。")
        if not found.changes:
            self.stdout.write("与现有方案没有差异。")
            return
        self.stdout.write(f"与现有方案的差异 {len(found.changes)} 处：")
        for change in found.changes:
            self.stdout.write(f"  {change}")

    def write_fixture(self, source: Source, slug: str) -> None:
        path: Path = settings.BASE_DIR / "fixtures" / f"{slug}.json"
        path.write_text(
            fixture_text(source.draft, source.corrections, slug, source.name, source.sha256), encoding="utf-8"
        )
        self.stdout.write(f"已生成 fixtures/{path.name}。")


def texts(draft: DraftPlan) -> Iterator[str]:
    yield draft.title
    for task in draft.tasks:
        yield task.title
        for measure in task.measures:
            yield from (measure.text, measure.responsibility_text)
