"""How long every page of staff takes beside a page that does nothing and Django's own list, and how the pages and an approval grow:
over plans of 79, 7,900 and 79,000 measures, in one run.

Each plan stands alone in a database of its own, all on the same PostgreSQL; the acts take turns. Each page is asked for by
those who live on it, the public ones by nobody in particular, as the running site answers: what it keeps, it keeps. How long
the first takes for whom a change has left nothing of that is measured apart. An approval is undone after each time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from tasks.choices import ReportState
from tasks.management.measuring import Act, Cookies, answer, logged_in, settle, timed, use
from tasks.management.throughput import large_throughput
from tasks.models import Plan, ProgressReport, PublicEdition, PublicFigures
from tasks.services import standing
from tasks.services.reviewing import approve_report
from units import audit
from units.choices import Role
from units.models import User

SIZES = {"small": 79, "middle": 7_900, "large": 79_000}  # measures
PERIODS = 6  # a million reports in the large plan
LABELS = {
    "dashboard": "领导看板",
    "ledger": "台账（第一页）",
    "overview": "公开总览",
    "tasks": "公开任务清单（第一页）",
    "measure": "举措页",
    "unit": "单位看板",
    "matters": "需协调事项（第一页）",
    "workbench": "填报员工作台",
    "report": "填报页",
    "review": "待复审",
    "returned": "退回中",
    "board": "填报情况",
    "filing": "填报情况明细（第一页）",
    "unfinished": "待报送（第一页）",
    "compare": "两期对比",
    "stocktake": "汇报稿",
    "exports": "导出（目录）",
    "periods": "期次",
    "publishing": "公开",
    "unit_page": "单位页",
    "by_due": "任务清单（按完成时限）",
    "by_units": "任务清单（按责任单位数）",
    "by_light": "台账（按进度灯）",
    "of_unit": "任务清单（一个单位的）",
    "words": "搜索“跨海通道”",
    "ledger_words": "台账（含“跨海通道”的）",
    "frequent": "台账（含“推进”的）",
    "approval": "复审通过一份填报",
}
BESIDES = ("hello", "changelist")  # what each page is held against, in the smallest plan
FIRST_ROUNDS = 5
ENDS = ("small", "large")


def growth(
    rounds: int, tell: Callable[[str], Any], sizes: Mapping[str, int] = SIZES, seconds: int = 0
) -> dict[str, float]:
    """Medians in milliseconds by act and size, and how many times what stands in `BESIDES` takes the small one's are. Of all three
    sizes also how many times the small one's the large one's are, and the first after a change.

    With `seconds` also how the large plan's pages are answered to 16 connections, so many seconds each.
    """
    acts: dict[str, Act] = {}
    with databases_of(sizes) as databases, override_settings(IS_DEMO=True):
        for name, database in databases.items():
            use(database)
            call_command("load_scale", measures=sizes[name], periods=PERIODS, stdout=Teller(tell))
            settle()
            runs = site_acts() | (beside_acts() if name == "small" else {})
            acts |= {f"{act}_{name}": Act(run, database) for act, run in runs.items()}
        results = figures(timed(acts, rounds))
        if "large" in databases:
            results |= firsts({name: databases[name] for name in ENDS})
        if seconds and "large" in databases:
            use(databases["large"])
            results |= large_throughput(seconds, tell, site_pages(), LABELS)
    return results


class Teller:
    """Where a command writes what it tells."""

    def __init__(self, tell: Callable[[str], Any]) -> None:
        self.write = tell


@contextmanager
def databases_of(names: Iterable[str]) -> Iterator[dict[str, BaseDatabaseWrapper]]:
    """The database of the run for the first, and an empty copy of it for each of the others."""
    own, (first, *others) = connections[connection.alias], names
    databases = {first: own}
    template = own.settings_dict["NAME"]
    own.close()
    try:
        for name in others:
            copy = own.copy()
            copy.settings_dict["NAME"] = f"{template}_{name}"
            with own._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {quoted(copy)} TEMPLATE {quoted(own)}")
            databases[name] = copy
        yield databases
    finally:
        use(own)
        for name in others:
            if copy := databases.get(name):
                copy.close()
                with own._nodb_cursor() as cursor:
                    cursor.execute(f"DROP DATABASE {quoted(copy)}")


def quoted(database: BaseDatabaseWrapper) -> str:
    return database.ops.quote_name(database.settings_dict["NAME"])


def site_acts() -> dict[str, Callable[[], Any]]:
    """The acts of the plan in the present database."""
    handler, office, report = WSGIHandler(), second_of_office(), waiting_report()
    acts = {name: partial(answer, handler, url, cookies) for name, (url, cookies) in site_pages().items()}
    return acts | {"approval": partial(approve_and_undo, office, report)}


def beside_acts() -> dict[str, Callable[[], Any]]:
    handler, person = WSGIHandler(), logged_in(User.objects.create_superuser("bench", role=Role.ADMINISTRATOR))
    urls = reverse("hello"), reverse("admin:tasks_measure_changelist")
    return {name: partial(answer, handler, url, person) for name, url in zip(BESIDES, urls, strict=True)}


def second_of_office() -> User:
    return User.objects.filter(role=Role.OFFICE).order_by("pk")[1]


def waiting_report() -> ProgressReport:
    waiting = ProgressReport.objects.filter(state=ReportState.FORWARDED).order_by("pk")
    return waiting.select_related("period__plan", "duty__unit", "duty__measure__main_task")[0]


def site_pages() -> dict[str, tuple[str, Cookies]]:
    """Address and cookies by name. The clerk is of the unit whose report waits; who is logged in gets no kept page."""
    plan, report = Plan.objects.get(), waiting_report()
    unit, measure, of_plan = report.duty.unit, report.duty.measure, [plan.slug]
    as_leader, as_office = logged_in(User.objects.get(role=Role.LEADER)), logged_in(second_of_office())
    as_clerk = logged_in(User.objects.get(role=Role.REPORTER, unit=unit))
    words = {"q": "跨海通道"}
    pages: dict[str, tuple[str, list[Any], Cookies, dict[str, str]]] = {
        "dashboard": ("dashboard", of_plan, as_leader, {}),
        "ledger": ("ledger", of_plan, as_office, {}),
        "overview": ("plan", of_plan, {}, {}),
        "tasks": ("plan-tasks", of_plan, {}, {}),
        "measure": ("measure", [plan.slug, measure.main_task.number, measure.order], as_leader, {}),
        "unit": ("unit-dashboard", [plan.slug, unit.slug], as_clerk, {}),
        "matters": ("coordination", of_plan, as_leader, {}),
        "workbench": ("workbench", [], as_clerk, {}),
        "report": ("report", [report.duty_id, report.period_id], as_clerk, {}),
        "review": ("review", [], as_office, {}),
        "returned": ("review-returned", [], as_office, {}),
        "board": ("period", [plan.slug, report.period_id], as_office, {}),
        "filing": ("period-filing", [plan.slug, report.period_id], as_office, {}),
        "unfinished": ("period-filing", [plan.slug, report.period_id], as_office, {"state": "unfinished"}),
        "compare": ("compare", of_plan, as_leader, {}),
        "stocktake": ("stocktake", of_plan, as_office, {}),
        "exports": ("exports", of_plan, as_office, {}),
        "periods": ("periods", of_plan, as_office, {}),
        "publishing": ("publishing", of_plan, as_office, {}),
        "unit_page": ("unit", [unit.slug], as_leader, {}),
        "by_due": ("plan-tasks", of_plan, as_leader, {"sort": "due_on"}),
        "by_units": ("plan-tasks", of_plan, as_leader, {"sort": "units"}),
        "by_light": ("ledger", of_plan, as_office, {"sort": "progress"}),
        "of_unit": ("plan-tasks", of_plan, as_leader, {"unit": unit.slug}),
        "words": ("search", of_plan, as_leader, words),
        "ledger_words": ("ledger", of_plan, as_office, words),
        "frequent": ("ledger", of_plan, as_office, {"q": "推进"}),
    }
    return {
        act: (reverse(name, args=args, query=query), cookies) for act, (name, args, cookies, query) in pages.items()
    }


def approve_and_undo(by: User, report: ProgressReport) -> None:
    with transaction.atomic():
        approve_report(by, report=report, version=report.version, now=timezone.now())
        transaction.set_rollback(True)


def firsts(databases: Mapping[str, BaseDatabaseWrapper]) -> dict[str, float]:
    """Milliseconds, the median of a few, until a page is answered for the first time after each of two changes."""
    handler, times = WSGIHandler(), {}
    for size, database in databases.items():
        use(database)
        for name, (url, cookies) in site_pages().items():
            for change, make in CHANGES.items():
                taken = times[f"{name}_after_{change}_{size}_ms"] = []
                for _ in range(FIRST_ROUNDS):
                    make()
                    begun = perf_counter()
                    answer(handler, url, cookies)
                    taken.append(perf_counter() - begun)
    return {name: round(median(taken) * 1000, 3) for name, taken in times.items()}


def approve() -> None:
    """What an approval writes for the pages: one measure is judged, the summary turns, the trail has an event more."""
    report, now = waiting_report(), timezone.now()
    standing.refresh(report.period.plan, [report.duty.measure_id], now=now)
    audit.record(None, "开始计时", "性能测试", now=now)


def amend() -> None:
    """What writing the table and publishing turn as well: nothing is kept any more. What the marks carry comes along."""
    mark = uuid4().hex
    PublicEdition.objects.update(mark=mark)
    PublicFigures.objects.update(mark=mark)
    approve()


CHANGES = {"approval": approve, "amendment": amend}


def figures(times: dict[str, list[float]]) -> dict[str, float]:
    results = {f"{name}_ms": round(median(taken) * 1000, 3) for name, taken in times.items()}
    for name in LABELS:
        small, large = results[f"{name}_small_ms"], results.get(f"{name}_large_ms")
        results |= {f"{name}_vs_{beside}": round(small / results[f"{beside}_small_ms"], 3) for beside in BESIDES}
        if large is not None:
            results[f"{name}_growth"] = round(large / small, 2)
    return results
