"""Django's words as the site says them: compiled as written, each a word of Django's, none what Django says anyway."""

import re
from ast import literal_eval
from gettext import GNUTranslations
from pathlib import Path

import django
import simple_history
from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid (".+")\n(?:msgid_plural ".+"\n)?msgstr(?:\[0\])? (".+")$', re.MULTILINE)
LIBRARIES = [
    *(Path(django.__file__).parent / part for part in ("conf", "contrib/admin", "contrib/auth")),
    Path(simple_history.__file__).parent,
]
LACKING = {  # in the Chinese of all of them
    "Model name",
    "Add link",
    "Change or view list link",
    "Error:",
    "In case you’ve forgotten, you are:",
    "This password is too short. It must contain at least %d character.",
    "%(model)s instance with %(field)s %(value)r is not a valid choice.",
}


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


def test_each_is_said_by_a_library_and_otherwise() -> None:
    """A text that a new version words anew would fall back to the library's Chinese, and nobody would notice."""
    ours, theirs = written(), [compiled(part / "locale" / "zh_Hans" / "LC_MESSAGES") for part in LIBRARIES]
    assert {english for english in ours if not any(english in part for part in theirs)} == LACKING
    assert [english for english in ours if any(part.get(english) == ours[english] for part in theirs)] == []
