"""Two hundred people on the real server for half an hour: `python -m jiaodong.testing.postgres -- python -m jiaodong.testing.load`.

People of every role come with browsers of their own, read, write, review and export, and think in between. Wrong are:
an answer that is not the expected one, a connection that fails, a report that was answered as kept and is not there, an
audit trail that does not hold, and memory that goes on growing. One table comes out, and `var/load.json`.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from jiaodong.testing.browsing import Browser, Notes
from jiaodong.testing.people import DOES, Person, Promises
from jiaodong.testing.postgres import free_port
from jiaodong.testing.serving import ROOT, Server, storm

WORKERS = 2
THINK = 8.0  # seconds between two pages of a person, on average
GROWTH = 1.15  # see `growth`
SAMPLES = 180  # of the memory, over the whole run


@dataclass
class Run:
    notes: Notes = field(default_factory=Notes)
    promises: Promises = field(default_factory=Promises)
    memory: list[int] = field(default_factory=list)  # bytes of all workers, at equal intervals


def play(
    server: Server, people: list[dict[str, Any]], *, think: float, goes_on: Callable[[int], bool], every: float = 0
) -> Run:
    """Let everybody visit until `goes_on(visits made)` says no. Memory is looked at each `every` seconds, 0 never."""
    run, over = Run(), threading.Event()

    def live(number: int, who: dict[str, Any]) -> None:
        browser = Browser(server.port, run.notes, who["session"])
        dice = random.Random(number)  # noqa: S311
        one, visits = Person(browser, run.promises, dice, think, who["paths"]), 0
        time.sleep(dice.uniform(0, 4) * think)  # nobody comes at the same moment
        try:
            while goes_on(visits):
                DOES[who["does"]](one)
                visits += 1
                one.pause()
        except Exception as error:  # a script that stumbles must not pass for a quiet person
            run.notes.trouble(f"{who['does']}: {type(error).__name__} {error}")

    def watch() -> None:
        while not over.wait(every):
            run.memory.append(server.memory())

    threads = [threading.Thread(target=live, args=(number, who)) for number, who in enumerate(people)]
    watcher = threading.Thread(target=watch)
    for thread in threads:
        thread.start()
    if every:
        watcher.start()
    for thread in threads:
        thread.join()
    over.set()
    if every:
        watcher.join()
    return run


def growth(memory: list[int]) -> float:
    """The median of the last third over that of the second: 1 is flat.

    The first third fills caches and the threads' heaps. After it, `GROWTH` leaves room for what the allocator keeps of
    the largest page; a leak of 3 KB a request is beyond it in half an hour with 20 requests a second.
    """
    third = len(memory) // 3
    if not third:
        return 1.0
    return statistics.median(memory[-third:]) / statistics.median(memory[third : 2 * third])


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def summary(run: Run, environment: dict[str, str], users: int, seconds: float) -> dict[str, Any]:
    found = storm(environment, users, "kept", "judge")
    lost = run.promises.broken(found["kept"])
    judged = found["judge"]
    requests = sum(map(len, run.notes.seconds.values()))
    return {
        "users": users,
        "minutes": round(seconds / 60, 1),
        "requests": requests,
        "requests_per_second": round(requests / seconds, 1),
        "submissions": sum(run.promises.submissions.values()),
        "troubles": run.notes.troubles,
        "lost": lost + [f"half a report: {judged['half']}"] * bool(judged["half"]),
        "broken_links": judged["broken"],
        "memory_mb": [round(size / 2**20) for size in run.memory],
        "memory_growth": round(growth(run.memory), 3),
        "ms": {
            kind: {
                "requests": len(took),
                **{f"p{share}": round(percentile(took, share / 100) * 1000) for share in (50, 95, 99)},
            }
            for kind, took in sorted(run.notes.seconds.items())
        },
    }


def is_well(result: dict[str, Any]) -> bool:
    return not (result["troubles"] or result["lost"] or result["broken_links"]) and result["memory_growth"] <= GROWTH


def show(result: dict[str, Any]) -> None:
    lines = [f"{'':16}{'requests':>9}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}"]
    lines += [
        f"{kind:16}{one['requests']:9}{one['p50']:8}{one['p95']:8}{one['p99']:8}" for kind, one in result["ms"].items()
    ]
    memory = result["memory_mb"] or [0]
    lines += [
        "",
        f"{result['users']} people, {result['minutes']} minutes, {result['requests_per_second']} requests a second",
        f"{result['submissions']} submissions answered, {len(result['lost'])} reports lost",
        f"{len(result['troubles'])} errors, {len(result['broken_links'])} broken links of the audit trail",
        f"memory {memory[0]} to {memory[-1]} MB, growth {result['memory_growth']} (at most {GROWTH})",
        *result["troubles"][:20],
        *result["lost"][:20],
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--users", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jiaodong-load-") as folder:
        environment = {
            **os.environ,
            "SITE_ENV": "development",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "jiaodong.settings",
        }
        everybody = storm(environment, asked.users, "prepare", "static", "people")["people"]
        server = Server(environment, free_port(), workers=WORKERS)
        with closing(server):
            begun = time.monotonic()
            end = begun + asked.minutes * 60
            run = play(
                server,
                everybody,
                think=THINK,
                goes_on=lambda visits: time.monotonic() < end,
                every=asked.minutes * 60 / SAMPLES,
            )
            result = summary(run, environment, asked.users, time.monotonic() - begun)
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "load.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    show(result)
    return 0 if is_well(result) else 1


if __name__ == "__main__":
    sys.exit(main())
