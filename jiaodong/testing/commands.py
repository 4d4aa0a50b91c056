"""Running another program, and stopping in time when asked to."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGHUP)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def tidy_on_signals() -> Iterator[None]:
    """Make a polite kill, or a closed terminal, unwind like an exception, so that `finally` blocks run."""
    before = {number: signal.signal(number, _stop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_and_wait(command: list[str], env: dict[str, str]) -> int:
    """The exit code of `command`. On Ctrl-C it is left to stop by itself: the terminal has told it as well."""
    with subprocess.Popen(command, env=env) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise
        except SystemExit:
            process.terminate()
            raise
