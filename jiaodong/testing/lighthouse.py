"""Lighthouse over the site as it is served: `python -m jiaodong.testing.lighthouse`.

A demonstration of its own (temporary folder, free port, the real server with hashed and compressed files) is started,
measured and stopped; the pages of staff are opened as its leader. Reports go to var/lighthouse/. The exit code is 1 where a score is below 95.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from jiaodong.testing.browser import QUIET
from jiaodong.testing.commands import tidy_on_signals
from jiaodong.testing.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "var" / "lighthouse"
LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = {"overview": "/", "tasks": "/plans/jiaodong/tasks/"}
PAGES_OF_STAFF = {"dashboard": "/plans/jiaodong/dashboard/", "ledger": "/plans/jiaodong/ledger/"}
FORMS = {"mobile": [], "desktop": ["--preset=desktop"]}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95
PATIENCE = 60  # seconds


LOG_IN = """
from django.conf import settings
from django.test import Client
from units.models import User
client = Client()
client.force_login(User.objects.get(username="leader"))
print(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}", end="")
"""


class Site(NamedTuple):
    """Where it is served, and the cookie by which its leader is logged in."""

    address: str
    cookie: str


@contextmanager
def running_site() -> Iterator[Site]:
    """A site with the customer's plan and the periods of the demonstration, as `make demo` gives it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tidy_on_signals(), tempfile.TemporaryDirectory(prefix="jiaodong-site-") as var:
        database = f"sqlite:///{var}/jiaodong.sqlite3"
        env = {
            **os.environ,
            "SITE_ENV": "development",
            "DEMO": "true",
            "VAR_DIR": var,
            "DATABASE_URL": database,
            "LOG_LEVEL": "ERROR",
        }
        for command in (["migrate", "--verbosity=0"], ["load_demo"], ["collectstatic", "--noinput", "--verbosity=0"]):
            manage(env, *command)
        cookie = manage(env, "shell", "--no-imports", "--command", LOG_IN)
        granian = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--log-level", "warning"]
        serve = [*granian, "--port", str(port), "--blocking-threads", "4", "jiaodong.wsgi:application"]
        with subprocess.Popen(serve, cwd=ROOT, env=env) as server:
            try:
                wait_for(f"{address}/", server)
                yield Site(address, cookie)
            finally:
                server.terminate()


def manage(env: dict[str, str], *command: str) -> str:
    """What the command prints."""
    given = [sys.executable, "manage.py", *command]
    return subprocess.run(given, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(url, timeout=PATIENCE).close()  # noqa: S310, an address of our own
        except URLError:
            time.sleep(0.2)
        else:
            return
    sys.exit("临时网站没有启动，原因见上面的输出。")


def measure(url: str, report: Path, options: list[str]) -> dict[str, int]:
    """The score of each category, 0 to 100."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    flags = " ".join(["--headless", *sandbox, *QUIET])
    command = ["npx", "--yes", LIGHTHOUSE, url, "--output=json", f"--output-path={report}", "--quiet"]
    subprocess.run(
        [*command, f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}", *options],
        env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        stdin=subprocess.DEVNULL,
        check=True,
    )
    categories = json.loads(report.read_text())["categories"]
    return {name: round((categories[name]["score"] or 0) * 100) for name in CATEGORIES}


def main() -> int:
    if shutil.which("npx") is None:
        sys.exit("没有找到 npx。请先安装 Node.js 和 npm（Debian：apt-get install npm），再运行一次。")
    REPORTS.mkdir(parents=True, exist_ok=True)
    low = 0
    with running_site() as site:
        for page, path in (PAGES | PAGES_OF_STAFF).items():
            entry = [f"--extra-headers={json.dumps({'Cookie': site.cookie})}"] if page in PAGES_OF_STAFF else []
            for form, options in FORMS.items():
                scores = measure(f"{site.address}{path}", REPORTS / f"{page}-{form}.json", [*options, *entry])
                low += sum(score < LEAST for score in scores.values())
                listed = "  ".join(f"{name} {score}" for name, score in scores.items())
                sys.stdout.write(f"{page:<9} {form:<8} {listed}\n")
                sys.stdout.flush()
    if low:
        sys.stdout.write(f"有 {low} 项低于 {LEAST}，报告在 {REPORTS.relative_to(ROOT)}/。\n")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
