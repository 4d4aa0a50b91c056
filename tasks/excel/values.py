"""Values of cells as a reader of sheets gives them, as a person would read them."""

import datetime
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from tasks.forms import ReportForm

NOT_A_DAY = "这一格存的是数字，不是日期。请按年-月-日填写，例如 2026-10-15。"


def shown(value: Any) -> str:
    """A value as a person reads it in the sheet, nearly."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}"
        case datetime.datetime():
            return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return str(value)


def plain(value: Any) -> str:
    return unicodedata.normalize("NFKC", shown(value)).strip()


def day(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValidationError(NOT_A_DAY)
    cleaned = ReportForm.base_fields["coordination_due_on"].clean(value)
    return "" if cleaned is None else cleaned.isoformat()
