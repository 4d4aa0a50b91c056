"""`manage.py verify_audit`: is the audit trail as it was written? Exit code 1 and what is wrong, where it is not."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from units import audit


def kept(text: str) -> tuple[int, str]:
    number, colon, value = text.partition(":")
    if not (number.isdecimal() and colon and len(value) == 64):
        raise ArgumentTypeError("请写成 条号:校验值，例如 1280:9f86d081…（64 位）")
    return int(number), value.lower()


class Command(BaseCommand):
    help = "校验操作日志：有缺失或改动时逐条说明，退出码为 1。末条的校验值可以另行保存，以后用 --kept 核对。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--kept",
            type=kept,
            action="append",
            default=[],
            metavar="条号:校验值",
            help="核对以前另行保存的校验值，可以多次使用",
        )

    def handle(self, *, kept: list[tuple[int, str]], **options: Any) -> None:
        problems = audit.broken_links()
        problems += [
            f"第 {number} 条与另行保存的校验值不符。" for number, value in kept if not audit.holds(number, value)
        ]
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"操作日志有 {len(problems)} 处不符，内容不可信。请保留现场，并与备份核对。")
        number, value = audit.end_of_chain()
        self.stdout.write(
            f"操作日志共 {number} 条，没有缺失和改动。\n末条：{number}:{value}\n请把末条的条号和校验值另行保存。"
        )
