"""Invented data enter a database of their own, never a real one."""

from django.conf import settings
from django.core.management.base import CommandError


def refuse_real_database(command: str) -> None:
    """`command`: what to run instead, for the person who asked."""
    if not settings.IS_DEMO:
        raise CommandError(
            f"演示数据只能载入独立的演示数据库。请运行 {command}，或设 DEMO=true 和另一个 DATABASE_URL。"
        )
