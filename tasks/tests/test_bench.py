"""The bench compares like with like, in a database of its own, and writes numbers others can read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from tasks.choices import ReportState
from tasks.management import growth, serving, throughput
from tasks.management.commands import bench
from tasks.models import Plan, ProgressReport
from tasks.tests.pages import TASKS
from units.choices import Role
from units.tests.samples import make_user

GROWN = [
    "dashboard", "ledger", "overview", "tasks", "measure", "unit", "matters", "workbench", "report", "review", "returned",
    "board", "filing", "unfinished", "compare", "stocktake", "exports", "periods", "publishing", "unit_page", "by_due", "by_units", "by_light",
    "of_unit", "words", "ledger_words", "frequent", "approval",
]  # fmt: skip
BESIDES = ["hello", "changelist"]
SMALL_KEYS = [f"{name}_small_ms" for name in [*GROWN, *BESIDES]]
RATIO_KEYS = [f"{name}_vs_{beside}" for name in GROWN for beside in BESIDES]
GROWTH_KEYS = SMALL_KEYS + [f"{name}_{size}_ms" for size in ("middle", "large") for name in GROWN]
GROWTH_KEYS += [f"{name}_{told}" for name in GROWN for told in ("vs_hello", "vs_changelist", "growth")]
GROWTH_KEYS += [
    f"{name}_after_{change}_{size}_ms"
    for size in ("small", "large")
    for name in GROWN
    if name != "approval"
    for change in ("approval", "amendment")
]
HURRIED = ("rps", "p50_ms", "p95_ms", "p99_ms")
THROUGHPUT_KEYS = [f"{page}_{figure}" for page in throughput.LABELS for figure in HURRIED]
THROUGHPUT_KEYS += ["worker_mb", "cold_start_ms", "public_vs_hello_throughput"]
OF_STAFF = [name for name in GROWN if name not in ("overview", "tasks", "approval")]
LARGE_KEYS = [f"{page}_large_{figure}" for page in (*OF_STAFF, "submission") for figure in HURRIED]
KEYS = ["hello_ms", "overview_ms", "list_ms", "changelist_ms", "list_speedup_over_changelist"]
KEYS += ["export_vs_write_only", "export_peak_mb"]
BENCH = [sys.executable, "manage.py", "bench", "--rounds", "1", "--rows", "20", "--exported", "1000", "--seconds", "0"]
IMPORT_KEYS = ["import_ms", "import_export_ms", "import_speedup_over_import_export"]


def test_it_writes_one_number_a_key_and_leaves_the_database_alone(tmp_path: Path) -> None:
    own, output = tmp_path / "own.sqlite3", tmp_path / "var" / "bench.json"
    env = {**os.environ, "VAR_DIR": str(tmp_path)}
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        env["DATABASE_URL"] = f"sqlite:///{own}"
    done = subprocess.run(
        [*BENCH, "--output", str(output)], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads(output.read_text())
    assert list(results) == KEYS + IMPORT_KEYS + SMALL_KEYS + RATIO_KEYS
    assert all(isinstance(number, float) and number > 0 for number in results.values())
    assert sum("倍于后台列表" in line for line in done.stdout.splitlines()) == len(GROWN)
    assert [line.split("毫秒")[1].strip() for line in done.stdout.splitlines() if " 毫秒  " in line][:4] == [
        "空页面（hello）",
        "总览",
        "任务清单（50 行）",
        "Django 后台列表（50 行）",
    ]
    assert not own.exists()


@pytest.mark.django_db
def test_the_whole_is_measured_on_postgresql_in_three_databases_that_are_gone_afterwards(tmp_path: Path) -> None:
    """Served as `deploy/` has it, a second each page."""
    output = tmp_path / "bench.json"
    env = {**os.environ, "VAR_DIR": str(tmp_path)}
    if is_sqlite := connection.vendor == "sqlite":
        env["DATABASE_URL"] = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    command = [*BENCH, "--seconds", "1", "--scale", "--measures", "10", "15", "20"]
    before = databases()
    done = subprocess.run(
        [*command, "--output", str(output)], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )
    if is_sqlite:
        assert "只在 PostgreSQL 上量" in done.stderr
        assert (done.returncode, output.exists()) == (1, False)
    else:
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads(output.read_text())
        assert list(found) == KEYS + THROUGHPUT_KEYS + IMPORT_KEYS + GROWTH_KEYS + LARGE_KEYS
        assert databases() == before


def databases() -> list[str]:
    """Their names, where the server keeps several."""
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY datname")
        return [name for (name,) in cursor.fetchall()]


def test_how_often_the_large_one_takes_the_small_ones_time() -> None:
    taken = {"small": [0.02, 0.03, 0.9], "middle": [0.04], "large": [0.05, 0.06, 0.07]}
    times = {f"{name}_{size}": times for size, times in taken.items() for name in GROWN}
    found = growth.figures(times | {"hello_small": [0.001], "changelist_small": [0.06]})
    assert (found["dashboard_vs_hello"], found["dashboard_vs_changelist"]) == (30.0, 0.5)
    assert [found[f"dashboard_{size}_ms"] for size in taken] == [30.0, 40.0, 60.0]
    assert {name: found[f"{name}_growth"] for name in GROWN} == dict.fromkeys(GROWN, 2.0)


def test_the_middle_one_counts_and_the_speedup_is_their_ratio() -> None:
    times = {"hello": [0.001], "overview": [0.002], "list": [0.9, 0.005, 0.004], "changelist": [0.03, 0.031, 0.02]}
    assert bench.figures(times) == {
        "hello_ms": 1.0,
        "overview_ms": 2.0,
        "list_ms": 5.0,
        "changelist_ms": 30.0,
        "list_speedup_over_changelist": 6.0,
    }


def test_no_rounds_are_refused() -> None:
    with pytest.raises(CommandError, match="至少为 1"):
        call_command("bench", rounds=0)


class TestSameRows:
    @pytest.fixture
    def cookies(self, loaded_plan: Plan, client: Client) -> dict[str, str]:
        client.force_login(make_user(Role.ADMINISTRATOR))
        return {name: morsel.value for name, morsel in client.cookies.items()}

    def test_the_lists_compared_show_the_same_fifty(self, loaded_plan: Plan, cookies: dict[str, str]) -> None:
        urls = {"list": f"{TASKS}?per_page=50", "changelist": "/admin/tasks/measure/"}
        bench.check_same_rows(loaded_plan, urls, cookies)

    @pytest.mark.parametrize(
        "urls",
        [
            {"list": f"{TASKS}?per_page=25", "changelist": "/admin/tasks/measure/"},
            {"list": f"{TASKS}?per_page=50&sort=-number", "changelist": "/admin/tasks/measure/"},
            {"list": f"{TASKS}?per_page=50", "changelist": "/admin/tasks/measure/?p=2"},
        ],
    )
    def test_other_rows_are_refused(self, loaded_plan, cookies: dict[str, str], urls: dict[str, str]) -> None:
        with pytest.raises(CommandError, match="不是相同的 50 项举措"):
            bench.check_same_rows(loaded_plan, urls, cookies)

    def test_a_page_that_does_not_answer_is_refused(self, loaded_plan: Plan, cookies: dict[str, str]) -> None:
        urls = {"list": "/plans/none/tasks/", "changelist": "/admin/tasks/measure/"}
        with pytest.raises(CommandError, match="返回 404"):
            bench.check_same_rows(loaded_plan, urls, cookies)


class TestThroughput:
    """wrk itself, against the site as the tests serve it."""

    def test_a_page_gives_requests_a_second_and_percentiles(self, live_site) -> None:
        found = serving.hurry(f"{live_site.url}/healthz", 2)
        assert list(found) == ["rps", "p50_ms", "p95_ms", "p99_ms"]
        assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]

    def test_every_form_is_one_report(self, loaded_plan: Plan, client: Client) -> None:
        posts = throughput.submissions(loaded_plan, throughput.make_clerks(), 300)
        assert len({post.path for post in posts}) == len(posts) >= 300
        for post in (posts[0], posts[-1]):
            client.cookies.load(post.cookie)
            answer = client.post(post.path, post.body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 302
        assert list(ProgressReport.objects.values_list("state", flat=True)) == [ReportState.FORWARDED] * 2

    def test_forms_are_posted(self, live_site) -> None:
        """To a page that takes none: the site itself would go on writing when wrk and the test are gone."""
        posts = [serving.Post("/healthz", "display=large", "do=submit")] * 20_000
        with pytest.raises(CommandError, match=r"的 (\d+) 次请求中有 \1 次出错"):
            serving.hurry(live_site.url, 1, posts=posts)

    def test_answers_without_reports_are_worth_nothing(
        self, loaded_plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(throughput, "hurry", lambda *args, **options: {"rps": 3.0})
        with pytest.raises(CommandError, match="只有 0 份已提交"):
            throughput.submitted(SimpleNamespace(url="/"), [], 5, print)

    @pytest.mark.parametrize(
        ("found", "posts", "said"),
        [
            ({"requests": 0, "wrong": 0}, 0, "没有可比的数字"),
            ({"requests": 9, "wrong": 1}, 0, "有 1 次出错"),
            ({"requests": 9, "wrong": 0}, 8, "备下的 8 份表单不够用"),
        ],
    )
    def test_what_cannot_be_compared_is_refused(self, found: dict[str, int], posts: int, said: str) -> None:
        with pytest.raises(CommandError, match=said):
            serving.as_figures(found, "/", posts)

    def test_wrk_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(serving.shutil, "which", lambda name: None)
        with pytest.raises(CommandError, match="apt-get install wrk"):
            serving.hurry("/", 1)
