"""The hidden marks of a unit's workbook: how it is recognised, and the code that shows that they are untouched.

Codes are keyed with the site's secret, so that nobody makes them elsewhere and another system's workbook is known as
such. They prove nothing about what people fill in.
"""

import json
from collections.abc import Sequence

from django.utils.crypto import constant_time_compare, salted_hmac

MARK, FORMAT = "胶东填报表", "1"
HEAD = ("plan", "period", "unit", "made_at", "site", "code")  # one a row below the mark, name and value
FIRST_ROW = len(HEAD) + 3  # of the rows' marks: below mark, head and the names of the columns

ID_KEY = "key:id"
HINT, TITLES = "hint", "titles"  # stand in the id column of the rows that are no data, wherever a sort puts them


def key_of(name: str) -> str:
    """What stands above a column in the hidden row."""
    return f"key:{name}"


def site_mark() -> str:
    return code("site", "")


def row_id(period: int, duty: int) -> str:
    """Names a row of one period: a row pasted from last period's workbook is not taken for this one's."""
    return f"{duty}-{code('row', f'{period}.{duty}')[:8]}"


def check_code(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Over every mark that is hidden in the workbook, texts as they left included."""
    return code("workbook", json.dumps([list(head), [list(row) for row in rows]], ensure_ascii=False))


def code(what: str, text: str) -> str:
    return salted_hmac(f"tasks.unit-workbook.{what}", text, algorithm="sha256").hexdigest()[:32]


def is_same(one: str, other: str) -> bool:
    return constant_time_compare(one, other)
