"""Django's words as the site says them: compiled as written, each a word of Django's, none what Django says anyway."""

import re
from ast import literal_eval
from gettext import GNUTranslations
from pathlib import Path

import django
import pytest
import simple_history
from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
ENTRY = re.compile(
    r'^(?:msgctxt "(.+)"\n)?msgid (".+")\n(?:msgid_plural ".+"\n)?msgstr(?:\[0\])? (".+")$', re.MULTILINE
)
DOMAINS = ["django", "djangojs"]
LIBRARIES = [
    *(Path(django.__file__).parent / part for part in ("conf", "contrib/admin", "contrib/auth")),
    Path(simple_history.__file__).parent,
]
LACKING = {  # in the Chinese of all of them
    "django": {
        "Model name",
        "Add link",
        "Change or view list link",
        "Error:",
        "In case you’ve forgotten, you are:",
        "This password is too short. It must contain at least %d character.",
        "%(model)s instance with %(field)s %(value)r is not a valid choice.",
    },
    "djangojs": {
        'Choose %s by selecting them and then select the "Choose" arrow button.',
        'Remove %s by selecting them and then select the "Remove" arrow button.',
        "Choose all %s",
        "Choose selected %s",
        "Remove all %s",
        "Remove selected %s",
        "(click to clear)",
    },
}
pytestmark = pytest.mark.parametrize("domain", DOMAINS)


def written(domain: str) -> dict[str, str]:
    """English -> Chinese, as the source has them; a context stands before the English."""
    text = (FOLDER / f"{domain}.po").read_text()
    return {
        "\x04".join(filter(None, [context, literal_eval(english)])): literal_eval(chinese)
        for context, english, chinese in ENTRY.findall(text)
    }


def compiled(folder: Path, domain: str) -> dict[str, str]:
    """English (the singular where there are two) -> Chinese, as Django reads them; a library may lack the domain."""
    path = folder / f"{domain}.mo"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = GNUTranslations(file)._catalog
    return {key if isinstance(key, str) else key[0]: chinese for key, chinese in catalog.items() if key}


def test_the_compiled_file_is_the_written_one(domain: str) -> None:
    assert compiled(FOLDER, domain) == written(domain) != {}


def test_each_is_said_by_a_library_and_otherwise(domain: str) -> None:
    """A text that a new version words anew would fall back to the library's Chinese, and nobody would notice."""
    ours = written(domain)
    theirs = [compiled(part / "locale" / "zh_Hans" / "LC_MESSAGES", domain) for part in LIBRARIES]
    assert {english for english in ours if not any(english in part for part in theirs)} == LACKING[domain]
    assert [english for english in ours if any(part.get(english) == ours[english] for part in theirs)] == []
