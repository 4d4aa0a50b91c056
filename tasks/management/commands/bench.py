"""How fast the two busiest pages are, against Django's own list of the same rows and against doing nothing.

The customer's plan is loaded into a database made for the run and dropped after it; the site's data is not touched.
Requests go through every middleware to the view and back within this process, as one logged-in person, uncompressed.
No page, row or figure is kept between requests; templates and `prepared` SQL are, as in the running site, compiled once.
The pages take turns, so that a busy moment of the machine falls on all of them.
"""

import json
import re
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.urls import include, path, reverse

from tasks.management.bench_export import export_figures
from tasks.models import Plan
from tasks.queries.measures import measure_list
from units.choices import Role
from units.models import User

ROWS = 50
WARM_UP = 10
TARGET, GOAL = 4, 6  # times as fast as the changelist
LABELS = {
    "hello": "空页面（hello）",
    "overview": "总览",
    "list": f"任务清单（{ROWS} 行）",
    "changelist": f"Django 后台列表（{ROWS} 行）",
}
PLAIN_STATIC_FILES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("hello", hello, name="hello"), path("", include("jiaodong.urls"))]


class Command(BaseCommand):
    help = "量总览和任务清单的速度，与 Django 后台列表和空页面并列，写入 var/bench.json。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=100, help="每个页面量多少次，默认 100")
        parser.add_argument("--output", type=Path, default=settings.VAR_DIR / "bench.json", help="结果文件")

    def handle(self, *args: Any, rounds: int, output: Path, **options: Any) -> None:
        if rounds < 1:
            raise CommandError("--rounds 至少为 1。")
        with temporary_database(), bench_settings():
            plan, cookies = prepare()
            urls = addresses(plan)
            check_same_rows(plan, urls, cookies)
            times = measure(urls, cookies, rounds)
        results = figures(times) | export_figures(rounds)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(results, indent=2) + "\n")
        self.report(results, rounds, output)

    def report(self, results: dict[str, float], rounds: int, output: Path) -> None:
        self.stdout.write(f"各 {rounds} 次的中位数，{connection.vendor}，同一登录用户，不压缩、不缓存：")
        for name, label in LABELS.items():
            self.stdout.write(f"{results[f'{name}_ms']:9.2f} 毫秒  {label}")
        speedup = results["list_speedup_over_changelist"]
        verdict = "达到目标" if speedup >= GOAL else "达到下限" if speedup >= TARGET else "没有达到下限"
        self.stdout.write(f"任务清单是后台列表的 {speedup:.2f} 倍快（下限 {TARGET}，目标 {GOAL}）：{verdict}")
        self.stdout.write(f"已写入 {output}")


@contextmanager
def temporary_database() -> Iterator[None]:
    """A database of this run alone. The test names are not used: a test run may be holding them."""
    test = connection.settings_dict["TEST"]
    with tempfile.TemporaryDirectory() as folder:
        before, is_file = test.get("NAME"), connection.vendor == "sqlite"
        test["NAME"] = f"{folder}/bench.sqlite3" if is_file else f"bench_{connection.settings_dict['NAME']}"
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        try:
            yield
        finally:
            teardown_databases(made, verbosity=0)
            test["NAME"] = before


@contextmanager
def bench_settings() -> Iterator[None]:
    """The site's own settings and this module's `hello`; static files need not have been collected."""
    with override_settings(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["testserver"],
        STORAGES=settings.STORAGES | PLAIN_STATIC_FILES,
        STATIC_ROOT=settings.BASE_DIR / "jiaodong" / "static",
    ):
        yield


def prepare() -> tuple[Plan, dict[str, str]]:
    """The customer's plan, and the cookies of somebody who may see the back office."""
    call_command("loaddata", "units.json", "jiaodong.json", verbosity=0)
    person = User.objects.create_superuser("bench", role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(person)
    return Plan.objects.get(), {name: morsel.value for name, morsel in client.cookies.items()}


def addresses(plan: Plan) -> dict[str, str]:
    return {
        "hello": reverse("hello"),
        "overview": reverse("plan", args=[plan.slug]),
        "list": f"{reverse('plan-tasks', args=[plan.slug])}?per_page={ROWS}",
        "changelist": reverse("admin:tasks_measure_changelist"),
    }


def answer(handler: WSGIHandler, url: str, cookies: dict[str, str]) -> HttpResponse:
    factory = RequestFactory()
    factory.cookies.load(cookies)
    response = handler.get_response(factory.get(url, secure=True))
    if response.status_code != 200:
        raise CommandError(f"{url} 返回 {response.status_code}，无法比较。")
    return response


def check_same_rows(plan: Plan, urls: dict[str, str], cookies: dict[str, str]) -> None:
    """Both lists must show the same fifty measures, or the comparison says nothing."""
    handler = WSGIHandler()
    expected = measure_list(plan).values_list("pk", "main_task__number", "order")[:ROWS]
    shown = answer(handler, urls["list"], cookies).content.decode()
    listed = answer(handler, urls["changelist"], cookies).content.decode()
    codes = set(re.findall(r"/measures/(\d+-\d+)/", shown))
    keys = set(re.findall(r"/measure/(\d+)/change/", listed))
    if codes != {f"{number}-{order}" for _, number, order in expected} or keys != {str(pk) for pk, *_ in expected}:
        raise CommandError(f"两个列表显示的不是相同的 {ROWS} 项举措：清单 {len(codes)} 项，后台 {len(keys)} 项。")


def measure(urls: dict[str, str], cookies: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Seconds each answer took, page by page. Every round asks for each page once."""
    handler = WSGIHandler()
    times: dict[str, list[float]] = {name: [] for name in urls}
    for turn in range(WARM_UP + rounds):
        for name, url in urls.items():
            begun = perf_counter()
            answer(handler, url, cookies)
            if turn >= WARM_UP:
                times[name].append(perf_counter() - begun)
    return times


def figures(times: dict[str, list[float]]) -> dict[str, float]:
    results = {f"{name}_ms": round(median(taken) * 1000, 3) for name, taken in times.items()}
    results["list_speedup_over_changelist"] = round(results["changelist_ms"] / results["list_ms"], 2)
    return results
