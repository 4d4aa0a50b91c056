"""What reading a file costs: in a process of its own, under the operating system's limits, counted by the kernel."""

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path
from typing import NamedTuple

SPARE = 2  # times the memory allowed, before the system refuses it: what went over is to be seen, not guessed
Work = Callable[[], Iterator[str]]


class Weight(NamedTuple):
    """`seconds` of the processor a stage, by its name; `megabytes` at the peak beyond those of the parent."""

    seconds: dict[str, float]
    megabytes: float
    broke: str = ""  # the traceback, or the signal that ended it

    @property
    def slowest(self) -> float:
        return max(self.seconds.values(), default=0.0)


def weighed(work: Work, seconds: int, megabytes: int) -> Weight:
    """Run `work` in a fork of this process. It yields the name of each stage it has done; each may take `seconds`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            code = told(work, writing, seconds, megabytes)
        finally:
            os._exit(code)  # the parent's buffers and exit handlers are not the child's
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = [json.loads(line) for line in pipe.read().splitlines()]
    _, status, used = os.wait4(child, 0)
    began = next((line["resident"] for line in lines if "resident" in line), 0)
    stages = {line["stage"]: line["seconds"] for line in lines if "stage" in line}
    broke = next((line["broke"] for line in lines if "broke" in line), "")
    if os.WIFSIGNALED(status):
        broke = signal.strsignal(os.WTERMSIG(status)) or "killed"
        stages["cut short"] = used.ru_utime + used.ru_stime - sum(stages.values())
    elif status and not broke:
        broke = f"ended with {status}"
    return Weight(stages, used.ru_maxrss / 1024 - began / 2**20, broke)


def told(work: Work, writing: int, seconds: int, megabytes: int) -> int:
    """In the child: lines of JSON on the pipe, one for what it began with, one a stage, one for what broke."""

    def tell(**facts: object) -> None:
        os.write(writing, json.dumps(facts).encode() + b"\n")

    pages = Path("/proc/self/statm").read_text().split()
    size, resident = (int(count) * resource.getpagesize() for count in pages[:2])
    tell(resident=resident)
    most = size + SPARE * megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = spent()
    limit_processor(before, seconds)
    try:
        for stage in work():
            tell(stage=stage, seconds=spent() - before)
            before = spent()
            limit_processor(before, seconds)
    except BaseException:
        tell(broke="".join(traceback.format_exception(*sys.exc_info()))[-3000:])
        return 1
    return 0


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def limit_processor(used: float, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(used + seconds), resource.RLIM_INFINITY))
