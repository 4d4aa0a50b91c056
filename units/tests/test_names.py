"""Under which name a unit is known."""

import pytest

from units.names import NameBook

BOOK = NameBook({"省地方金融监督管理局": "省地方金融监管局", "省政府口岸办": "省口岸办"})


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("青岛市人民政府", "青岛市政府"),
        ("省人民政府口岸办", "省口岸办"),
        ("省地方金融监督管理局", "省地方金融监管局"),
        ("省金融监督管理局", "省金融监督管理局"),
    ],
    ids=["government", "government in an alias", "alias", "never by rule"],
)
def test_by_the_alias_table_and_with_one_word_for_government(written: str, known: str) -> None:
    assert BOOK.canonical(written) == known
