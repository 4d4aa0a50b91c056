"""What every test may ask for: the customer's plan in the database, the live site, a browser."""

import threading
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, models, transaction
from django.test import override_settings

from jiaodong.testing.browser import allow_status, browser, no_script, open_page, page, phone, watch
from tasks.models import Plan, PublicEdition

__all__ = ["allow_status", "browser", "no_script", "open_page", "page", "phone", "watch"]

FIXTURES = ("units.json", "jiaodong.json")
FOR_TESTS = {
    # No manifest, which needs `collectstatic` first; every file is found where it is written.
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "WHITENOISE_AUTOREFRESH": True,
    "WHITENOISE_USE_FINDERS": True,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


ASKS_A_DATABASE = {"db", "transactional_db", "django_db_setup"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--asking-a-database", action="store_true", help="leave out what would find the same on any")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database, only the tests that ask one; the others may not, and pytest-django sees to it."""
    if config.getoption("asking_a_database"):
        left = [item for item in items if not asks_a_database(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if asks_a_database(item)]


def asks_a_database(item: pytest.Item) -> bool:
    markers = {marker.name for marker in item.iter_markers()}
    return bool(markers & {"django_db", "browser"}) or bool(ASKS_A_DATABASE & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session", autouse=True)
def settings_for_tests() -> Iterator[None]:
    with override_settings(**FOR_TESTS):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_connection_a_thread() -> Iterator[None]:
    """Keep a test's connection the same after a browser has started.

    Playwright's event loop counts as running in the tests' thread, and Django's own holder of connections then hands
    out a second one, which no fixture closes.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_connections", threading.local())
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """What one test leaves in the cache is not there for the next."""
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture(scope="session")
def plan_rows(django_db_setup: None, django_db_blocker) -> dict[type[models.Model], list[models.Model]]:
    """Every row of the customer's plan, read once and taken out again."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *FIXTURES, verbosity=0)
        ours = [model for model in apps.get_models() if model._meta.app_label in {"units", "tasks"}]
        rows = {model: list(model._default_manager.all()) for model in ours}
        transaction.set_rollback(True)
    del rows[PublicEdition]  # the triggers write it
    return {model: found for model, found in rows.items() if found}


@pytest.fixture
def loaded_plan(db: None, plan_rows: dict[type[models.Model], list[models.Model]]) -> Plan:
    """The customer's plan as `loaddata` gives it, put in place by one insert a table."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model, rows in plan_rows.items():
            model._default_manager.bulk_create(rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(plan_rows)):
            cursor.execute(statement)
    return Plan.objects.get()


@pytest.fixture
def live_site(loaded_plan: Plan, live_server):
    """The site, answering at `live_site.url`, with the customer's plan in it."""
    return live_server
