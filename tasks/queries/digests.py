"""What a 待办邮件 tells: how much a person has to do today, by the very queries their pages ask."""

import datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet

from tasks.choices import DigestState
from tasks.models import Digest
from tasks.queries import closing, instructions
from tasks.queries.reports import awaiting_decision_by
from tasks.queries.workbench import Workbench
from units.choices import Role
from units.models import User
from units.permissions import Permission, may

READERS = (Role.REPORTER, Role.UNIT_REVIEWER, Role.OFFICE)  # who has work that comes by itself


class Task(NamedTuple):
    """So many of one kind; `due_on` is the nearest date of them, `route` the page on which they stand."""

    count: int
    what: str
    due_on: datetime.date | None
    route: str


def recipients() -> QuerySet[User]:
    people = User.objects.filter(is_active=True, wants_digest=True, role__in=READERS).exclude(email="")
    return people.select_related("unit").order_by("pk")


def tasks_of(user: User, today: datetime.date) -> list[Task]:
    """Kinds of which there is something to do, and no others."""
    found: list[Task] = []
    if may(user, Permission.WRITE_REPORTS):
        bench = Workbench(user, today)
        mend_by = min((row.due_on for row in bench.returned), default=None)
        report_by = min((share.period.due_on for share in bench.shares if share.due), default=None)
        found.append(Task(len(bench.returned), "被退回，要修改", mend_by, "workbench"))
        found.append(Task(len(bench.due), "要填报", report_by, "workbench"))
    if may(user, Permission.REVIEW_AT_UNIT) or may(user, Permission.REVIEW_AT_OFFICE):
        found.append(Task(awaiting_decision_by(user).count(), "填报待审核", None, "review"))
    if may(user, Permission.DECIDE_CLOSING):
        found.append(Task(closing.completions_awaiting(user).count(), "办结申请待核验", None, "completion-queue"))
        found.append(Task(closing.extensions_awaiting(user).count(), "延期申请待决定", None, "extension-queue"))
    if may(user, Permission.ANSWER_INSTRUCTIONS):
        dates = [one.due_on for one in instructions.waiting_for(user)]
        found.append(Task(len(dates), "批示要反馈", min(dates, default=None), "workbench"))
    return [task for task in found if task.count]


def states(day: datetime.date) -> dict[str, int]:
    """How many mails of a day are in each state."""
    counted = Digest.objects.filter(on=day).order_by().values_list("state").annotate(Count("pk"))
    return {**dict.fromkeys(DigestState.values, 0), **dict(counted)}
