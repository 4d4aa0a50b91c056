"""Claiming completion, verifying it, reopening, as their pages offer them."""

import datetime

import pytest

from tasks.choices import ClaimState
from tasks.models import CompletionClaim
from tasks.services import closing
from tasks.tests.desk import MEASURE, client_of, page, words
from tasks.tests.journeys import approved, claimed
from tasks.tests.people import NOW, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def claim(stage: Stage, **changes) -> dict[str, str]:
    return {
        "result": "五市公交、地铁全部可以刷同一张卡。",
        "document": "鲁交运〔2026〕8号",
        "completed_on": "2026-10-01",
        "link": "",
        **changes,
    }


class TestClaim:
    def test_claimed_once_however_often_it_is_sent(self, stage):
        client = client_of(stage.reporter)
        answers = [client.post(f"{MEASURE}completion/", claim(stage)) for _ in range(2)]
        assert [answer.headers["Location"] for answer in answers] == [f"{MEASURE}completion/"] * 2
        made = CompletionClaim.objects.get()
        assert (made.document, made.completed_on, made.claimed_by) == (
            "鲁交运〔2026〕8号", datetime.date(2026, 10, 1), stage.reporter,
        )  # fmt: skip
        assert "已申请，等待核验</h2>" in client.get(f"{MEASURE}completion/").content.decode()

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"result": " "}, "办结情况：请写明办结情况"),
            ({"document": ""}, "依据文件及文号：请填写依据文件的名称和文号。"),
            ({"completed_on": "2026-12-01"}, "办结日期：办结日期不能晚于今天。"),
            ({"completed_on": "昨天"}, "办结日期：这不是日期。"),
            ({"link": "javascript:alert(1)"}, "网址：这不是网址"),
        ],
    )
    def test_refused_with_what_to_mend(self, stage, changes, refusal):
        answer = client_of(stage.reporter).post(f"{MEASURE}completion/", claim(stage, **changes))
        assert refusal in words(answer)
        assert claim(stage, **changes)["link"] in answer.content.decode()
        assert CompletionClaim.objects.count() == 0

    @pytest.mark.parametrize(
        ("name", "status"), [("reviewer", 403), ("office", 403), ("leader", 403), ("administrator", 403)]
    )
    def test_only_a_reporter_of_a_responsible_unit(self, stage, name, status):
        client = client_of(getattr(stage, name))
        for url in (f"{MEASURE}completion/", f"{MEASURE}extension/"):
            assert (client.get(url).status_code, client.post(url).status_code) == (status, status)

    def test_another_unit_sees_the_claim_and_cannot_withdraw_it(self, stage):
        claimed(stage)
        html = page(stage.other_reporter, f"{MEASURE}completion/")
        assert ("全部可以刷卡。" in html, "撤回申请" in html) == (True, False)
        assert client_of(stage.other_reporter).post(f"{MEASURE}completion/", {"do": "withdraw"}).status_code == 403
        assert CompletionClaim.objects.get().state == ClaimState.PENDING

    def test_withdrawn(self, stage):
        claimed(stage)
        client = client_of(stage.reporter)
        for _ in range(2):
            assert client.post(f"{MEASURE}completion/", {"do": "withdraw"}).status_code == 302
        assert CompletionClaim.objects.get().state == ClaimState.WITHDRAWN
        assert "提交办结申请" in client.get(f"{MEASURE}completion/").content.decode()

    def test_a_measure_that_is_not_there(self, stage):
        assert client_of(stage.reporter).get("/plans/jiaodong/measures/9-9/completion/").status_code == 404


class TestVerify:
    def decide(self, stage, claim, person=None, **given):
        sent = {"decision": "pass", "reason": "", **given}
        return client_of(person or stage.office).post(f"/review/completions/{claim.pk}/", sent)

    def test_nothing_is_chosen_beforehand(self, stage):
        made = claimed(stage)
        assert " checked" not in page(stage.office, f"/review/completions/{made.pk}/")
        answer = client_of(stage.office).post(f"/review/completions/{made.pk}/", {"reason": ""})
        assert "决定：请选择一项决定。" in words(answer)

    def test_verified_with_everything_beside_it(self, stage):
        approved(stage, percent_complete=100)
        made = claimed(stage)
        html = page(stage.office, "/review/completions/")
        assert ("鲁交运〔2026〕8号" in html, "100%" in html) == (True, True)
        answers = [self.decide(stage, made, reason="文件已核对") for _ in range(2)]
        assert [answer.headers["Location"] for answer in answers] == ["/review/completions/"] * 2
        made.refresh_from_db()
        assert (made.state, made.decision_reason) == (ClaimState.GRANTED, "文件已核对")
        assert "没有待审事项。" in page(stage.office, "/review/completions/")

    def test_returned_with_a_reason_which_the_unit_reads_in_full(self, stage):
        made = claimed(stage)
        assert "请写明退回的理由" in words(self.decide(stage, made, decision="return"))
        self.decide(stage, made, decision="return", reason="缺少验收文件")
        html = page(stage.reporter, f"{MEASURE}completion/")
        assert ("缺少验收文件" in html, "提交办结申请" in html) == (True, True)

    def test_decided_by_another_meanwhile(self, stage):
        made = claimed(stage)
        closing.return_completion(stage.second_office, claim=made, reason="缺少验收文件", now=NOW)
        answer = self.decide(stage, made)
        assert "这份申请现在是“已退回”，不能再核验通过，请刷新页面。" in words(answer)
        assert CompletionClaim.objects.get().decided_by == stage.second_office

    @pytest.mark.parametrize("name", ["reporter", "reviewer", "leader", "administrator", "auditor"])
    def test_nobody_but_the_office(self, stage, name):
        made = claimed(stage)
        assert self.decide(stage, made, getattr(stage, name)).status_code == 403
        for url in ("completions/", f"completions/{made.pk}/", f"completions/{made.pk}/reopen/", "extensions/"):
            assert client_of(getattr(stage, name)).get(f"/review/{url}").status_code == 403

    def test_reopened_with_a_reason(self, stage):
        made = closing.verify_completion(stage.office, claim=claimed(stage), now=NOW)
        assert f'href="/review/completions/{made.pk}/reopen/"' in page(stage.office, MEASURE)
        client = client_of(stage.office)
        assert "请写明理由。" in words(client.post(f"/review/completions/{made.pk}/reopen/", {"reason": ""}))
        answer = client.post(f"/review/completions/{made.pk}/reopen/", {"reason": "复核发现一条线路未接入"})
        assert answer.headers["Location"] == MEASURE
        html = page(stage.reporter, MEASURE)
        assert ("复核发现一条线路未接入" in html, "申请办结</a>" in html) == (True, True)
        again = client.post(f"/review/completions/{made.pk}/reopen/", {"reason": "再来"})
        assert "不用重新打开" in words(again)

    def test_what_is_not_there(self, stage):
        client = client_of(stage.office)
        urls = ("completions/999/", "completions/999/reopen/", "extensions/999/")
        assert [client.get(f"/review/{url}").status_code for url in urls] == [404] * 3
