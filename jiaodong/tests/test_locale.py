"""The few texts we add to Django's own Chinese: compiled as written, and none that Django has meanwhile."""

import re
from ast import literal_eval
from gettext import GNUTranslations
from pathlib import Path

import django
import pytest
from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid (".+")\n(?:msgid_plural ".+"\n)?msgstr(?:\[0\])? (".+")$', re.MULTILINE)
DJANGOS = [Path(django.__file__).parent / part for part in ("conf", "contrib/admin", "contrib/auth")]


def written() -> dict[str, str]:
    """English -> Chinese, as the source has them."""
    text = (FOLDER / "django.po").read_text()
    return {literal_eval(english): literal_eval(chinese) for english, chinese in ENTRY.findall(text)}


def compiled(folder: Path) -> dict[str, str]:
    """English (the singular where there are two) -> Chinese, as Django reads them."""
    with (folder / "django.mo").open("rb") as file:
        catalog = GNUTranslations(file)._catalog
    return {key if isinstance(key, str) else key[0]: chinese for key, chinese in catalog.items() if key}


def test_the_compiled_file_is_the_written_one() -> None:
    assert compiled(FOLDER) == written()


@pytest.mark.parametrize("part", DJANGOS, ids=lambda part: part.name)
def test_django_lacks_each_of_them(part: Path) -> None:
    assert sorted(compiled(part / "locale" / "zh_Hans" / "LC_MESSAGES").keys() & written().keys()) == []
