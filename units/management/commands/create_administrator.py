"""`manage.py create_administrator`: the first account, whose password is shown this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from units import services
from units.models import User

USERNAME = "admin"


class Command(BaseCommand):
    help = "建立系统管理员账号 admin，随机密码只显示这一次；已有管理员时不改动。--reset 为 admin 换一个新密码。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="为 admin 换一个新的随机密码")

    def handle(self, *, reset: bool, **options: Any) -> None:
        present = User.objects.filter(is_superuser=True).order_by("pk").first()
        if reset:
            self.show("新密码", services.reset_administrator)
        elif present:
            self.stdout.write(
                f"已有系统管理员账号 {present}，没有改动。"
                f"忘了 {USERNAME} 的密码：.venv/bin/python manage.py create_administrator --reset"
            )
        else:
            self.show("密码", services.install_administrator)

    def show(self, label: str, verb: Any) -> None:
        try:
            password = verb(username=USERNAME, now=timezone.now())
        except ValidationError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"系统管理员账号：{USERNAME}\n{label}：{password}\n密码只显示这一次，请记下；首次登录时须更改。"
        )
