"""The harness of `make fuzz` that reads files made to be slow or large: what it notices, and a dozen of its files."""

import json
import subprocess
import sys
from random import Random

from jiaodong.testing.databases import ROOT
from tasks.tests.hostile_kinds import PACKAGES, WORKBOOKS
from tasks.tests.hostile_reading import inputs
from tasks.tests.hostile_texts import TEXTS

NOTICED = """
import json, time
from tasks.tests.weighed import weighed

def allocating():
    kept = b"x" * (52 * 2**20)  # the system counts in pages, and some are there already
    yield "allocated"

def turning():
    yield "begun"
    while True:
        pass

def raising():
    yield "begun"
    raise ValueError("broken")

print(json.dumps([weighed(work, 0, 100)._asdict() for work in (allocating, turning, raising)]))
"""
FILES = 12


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_memory_time_and_errors_are_noticed() -> None:
    done = run("-c", NOTICED)
    assert done.returncode == 0, done.stderr
    allocated, turned, raised = json.loads(done.stdout)
    assert 50 <= allocated["megabytes"] < 60
    assert (allocated["broke"], list(allocated["seconds"])) == ("", ["allocated"])
    assert (turned["broke"], list(turned["seconds"])) == ("CPU time limit exceeded", ["begun", "cut short"])
    assert raised["broke"].endswith("ValueError: broken\n")


def test_files_made_to_be_large_are_read_in_300_mb() -> None:
    """A minute for each: how long they take is measured by `make fuzz`."""
    done = run("-m", "tasks.tests.hostile_reading", "--seed", "1", "--count", str(FILES), "--seconds", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{FILES} files read")


def test_the_same_seed_makes_the_same_files_of_every_kind() -> None:
    every = len(TEXTS | PACKAGES | WORKBOOKS)
    first, second = ([(one.name, one.kind(Random(one.seed), 20_000)) for one in inputs(1, every)] for _ in range(2))
    assert first == second
    assert len(dict(first)) == every
    assert b"" not in dict(first).values()
