"""Asking for an extension and deciding on it, as their pages offer them."""

import datetime

import pytest

from tasks.models import Amendment, ExtensionRequest, Measure
from tasks.tests.desk import MEASURE, client_of, page, words
from tasks.tests.journeys import NEXT_SUMMER, YEAR_END, asked
from tasks.tests.people import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


class TestExtend:
    def test_asked_once_however_often_it_is_sent(self, dated):
        client = client_of(dated.reporter)
        sent = {"new_due_on": "2027-6-30", "reason": "用地批复推迟"}
        for _ in range(2):
            assert client.post(f"{MEASURE}extension/", sent).status_code == 302
        made = ExtensionRequest.objects.get()
        assert (made.old_due_on, made.new_due_on, made.requested_by) == (YEAR_END, NEXT_SUMMER, dated.reporter)

    @pytest.mark.parametrize(
        ("sent", "refusal"),
        [
            ({"new_due_on": "2027-06-30", "reason": " "}, "延期理由：请写明延期的理由。"),
            ({"new_due_on": "2026-12-31", "reason": "推迟"}, "申请延至：申请的日期须晚于现在的完成时限 2026-12-31。"),
            ({"new_due_on": "", "reason": "推迟"}, "申请延至：请填写申请延至哪一天。"),
        ],
    )
    def test_refused_with_what_to_mend(self, dated, sent, refusal):
        assert refusal in words(client_of(dated.reporter).post(f"{MEASURE}extension/", sent))
        assert ExtensionRequest.objects.count() == 0

    def test_not_without_and_not_after_the_due_date(self, stage):
        assert "没有完成时限，不用申请延期" in page(stage.reporter, f"{MEASURE}extension/")
        Measure.objects.update(due_on=TODAY - datetime.timedelta(days=1))
        assert "已过，不能再申请延期" in page(stage.reporter, f"{MEASURE}extension/")
        answer = client_of(stage.reporter).post(f"{MEASURE}extension/", {"new_due_on": "2027-06-30", "reason": "推迟"})
        assert "已过，不能再申请延期" in words(answer)

    def test_granted_all_dates_stay_readable(self, dated):
        made = asked(dated)
        html = page(dated.office, f"/review/extensions/{made.pk}/")
        assert "2026-12-31 → <strong>2027-06-30</strong>" in html
        assert "0 次" in html
        sent = {"decision": "pass", "reason": "同意", "document": "鲁发改〔2026〕9号"}
        client_of(dated.office).post(f"/review/extensions/{made.pk}/", sent)
        assert Measure.objects.get().due_on == NEXT_SUMMER
        amendment = Amendment.objects.get(number=2)
        assert (amendment.document, amendment.reason) == ("鲁发改〔2026〕9号", "延期申请：用地批复推迟")
        html = page(dated.leader, MEASURE)
        assert ("原定完成时限 2026-12-31" in html, "2026-12-31 → 2027-06-30" in html) == (True, True)

    def test_returned_with_a_reason(self, dated):
        made = asked(dated)
        client = client_of(dated.office)
        refused = client.post(f"/review/extensions/{made.pk}/", {"decision": "return", "reason": "", "document": ""})
        assert "请写明退回的理由" in words(refused)
        client.post(f"/review/extensions/{made.pk}/", {"decision": "return", "reason": "理由不充分", "document": ""})
        assert Measure.objects.get().due_on == YEAR_END
        assert "理由不充分" in page(dated.reporter, f"{MEASURE}extension/")
