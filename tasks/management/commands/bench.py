"""How fast the pages are, against Django's own list and against doing nothing.

The customer's plan is loaded into a database made for the run and dropped after it; the site's data is not touched.
Requests go through every middleware to the view and back within this process, as one logged-in person, uncompressed.
No drawing is kept between requests; templates and `prepared` SQL are, as in the running site, compiled once.
Then every page of the running site, as those see it who use it, and with --scale how it grows with the plan (`growth`).
"""

import json
import logging
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import include, path, reverse

from tasks.management.bench_export import ROWS as EXPORTED
from tasks.management.bench_export import export_figures
from tasks.management.bench_import import ROWS as IMPORTED
from tasks.management.bench_import import import_speedup
from tasks.management.growth import CHANGES, SIZES, growth
from tasks.management.growth import LABELS as GROWING
from tasks.management.measuring import Act, Cookies, answer, logged_in, settle, temporary_database, timed
from tasks.management.serving import CONNECTIONS
from tasks.management.throughput import throughput
from tasks.models import Plan
from tasks.queries.measures import measure_list
from tasks.queries.states import Asked
from tasks.services.public_figures import count_public
from tasks.views import plans
from units.choices import Role
from units.garbage import leave_the_program_alone
from units.models import User

ROWS = 50
TARGET, GOAL = 4, 6  # times as fast as the changelist
PUBLIC_GOAL = 0.5  # of the throughput of a page that does nothing
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
    help = "量各页面的速度，与 Django 后台列表和空页面并列，写入 var/bench.json。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=100, help="每个页面量多少次，默认 100")
        parser.add_argument(
            "--scale",
            action="store_true",
            help="再量各页面和审核在 79、7900 和 79000 项举措时各需多久，只在 PostgreSQL 上",
        )
        parser.add_argument(
            "--seconds", type=int, default=5, help="每个页面在 16 个连接下量多少秒吞吐，默认 5；0 为不量"
        )
        parser.add_argument("--rows", type=int, default=IMPORTED, help="往返填报量多少行，默认 10000")
        parser.add_argument(
            "--exported", type=int, default=EXPORTED, help="导出量多少行，默认 10000；占用的内存按十倍的行数量"
        )
        parser.add_argument(
            "--measures",
            type=int,
            nargs=len(SIZES),
            default=list(SIZES.values()),
            metavar=("小", "中", "大"),
            help="三份分工表的举措项数",
        )
        parser.add_argument("--output", type=Path, default=settings.VAR_DIR / "bench.json", help="结果文件")

    def handle(
        self,
        *args: Any,
        rounds: int,
        seconds: int,
        rows: int,
        exported: int,
        scale: bool,
        measures: list[int],
        output: Path,
        **options: Any,
    ) -> None:
        if rounds < 1 or seconds < 0:
            raise CommandError("--rounds 至少为 1，--seconds 至少为 0。")
        if scale and connection.vendor != "postgresql":
            raise CommandError("--scale 只在 PostgreSQL 上量。请运行 make bench-scale，它自带一个临时的。")
        leave_the_program_alone()  # as a worker of the site does
        with temporary_database():
            with bench_settings():
                plan, cookies = prepare()
                urls = addresses(plan)
                check_same_rows(plan, urls, cookies)
                with nothing_kept():
                    results = figures(measure(urls, cookies, rounds))
                results |= export_figures(rounds, exported)
                self.report(results, rounds)
                if seconds:
                    self.stdout.write(f"照 deploy/ 的设置运行，{CONNECTIONS} 个连接各 {seconds} 秒：")
                    results |= throughput(seconds, self.stdout.write)
                    self.report_throughput(results)
            call_command("flush", interactive=False, verbosity=0)
            results |= import_speedup(self.stdout.write, rows)
            call_command("flush", interactive=False, verbosity=0)
            sizes = dict(zip(SIZES, measures, strict=True))
            with bench_settings():
                grown = growth(rounds, self.stdout.write, sizes if scale else {"small": sizes["small"]}, seconds)
            self.report_pages(grown, measures[0])
            if scale:
                self.report_growth(grown, measures)
            results |= grown
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(results, indent=2) + "\n")
        self.stdout.write(f"已写入 {output}")

    def report(self, results: dict[str, float], rounds: int) -> None:
        self.stdout.write(f"各 {rounds} 次的中位数，{connection.vendor}，同一登录用户，不压缩、不缓存：")
        for name, label in LABELS.items():
            self.stdout.write(f"{results[f'{name}_ms']:9.2f} 毫秒  {label}")
        speedup = results["list_speedup_over_changelist"]
        verdict = "达到目标" if speedup >= GOAL else "达到下限" if speedup >= TARGET else "没有达到下限"
        self.stdout.write(f"任务清单是后台列表的 {speedup:.2f} 倍快（下限 {TARGET}，目标 {GOAL}）：{verdict}")

    def report_throughput(self, results: dict[str, float]) -> None:
        share = results["public_vs_hello_throughput"]
        verdict = "达到目标" if share >= PUBLIC_GOAL else "没有达到目标"
        self.stdout.write(f"最慢的公众页面是空页面的 {share:.2f} 倍（目标 {PUBLIC_GOAL}）：{verdict}")
        self.stdout.write(f"每个进程占内存 {results['worker_mb']:.0f} MB，启动用 {results['cold_start_ms']:.0f} 毫秒")

    def report_pages(self, results: dict[str, float], measures: int) -> None:
        self.stdout.write(f"{measures} 项举措，每个页面由用它的人打开，与空页面、Django 后台列表轮流量：")
        for name, label in GROWING.items():
            beside = (
                f"{results[f'{name}_vs_hello']:7.1f} 倍于空页面，{results[f'{name}_vs_changelist']:5.2f} 倍于后台列表"
            )
            self.stdout.write(f"{results[f'{name}_small_ms']:9.2f} 毫秒，{beside}  {label}")

    def report_growth(self, results: dict[str, float], measures: list[int]) -> None:
        self.stdout.write(f"{'、'.join(map(str, measures))} 项举措时的中位数，各在自己的数据库里：")
        for name, label in GROWING.items():
            taken = " → ".join(f"{results[f'{name}_{size}_ms']:9.2f}" for size in SIZES)
            firsts = [results.get(f"{name}_after_{change}_large_ms") for change in CHANGES]
            after = "" if None in firsts else "，通过一份后第一次 {:.0f} 毫秒，改表后 {:.0f} 毫秒".format(*firsts)
            self.stdout.write(f"{taken} 毫秒，{results[f'{name}_growth']:.2f} 倍  {label}{after}")


