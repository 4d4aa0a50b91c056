"""`manage.py send_digests`: a timer runs it every so often, on one machine or on several."""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tasks.management.digest_mail import CERTAINLY_NOT_SENT, is_working_time, message
from tasks.queries.digests import recipients, tasks_of
from tasks.services import digests

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "给有待办的人发邮件：工作日 9 点至 17 点，每人每天最多一封。须先设 DIGESTS=true；可以在多台机器上反复运行。"

    def handle(self, **options: Any) -> None:
        if not settings.DIGESTS:
            self.stdout.write("没有启用待办邮件（DIGESTS=false），没有发送。")
            return
        if not is_working_time(timezone.localtime()):
            self.stdout.write("现在不是工作日的工作时间，没有发送。")
            return
        sent, failed = self.send()
        self.stdout.write(f"发出 {sent} 封，没有发出 {failed} 封。")
        if failed:
            raise CommandError("有邮件没有发出，请检查邮件服务器和日志；下次运行时再试。")

    def send(self) -> tuple[int, int]:
        sent = failed = 0
        today = timezone.localdate()
        try:
            connection = get_connection()
            connection.open()
        except OSError as error:
            raise CommandError(f"邮件服务器连不上：{error}。没有发送，下次运行时再试。") from error
        try:
            for person in recipients():
                tasks = tasks_of(person, today)
                digest = digests.claim(person, now=timezone.now(), day=today) if tasks else None
                if digest is None:
                    continue
                try:
                    message(person, tasks, today, connection).send()
                except CERTAINLY_NOT_SENT as error:
                    logger.warning("a digest was refused: %s", type(error).__name__)
                    digests.note_failed(digest)
                    failed += 1
                else:
                    digests.note_sent(digest, now=timezone.now())
                    sent += 1
        except OSError as error:
            raise CommandError(f"邮件服务器中断了连接：{error}。已发出 {sent} 封；正在发的一封不再重发。") from error
        finally:
            connection.close()
        return sent, failed
