"""`manage.py prepare_site`: from an empty database to a site with the customer's table. May be run again at any time."""

import errno
import socket
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tasks.models import Duty, MainTask, Measure, Plan
from units.models import Unit

NEXT_STEPS = """
网站地址：http://127.0.0.1:{port}/
  1. 在浏览器中打开上面的地址，看总览和任务清单；
  2. 在 http://127.0.0.1:{port}/admin/ 登录后台，维护分工表、单位和账号；
  3. 另开一个终端运行 make test，跑全部测试；只输入 make 列出其他命令。
按 Ctrl-C 停止；再次 make run，内容都在。
"""


class Command(BaseCommand):
    help = "准备本站：建库、首次装入分工表和管理员、整理静态文件。可以反复运行，不改已有内容。"
    requires_system_checks = []  # before the first migration there is no database to check
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="随后启动的网站所用的端口")

    def handle(self, port: int, **options: Any) -> None:
        refuse_taken_port(port)
        self.stdout.write("准备数据库……")
        call_command("migrate", verbosity=0, interactive=False)
        self.load_table()
        call_command("create_administrator", stdout=self.stdout)
        call_command("collectstatic", verbosity=0, interactive=False)
        self.stdout.write(NEXT_STEPS.format(port=port))

    def load_table(self) -> None:
        """The customer's units and table, each only where there is none: what staff have edited since is theirs."""
        fixtures = settings.BASE_DIR / "fixtures"
        if not Unit.objects.exists():
            call_command("loaddata", "units.json", verbosity=0)
        if not Plan.objects.exists():
            table, corrections = str(fixtures / "allocation_table.txt"), str(fixtures / "corrections.json")
            call_command("import_allocation", table, corrections=corrections, stdout=StringIO())
            counts = MainTask.objects.count(), Measure.objects.count(), Duty.objects.count()
            self.stdout.write("装入分工表：主要任务 {} 项，具体举措 {} 项，职责 {} 项。".format(*counts))


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port left a moment ago is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(sentence_for(error, port)) from error
        except OverflowError as error:
            raise CommandError(f"端口应在 1 到 65535 之间，现在是 {port}。") from error


def sentence_for(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用。本站可能已在运行；或者换一个端口，例如：make run PORT={port + 1}"
    return f"不能使用端口 {port}：{error.strerror}。请换一个端口，例如：make run PORT=8000"
