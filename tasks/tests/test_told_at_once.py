"""What is wrong in a form is told at once, whatever else is missing, and what was typed stays where it was typed."""

import pytest

from tasks.tests.desk import MEASURE, client_of, words
from tasks.tests.people import Stage

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
