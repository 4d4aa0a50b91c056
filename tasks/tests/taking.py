"""Files taken by people of the scene, and what is in them."""

import csv
import datetime
from io import BytesIO, StringIO
from typing import Any

from django.test import Client
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tasks.tests.scene import Scene

EXPORT = "/plans/jiaodong/export/"


def browser(scene: Scene, name: str) -> Client:
    client = Client()
    client.force_login(scene.people[name])
    return client


def taken(client: Client, file: str) -> bytes:
    answer = client.get(file if file.startswith("/") else EXPORT + file)
    assert answer.status_code == 200
    return answer.getvalue()


def book(client: Client, file: str) -> Workbook:
    return load_workbook(BytesIO(taken(client, file)))


def raw(client: Client, file: str, number: int = 1) -> list[list[Any]]:
    """Header and rows as they lie in the file, covered cells too."""
    sheet = load_workbook(BytesIO(taken(client, file)), read_only=True).worksheets[number]
    return [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]


def csv_rows(client: Client, file: str) -> list[list[str]]:
    return list(csv.reader(StringIO(taken(client, file).decode("utf-8-sig"), newline="")))


def cover(found: Workbook) -> dict[str, Any]:
    return {label.value: value.value for label, value in found["封面"]["A2:B20"] if label.value}


def text(value: Any) -> str:
    return "" if value is None else f"{value:%Y-%m-%d}" if isinstance(value, datetime.date) else str(value)
