"""校验码: a short hash by which a sheet is known again. It is computed from the cells alone, so anyone's copy can be tried.

What is hashed is what a person reads: each sheet but the cover, row by row, every cell as text. Blank rows and blank cells at
the end of a row do not count, nor do fonts, widths and names of sheets, which an office program changes when it saves.
"""

import datetime
import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from django.utils.crypto import salted_hmac

from tasks.excel.cells import ODD, SURELY_FITS, excel_value

LENGTH = 10  # letters and digits of five bits each
# Where cells are merged, these are shown once for several rows, and an office program may drop the covered values.
REPEATED = ("序号", "主要任务")
SHARE = re.compile(r"\d+%")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d) 00:00")
ESCAPED = re.compile(r"_x005F_", re.IGNORECASE)
FIELD_END, ROW_END, SHEET_END = "\x1f", "\x1e", "\x1d"


def canonical(value: Any) -> str:
    """A cell as text, the same whether it is at hand, in a workbook or in a CSV; a share is 0.45, a day 2026-09-30."""
    is_plain = type(value) is str and len(value) < SURELY_FITS and not ODD.search(value)
    known = value if is_plain else excel_value(value)
    match known:
        case None:
            return ""
        case datetime.datetime():
            return MIDNIGHT.sub(r"\1", f"{known:%Y-%m-%d %H:%M}")
        case datetime.date():
            return f"{known:%Y-%m-%d}"
        case str():
            return plain(known)
    return number(float(known))


def plain(text: str) -> str:
    if text.endswith("%") and SHARE.fullmatch(text):
        return number(int(text[:-1]) / 100)
    if text.endswith(" 00:00"):
        return MIDNIGHT.sub(r"\1", text)
    while ESCAPED.search(text):
        text = ESCAPED.sub("_", text)
    return text


def number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def row_digest(values: Iterable[Any]) -> bytes:
    """The hash of one row, by which it is known without being kept."""
    return sha256(FIELD_END.join(map(canonical, values)).encode()).digest()


class Rows:
    """The hash of rows as they come. Flat in memory."""

    def __init__(self) -> None:
        self.hash = sha256()
        self.repeats: dict[int, str] = {}  # the place of a column that repeats itself -> what stood in it last

    def add(self, values: Iterable[Any]) -> None:
        cells = [canonical(value) for value in values]
        for place, label in enumerate(REPEATED):
            if cells[place : place + 1] == [label]:
                self.repeats[place] = ""
            elif place in self.repeats and place < len(cells):
                self.shorten(cells, place)
        if said := FIELD_END.join(cells).rstrip(FIELD_END):
            self.hash.update(f"{said}{ROW_END}".encode())

    def shorten(self, cells: list[str], place: int) -> None:
        """What repeats the row above counts as blank, as the covered part of a merged cell is."""
        if cells[place] in ("", self.repeats[place]):
            cells[place] = ""
        else:
            self.repeats[place] = cells[place]

    def end_sheet(self) -> None:
        self.hash.update(SHEET_END.encode())
        self.repeats = {}

    @property
    def digest(self) -> str:
        return self.hash.hexdigest()


def check_code(facts: Mapping[str, Any], digest: str) -> str:
    """The code of rows under the facts on their cover: label -> value."""
    return in_letters(sha256(stated(facts, digest).encode()).digest())


def public_code(facts: Mapping[str, Any], digest: str) -> str:
    """The same for an outsider, keyed with the site's secret: such a sheet proves itself, and no register has to know it."""
    return in_letters(salted_hmac("tasks.excel.public", stated(facts, digest), algorithm="sha256").digest())


def stated(facts: Mapping[str, Any], digest: str) -> str:
    return "".join([f"{label}{FIELD_END}{canonical(value)}{ROW_END}" for label, value in facts.items()]) + digest


def in_letters(whole: bytes) -> str:
    return b32encode(whole).decode()[:LENGTH]


def as_typed(text: str) -> str:
    """A code as a person copies it from paper: in small letters, in groups, with 0 for O and 1 for I, which it never has."""
    return re.sub(r"[\s—\-]", "", text).upper().replace("0", "O").replace("1", "I")
