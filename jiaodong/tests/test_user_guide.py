"""The user guide speaks of what is there: every word it puts in quotation marks is written on some page."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ["templates/**/*.html", "units/**/*.py", "tasks/**/*.py", "jiaodong/*.py"]


def written() -> str:
    """All that pages are made from, a value in a template or a sentence being N; tests left out."""
    files = [path for pattern in SOURCES for path in ROOT.glob(pattern) if "tests" not in path.parts]
    text = "\n".join(path.read_text() for path in sorted(files))
    return re.sub(r"\{\{.*?\}\}", "N", re.sub(r"<svg.*?</svg>", "", text))


def test_every_quoted_word_is_on_a_page() -> None:
    quoted = set(re.findall("“([^”]+)”", (ROOT / "docs/user-guide.md").read_text()))
    assert len(quoted) > 50
    text = written()
    assert sorted(word for word in quoted if word not in text) == []
