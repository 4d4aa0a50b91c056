"""What is wrong in a form is told at once, whatever else is missing, and what was typed stays where it was typed."""

import pytest

from tasks.services.periods import freeze_period
from tasks.tests.desk import MEASURE, client_of, words
from tasks.tests.journeys import approved, asked
from tasks.tests.people import NOW, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

PLAN = "/plans/jiaodong/"
RULE = {"since_on": "2000-01-01", "risk_points": 9, "late_points": 30, "urgent_days": 7, "soon_days": 30, "reason": ""}

# Who, where, what is sent, and the sentences, of which the last was not told before the first was mended.
WRONG = {
    "extension": (
        "reporter",
        f"{MEASURE}extension/",
        {"new_due_on": "2026-01-31", "reason": ""},
        ["请写明延期的理由。", "申请的日期须晚于现在的完成时限 2026-12-31。"],
    ),
    "completion": (
        "reporter",
        f"{MEASURE}completion/",
        {"result": "", "document": "", "completed_on": "2099-01-31"},
        ["请填写依据文件的名称和文号。", "办结日期不能晚于今天。"],
    ),
    "instruction": (
        "leader",
        f"{PLAN}instructions/new/",
        {"text": "", "due_on": "2026-01-31"},
        ["请写明批示内容。", "请选择承办单位。", "办理时限须晚于今天。"],
    ),
    "settings": (
        "office",
        f"{MEASURE}settings/",
        {"starts_on": "2027-01-31", "due_on": "2026-12-31", "initial-due_on": "2026-12-31", "reason": ""},
        ["请写明调整的理由。", "完成时限不能早于开始日期。"],
    ),
    "period": (
        "office",
        f"{PLAN}periods/new/",
        {"label": "2026年三季度", "as_of": "", "opens_on": "2027-01-31", "due_on": ""},
        ["请填写截至日期。", "请填写填报截止的日期。", "这个期次已经建立。"],
    ),
    "rule": ("office", f"{PLAN}rules/new/", RULE, ["请写明调整规则的理由。", "施行日期须晚于第"]),
}


@pytest.mark.parametrize("form", WRONG)
def test_all_of_it_and_nothing_typed_is_lost(dated: Stage, form: str) -> None:
    name, url, sent, sentences = WRONG[form]
    html = client_of(getattr(dated, name)).post(url, sent).content.decode()
    said = words(html)
    assert [sentence for sentence in sentences if sentence not in said] == []
    assert [day for day in sent.values() if "-31" in str(day) and f'value="{day}"' not in html] == []


def test_of_a_request_that_is_returned(dated: Stage) -> None:
    sent = {"decision": "return", "reason": " ", "document": "鲁发改" * 67}
    html = client_of(dated.office).post(f"/review/extensions/{asked(dated).pk}/", sent).content.decode()
    told = [
        sentence in words(html) for sentence in ("请写明退回的理由，申请单位会看到全文。", "最多 200 字，请删减。")
    ]
    assert [*told, f'value="{sent["document"]}"' in html] == [True, True, True]


def test_of_a_correction(stage: Stage) -> None:
    report = approved(stage)
    freeze_period(stage.office, period=stage.period, now=NOW)
    sent = {
        "progress": " ",
        "percent_complete": "145",
        "confidence": "behind",
        "next_steps": "年底前通车",
        "reason": "",
    }
    html = client_of(stage.office).post(f"/reports/{report.pk}/correct/", sent).content.decode()
    sentences = ["请填写进展情况。", "完成率在 0 到 100 之间。", "请写明理由。"]
    assert [sentence for sentence in sentences if sentence not in words(html)] == []
    assert ('value="145"' in html, "年底前通车" in html) == (True, True)
