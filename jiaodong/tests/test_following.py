"""A request can be followed: its number in the answer, on the page and in the log; its part in the metrics."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import path
from django.utils import timezone

from jiaodong import logs, urls
from jiaodong.testing.databases import ROOT
from units import audit
from units.choices import Role
from units.models import User

handler500 = urls.handler500


def broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [*urls.urlpatterns, path("broken/", broken, name="broken")]


@pytest.fixture
def odd_site(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def number(answer) -> str:
    return answer.headers["X-Request-ID"]


class TestNumber:
    def test_every_answer_has_one_of_its_own(self, client: Client) -> None:
        first, second = client.get("/healthz"), client.get("/healthz")
        assert len(number(first)) == 32
        assert number(first) != number(second)

    @pytest.mark.parametrize(
        ("given", "is_taken"),
        [
            ("a1B2-c3._", True),
            ("x" * 64, True),
            ("short", False),
            ("x" * 65, False),
            ("a b c d e f", False),
            ("", False),
        ],
    )
    def test_a_proper_one_of_the_proxy_is_taken(self, client: Client, settings, given: str, is_taken: bool) -> None:
        settings.BEHIND_PROXY = True
        assert (number(client.get("/healthz", headers={"X-Request-ID": given})) == given) is is_taken

    def test_without_a_proxy_nobody_chooses_it(self, client: Client) -> None:
        assert number(client.get("/healthz", headers={"X-Request-ID": "chosen-by-me"})) != "chosen-by-me"

    @pytest.mark.django_db
    @pytest.mark.parametrize(("address", "status"), [("/broken/", 500), ("/nothing/", 404), ("/audit/", 403)])
    def test_the_page_that_says_what_went_wrong_shows_it(self, odd_site: Client, address: str, status: int) -> None:
        odd_site.force_login(User.objects.create_user("ling-dao", role=Role.LEADER))
        answer = odd_site.get(address)
        assert answer.status_code == status
        assert f'编号：<code class="text-reset">{number(answer)}</code>' in answer.content.decode()

    def test_and_so_does_a_form_that_was_open_too_long(self, db: None) -> None:
        answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})
        assert f'编号：<code class="text-reset">{number(answer)}</code>' in answer.content.decode()


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture):
    """The log as production writes it, line by line."""
    caplog.handler.setFormatter(logs.JsonFormatter())
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(line) for line in caplog.text.split("\n") if line]


class TestLog:
    @pytest.mark.django_db
    def test_a_failure_is_found_by_its_number_and_names_nobody(self, odd_site: Client, written) -> None:
        odd_site.force_login(User.objects.create_user("zhang-san", last_name="张", role=Role.LEADER))
        answer = odd_site.get("/broken/?q=%E5%BC%A0", REMOTE_ADDR="192.0.2.7")
        lines = [line for line in written() if line.get("request_id") == number(answer)]
        failure, request = lines
        assert (failure["level"], failure["logger"]) == ("ERROR", "django.request")
        assert "RuntimeError: broken on purpose" in failure["traceback"]
        assert {name: request[name] for name in ("method", "path", "view", "status", "queries")} == {
            "method": "GET",
            "path": "/broken/",
            "view": "broken",
            "status": 500,
            "queries": 2,
        }
        said = json.dumps(lines, ensure_ascii=False)
        assert [one for one in ("zhang-san", "张", "192.0.2.7", "?q=") if one in said] == []

    @pytest.mark.django_db
    def test_a_refusal_is_found_by_its_number_too(self, odd_site: Client, written) -> None:
        answer = odd_site.get("/nothing/")
        assert {line["logger"] for line in written() if line.get("request_id") == number(answer)} == {
            "django.request",
            "jiaodong.requests",
        }

    def test_what_the_database_quotes_of_a_row_is_left_out(self) -> None:
        said = "duplicate key value\nDETAIL:  Key (username)=(zhang-san) already exists.\n"
        try:
            raise ValueError(said)
        except ValueError:
            text = logs.JsonFormatter().formatException(sys.exc_info())
        assert "duplicate key value" in text
        assert "zhang-san" not in text

    def test_probes_leave_no_line(self, client: Client, written) -> None:
        client.get("/healthz")
        assert written() == []

    def test_production_writes_json(self) -> None:
        program = "import django; django.setup(); import logging; logging.getLogger('x').warning('字 %s', 1)"
        env = {
            "SITE_ENV": "production",
            "SECRET_KEY": "k" * 50,
            "ALLOWED_HOSTS": "x",
            "DATABASE_URL": "sqlite://:memory:",
            "DJANGO_SETTINGS_MODULE": "jiaodong.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, text=True, check=True
        )
        line = json.loads(done.stderr)
        assert (line["level"], line["logger"], line["message"]) == ("WARNING", "x", "字 1")


@pytest.mark.django_db
class TestMetrics:
    def test_nothing_is_there_for_whoever_is_not_on_the_list(self, client: Client, settings) -> None:
        assert client.get("/metrics").status_code == 404
        settings.METRICS_ALLOWED = ["10.1.0.0/24"]
        assert client.get("/metrics", REMOTE_ADDR="10.2.0.5").status_code == 404
        assert client.get("/metrics", REMOTE_ADDR="10.1.0.5").status_code == 200

    def test_behind_a_proxy_the_clients_address_counts(self, client: Client, settings) -> None:
        settings.METRICS_ALLOWED, settings.BEHIND_PROXY = ["127.0.0.1"], True
        answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1, 203.0.113.9")
        assert answer.status_code == 404

    def test_requests_and_the_last_backup(self, client: Client, settings) -> None:
        settings.METRICS_ALLOWED = ["127.0.0.1"]
        event = audit.record(None, "备份", "x.backup", now=timezone.now())
        before = value(client, 'jiaodong_requests_total{method="other",status="405",view="healthz"}')
        client.delete("/healthz")
        assert value(client, 'jiaodong_requests_total{method="other",status="405",view="healthz"}') == before + 1
        assert value(client, "jiaodong_last_backup_timestamp_seconds") == event.at.timestamp()
        assert value(client, "jiaodong_disk_free_bytes") > 0
        assert value(client, 'jiaodong_request_queries_bucket{le="0.0",view="healthz"}') >= 1

    def test_addresses_that_anybody_makes_up_are_one(self, client: Client, settings) -> None:
        settings.METRICS_ALLOWED = ["127.0.0.1"]
        client.get("/made-up-by-somebody/")
        assert "made-up" not in client.get("/metrics").content.decode()


def value(client: Client, name: str) -> float:
    for line in client.get("/metrics").content.decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    return 0.0


WORKER = """
import django, os, sys; django.setup()
from jiaodong import metrics
metrics.observe("GET", "home", 200, 0.1, 3)
"""
ASKED = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry(); MultiProcessCollector(registry)
sys.stdout.write(generate_latest(registry).decode())
"""


def test_workers_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    env = {
        "DJANGO_SETTINGS_MODULE": "jiaodong.settings",
        "DATABASE_URL": "sqlite://:memory:",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    for program in (WORKER, WORKER + ASKED):
        done = subprocess.run(
            [sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, text=True, check=True
        )
    assert 'jiaodong_requests_total{method="GET",status="200",view="home"} 2.0' in done.stdout
