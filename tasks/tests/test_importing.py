"""The Office has a table checked in the browser; nothing is kept of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tasks.models import Measure
from tasks.tests.office_files import CUSTOMER_TABLE, HEADER, with_part, xlsx
from tasks.tests.people import make_stage
from tasks.tests.readers import NOT_STAFF, browser_of, readers

pytestmark = pytest.mark.django_db
ROW = ("1", "甲", "举一", "省教育厅负责")


def answer(user, name: str, data: bytes) -> str:
    return browser_of(user).post("/allocation/check/", {"file": SimpleUploadedFile(name, data)}).content.decode()


def test_the_customers_table_with_one_bad_number_shows_the_error_first():
    data = CUSTOMER_TABLE.read_text().replace("\n2\t", "\n二\t", 1).encode()
    page = answer(make_stage().office, "表.txt", data)
    assert "错误 1 处" in page
    assert page.index("<strong>错误</strong>") < page.index("<strong>提示</strong>")
    assert Measure.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("表.txt", b"", "文件是空的"),
        ("表.xls", bytes.fromhex("d0cf11e0a1b11ae1"), "旧版 .xls"),
        ("表.xlsm", xlsx(HEADER, ROW), "文件带宏"),
        ("表.xlsx", with_part(xlsx(HEADER, ROW), "xl/vbaProject.bin", lambda _: "x"), "文件带宏"),
        ("表.xlsx", xlsx(HEADER, ROW)[:900], "文件已损坏"),
        ("表.txt", xlsx(HEADER, ROW), "与扩展名不符"),
        ("表.txt", b"nothing", "没有读到任何一行"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(name, data, sentence):
    page = answer(make_stage().office, name, data)
    assert sentence in page
    assert "读到主要任务" not in page


def test_who_may():
    people = readers(make_stage())
    codes = {name: browser_of(user).get("/allocation/check/").status_code for name, user in people.items()}
    allowed = {"office": 200, "administrator": 200}
    assert codes == dict.fromkeys(people, 403) | allowed | dict.fromkeys(NOT_STAFF, 302)


def test_units_that_the_list_does_not_have_are_named():
    page = answer(make_stage().office, "表.xlsx", xlsx(HEADER, ("1", "甲", "举一", "省交通运输厅、省教育厅负责")))
    assert "单位名录里没有：省教育厅。" in page


def test_a_file_too_large_is_not_even_read(monkeypatch):
    monkeypatch.setattr("tasks.views.importing.MOST_BYTES", 10)
    assert "文件超过 20 MB" in answer(make_stage().office, "表.xlsx", xlsx(HEADER, ROW))
