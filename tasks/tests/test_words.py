"""Words by the pairs of their characters: the same answers as `icontains`, and on PostgreSQL from an index."""

import pytest
from django.db import connection
from django.db.models import Q

from tasks import postgres
from tasks.models import MainTask, Measure, Plan, ProgressReport
from tasks.postgres import INDEXES, MEASURE_TEXTS, REPORT_TEXTS, TASK_TEXTS, TRIGRAM_INDEXES
from tasks.queries.measures import matching
from tasks.queries.search import find
from tasks.queries.words import holding
from tasks.tests.samples import make_plan

on_postgresql = pytest.mark.postgresql
TEXTS = [
    "海洋牧场",
    "海 洋",
    "上海,洋山港",
    "海",
    "",
    "建设5G网络Bim模型",
    "ＢＩＭ模型　ｂｉｍ",
    "完成60%_的\\工程",
    "a%b a_b a\\b aXb",
    "口号😀😁𠮷野家",
    "e\u0301cole école ÉCOLE e\u0300",
    "Straße STRASSE straẞe",
    "ısı İSİ isi ISI i\u0307",
    "ΑΣ ας ασ ﬁn FIN ŉ ΐ",
    "第一行\n第二行\t末 aa",
    "重重重重",
    "\ufeff\u200b海\u200b洋",
]


def words() -> list[str]:
    """Every piece of one to four characters of the texts, in both cases, and pieces that no text has."""
    pieces = {text[at : at + length] for text in TEXTS for length in (1, 2, 3, 4) for at in range(len(text))}
    pieces |= {swapped for piece in pieces for swapped in (piece.upper(), piece.lower(), piece[::-1])}
    return sorted(pieces - {""} | {"%%", "__", "\\\\", "%_", "洋海", "月球", "海洋牧场和", "\\%", "%\\"})


@pytest.fixture
def plan(db) -> Plan:
    """A measure for each pair of neighbours among the texts, in tasks named by them."""
    plan = make_plan("words")
    for number, (text, other) in enumerate(zip(TEXTS, TEXTS[1:] + TEXTS[:1], strict=True), 1):
        task = MainTask.objects.create(plan=plan, number=100 + number, title=text or "无")
        Measure.objects.create(main_task=task, order=1, text=text or "无", responsibility_text=other)
    return plan


def keys(rows) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize(("model", "texts"), [(Measure, MEASURE_TEXTS), (MainTask, TASK_TEXTS)])
def test_what_is_found_is_what_icontains_finds(plan, model, texts):
    rows = model.objects.all()
    differing = []
    for word in words():
        contained = Q()
        for text in texts:
            contained |= Q(**{f"{text}__icontains": word})
        if keys(rows.filter(holding(texts, word))) != keys(rows.filter(contained)):
            differing.append(word)
    assert differing == []


def test_a_word_stands_in_one_text_and_not_over_the_seam(plan):
    task = plan.main_tasks.first()
    Measure.objects.create(main_task=task, order=77, text="到东海", responsibility_text="洋口港")
    assert keys(Measure.objects.filter(holding(MEASURE_TEXTS, "海洋"), order=77)) == []
    assert len(keys(Measure.objects.filter(holding(MEASURE_TEXTS, "东海"), order=77))) == 1


def test_of_some_main_tasks_it_says_the_same(loaded_plan):
    tasks = list(MainTask.objects.filter(number__lte=15).values_list("pk", flat=True))
    of_tasks = Measure.objects.filter(main_task__in=tasks)
    for q in ("海洋", "建设 保护", "省发展改革委", "青岛市", "五市"):
        assert keys(of_tasks.filter(matching(q=q, tasks=tasks))) == keys(of_tasks.filter(matching(q=q))) != []


def test_every_word_is_looked_for_in_every_place(plan):
    task = MainTask.objects.create(plan=plan, number=900, title="深空探测")
    first = Measure.objects.create(main_task=task, order=1, text="建月球基地", responsibility_text="航天局")
    Measure.objects.create(main_task=task, order=2, text="建火星基地", responsibility_text="航天局")
    found = Measure.objects.filter(matching(q="月球 深空 航天 基地"))
    assert keys(found) == [first.pk]
    assert [line.code for line in find(plan, ["月球", "探测"]).measures] == ["900-1"]


@on_postgresql
def test_the_indexes_stand_in_place_of_trigrams(db):
    tables = {table for table, _ in INDEXES.values()}
    with connection.cursor() as cursor:
        found = {name for table in tables for name in connection.introspection.get_constraints(cursor, table)}
    assert set(INDEXES) <= found
    assert not found & set(TRIGRAM_INDEXES)


def test_their_names_fit_the_domestic_databases():
    assert [name for name in INDEXES if len(name) > 30] == []


@on_postgresql
@pytest.mark.parametrize("word", ["月球", "月球基地", "5g"])
def test_a_word_that_few_have_is_found_by_an_index(plan, word):
    task = MainTask.objects.create(plan=plan, number=900, title="月球")
    Measure.objects.bulk_create(
        Measure(
            main_task=task,
            order=order,
            text=f"第{order}项：推进海洋牧场建设，完善配套设施",
            responsibility_text="省厅",
        )
        for order in range(1, 2001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_measure")
    explained = Measure.objects.filter(holding(MEASURE_TEXTS, word)).explain()
    assert "pairs_of_measure" in explained
    assert "Seq Scan" not in explained


@on_postgresql
@pytest.mark.parametrize(
    ("model", "texts", "index"),
    [(MainTask, TASK_TEXTS, "pairs_of_task"), (ProgressReport, REPORT_TEXTS, "pairs_of_report")],
)
def test_the_other_indexes_have_the_expression_that_is_asked_for(db, model, texts, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in model.objects.order_by().filter(holding(texts, "月球")).explain()


@on_postgresql
def test_a_database_that_refuses_the_function_answers_the_same(plan, monkeypatch):
    found = find(plan, ["海洋"])
    with connection.schema_editor() as editor:
        postgres.drop_pair_indexes(None, editor)
        monkeypatch.setattr(postgres, "PAIRS", "CREATE FUNCTION word_pairs(words text) RETURNS nothing_known")
        postgres.add_pair_indexes(None, editor)
    with connection.cursor() as cursor:
        assert "pairs_of_measure" not in connection.introspection.get_constraints(cursor, "tasks_measure")
    assert find(plan, ["海洋"]) == found
    assert found.measure_count == 2
