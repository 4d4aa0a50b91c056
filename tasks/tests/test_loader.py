"""A draft meets the database: the difference, one transaction, nothing twice, nothing lost."""

import datetime
import json

import pytest

from tasks.allocation.corrections import Corrections
from tasks.allocation.loader import DraftHasErrorsError, store
from tasks.allocation.reader_text import read_text
from tasks.allocation.table import DraftPlan, draft_plan
from tasks.models import Duty, MainTask, Measure, Plan
from tasks.queries.difference import compare
from units.choices import UnitKind
from units.models import AuditEvent, Unit
from units.names import NameBook

BOOK = NameBook({}, {"鲁东两市政府": ("青岛市政府", "烟台市政府")})
NOW = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)
ROWS = [
    "1\t甲\t<p>举一</p><p>举二</p>\t<p>省教育厅牵头</p><p>鲁东两市政府负责</p>",
    "2\t乙\t举三\t省财政厅、各有关部门按职责分工负责",
]

pytestmark = pytest.mark.django_db


def draft(rows: list[str]) -> DraftPlan:
    text = "\n".join(["分工表", "序号\t主要任务\t具体举措\t责任单位", *rows])
    return draft_plan(read_text(text.encode()), BOOK)


def difference(rows: list[str]) -> list[str]:
    return [str(change) for change in compare("shiyan", draft(rows), Corrections()).changes]


def load(rows: list[str]) -> Plan:
    found = compare("shiyan", draft(rows), Corrections())
    return store(found, BOOK, source_name="表.txt", source_sha256="0" * 64, now=NOW)


def stored() -> list[tuple[str, str, list[tuple[str, str, str | None]]]]:
    return [
        (
            measure.code,
            measure.text,
            [
                (duty.unit.name, duty.role, duty.via_group and str(duty.via_group))
                for duty in measure.duties.select_related("unit", "via_group__unit")
            ],
        )
        for measure in Measure.objects.select_related("main_task")
    ]


def test_the_first_import_stores_everything():
    load(ROWS)
    assert stored() == [
        ("1-1", "举一", [("省教育厅", "lead", None)]),
        (
            "1-2",
            "举二",
            [("青岛市政府", "responsible", "鲁东两市政府"), ("烟台市政府", "responsible", "鲁东两市政府")],
        ),
        ("2-1", "举三", [("省财政厅", "shared", None), ("各有关部门", "shared", None)]),
    ]
    assert dict(Unit.objects.values_list("name", "kind")) == {
        "省教育厅": UnitKind.PROVINCIAL,
        "青岛市政府": UnitKind.CITY,
        "烟台市政府": UnitKind.CITY,
        "鲁东两市政府": UnitKind.GROUP,
        "省财政厅": UnitKind.PROVINCIAL,
        "各有关部门": UnitKind.GROUP,
    }
    assert Measure.history.count() == 3
    assert Duty.history.count() == 5


def test_the_same_table_again_changes_nothing():
    load(ROWS)
    keys = list(Duty.objects.values_list("pk", flat=True))
    assert difference(ROWS) == []
    load(ROWS)
    assert list(Duty.objects.values_list("pk", flat=True)) == keys
    assert Measure.history.count() == 3


def test_the_difference_comes_before_anything_is_stored():
    assert difference(ROWS)[-3:] == [
        "+ 举措 1-1：举一（职责 1 项）",
        "+ 举措 1-2：举二（职责 2 项）",
        "+ 举措 2-1：举三（职责 2 项）",
    ]
    assert not Plan.objects.exists()


