"""Who may import whom: the table of docs/architecture.md, held over every module of the project."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

DOCUMENT = ROOT / "docs" / "architecture.md"


def layers() -> Iterator[tuple[str, int]]:
    """Module -> its line, as the document has it. A name without a dot stands in both apps."""
    number = 0
    for line in DOCUMENT.read_text().split("```text\n")[1].split("```")[0].splitlines():
        for word in () if line.startswith(" --") else line.split():
            if word.isdigit():
                number = int(word)
            elif "." in word or word == "jiaodong":
                yield word, number
            else:
                yield from ((f"{app}.{word}", number) for app in ("units", "tasks"))


LAYERS = dict(layers())
PURE = 0
PURE_MAY_IMPORT_OUTSIDE = {"docx", "openpyxl"}  # the readers' libraries, neither of which knows a clock or a database
NO_SIGNALS = ("django.db.models.signals", "django.dispatch", "django.contrib.contenttypes.fields")


def layer(module: str) -> int | None:
    """The longest name of the table that the module begins with; `forms_office` begins with `forms`."""
    begins = [name for name in LAYERS if re.match(rf"{name}(?=[._]|$)", module)]
    return LAYERS[max(begins, key=len)] if begins else None


def is_ours(module: str) -> bool:
    return module.split(".")[0] in {"units", "tasks", "jiaodong"}


def modules() -> Iterator[tuple[str, Path]]:
    for app in ("units", "tasks", "jiaodong"):
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "tests" in parts or path.name == "conftest.py" or not path.read_text().strip():
                continue
            yield ".".join(parts).removesuffix(".__init__"), path


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute here"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield node.lineno, whole if whole in KNOWN else node.module


KNOWN = {name for name, _ in modules()}


def violations(module: str, path: Path, tree: ast.AST) -> Iterator[str]:
    own = layer(module)
    where = path.relative_to(ROOT)
    if own is None:
        yield f"{where}:1 {module} stands on no line of the table"
        return
    for line, target in imports(tree):
        arrow = f"{where}:{line} {module} -> {target}"
        if is_ours(target):
            theirs = layer(target)
            if theirs is None or theirs > own or (module.startswith("units") and target.startswith("tasks")):
                yield arrow
        elif own == PURE and not is_standard(target):
            yield arrow
        elif target.startswith(NO_SIGNALS):
            yield f"{arrow} (no signals, no generic foreign keys)"


def is_standard(target: str) -> bool:
    top = target.split(".")[0]
    return top in sys.stdlib_module_names or top in PURE_MAY_IMPORT_OUTSIDE


def nested_imports(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno


@pytest.mark.parametrize(
    ("module", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_module_imports_upward_only(module: str, path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert list(violations(module, path, tree)) == []


@pytest.mark.parametrize(
    ("module", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_no_import_hides_inside_a_function(module: str, path: Path) -> None:
    assert [f"{path.name}:{line}" for line in nested_imports(ast.parse(path.read_text()))] == []


def test_the_rule_sees_a_downward_import() -> None:
    tree = ast.parse("from tasks.views import listed\nfrom django.db import models\n")
    path = ROOT / "tasks" / "lights.py"
    assert list(violations("tasks.lights", path, tree)) == [
        "tasks/lights.py:1 tasks.lights -> tasks.views",
        "tasks/lights.py:2 tasks.lights -> django.db",
    ]


def test_every_name_of_the_table_is_a_module() -> None:
    """Of one app at least, where it names no app."""
    known = {name.partition(".")[2] for name, _ in modules()} | {"jiaodong"}
    words = {name.partition(".")[2] or name for name in LAYERS}
    assert {word for word in words if not any(re.match(rf"{word}(?=[._]|$)", one) for one in known)} == set()


def test_units_never_know_tasks() -> None:
    tree = ast.parse("from tasks.choices import DutyRole\n")
    path = ROOT / "units" / "views.py"
    assert list(violations("units.views", path, tree)) == ["units/views.py:1 units.views -> tasks.choices"]
