#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")
    os.environ["STATEMENT_SECONDS"] = "0"  # a migration or a recount takes as long as it takes
    try:
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ModuleNotFoundError:
        sys.exit("没有找到 Django。请先运行 make run（会建立 .venv 并安装依赖），或用 .venv/bin/python 运行。")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"命令没有做完，请检查数据库服务和 DATABASE_URL。数据库说：{error}")


if __name__ == "__main__":
    main()
