"""`manage.py load_demo`: the customer's table with accounts for every role and eight periods of invented reports."""

import datetime
import io
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from tasks.demo.guard import refuse_real_database
from tasks.demo.play import play
from tasks.demo.stage import Stage
from tasks.models import Plan, ProgressReport
from units.models import User
from units.services import install_administrator


class Command(BaseCommand):
    help = "载入演示数据：分工表、各角色账号和八期虚构的填报。只用于 DEMO=true 的独立数据库。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=2026, help="随机种子，同一种子得到同样的内容")
        parser.add_argument(
            "--today", type=datetime.date.fromisoformat, default=None, help="以哪一天为今天（年-月-日），默认今天"
        )
        parser.add_argument("--periods", type=int, default=8, choices=range(3, 13), help="期数，3 至 12，默认 8")

    def handle(self, **options: Any) -> None:
        refuse_real_database("make demo")
        if ProgressReport.objects.exists():
            self.stdout.write("演示数据已经在库中，没有改动。口令在第一次载入时显示过；重来请删除 var/demo.sqlite3。")
            return
        if User.objects.filter(is_superuser=True).exists():
            raise CommandError("库里已有系统管理员，不是空的。演示数据请载入另一个空的数据库。")
        with transaction.atomic():
            password = install_administrator(username="administrator", now=timezone.now())
            self.load(password, options)
        self.announce(password)

    def load(self, password: str, options: dict[str, Any]) -> None:
        table, corrections = (
            settings.BASE_DIR / "fixtures" / name for name in ("allocation_table.txt", "corrections.json")
        )
        call_command("import_allocation", str(table), "--corrections", str(corrections), stdout=io.StringIO())
        administrator = User.objects.get(username="administrator")
        today = options["today"] or timezone.localdate()
        stage = Stage(
            Plan.objects.get(slug="jiaodong"), options["seed"], today, password, self.stdout.write, options["periods"]
        )
        play(stage, administrator)

    def announce(self, password: str) -> None:
        self.stdout.write("\n演示账号（口令相同，只显示这一次）：")
        for username, post in (
            ("jiaotong-yunshu-tb", "省交通运输厅填报员"),
            ("jiaotong-yunshu-sh", "省交通运输厅审核员"),
            ("office1、office2", "督查专员（省发展改革委）"),
            ("leader", "分管领导"),
            ("administrator", "系统管理员"),
            ("auditor", "审计员"),
        ):
            self.stdout.write(f"  {username:<22} {post}")
        self.stdout.write("  其他单位：网址名加 -tb（填报员）、-sh（审核员），网址名见 /units/。")
        self.stdout.write(f"  口令：{password}")
