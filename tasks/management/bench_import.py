"""Reading and comparing a returned workbook of 10,000 rows, beside django-import-export's dry run on the same file.

Both start from the file's bytes and end with what each row would change: ours in a `Difference`, theirs in the result
of `import_data(dry_run=True)`. Their resource is lean: the editable fields alone, all instances fetched in one query
(`CachedInstanceLoader`), unchanged rows skipped. The file is one unit's workbook in which every tenth row was edited;
the columns are named by its hidden keys, and both must find the same rows changed.
"""

import datetime
from collections.abc import Callable
from io import BytesIO
from time import perf_counter
from typing import Any

import tablib
from django.core.management.base import CommandError
from django.utils import timezone
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.widgets import DateWidget, ForeignKeyWidget, Widget
from openpyxl import load_workbook

from tasks.choices import Confidence
from tasks.demo.one_unit import one_unit
from tasks.excel.cells import put
from tasks.excel.marks import ID_KEY, key_of
from tasks.excel.returned import read_back
from tasks.excel.unit_workbook import FIRST_ROW, KEY_ROW, SHEET, unit_workbook
from tasks.models import ProgressReport
from tasks.queries.roundtrip import compared, unit_lines, units_to_ask
from tasks.roundtrip import EDITABLE, FIELDS, Kind
from units.models import Unit, User

ROWS, EVERY = 10_000, 10
EDITED = "10月8日取得施工许可。"


class DutyWidget(Widget):
    """The duty's key out of a row's hidden id."""

    def clean(self, value: Any, row: Any = None, **_: Any) -> int:
        return int(str(value).partition("-")[0])


class TextWidget(Widget):
    def clean(self, value: Any, row: Any = None, **_: Any) -> str:
        return value or ""


class PointsWidget(Widget):
    def clean(self, value: Any, row: Any = None, **_: Any) -> int | None:
        return None if value in (None, "") else round(value * 100)


class ConfidenceWidget(Widget):
    def clean(self, value: Any, row: Any = None, **_: Any) -> str:
        return next((one.value for one in Confidence if one.label == value), "")


WIDGETS = {
    "percent_complete": PointsWidget(),
    "confidence": ConfidenceWidget(),
    "coordination_unit": ForeignKeyWidget(Unit, "name"),
    "coordination_due_on": DateWidget(),
}


class ReportResource(ModelResource):
    """What their documentation would have one write for this sheet."""

    duty = Field("duty_id", ID_KEY, widget=DutyWidget())

    class Meta:
        model = ProgressReport
        fields = ("duty", *EDITABLE)
        import_id_fields = ("duty",)
        instance_loader_class = CachedInstanceLoader
        skip_unchanged = True
        report_skipped = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in EDITABLE:
            self.fields[name] = Field(name, key_of(name), widget=WIDGETS.get(name, TextWidget()))


def import_speedup(tell: Callable[[str], Any], rows: int = ROWS) -> dict[str, float]:
    """Seconds of both, and how many times as fast ours is; in a database made for the run."""
    now = timezone.now()
    period, unit, reporter = one_unit(rows, now)
    file = unit_workbook(period, unit, unit_lines(reporter, period, unit), units_to_ask(), timezone.localtime(now))
    data = edited(file.getvalue())
    ours, found = timed(lambda: our_changes(reporter, data, timezone.localdate(now)))
    theirs, also_found = timed(lambda: their_changes(data))
    if not len(found) == rows // EVERY or found != also_found:
        raise CommandError(f"两者找到的改动不同：{len(found)} 和 {len(also_found)}，无法比较。")
    speedup = round(theirs / ours, 2)
    tell(f"读回并比较 {rows} 行填报表 {ours:.2f} 秒，django-import-export 试运行 {theirs:.2f} 秒：{speedup:.2f} 倍快")
    return {
        "import_ms": round(ours * 1000, 3),
        "import_export_ms": round(theirs * 1000, 3),
        "import_speedup_over_import_export": speedup,
    }


def edited(data: bytes) -> bytes:
    book = load_workbook(BytesIO(data))
    sheet = book[SHEET]
    column = FIELDS.index("progress") + 2
    for row in range(FIRST_ROW, sheet.max_row + 1, EVERY):
        cell = sheet.cell(row, column)
        put(cell, EDITED, cell.style)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def timed(run: Callable[[], set[int]]) -> tuple[float, set[int]]:
    begun = perf_counter()
    found = run()
    return perf_counter() - begun, found


def our_changes(reporter: User, data: bytes, today: datetime.date) -> set[int]:
    """The duties whose report the file would change."""
    return {verdict.duty for verdict in compared(reporter, read_back(data), today).of(Kind.CHANGED)}


def their_changes(data: bytes) -> set[int]:
    result = ReportResource().import_data(dataset(data), dry_run=True, raise_errors=True)
    changed = {row.object_id for row in result.rows if row.import_type == row.IMPORT_TYPE_UPDATE}
    return set(ProgressReport.objects.filter(pk__in=changed).values_list("duty", flat=True))


def dataset(data: bytes) -> tablib.Dataset:
    """As their own xlsx format reads a sheet, with the hidden row of keys for a header."""
    sheet = load_workbook(BytesIO(data), read_only=True, data_only=True)[SHEET]
    rows = sheet.iter_rows(min_row=KEY_ROW, values_only=True)
    found = tablib.Dataset(headers=next(rows))
    for number, row in enumerate(rows, KEY_ROW + 1):
        if number >= FIRST_ROW:
            found.append(row)
    return found
