"""Deciding on the review page and reading its queue, as a reviewer does."""

import re

from django.http import HttpResponse
from django.utils import timezone

from tasks.models import ProgressReport
from tasks.tests.desk import client_of
from units.models import User

QUEUE = "/review/"


def queue_of(html: str) -> list[str]:
    return re.findall(r'aria-label="选择 (.*?)"', html)


def tabs_of(html: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r'>(\S+) <span class="num">(\d+)</span></a></li>', html)}


def posted(report: ProgressReport, **given) -> dict[str, str]:
    """What the form of a report sends."""
    seen = timezone.localtime(report.saved_at).isoformat()
    return {"decision": "pass", "version": str(report.version), "seen_at": seen, "reason": "", "mend_by": "", **given}


def decide(person: User, report: ProgressReport, query: str = "", **given) -> HttpResponse:
    return client_of(person).post(f"/review/{report.pk}/{query}", posted(report, **given))
