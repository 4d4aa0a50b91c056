"""`manage.py load_scale`: an invented plan of any length, to see how large a plan may become."""

import datetime
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tasks.demo.guard import refuse_real_database
from tasks.demo.scale.play import play
from tasks.demo.scale.table import make_plan
from tasks.demo.stage import Stage
from tasks.models import Plan
from units.models import Unit, User
from units.services import install_administrator


class Command(BaseCommand):
    help = "生成一份任意大小的虚构分工表，用于量速度。只用于 DEMO=true 的独立数据库。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--measures", type=int, default=79_000, help="具体举措的项数，默认 79000")
        parser.add_argument("--periods", type=int, default=6, choices=range(1, 41), help="期数，默认 6")
        parser.add_argument("--plan", default="scale", help="分工表的网址名，默认 scale")
        parser.add_argument("--seed", type=int, default=2026, help="随机种子，同一种子得到同样的内容")
        parser.add_argument(
            "--today", type=datetime.date.fromisoformat, default=None, help="以哪一天为今天（年-月-日），默认今天"
        )

    def handle(
        self, *, measures: int, periods: int, plan: str, seed: int, today: datetime.date | None, **_: Any
    ) -> None:
        refuse_real_database("make bench-scale")
        if measures < 1:
            raise CommandError("--measures 至少为 1。")
        if Plan.objects.filter(slug=plan).exists():
            raise CommandError(
                f"库中已有网址名为 {plan} 的分工表，没有改动。请换一个数据库，或用 --plan 换一个网址名。"
            )
        if not Unit.objects.exists():
            call_command("loaddata", "units.json", verbosity=0)
        password = self.password()
        stage = Stage(
            make_plan(plan, measures), seed, today or timezone.localdate(), password, self.stdout.write, periods
        )
        play(stage, User.objects.filter(is_superuser=True)[0], measures)
        self.stdout.write(f"账号与 load_demo 的相同，新开的口令：{password}")

    def password(self) -> str:
        """Of the accounts that will be opened, the first administrator's among them if there is none yet."""
        if User.objects.filter(is_superuser=True).exists():
            return secrets.token_urlsafe(15)
        return install_administrator(username="administrator", now=timezone.now())