@contextmanager
def bench_settings() -> Iterator[None]:
    """The site's own settings and this module's `hello`; static files need not have been collected, and no request is a line
    among the results.
    """
    requests = logging.getLogger("jiaodong.requests")
    requests.disabled = True
    overridden = override_settings(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["testserver"],
        STORAGES=settings.STORAGES | PLAIN_STATIC_FILES,
        STATIC_ROOT=settings.BASE_DIR / "jiaodong" / "static",
    )
    with overridden:
        yield
    requests.disabled = False


@contextmanager
def nothing_kept() -> Iterator[None]:
    """The overview and the list are drawn each time, as Django's own list is."""
    pieces = {"template_fragments": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with override_settings(CACHES=settings.CACHES | pieces), mock.patch.object(plans, "kept", Asked.answer):
        yield


def prepare() -> tuple[Plan, Cookies]:
    """The customer's plan, and the cookies of somebody who may see the back office."""
    call_command("loaddata", "units.json", "jiaodong.json", verbosity=0)
    plan, person = Plan.objects.get(), User.objects.create_superuser("bench", role=Role.ADMINISTRATOR)
    count_public(plan.pk)  # as an import leaves it
    settle()
    return plan, logged_in(person)


def addresses(plan: Plan) -> dict[str, str]:
    return {
        "hello": reverse("hello"),
        "overview": reverse("plan", args=[plan.slug]),
        "list": f"{reverse('plan-tasks', args=[plan.slug])}?per_page={ROWS}",
        "changelist": reverse("admin:tasks_measure_changelist"),
    }


def check_same_rows(plan: Plan, urls: dict[str, str], cookies: Cookies) -> None:
    """Both lists must show the same fifty measures, or the comparison says nothing."""
    handler = WSGIHandler()
    expected = measure_list(plan).values_list("pk", "main_task__number", "order")[:ROWS]
    shown = answer(handler, urls["list"], cookies).content.decode()
    listed = answer(handler, urls["changelist"], cookies).content.decode()
    codes = set(re.findall(r"/measures/(\d+-\d+)/", shown))
    keys = set(re.findall(r"/measure/(\d+)/change/", listed))
    if codes != {f"{number}-{order}" for _, number, order in expected} or keys != {str(pk) for pk, *_ in expected}:
        raise CommandError(f"两个列表显示的不是相同的 {ROWS} 项举措：清单 {len(codes)} 项，后台 {len(keys)} 项。")


def measure(urls: dict[str, str], cookies: Cookies, rounds: int) -> dict[str, list[float]]:
    """Seconds each answer took, page by page."""
    handler, database = WSGIHandler(), connections[connection.alias]
    return timed({name: Act(partial(answer, handler, url, cookies), database) for name, url in urls.items()}, rounds)


def figures(times: dict[str, list[float]]) -> dict[str, float]:
    results = {f"{name}_ms": round(median(taken) * 1000, 3) for name, taken in times.items()}
    results["list_speedup_over_changelist"] = round(results["changelist_ms"] / results["list_ms"], 2)
    return results