def test_an_amended_table_keeps_the_rows_it_recognises():
    load(ROWS)
    Measure.objects.filter(text="举三").update(due_on=datetime.date(2026, 12, 31))
    keys = dict(Measure.objects.values_list("text", "pk"))
    amended = [
        "1\t甲甲\t<p>举二</p><p>举四</p>\t<p>鲁东两市政府分别负责</p><p>省教育厅牵头</p>",
        "3\t丙\t举三\t省财政厅牵头",
    ]
    assert difference(amended) == [
        "~ 主要任务 1：“甲”改为“甲甲”",
        "+ 主要任务 3：丙",
        "- 主要任务 2：乙",
        "~ 举措 1-2：移为 1-1",
        "~ 举措 1-1 的责任单位原文：“鲁东两市政府负责”改为“鲁东两市政府分别负责”",
        "~ 举措 1-1 的职责：青岛市政府 由负责，随鲁东两市政府改为分别负责，随鲁东两市政府",
        "~ 举措 1-1 的职责：烟台市政府 由负责，随鲁东两市政府改为分别负责，随鲁东两市政府",
        "+ 举措 1-2：举四（职责 1 项）",
        "~ 举措 2-1：移为 3-1",
        "~ 举措 3-1 的责任单位原文：“省财政厅、各有关部门按职责分工负责”改为“省财政厅牵头”",
        "~ 举措 3-1 的职责：省财政厅 由按职责分工改为牵头",
        "- 举措 3-1 的职责：各有关部门（按职责分工）",
        "- 举措 1-1：举一",
    ]
    load(amended)
    assert [(code, text) for code, text, _ in stored()] == [("1-1", "举二"), ("1-2", "举四"), ("3-1", "举三")]
    after = Measure.objects.get(text="举三")
    assert (after.pk, after.due_on) == (keys["举三"], datetime.date(2026, 12, 31))
    assert Measure.objects.get(text="举二").pk == keys["举二"]
    assert list(MainTask.objects.values_list("number", flat=True)) == [1, 3]
    assert difference(amended) == []


def test_a_changed_text_at_its_place_keeps_the_row():
    load(ROWS)
    key = Measure.objects.get(text="举三").pk
    load([ROWS[0], ROWS[1].replace("举三", "举三（修订）")])
    assert Measure.objects.get(text="举三（修订）").pk == key


def test_measures_can_change_places():
    load(ROWS)
    swapped = ["1\t甲\t<p>举二</p><p>举一</p>\t<p>鲁东两市政府负责</p><p>省教育厅牵头</p>", ROWS[1]]
    load(swapped)
    assert [(code, text) for code, text, _ in stored()] == [("1-1", "举二"), ("1-2", "举一"), ("2-1", "举三")]
    assert difference(swapped) == []


def test_with_an_error_nothing_is_stored():
    with pytest.raises(DraftHasErrorsError):
        load([*ROWS, "x\t丙\t举四\t省教育厅负责"])
    assert not Plan.objects.exists()
    assert not Unit.objects.exists()


def test_each_import_is_one_event_that_lists_every_difference():
    load(ROWS[:1])
    differences = difference(ROWS)
    load(ROWS)
    first, second = AuditEvent.objects.order_by("number")
    assert (first.actor, first.verb, first.subject_kind, first.subject) == (
        "命令行",
        "导入分工表",
        "分工方案",
        "分工表",
    )
    said = json.loads(second.after)
    assert {name: said[name] for name in ("文件", "SHA-256", "读到")} == {
        "文件": "表.txt",
        "SHA-256": "0" * 64,
        "读到": "主要任务 2 项、具体举措 3 项",
    }
    assert said["差异"].splitlines() == differences


def test_a_second_plan_stands_beside_the_first():
    load(ROWS)
    store(compare("ling", draft(ROWS), Corrections()), BOOK, source_name="表.txt", source_sha256="0" * 64, now=NOW)
    assert list(Plan.objects.values_list("slug", flat=True)) == ["shiyan", "ling"]
    assert Measure.objects.count() == 6
    assert difference(ROWS) == []


def test_comparing_takes_as_many_queries_for_a_long_table(django_assert_num_queries):
    load(ROWS)
    long = [f"{number}\t任务{number}\t举措{number}\t省教育厅牵头" for number in range(1, 200)]
    with django_assert_num_queries(8):
        difference(ROWS)
    with django_assert_num_queries(8):
        difference(long)
