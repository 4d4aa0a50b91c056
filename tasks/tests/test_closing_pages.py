"""Completion, extension, reopening and the settings of a measure, as their pages offer them."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from tasks.choices import ClaimState
from tasks.models import Amendment, CompletionClaim, ExtensionRequest, Measure, Plan
from tasks.services import closing
from tasks.services.amending import amend_measure
from tasks.tests.journeys import approved
from tasks.tests.people import NOW, TODAY, Stage, make_stage
from tasks.tests.reading import section, texts
from units.models import AuditEvent

pytestmark = pytest.mark.django_db
MEASURE = "/plans/jiaodong/measures/1-1/"
YEAR_END, NEXT_SUMMER = datetime.date(2026, 12, 31), datetime.date(2027, 6, 30)


@pytest.fixture(autouse=True)
def now(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


@pytest.fixture
def dated(stage: Stage) -> Stage:
    """The measure is due at the end of the year."""
    amend_measure(stage.office, measure=stage.measure, changes={"due_on": YEAR_END}, reason="年度计划", now=NOW)
    stage.measure.refresh_from_db()
    return stage


def at_desk(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, url: str) -> str:
    answer = at_desk(person).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def words(answer) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def claim(stage: Stage, **changes) -> dict[str, str]:
    return {
        "result": "五市公交、地铁全部可以刷同一张卡。",
        "document": "鲁交运〔2026〕8号",
        "completed_on": "2026-10-01",
        "link": "",
        **changes,
    }


def claimed(stage: Stage) -> CompletionClaim:
    return closing.claim_completion(
        stage.reporter,
        duty=stage.duty,
        result="全部可以刷卡。",
        document="鲁交运〔2026〕8号",
        completed_on=TODAY,
        now=NOW,
    )


def asked(stage: Stage) -> ExtensionRequest:
    return closing.request_extension(
        stage.reporter, duty=stage.duty, new_due_on=NEXT_SUMMER, reason="用地批复推迟", now=NOW
    )


class TestClaim:
    def test_claimed_once_however_often_it_is_sent(self, stage):
        client = at_desk(stage.reporter)
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
        answer = at_desk(stage.reporter).post(f"{MEASURE}completion/", claim(stage, **changes))
        assert refusal in words(answer)
        assert claim(stage, **changes)["link"] in answer.content.decode()
        assert CompletionClaim.objects.count() == 0

    @pytest.mark.parametrize(
        ("name", "status"), [("reviewer", 403), ("office", 403), ("leader", 403), ("administrator", 403)]
    )
    def test_only_a_reporter_of_a_responsible_unit(self, stage, name, status):
        client = at_desk(getattr(stage, name))
        for url in (f"{MEASURE}completion/", f"{MEASURE}extension/"):
            assert (client.get(url).status_code, client.post(url).status_code) == (status, status)

    def test_another_unit_sees_the_claim_and_cannot_withdraw_it(self, stage):
        claimed(stage)
        html = page(stage.other_reporter, f"{MEASURE}completion/")
        assert ("全部可以刷卡。" in html, "撤回申请" in html) == (True, False)
        assert at_desk(stage.other_reporter).post(f"{MEASURE}completion/", {"do": "withdraw"}).status_code == 403
        assert CompletionClaim.objects.get().state == ClaimState.PENDING

    def test_withdrawn(self, stage):
        claimed(stage)
        client = at_desk(stage.reporter)
        for _ in range(2):
            assert client.post(f"{MEASURE}completion/", {"do": "withdraw"}).status_code == 302
        assert CompletionClaim.objects.get().state == ClaimState.WITHDRAWN
        assert "提交办结申请" in client.get(f"{MEASURE}completion/").content.decode()

    def test_a_measure_that_is_not_there(self, stage):
        assert at_desk(stage.reporter).get("/plans/jiaodong/measures/9-9/completion/").status_code == 404


class TestVerify:
    def decide(self, stage, claim, person=None, **given):
        sent = {"decision": "pass", "reason": "", **given}
        return at_desk(person or stage.office).post(f"/review/completions/{claim.pk}/", sent)

    def test_nothing_is_chosen_beforehand(self, stage):
        made = claimed(stage)
        assert " checked" not in page(stage.office, f"/review/completions/{made.pk}/")
        answer = at_desk(stage.office).post(f"/review/completions/{made.pk}/", {"reason": ""})
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
        assert "这份申请现在是“已退回”，不能再核验通过。" in words(answer)
        assert CompletionClaim.objects.get().decided_by == stage.second_office

    @pytest.mark.parametrize("name", ["reporter", "reviewer", "leader", "administrator", "auditor"])
    def test_nobody_but_the_office(self, stage, name):
        made = claimed(stage)
        assert self.decide(stage, made, getattr(stage, name)).status_code == 403
        for url in ("completions/", f"completions/{made.pk}/", f"completions/{made.pk}/reopen/", "extensions/"):
            assert at_desk(getattr(stage, name)).get(f"/review/{url}").status_code == 403

    def test_reopened_with_a_reason(self, stage):
        made = closing.verify_completion(stage.office, claim=claimed(stage), now=NOW)
        assert f'href="/review/completions/{made.pk}/reopen/"' in page(stage.office, MEASURE)
        client = at_desk(stage.office)
        assert "请写明理由。" in words(client.post(f"/review/completions/{made.pk}/reopen/", {"reason": ""}))
        answer = client.post(f"/review/completions/{made.pk}/reopen/", {"reason": "复核发现一条线路未接入"})
        assert answer.headers["Location"] == MEASURE
        html = page(stage.reporter, MEASURE)
        assert ("复核发现一条线路未接入" in html, "申请办结</a>" in html) == (True, True)
        again = client.post(f"/review/completions/{made.pk}/reopen/", {"reason": "再来"})
        assert "不用重新打开" in words(again)

    def test_what_is_not_there(self, stage):
        client = at_desk(stage.office)
        urls = ("completions/999/", "completions/999/reopen/", "extensions/999/")
        assert [client.get(f"/review/{url}").status_code for url in urls] == [404] * 3

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(self, stage, django_assert_num_queries, count):
        claimed(stage)
        for order in range(2, count + 1):
            other = Measure.objects.create(main_task=stage.measure.main_task, order=order, text="另一项")
            duty = stage.duty
            duty.pk, duty.measure = None, other
            duty.save()
            claimed(stage)
        client = at_desk(stage.office)
        with django_assert_num_queries(10):
            client.get("/review/completions/")


class TestExtend:
    def test_asked_once_however_often_it_is_sent(self, dated):
        client = at_desk(dated.reporter)
        sent = {"new_due_on": "2027-6-30", "reason": "用地批复推迟"}
        for _ in range(2):
            assert client.post(f"{MEASURE}extension/", sent).status_code == 302
        made = ExtensionRequest.objects.get()
        assert (made.old_due_on, made.new_due_on, made.requested_by) == (YEAR_END, NEXT_SUMMER, dated.reporter)

    @pytest.mark.parametrize(
        ("sent", "refusal"),
        [
            ({"new_due_on": "2027-06-30", "reason": " "}, "延期理由：请写明延期的理由。"),
            ({"new_due_on": "2026-12-31", "reason": "推迟"}, "申请的日期须晚于现在的完成时限。"),
            ({"new_due_on": "", "reason": "推迟"}, "申请延至：请填写申请延至哪一天。"),
        ],
    )
    def test_refused_with_what_to_mend(self, dated, sent, refusal):
        assert refusal in words(at_desk(dated.reporter).post(f"{MEASURE}extension/", sent))
        assert ExtensionRequest.objects.count() == 0

    def test_not_without_and_not_after_the_due_date(self, stage):
        assert "没有完成时限，不用申请延期" in page(stage.reporter, f"{MEASURE}extension/")
        Measure.objects.update(due_on=TODAY - datetime.timedelta(days=1))
        assert "已过，不能再申请延期" in page(stage.reporter, f"{MEASURE}extension/")
        answer = at_desk(stage.reporter).post(f"{MEASURE}extension/", {"new_due_on": "2027-06-30", "reason": "推迟"})
        assert "已过，不能再申请延期" in words(answer)

    def test_granted_all_dates_stay_readable(self, dated):
        made = asked(dated)
        html = page(dated.office, f"/review/extensions/{made.pk}/")
        assert "2026-12-31 → <strong>2027-06-30</strong>" in html
        assert "0 次" in html
        sent = {"decision": "pass", "reason": "同意", "document": "鲁发改〔2026〕9号"}
        at_desk(dated.office).post(f"/review/extensions/{made.pk}/", sent)
        assert Measure.objects.get().due_on == NEXT_SUMMER
        amendment = Amendment.objects.get(number=2)
        assert (amendment.document, amendment.reason) == ("鲁发改〔2026〕9号", "延期申请：用地批复推迟")
        html = page(dated.leader, MEASURE)
        assert ("原定完成时限 2026-12-31" in html, "2026-12-31 → 2027-06-30" in html) == (True, True)

    def test_returned_with_a_reason(self, dated):
        made = asked(dated)
        client = at_desk(dated.office)
        refused = client.post(f"/review/extensions/{made.pk}/", {"decision": "return", "reason": "", "document": ""})
        assert "请写明退回的理由" in words(refused)
        client.post(f"/review/extensions/{made.pk}/", {"decision": "return", "reason": "理由不充分", "document": ""})
        assert Measure.objects.get().due_on == YEAR_END
        assert "理由不充分" in page(dated.reporter, f"{MEASURE}extension/")


class TestSettings:
    URL = f"{MEASURE}settings/"

    def sent(self, stage, **changes) -> dict[str, str]:
        """What the form sends back when nothing but `changes` was touched."""
        html = page(stage.office, self.URL)
        seen = dict(re.findall(r'<input type="hidden" name="(initial-\w+)"(?: value="([^"]*)")?', html))
        measure = Measure.objects.get()
        given = {"starts_on": "", "due_on": measure.due_on or "", "roll_up": measure.roll_up, "halted": ""}
        return {**seen, **given, "reason": "年度计划确定", "document": "鲁发改〔2026〕1号", **changes}

    def test_each_change_is_a_numbered_amendment(self, stage):
        sent = self.sent(stage, starts_on="2026-01-01", due_on="2026年12月31日", roll_up="lead_decides")
        answer = at_desk(stage.office).post(self.URL, sent)
        assert answer.headers["Location"] == MEASURE
        measure = Measure.objects.get()
        assert (measure.starts_on, measure.due_on, measure.roll_up) == (
            datetime.date(2026, 1, 1), YEAR_END, "lead_decides",
        )  # fmt: skip
        table = texts(page(stage.office, "/plans/jiaodong/amendments/"))[1:]
        assert [row[:4] for row in table] == [
            ["第 3 号", "举措 1-1 的汇总规则", "取最差", "以牵头单位为准"],
            ["第 2 号", "举措 1-1 的完成时限", "未设定", "2026-12-31"],
            ["第 1 号", "举措 1-1 的开始日期", "未设定", "2026-01-01"],
        ]
        assert {row[4] for row in table} == {"年度计划确定 依据：鲁发改〔2026〕1号"}

    def test_nothing_changed_is_no_amendment(self, stage):
        at_desk(stage.office).post(self.URL, self.sent(stage))
        assert Amendment.objects.count() == 0

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"due_on": "2026-12-31", "reason": ""}, "调整理由：请写明调整的理由。"),
            ({"due_on": "2026-12-31", "is_ongoing": "on"}, "长期坚持的举措没有完成时限，请去掉其中一个。"),
            ({"due_on": "2026-01-01", "starts_on": "2026-02-01"}, "完成时限不能早于开始日期。"),
            ({"halted": "forgotten"}, "暂停或终止："),
        ],
    )
    def test_refused_with_what_to_mend(self, stage, changes, refusal):
        answer = at_desk(stage.office).post(self.URL, self.sent(stage, **changes))
        assert refusal in words(answer)
        assert (Amendment.objects.count(), Measure.objects.get().due_on) == (0, None)

    def test_what_another_changed_meanwhile_is_neither_undone_nor_overwritten(self, stage):
        untouched, touched = self.sent(stage, halted="suspended"), self.sent(stage, due_on="2027-06-30")
        amend_measure(stage.second_office, measure=stage.measure, changes={"due_on": YEAR_END}, reason="会", now=NOW)
        answer = at_desk(stage.office).post(self.URL, touched)
        assert "完成时限：在您填写期间，这一项已被他人调整。" in words(answer)
        at_desk(stage.office).post(self.URL, untouched)
        measure = Measure.objects.get()
        assert (measure.due_on, measure.halted) == (YEAR_END, "suspended")

    def test_the_second_of_two_clicks_changes_nothing(self, stage):
        sent = self.sent(stage, due_on="2026-12-31")
        client = at_desk(stage.office)
        assert [client.post(self.URL, sent).status_code for _ in range(2)] == [302, 302]
        assert Amendment.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "status"), [("reporter", 403), ("reviewer", 403), ("leader", 403), ("administrator", 200)]
    )
    def test_for_those_who_keep_the_plan(self, stage, name, status):
        assert at_desk(getattr(stage, name)).get(self.URL).status_code == status

    def test_amendments_are_for_staff(self, stage):
        assert Client().get("/plans/jiaodong/amendments/").status_code == 302
        for name, person in stage.everybody.items():
            assert at_desk(person).get("/plans/jiaodong/amendments/").status_code == 200, name


class TestCadence:
    def test_an_amendment_of_the_plan(self, stage):
        sent = {"cadence": "monthly", "reason": "会议要求", "document": ""}
        client = at_desk(stage.office)
        assert [client.post("/plans/jiaodong/cadence/", sent).status_code for _ in range(2)] == [302, 302]
        assert Plan.objects.get().cadence == "monthly"
        made = Amendment.objects.get()
        assert (made.number, made.subject, made.before, made.after, made.measure) == (
            1, "填报周期", "每季度", "每月", None,
        )  # fmt: skip
        assert AuditEvent.objects.filter(verb="调整填报周期").count() == 1

    def test_needs_a_reason(self, stage):
        answer = at_desk(stage.office).post("/plans/jiaodong/cadence/", {"cadence": "monthly", "reason": ""})
        assert "调整理由：请写明调整的理由。" in words(answer)
        assert Plan.objects.get().cadence == "quarterly"


def test_the_measure_page_offers_each_what_they_may(dated):
    offers = {}
    for name, person in dated.everybody.items():
        head = page(person, MEASURE).split('class="bar-row mt-2')[1].split("</div>")[0]
        offers[name] = re.findall(r">([^<]+)</a>", head)
    assert offers == {
        "reporter": ["填报本期", "申请办结", "申请延期"],
        "reviewer": [],
        "other_reporter": ["填报本期", "申请办结", "申请延期"],
        "office": ["填报本期", "调整时间和规则"],
        "second_office": ["填报本期", "调整时间和规则"],
        "leader": [],
        "administrator": ["调整时间和规则"],
        "auditor": [],
    }
    assert section(page(dated.office, MEASURE), "amendments")
