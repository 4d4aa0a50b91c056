"""The repository checks itself: what a reviewer would otherwise have to look for by eye."""

import ast
import hashlib
import importlib.util
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import bootstrap_wrapper
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.backends.postgresql import psycopg_any
from django.template.engine import Engine
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
TABLE = "fixtures/allocation_table.txt"
TABLE_SHA256 = "41f52c28a0ecedbf72bcbac4135a1fdbf505cd031ad4b458da06fb564ff64d31"
BOOTSTRAP_SHA256 = "d85327d99c7a3ee1f9b5d0500d1370acea3ad2db39c163c2f51f232baedbdede"
LONGEST_FILE = 300
LONGEST_FUNCTION = 70
LONGEST_NAME = 30  # of a table, column, index or constraint: what the strictest of the domestic databases takes


def tracked(*patterns: str) -> list[Path]:
    """Files that are, or by .gitignore would be, in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts(*patterns: str) -> Iterator[tuple[str, str]]:
    for path in tracked(*patterns):
        content = path.read_bytes()
        if b"\0" not in content:
            yield str(path.relative_to(ROOT)), content.decode()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class TestFiles:
    def test_the_customers_table_is_kept_byte_for_byte(self) -> None:
        assert sha256(ROOT / TABLE) == TABLE_SHA256

    def test_every_text_file_ends_in_one_newline(self) -> None:
        wrong = [name for name, text in texts() if text and not re.search(r"[^\n]\n\Z", text) and name != TABLE]
        assert wrong == []

    def test_no_python_file_is_long(self) -> None:
        counts = {name: text.count("\n") for name, text in texts("*.py") if "/migrations/" not in name}
        assert {name: count for name, count in counts.items() if count > LONGEST_FILE} == {}

    def test_no_function_is_long(self) -> None:
        long = [
            f"{name}:{node.lineno} {node.name}"
            for name, text in texts("*.py")
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
        ]
        assert long == []

    def test_no_file_names_a_package_registry(self) -> None:
        """A pin is a name and a hash; where it is fetched from is the machine's business."""
        address = re.compile(r"https?://\S*(?:pypi|pythonhosted|npmjs|registry|mirror)|^--(?:extra-)?index-url", re.M)
        assert [name for name, text in texts() if address.search(text)] == []


class TestTemplates:
    """The policy allows neither inline style nor inline script; the browser would drop them silently."""

    INLINE = {
        "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
        "style element": re.compile(r"<style\b", re.I),
        "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
        "inline script": re.compile(r"<script(?![^>]*\bsrc\s*=)", re.I),
        "address outside": re.compile(r"""\b(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", re.I),
    }
    # Names that Django asks for itself.
    ASKED_FOR = {"403.html", "403_csrf.html", "404.html", "registration/login.html"}
    ASKED_FOR |= {f"{status}.html" for status in (400, 413, 500, 503)}  # jiaodong.errors

    def test_nothing_inline_and_nothing_from_outside(self) -> None:
        found = [
            f"{name}: {what}"
            for name, text in texts("templates/*.html", "templates/*.svg")
            for what, pattern in self.INLINE.items()
            if pattern.search(text)
        ]
        assert found == []

    @pytest.mark.parametrize(
        ("markup", "what"),
        [
            ('<p class="a" style="color: red">', "style attribute"),
            ("<style>p {}</style>", "style element"),
            ('<a href="#" onclick="go()">', "event attribute"),
            ("<script>go()</script>", "inline script"),
            ('<script src="//cdn.example/a.js"></script>', "address outside"),
        ],
    )
    def test_the_rule_sees_it(self, markup: str, what: str) -> None:
        assert [name for name, pattern in self.INLINE.items() if pattern.search(markup)] == [what]

    def test_every_template_is_named_somewhere(self) -> None:
        names = {name.removeprefix("templates/") for name, _ in texts("templates/")}
        sources = "".join(text for name, text in texts("*.py", "templates/") if "/tests/" not in name)
        unnamed = {name for name in names - self.ASKED_FOR if not re.search(rf"[\"']{re.escape(name)}[\"'#]", sources)}
        assert {name for name in unnamed if not replaces_a_packages_own(name)} == set()

    def test_every_template_can_be_read(self) -> None:
        for name, _ in texts("templates/*.html"):
            Engine.get_default().get_template(name.removeprefix("templates/"))


def replaces_a_packages_own(name: str) -> bool:
    return any((Path(config.path) / "templates" / name).is_file() for config in apps.get_app_configs())


class TestModels:
    @pytest.mark.django_db
    def test_migrations_are_in_step(self) -> None:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)

    def test_names_fit_the_domestic_databases(self) -> None:
        """Names we give. Those that Django makes up are cut by each backend to what its database takes."""
        assert [name for name in sorted(set(database_names())) if len(name) > LONGEST_NAME] == []


def database_names() -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in {"units", "tasks"}:
            yield model._meta.db_table
            yield from (field.column for field in model._meta.local_concrete_fields)
            yield from (index.name for index in model._meta.indexes)
            yield from (constraint.name for constraint in model._meta.constraints)


class TestPackages:
    def test_bootstrap_is_the_official_file(self) -> None:
        assert sha256(Path(bootstrap_wrapper.get_bootstrap_css_dir()) / "bootstrap.min.css") == BOOTSTRAP_SHA256

    def test_the_postgresql_driver_is_psycopg2_alone(self) -> None:
        assert not psycopg_any.is_psycopg3
        assert importlib.util.find_spec("psycopg") is None

    def test_what_is_installed_is_what_is_pinned(self) -> None:
        pins = re.findall(r"^([a-z0-9].*?) \\$", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
        wanted = [pin for pin in map(Requirement, pins) if pin.marker is None or pin.marker.evaluate()]
        assert len(wanted) > 30
        assert [str(pin) for pin in wanted if not pin.specifier.contains(version(pin.name))] == []

    def test_every_dependency_states_its_reason(self) -> None:
        direct = (ROOT / "requirements.in").read_text().splitlines()[1:]
        assert [line for line in direct if not re.fullmatch(r"[a-z0-9-]+~=[\d.]+ +# .+", line)] == []


def command_names() -> list[str]:
    return [path.stem for path in tracked("*/management/commands/*.py") if path.stem != "__init__"]


@pytest.mark.parametrize("command", command_names())
def test_every_command_is_documented(command: str) -> None:
    documents = [name for name, text in texts("README.md", "docs/*.md") if re.search(rf"\b{command}\b", text)]
    assert documents != []
