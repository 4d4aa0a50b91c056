"""What LibreOffice prints: the pages of a PDF, read by poppler."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

Convert = Callable[[bytes | Path, str], Path]


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def page_count(pdf: Path) -> int:
    return int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", pdf))[1])


def pages_of(pdf: Path) -> list[str]:
    return [squeezed(page) for page in run("pdftotext", "-layout", pdf, "-").split("\f")[:-1]]
