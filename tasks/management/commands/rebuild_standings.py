"""`manage.py rebuild_standings`: make the summaries of lights and figures again; run daily, it keeps pages fast."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tasks.models import Plan
from tasks.queries.drift import drift
from tasks.services.public_figures import count_public
from tasks.services.standing import rebuild


class Command(BaseCommand):
    help = "重新推算各项举措的灯和汇总数字。可以随时运行，不改变任何填报。建议每天零点后运行一次。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只核对现存的汇总与重新推算的是否一致，不写入")

    def handle(self, **options: Any) -> None:
        now, found = timezone.now(), 0
        for plan in Plan.objects.all():
            if options["check"]:
                for sentence in drift(plan, timezone.localdate(now)):
                    self.stdout.write(f"{plan.slug}：{sentence}")
                    found += 1
            else:
                rebuild(plan, now=now)
                count_public(plan.pk)
                self.stdout.write(f"{plan.slug}：已重新推算。")
        if found:
            raise CommandError(f"有 {found} 处不一致。请运行 rebuild_standings 重新推算，并报告这一情况。")
        if options["check"]:
            self.stdout.write("现存的汇总与重新推算的一致。")
