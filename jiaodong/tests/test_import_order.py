"""Who may import whom: the table of docs/architecture.md, held over every module of the project."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Longest prefix wins. A module imports from its own line or a lower number, never from a higher one.
LAYERS = {
    "units.names": 0,
    "units.keys": 0,
    "tasks.calendar": 0,
    "tasks.lights": 0,
    "tasks.explaining": 0,
    "tasks.remedies": 0,
    "tasks.wording": 0,
    "tasks.hints": 0,
    "tasks.textdiff": 0,
    "tasks.filetypes": 0,
    "tasks.roundtrip": 0,
    "tasks.sheettext": 0,
    "tasks.allocation": 0,
    "units.choices": 1,
    "tasks.choices": 1,
    "tasks.workflow": 1,
    "units.models": 2,
    "units.migrations": 2,
    "units.permissions": 3,
    "units.protection": 3,
    "units.queries": 3,
    "units.audit": 3,
    "units.services": 4,
    "units.backup": 4,
    "units.reading": 1,
    "units.garbage": 0,
    "units.prepared": 2,
    "units.backends": 3,
    "units.sessions": 3,
    "tasks.models": 5,
    "tasks.migrations": 5,
    "tasks.permissions": 6,
    "tasks.queries": 6,
    "tasks.services": 7,
    "tasks.allocation.loader": 7,
    "units.forms": 8,
    "units.tables": 8,
    "tasks.forms": 8,
    "tasks.forms_office": 8,
    "tasks.forms_rules": 8,
    "tasks.forms_importing": 8,
    "tasks.forms_periods": 8,
    "tasks.forms_stocktake": 8,
    "tasks.filters": 8,
    "tasks.postgres": 5,
    "tasks.tables": 8,
    "tasks.tables_ledger": 8,
    "tasks.excel": 8,
    "tasks.word": 8,
    "tasks.api.serializers": 8,
    "units.context": 9,
    "units.middleware": 9,
    "units.accounts": 4,
    "units.views": 9,
    "units.admin": 9,
    "units.checks": 9,
    "units.management": 9,
    "tasks.context": 9,
    "tasks.public_pages": 9,
    "tasks.triggers": 5,
    "tasks.views": 9,
    "tasks.api.views": 9,
    "tasks.admin": 9,
    "tasks.management": 9,
    "tasks.demo": 9,
    "tasks.demo.words": 0,
    "tasks.checks": 9,
    "tasks.templatetags": 9,
    "units.urls": 10,
    "units.apps": 10,
    "tasks.urls": 10,
    "tasks.apps": 10,
    "jiaodong": 11,
}
PURE = 0
PURE_MAY_IMPORT_OUTSIDE = {"docx", "openpyxl"}  # the readers' libraries, neither of which knows a clock or a database
NO_SIGNALS = ("django.db.models.signals", "django.dispatch", "django.contrib.contenttypes.fields")


def layer(module: str) -> int | None:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (prefix := ".".join(parts[:length])) in LAYERS:
            return LAYERS[prefix]
    return None


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
    import sys

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


def test_units_never_know_tasks() -> None:
    tree = ast.parse("from tasks.choices import DutyRole\n")
    path = ROOT / "units" / "views.py"
    assert list(violations("units.views", path, tree)) == ["units/views.py:1 units.views -> tasks.choices"]
