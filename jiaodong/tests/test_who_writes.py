"""Who may write: services alone. Edges and queries only read, services never see a request, models have no effects."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiaodong.tests.test_import_order import ROOT, imports, layer, modules

EDGES = (8, 9)  # lines of the table of layers
ALWAYS_WRITES = {
    "bulk_create",
    "bulk_update",
    "create_superuser",
    "create_user",
    "get_or_create",
    "save_base",
    "set_password",
    "update_or_create",
}
WRITES_ON_A_QUERYSET = {"create", "delete", "update"}
ONLY_REFUSES = "units/models/audit.py"  # its save and delete say that nothing is changed
IN_A_DATABASE_OF_ITS_OWN = (
    "tasks.demo",
    "tasks.management.commands.bench",
    "tasks.management.growth",
    "tasks.management.throughput",
)  # made for the run
OF_THE_WEB = ("django.http", "django.forms", "django.shortcuts", "django.urls")


def is_in(module: str, *layers: str) -> bool:
    return module.split(".")[1:2] in [[layer] for layer in layers]


def is_queryset(node: ast.expr) -> bool:
    """Whether an expression goes through a manager: `Plan.objects.filter(…)`, `plan.measures.all()`."""
    names = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return not names.isdisjoint({"objects", "_default_manager", "all", "filter", "exclude", "values", "order_by"})


def writes(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, receiver = node.func.attr, node.func.value
        if isinstance(receiver, ast.Name) and receiver.id == "services":
            continue
        keywords = {keyword.arg for keyword in node.keywords}
        saves = name == "save" and not node.args and "commit" not in keywords  # a workbook is saved to a target
        deletes = name == "delete" and not node.args
        if name in ALWAYS_WRITES or saves or deletes or (name in WRITES_ON_A_QUERYSET and is_queryset(receiver)):
            yield node.lineno


def overridden(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}:
            yield node.lineno


def of_layer(*layers: str) -> list[Path]:
    return [path for module, path in modules() if is_in(module, *layers)]


def readers() -> list[Path]:
    on_site = [(module, path) for module, path in modules() if not module.startswith(IN_A_DATABASE_OF_ITS_OWN)]
    return [path for module, path in on_site if layer(module) in EDGES or is_in(module, "queries")]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", readers(), ids=named)
def test_edges_and_queries_never_write(path: Path) -> None:
    assert [f"{named(path)}:{line}" for line in writes(ast.parse(path.read_text()))] == []


@pytest.mark.parametrize("path", of_layer("services", "queries"), ids=named)
def test_services_and_queries_know_no_request_and_no_form(path: Path) -> None:
    targets = imports(ast.parse(path.read_text()))
    assert [f"{named(path)}:{line} {target}" for line, target in targets if target.startswith(OF_THE_WEB)] == []


@pytest.mark.parametrize("path", [path for path in of_layer("models") if named(path) != ONLY_REFUSES], ids=named)
def test_models_have_no_effects_of_their_own(path: Path) -> None:
    assert [f"{named(path)}:{line}" for line in overridden(ast.parse(path.read_text()))] == []


@pytest.mark.parametrize(
    "statement",
    [
        "plan.save()",
        "plan.save(update_fields=['title'])",
        "form.save()",
        "plan.delete()",
        "Plan.objects.create(title='x')",
        "plan.measures.filter(order=1).update(text='x')",
        "Plan.objects.update_or_create(slug='x')",
        "user.set_password('x')",
    ],
)
def test_the_rule_sees_a_write(statement: str) -> None:
    assert list(writes(ast.parse(statement))) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "workbook.save(target)",
        "form.save(commit=False)",
        "seen.update(names)",
        "cache.delete('x')",
        "services.set_password(by)",
    ],
)
def test_the_rule_lets_other_things_be(statement: str) -> None:
    assert list(writes(ast.parse(statement))) == []


def test_a_lock_leaves_room_for_rows_that_only_refer_to_it() -> None:
    """Every public row is written under the lock of the edition, and what it refers to is looked at on commit alone: who
    has locked that outright and waits for the edition would wait for ever. One lock still keeps out the other.
    """
    outright = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "tasks" / "services").glob("*.py")
        for line, text in enumerate(path.read_text().splitlines(), 1)
        if "select_for_update(" in text and "no_key=True" not in text
    }
    assert outright == set()
