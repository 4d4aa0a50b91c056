"""Writing and sending one 待办邮件. It says how many and where, and no word of what stands there."""

import datetime
import smtplib
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from tasks.queries.digests import Task
from tasks.queries.workdays import workdays
from units.models import User

FIRST_HOUR, LAST_HOUR = 9, 17  # begun from 9:00 to 16:59 by the site's clock
# What the mail server says by itself before it has taken the mail. A connection that breaks tells nothing.
CERTAINLY_NOT_SENT = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


class Line(NamedTuple):
    count: int
    what: str
    due_on: datetime.date | None
    url: str


def is_working_time(local: datetime.datetime) -> bool:
    return workdays().calendar.is_workday(local.date()) and FIRST_HOUR <= local.hour < LAST_HOUR


def address(route: str) -> str:
    return settings.SITE_URL + reverse(route)


def message(person: User, tasks: list[Task], today: datetime.date, connection: BaseEmailBackend) -> EmailMessage:
    context = {
        "greeting": person.display_name,
        "today": today,
        "lines": [Line(task.count, task.what, task.due_on, address(task.route)) for task in tasks],
        "account_url": address("account"),
        "site": "胶东经济圈一体化发展重点任务推进落实系统",
    }
    subject = "待办：" + "，".join(f"{task.count} 项{task.what}" for task in tasks)
    return EmailMessage(
        subject,
        render_to_string("emails/digest.txt", context),
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
        connection=connection,
    )
