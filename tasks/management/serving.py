"""The site served as `deploy/` has it, nginx in front, in processes of its own, on the database of the measurement; and wrk
against it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from tasks.management.measuring import Cookies

CONNECTIONS = 16
WARM_UP = 32  # requests
DEPLOYED = settings.BASE_DIR / "deploy"
APPLICATION = "tasks.management.served:application"
NGINX = """
{user}daemon off; worker_processes 1; error_log {folder}/nginx.log; pid {folder}/nginx.pid;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream jiaodong {{ server unix:{folder}/web.sock; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://jiaodong; include {deployed}/nginx/proxy.conf; }}
    }}
}}
"""
FIGURES = """
done = function(summary, latency, requests)
   local wrong = summary.errors
   io.write(string.format('{"requests":%d,"seconds":%f,"p50":%f,"p95":%f,"p99":%f,"wrong":%d}\\n',
      summary.requests, summary.duration / 1e6,
      latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
      wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
"""
POSTS = """
local path, at, posts = %s, 0, {}
for line in io.lines(path) do posts[#posts + 1] = line end
request = function()
   at = at + 1
   local path, cookie, body = string.match(posts[at] or posts[#posts], "(.-)\\t(.-)\\t(.*)")
   return wrk.format("POST", path, {Cookie = cookie, ["Content-Type"] = "application/x-www-form-urlencoded"}, body)
end
"""


@dataclass(frozen=True)
class Post:
    """A form sent by somebody. wrk sends each once, as long as there are enough for the time."""

    path: str
    cookie: str
    body: str


@dataclass(frozen=True)
class Served:
    """Where the site answers, and what is known of its processes."""

    url: str
    process: subprocess.Popen
    cold_start_ms: float

    def worker_mb(self) -> float:
        """What the largest worker holds in memory."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return max(resident_mb(int(worker)) for worker in workers)


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


@contextmanager
def served() -> Iterator[Served]:
    """The site and a page that does nothing, on the present database, with its static files collected."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "SITE_ENV": "development",
            "LOG_LEVEL": "ERROR",
            "VAR_DIR": folder,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
        }
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, cwd=settings.BASE_DIR, env=environment, check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        begun = perf_counter()
        granian, nginx = running = [
            subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
            )
            for command in (granian_command(folder), nginx_command(folder, port))
        ]
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_up(running, url)
            yield Served(url, granian, round((perf_counter() - begun) * 1000, 1))
        finally:
            for process in (nginx, granian):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()


def granian_command(folder: str) -> list[str]:
    """What systemd starts, with `hello` beside the site."""
    unit = (DEPLOYED / "systemd" / "jiaodong.service").read_text()
    (line,) = (line for line in unit.splitlines() if line.startswith("ExecStart="))
    _, *flags, _ = line.replace("/run/jiaodong", folder).split()
    return [sys.executable, "-m", "granian", *flags, APPLICATION]


def nginx_command(folder: str, port: int) -> list[str]:
    if shutil.which("nginx") is None:
        raise CommandError("没有找到 nginx，网站要照 deploy/ 的样子运行。在 Debian 上是：apt-get install nginx-light")
    path = Path(folder) / "nginx.conf"
    user = "" if os.geteuid() else "user root; "  # the folder is open to its owner alone
    path.write_text(NGINX.format(folder=folder, port=port, deployed=DEPLOYED, user=user))
    return ["nginx", "-p", folder, "-c", str(path), "-e", "stderr"]


def wait_until_up(running: Sequence[subprocess.Popen], url: str) -> None:
    while all(process.poll() is None for process in running):
        try:
            with urlopen(f"{url}/hello"):  # noqa: S310 -- our own server
                return
        except URLError:
            sleep(0.01)
    raise CommandError("网站没有启动，原因见上面的输出。")


def database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


def warm_up(url: str, cookies: Cookies) -> None:
    """Every worker has answered it before the clock starts: compiled its templates, kept what may be kept. One request after
    the other would all be taken by the same worker.
    """
    request = Request(url, headers={"Accept-Encoding": "gzip", "Cookie": in_header(cookies)})  # noqa: S310
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for _ in pool.map(answered, [request] * WARM_UP):
            pass


def answered(request: Request) -> None:
    with urlopen(request) as answer:  # noqa: S310
        answer.read()


def in_header(cookies: Cookies) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def hurry(url: str, seconds: int, cookies: Cookies | None = None, posts: Sequence[Post] = ()) -> dict[str, float]:
    """Requests per second, and the percentiles of an answer in milliseconds, at `CONNECTIONS` connections."""
    if shutil.which("wrk") is None:
        raise CommandError("没有找到 wrk，无法量吞吐。在 Debian 上是：apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.lua"
        script.write_text(FIGURES + (replayed(Path(folder) / "posts", posts) if posts else ""))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
        command += ["-H", "Accept-Encoding: gzip"]
        command += ["-H", f"Cookie: {in_header(cookies)}"] if cookies else []
        done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    return as_figures(json.loads(done.stdout.splitlines()[-1]), url, len(posts))


def replayed(path: Path, posts: Sequence[Post]) -> str:
    path.write_text("".join(f"{post.path}\t{post.cookie}\t{post.body}\n" for post in posts))
    return POSTS % json.dumps(str(path))


def as_figures(found: dict[str, Any], url: str, posts: int) -> dict[str, float]:
    if found["wrong"] or not found["requests"]:
        raise CommandError(f"{url} 的 {found['requests']} 次请求中有 {found['wrong']} 次出错，没有可比的数字。")
    if 0 < posts < found["requests"]:
        raise CommandError(f"{url} 备下的 {posts} 份表单不够用，请缩短时间。")
    figures = {"rps": round(found["requests"] / found["seconds"], 1)}
    return figures | {f"{name}_ms": round(found[name], 2) for name in ("p50", "p95", "p99")}
