"""How many requests a second the running site answers at 16 connections, and how long each waits.

A public page is asked for by outsiders, who are answered from what is kept; the rest by people who have logged in. Each
submission is one report of one duty in one period by a clerk of its unit, and is counted afterwards in the database.
"""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from tasks.choices import OBLIGED_ROLES
from tasks.management.measuring import Cookies, logged_in, settle
from tasks.management.serving import Post, Served, hurry, in_header, served, warm_up
from tasks.models import Duty, Plan, ProgressReport, ReportingPeriod
from tasks.services.standing import rebuild, recount_filing
from units.choices import Role, UnitKind
from units.models import Unit, User

PUBLIC = ("overview", "list", "measure")
LABELS = {
    "hello": "空页面（hello）",
    "overview": "总览（公众）",
    "list": "任务清单（公众）",
    "measure": "一项举措（公众）",
    "dashboard": "领导看板",
    "ledger": "台账",
    "workbench": "填报员工作台",
    "submission": "提交填报",
}
CSRF = "a" * 32
CONTENT = {
    "do": "submit",
    "version": "",
    "progress": "7月20日完成初步设计批复，路基完成 40%。",
    "percent_complete": "100",  # a lower one than the last approved would have to be explained
    "confidence": "on_track",
    "next_steps": "12月底前完成下一步。",
}
EACH_SECOND = 300  # submissions made ready for each second


def throughput(seconds: int, tell: Callable[[str], Any]) -> dict[str, float]:
    """Requests per second and percentiles by page, memory of a worker, cold start; on the plan in the database."""
    plan = Plan.objects.get()
    clerks = make_clerks()
    posts = submissions(plan, clerks, seconds * EACH_SECOND)
    rebuild(plan, now=timezone.now())  # as a site that is in use has it
    settle()
    with served() as site:
        results = hurried(site, pages(plan, clerks), seconds, tell, LABELS) | submitted(site, posts, seconds, tell)
        results["worker_mb"], results["cold_start_ms"] = round(site.worker_mb(), 1), site.cold_start_ms
    slowest = min(results[f"{name}_rps"] for name in PUBLIC)
    results["public_vs_hello_throughput"] = round(slowest / results["hello_rps"], 2)
    return results


def large_throughput(
    seconds: int, tell: Callable[[str], Any], pages: Mapping[str, tuple[str, Cookies]], labels: Mapping[str, str]
) -> dict[str, float]:
    """The same of every page of theirs, over a plan that `load_scale` made: `dashboard_large_p95_ms` and so on."""
    plan = Plan.objects.get()
    people = {user.unit_id: logged_in(user) for user in User.objects.filter(role=Role.REPORTER)}
    of_staff = {name: (path, cookies) for name, (path, cookies) in pages.items() if cookies}
    with served() as site:
        found = hurried(site, of_staff, seconds, tell, labels)
        found |= submitted(site, submissions(plan, people, seconds * EACH_SECOND), seconds, tell)
    return {re.sub(r"_(rps|p\d+_ms)$", r"_large_\1", name): value for name, value in found.items()}


def hurried(
    site: Served,
    pages: Mapping[str, tuple[str, Cookies]],
    seconds: int,
    tell: Callable[[str], Any],
    labels: Mapping[str, str],
) -> dict[str, float]:
    results: dict[str, float] = {}
    for name, (path, cookies) in pages.items():
        warm_up(site.url + path, cookies)
        results |= noted(name, hurry(site.url + path, seconds, cookies), tell, labels[name])
    return results


def submitted(site: Served, posts: Sequence[Post], seconds: int, tell: Callable[[str], Any]) -> dict[str, float]:
    """An answer is worth only what the database holds."""
    begun = timezone.now()
    found = hurry(site.url, seconds, posts=posts)
    kept = ProgressReport.objects.filter(submitted_at__gte=begun).count()
    if kept < int(found["rps"] * seconds):
        raise CommandError(f"答复了 {found['rps']} 次/秒，数据库里只有 {kept} 份已提交的填报。")
    return noted("submission", found, tell, LABELS["submission"])


def noted(name: str, found: dict[str, float], tell: Callable[[str], Any], label: str) -> dict[str, float]:
    tell(
        f"{found['rps']:9.1f} 次/秒  {found['p50_ms']:8.2f} {found['p95_ms']:8.2f} {found['p99_ms']:8.2f} 毫秒"
        f"（50%、95%、99%）  {label}"
    )
    return {f"{name}_{key}": value for key, value in found.items()}


def pages(plan: Plan, clerks: dict[int, Cookies]) -> dict[str, tuple[str, Cookies]]:
    """Path and cookies, by name."""
    unit = Unit.objects.filter(kind=UnitKind.PROVINCIAL).first()
    leader, office = (
        logged_in(User.objects.create_user(f"throughput-{role}", role=role, unit=unit))
        for role in (Role.LEADER, Role.OFFICE)
    )
    return {
        "hello": (reverse("hello"), {}),
        "overview": (reverse("plan", args=[plan.slug]), {}),
        "list": (reverse("plan-tasks", args=[plan.slug]), {}),
        "measure": (reverse("measure", args=[plan.slug, 1, 1]), {}),
        "dashboard": (reverse("dashboard", args=[plan.slug]), leader),
        "ledger": (reverse("ledger", args=[plan.slug]), office),
        "workbench": (reverse("workbench"), next(iter(clerks.values()))),
    }


def make_clerks() -> dict[int, Cookies]:
    """A clerk for each unit that reports and has no reviewer: what is submitted goes to the Office. By key of the unit."""
    units = Unit.objects.filter(Exists(Duty.objects.filter(unit=OuterRef("pk"), role__in=OBLIGED_ROLES)))
    return {
        unit.pk: logged_in(User.objects.create_user(f"throughput-{unit.slug}", role=Role.REPORTER, unit=unit))
        for unit in units.exclude(kind=UnitKind.GROUP)
    }


def submissions(plan: Plan, clerks: dict[int, Cookies], count: int) -> list[Post]:
    """As many forms, over as many open periods as that takes."""
    duties = list(Duty.objects.filter(measure__main_task__plan=plan, role__in=OBLIGED_ROLES, unit__in=clerks)[:count])
    today, posts = timezone.localdate(), []
    for turn in range(-(-count // len(duties))):
        as_of = today - datetime.timedelta(days=2 + turn)
        period = ReportingPeriod.objects.create(
            plan=plan,
            label=f"压测第 {turn + 1} 期",
            as_of=as_of,
            opens_on=as_of + datetime.timedelta(days=1),
            due_on=today + datetime.timedelta(days=14),
            opened_at=timezone.now(),
        )
        recount_filing(period)
        posts += [submission(duty, period, clerks[duty.unit_id]) for duty in duties]
    return posts


def submission(duty: Duty, period: ReportingPeriod, cookies: Cookies) -> Post:
    return Post(
        reverse("report", args=[duty.pk, period.pk]),
        in_header(cookies | {settings.CSRF_COOKIE_NAME: CSRF}),
        urlencode(CONTENT | {"csrfmiddlewaretoken": CSRF}),
    )
