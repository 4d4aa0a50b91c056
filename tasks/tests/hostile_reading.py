"""Files made to be slow or large, each read in a process of its own, which may spend two seconds and 300 MB on it.

`python -m tasks.tests.hostile_reading` reads `FUZZ_FILES` of them made with `FUZZ_SEED`, and ends with 1 where one broke
a limit or anything but a refusal came of it. `--number 17` reads that one again; `--keep FILE` writes down what it reads.
"""

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaodong.settings")
django.setup()

from tasks.allocation.decisions import Decisions, drafted  # noqa: E402
from tasks.allocation.intake import RefusedError, taken  # noqa: E402
from tasks.allocation.table import DraftPlan  # noqa: E402
from tasks.excel.incoming import RefusedFileError  # noqa: E402
from tasks.excel.returned import read_back  # noqa: E402
from tasks.management.allocation import default_book  # noqa: E402
from tasks.queries.difference import Placed  # noqa: E402
from tasks.tests.hostile_kinds import PACKAGES, WORKBOOKS  # noqa: E402
from tasks.tests.hostile_texts import TEXTS, Kind  # noqa: E402
from tasks.tests.weighed import Weight, weighed  # noqa: E402
from tasks.textdiff import text_diff  # noqa: E402
from tasks.views.importing_steps import AT_ONCE, places_of_names  # noqa: E402
from units.names import NameBook  # noqa: E402

SECONDS, MEGABYTES = 2, 300
LARGEST_FILE = 20 * 2**20
# Bytes, those of XML before it is packed: as many as may be brought, and nearly as many as one or the other limit lets in.
TEXT_SIZES = (LARGEST_FILE - 5_000, 5_900_000, 1_990_000, 440_000, 149_000)
XML_SIZES = (49 * 2**20, 15_000_000, 5_900_000, 1_990_000, 440_000)
ENOUGH = 600, 8_000  # seconds and megabytes to make a file


class Input(NamedTuple):
    """The same seed gives the same bytes."""

    seed: str
    name: str
    kind: Kind
    size: int

    def write(self, path: Path) -> Iterator[str]:
        path.write_bytes(self.kind(Random(self.seed), self.size))
        yield "made"


def inputs(seed: int, count: int) -> list[Input]:
    """The kinds in turn."""
    kinds = [(name, kind, TEXT_SIZES) for name, kind in TEXTS.items()]
    kinds += [(name, kind, XML_SIZES) for name, kind in (PACKAGES | WORKBOOKS).items()]
    Random(seed).shuffle(kinds)
    found = []
    for number in range(count):
        random = Random(f"{seed}-{number}")
        name, kind, sizes = kinds[number % len(kinds)]
        found.append(
            Input(f"{seed}-{number}", name, kind, int(random.choice(sizes) * random.choice([1, 1, 0.9, 0.3])))
        )
    return found


def read(path: Path, book: NameBook) -> Iterator[str]:
    """What an upload and the pages behind it do with a file, as far as it needs no database."""
    try:
        document = taken("分工表", path.read_bytes())
    except RefusedError as refused:
        yield f"refused: {refused}"
        return
    yield "read"
    draft = drafted(document, book, Decisions(), AsIfMoved()).draft
    yield "drafted"
    placed = [Placed(task.number, at, measure) for task in draft.tasks for at, measure in enumerate(task.measures, 1)]
    places_of_names(placed, draft.names[:AT_ONCE])
    yield "names looked for"
    compared(draft)
    yield "compared"


def read_workbook(path: Path) -> Iterator[str]:
    """What happens to a unit's workbook that comes back, until it is compared with the database."""
    try:
        read_back(path.read_bytes())
        yield "read"
    except RefusedFileError as refused:
        yield f"refused: {refused}"


class AsIfMoved(dict[str, int]):
    """A plan that has every text, all in its first main task."""

    def get(self, key: str, default: object = None) -> int:  # type: ignore[override]
        return 1


def compared(draft: DraftPlan) -> None:
    """The two longest texts, as the page of differences shows them."""
    texts = {text for task in draft.tasks for one in task.measures for text in (one.text, one.responsibility_text)}
    longest = sorted(texts, key=len)[-2:]
    if len(longest) == 2:
        text_diff(*longest)


def weigh(one: Input, path: Path, book: NameBook, seconds: int) -> Weight:
    """The file is made in another process: its memory would be there to be used again by the one that reads."""
    made = weighed(partial(one.write, path), *ENOUGH)
    if made.broke or path.stat().st_size > LARGEST_FILE:
        raise RuntimeError(f"{one.seed} {one.name} was not made: {made.broke}")
    work = partial(read_workbook, path) if one.name in WORKBOOKS else partial(read, path, book)
    return weighed(work, seconds, MEGABYTES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("FUZZ_SEED", "1")))
    parser.add_argument("--count", type=int, default=int(os.environ.get("FUZZ_FILES", "520")))
    parser.add_argument("--number", type=int, help="only this one")
    parser.add_argument("--keep", type=Path, help="where to write the file that is read")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    given = parser.parse_args()
    book = default_book()
    gc.freeze()
    chosen = inputs(given.seed, given.count if given.number is None else given.number + 1)[given.number or 0 :]
    slowest, largest, found = 0.0, 0.0, 0
    with tempfile.TemporaryDirectory(prefix="jiaodong-reading-") as folder:
        for one in chosen:
            weight = weigh(one, given.keep or Path(folder) / "input", book, given.seconds)
            slowest, largest = max(slowest, weight.slowest), max(largest, weight.megabytes)
            if weight.broke or weight.slowest > given.seconds or weight.megabytes > MEGABYTES:
                found += 1
                sys.stdout.write(f"{one.seed} {one.name}, {one.size} bytes: {weight}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} files read: at most {slowest:.2f} s a step, {largest:.0f} MB; {found} too much\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
