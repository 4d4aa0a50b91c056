"""The review page: what waits for whom, what is marked, one decision at a time, and many at once."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from tasks.choices import DutyRole, ReportState
from tasks.models import Duty, ProgressReport, Review
from tasks.queries import review as queries
from tasks.services import reporting, reviewing
from tasks.services.periods import freeze_period
from tasks.tests.journeys import approved, forwarded, handed_in, of_customs, submitted
from tasks.tests.people import NOW, Stage, content, make_period, make_stage
from tasks.tests.reading import section
from units.choices import UnitKind
from units.models import Unit

pytestmark = pytest.mark.django_db
LATER = NOW + datetime.timedelta(hours=2)
LAST = datetime.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def now(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


@pytest.fixture
def before(stage: Stage) -> ProgressReport:
    """The period before, approved."""
    return approved(stage, make_period(stage.plan, "2026年二季度", LAST), progress="6月完成 81%，路基开工。")


def at_desk(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, url: str = "/review/") -> str:
    answer = at_desk(person).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def queue_of(html: str) -> list[str]:
    return re.findall(r'aria-label="选择 (.*?)"', html)


def tabs_of(html: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r'>(\S+) <span class="num">(\d+)</span></a></li>', html)}


def posted(report: ProgressReport, **given) -> dict[str, str]:
    """What the form of a report sends."""
    seen = timezone.localtime(report.saved_at).isoformat()
    return {"decision": "pass", "version": str(report.version), "seen_at": seen, "reason": "", "mend_by": "", **given}


def decide(person, report: ProgressReport, query: str = "", **given):
    return at_desk(person).post(f"/review/{report.pk}/{query}", posted(report, **given))


def words(answer) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("reporter", 403), ("other_reporter", 403), ("reviewer", 200), ("office", 200), ("leader", 403),
            ("administrator", 403), ("auditor", 403),
        ],
    )  # fmt: skip
    def test_the_queue_is_for_those_who_decide(self, stage, name, status):
        client = at_desk(getattr(stage, name))
        urls = ("/review/", "/review/returned/", "/review/pass/")
        assert [client.get(url).status_code for url in urls] == [status] * 3

    def test_an_outsider_is_asked_to_log_in(self, stage):
        report = submitted(stage)
        for url in ("/review/", f"/review/{report.pk}/", "/review/pass/", "/review/returned/"):
            assert Client().get(url).headers["Location"] == f"/login/?next={url}"

    def test_a_report_goes_from_one_queue_to_the_next(self, stage):
        report = submitted(stage)
        assert (queue_of(page(stage.reviewer)), queue_of(page(stage.office))) == (["1-1 省交通运输厅"], [])
        reviewing.forward_report(stage.reviewer, report=report, version=report.version, now=NOW)
        assert (queue_of(page(stage.reviewer)), queue_of(page(stage.office))) == ([], ["1-1 省交通运输厅"])

    def test_another_unit_s_report_is_not_found_whatever_its_state(self, stage):
        of_others = of_customs(stage)
        client = at_desk(stage.reviewer)
        assert [client.get(f"/review/{key}/").status_code for key in (of_others.pk, 999999)] == [404, 404]
        reviewing.approve_report(stage.office, report=of_others, version=of_others.version, now=NOW)
        assert client.get(f"/review/{of_others.pk}/").status_code == 404
        assert decide(stage.reviewer, of_others).status_code == 404

    def test_a_draft_is_not_found(self, stage):
        draft = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, content=content(), version=None, now=NOW
        )
        assert at_desk(stage.office).get(f"/review/{draft.pk}/").status_code == 404
        assert at_desk(stage.reviewer).get(f"/review/{draft.pk}/").status_code == 404

    def test_one_s_own_text_is_named_and_never_decidable(self, stage):
        own = handed_in(stage.office, stage.group_duty, stage.period)
        html = page(stage.office)
        assert queue_of(html) == []
        assert "有 1 项由您自己填写或提交，须由他人审核" in html
        assert "<form" not in page(stage.office, f"/review/{own.pk}/").split('id="detail"')[1].split("</section>")[0]
        answer = decide(stage.office, own)
        assert (answer.status_code, "不能审核自己填写或提交的内容" in answer.content.decode()) == (200, True)
        own.refresh_from_db()
        assert own.state == ReportState.FORWARDED
        assert queue_of(page(stage.second_office)) == ["1-1 各执法部门"]

    def test_nothing_waits(self, stage):
        assert "没有待审事项。" in page(stage.office)
        assert "没有待审事项。" in page(stage.reviewer)

    def test_tabs_count_what_their_pages_list(self, stage):
        report = forwarded(stage)
        of_customs(stage)
        reviewing.return_report(stage.office, report=report, version=report.version, now=NOW, reason="缺少数字")
        assert tabs_of(page(stage.office)) == {"待复审": 1, "待办结核验": 0, "延期申请": 0, "退回中": 1}
        assert tabs_of(page(stage.reviewer)) == {"待初审": 0, "退回中": 1}
        assert "缺少数字" in page(stage.office, "/review/returned/")


class TestOrder:
    @pytest.fixture
    def three(self, stage, before) -> list[str]:
        """Reports of three units: worse, a first one, the same as before."""
        period = before.period
        unit = Unit.objects.create(name="省科技厅", short_name="科技厅", slug="kj", kind=UnitKind.PROVINCIAL)
        duty = Duty.objects.create(measure=stage.measure, unit=unit, role=DutyRole.SHARED, position=9)
        Unit.objects.filter(pk=stage.other_reporter.unit_id).update(position=1)
        earlier = of_customs(stage, period, progress="6月通关 81 票。")
        reviewing.approve_report(stage.office, report=earlier, version=earlier.version, now=NOW)
        unchanged = reporting.submit_unchanged(
            stage.other_reporter, duty=stage.other_duty, period=stage.period,
            change_expected_on=datetime.date(2026, 12, 1), now=NOW,
        )  # fmt: skip
        worse = forwarded(stage, now=LATER, confidence="behind", problems="停工", percent_complete=45)
        writer = stage.second_office
        group = handed_in(writer, stage.group_duty, stage.period, now=LATER + datetime.timedelta(hours=1))
        assert duty.pk
        return [worse, group, unchanged]

    def test_the_largest_change_first_and_it_says_why(self, stage, three):
        html = page(stage.office)
        assert queue_of(html) == ["1-1 省交通运输厅", "1-1 各执法部门", "1-1 青岛海关"]
        said = [
            re.findall(r"<span>(.*?)</span>", line) for line in section(html, "queue").split('<p class="line">')[1:]
        ]
        assert [line[1:] for line in said] == [["研判变差", "完成率 +5"], ["首次填报"], ["本期无变化"]]

    def test_by_time(self, stage, three):
        assert queue_of(page(stage.office, "/review/?sort=time")) == [
            "1-1 青岛海关", "1-1 省交通运输厅", "1-1 各执法部门",
        ]  # fmt: skip

    def test_only_the_unchanged_are_ticked_beforehand(self, stage, three):
        html = page(stage.office, "/review/?only=unchanged")
        assert queue_of(html) == ["1-1 青岛海关"]
        assert re.findall(r'value="(\d+)\.\d+" aria-label="[^"]*" checked', html) == [str(three[2].pk)]
        assert 'checked><div class="grow">' not in page(stage.office)

    def test_the_next_one_is_the_next_in_the_order(self, stage, three):
        worse, group, unchanged = three
        answer = decide(stage.office, worse, next=str(group.pk))
        assert answer.headers["Location"] == f"/review/{group.pk}/"
        answer = decide(stage.office, unchanged, "?sort=time", next=str(worse.pk))
        assert answer.headers["Location"] == "/review/?sort=time"


class TestDetail:
    def test_changes_are_marked_in_the_text(self, stage, before):
        report = submitted(stage, progress="6月完成 88%，路基开工。", percent_complete=55)
        html = page(stage.reviewer, f"/review/{report.pk}/")
        assert "6月完成 <del>81%</del><ins>88%</ins>，路基开工。" in html
        assert "<del>40%</del> → <ins>55%</ins>" in html
        assert re.search(r"<summary>(.*?)</summary>", html)[1] == "研判、下一步"

    def test_text_is_text(self, stage):
        report = submitted(stage, progress="<script>alert(1)</script> 7月")
        assert "<script>alert" not in page(stage.reviewer, f"/review/{report.pk}/")
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 7月" in page(stage.reviewer, f"/review/{report.pk}/")

    def test_a_first_report_is_read_as_it_is(self, stage):
        report = submitted(stage)
        html = page(stage.reviewer, f"/review/{report.pk}/")
        assert "首次填报</h2>" in html
        assert "<ins>" not in html

    def test_hints_are_those_of_the_writer(self, stage, before):
        report = submitted(stage, progress="积极推进", percent_complete=41)
        assert "进展里没有日期、数字或具体名称。" in page(stage.reviewer, f"/review/{report.pk}/")

    def test_what_was_mended_since_it_was_returned(self, stage, before):
        report = submitted(stage, progress="7月路基完成 40%。")
        report = reviewing.return_report(
            stage.reviewer, report=report, version=report.version, now=NOW, reason="请写明文号"
        )
        report = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, version=report.version, now=LATER,
            content=content(progress="7月路基完成 40%（鲁交〔2026〕3号）。", percent_complete=50),
        )  # fmt: skip
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        html = page(stage.reviewer, f"/review/{report.pk}/?against=return")
        assert "与退回时相比</h2>" in html
        assert "7月路基完成 40%<ins>（鲁交〔2026〕3号）</ins>。" in html
        assert "<del>40%</del> → <ins>50%</ins>" in html
        assert "请写明文号" in html

    def test_other_units_of_the_measure_as_far_as_one_may_see(self, stage):
        report = forwarded(stage)
        of_customs(stage, progress="9月通关 300 票。")
        assert "9月通关 300 票。" in page(stage.office, f"/review/{report.pk}/")
        assert "9月通关 300 票。" not in page(stage.reviewer, f"/review/{report.pk}/")

    def test_the_progress_of_the_period_is_the_reader_s(self, stage):
        of_customs(stage)
        submitted(stage)
        assert "应报 3，已通过 0，审核中 2，已退回 0，草稿 0，未报 1" in page(stage.office)
        assert "应报 1，已通过 0，审核中 1，已退回 0，草稿 0，未报 0" in page(stage.reviewer)


class TestDecide:
    def test_passed_on_with_a_remark(self, stage):
        report = submitted(stage)
        answer = decide(stage.reviewer, report, reason="已核对文号")
        assert answer.headers["Location"] == "/review/"
        report.refresh_from_db()
        assert (report.state, report.reviews.get().remark) == (ReportState.FORWARDED, "已核对文号")

    def test_returned_with_a_reason_and_a_day(self, stage):
        report = forwarded(stage)
        decide(
            stage.office, report, decision="return", phrases=["缺少数字", "与佐证材料不符"],
            reason="请补充路基完成的里程", mend_by="2026年10月13日",
        )  # fmt: skip
        report.refresh_from_db()
        returned = report.reviews.last()
        assert (report.state, returned.mend_by) == (ReportState.RETURNED, datetime.date(2026, 10, 13))
        assert returned.remark == "缺少数字；与佐证材料不符。\n请补充路基完成的里程"

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({"mend_by": "2026-10-13"}, "意见或退回理由：请写明退回的理由，填报人会看到全文。"),
            ({"reason": "缺少文号"}, "改好日期：退回修改的，请填写改好日期。"),
            ({"reason": "缺少文号", "mend_by": "2026-10-08"}, "改好日期：改好日期不能早于今天。"),
            ({"reason": "缺少文号", "mend_by": "下周"}, "改好日期：这不是日期。请按年-月-日填写"),
        ],
    )
    def test_a_return_is_refused_with_what_to_mend_and_keeps_what_was_typed(self, stage, given, refusal):
        report = forwarded(stage)
        answer = decide(stage.office, report, decision="return", **given)
        html = answer.content.decode()
        assert refusal in words(answer)
        assert html.count('aria-invalid="true"') == 1
        assert given.get("reason", "") in html
        assert Review.objects.filter(is_passed=False).count() == 0

    def test_the_second_of_two_clicks_changes_nothing(self, stage):
        report = forwarded(stage)
        first, second = decide(stage.office, report), decide(stage.office, report)
        assert (first.status_code, second.status_code) == (302, 302)
        assert report.reviews.count() == 2

    def test_what_changed_meanwhile_is_shown_and_nothing_is_decided(self, stage):
        seen = submitted(stage)
        report = reporting.withdraw_report(stage.reporter, report=seen, version=seen.version, now=LATER)
        report = reporting.save_draft(
            stage.reporter, duty=stage.duty, period=stage.period, version=report.version, now=LATER,
            content=content(progress="7月20日完成初步设计批复（鲁交规划〔2026〕12号），路基完成 45%。"),
        )  # fmt: skip
        report = reporting.submit_report(stage.reporter, report=report, version=report.version, now=LATER)
        answer = decide(stage.reviewer, seen, reason="已核对")
        html = answer.content.decode()
        assert "您的决定没有提交" in html
        assert "路基完成 <del>40%</del><ins>45%</ins>。" in html
        assert "已核对</textarea>" in html
        report.refresh_from_db()
        assert report.state == ReportState.SUBMITTED
        version = re.search(r'name="version" value="(\d+)"', html)[1]
        decide(stage.reviewer, report, version=version)
        report.refresh_from_db()
        assert report.state == ReportState.FORWARDED

    def test_what_was_withdrawn_meanwhile_says_so(self, stage):
        report = submitted(stage)
        client = at_desk(stage.reviewer)
        client.get(f"/review/{report.pk}/")
        reporting.withdraw_report(stage.reporter, report=report, version=report.version, now=LATER)
        assert client.post(f"/review/{report.pk}/", posted(report)).status_code == 404

    def test_a_frozen_period_is_refused_in_words(self, stage):
        report = forwarded(stage)
        freeze_period(stage.office, period=stage.period, now=NOW)
        answer = decide(stage.office, report)
        assert "2026年三季度已冻结" in words(answer)

    def test_a_form_without_its_version_decides_nothing(self, stage):
        report = forwarded(stage)
        answer = decide(stage.office, report, version="x")
        assert "页面不完整，没有提交。请刷新后再审。" in words(answer)
        assert report.reviews.count() == 1


class TestBulk:
    @pytest.fixture
    def two(self, stage) -> list[ProgressReport]:
        return [forwarded(stage), of_customs(stage)]

    def ticked(self, *reports: ProgressReport) -> dict[str, list[str]]:
        return {"report": [f"{report.pk}.{report.version}" for report in reports]}

    def test_the_preview_names_each_and_the_exact_number(self, stage, two):
        html = at_desk(stage.office).get("/review/pass/", self.ticked(*two)).content.decode()
        assert "通过这 2 项</button>" in html
        assert re.search(r'共 <strong class="num">2</strong> 项：(.*?)。', html)[1] == "1-1、1-1"
        assert ProgressReport.objects.filter(state=ReportState.APPROVED).count() == 0

    def test_passed_exactly_these(self, stage, two):
        third = handed_in(stage.second_office, stage.group_duty, stage.period)
        answer = at_desk(stage.office).post("/review/pass/", self.ticked(*two))
        assert answer.headers["Location"] == "/review/"
        approved_now = ProgressReport.objects.filter(state=ReportState.APPROVED).order_by("pk")
        assert list(approved_now) == two
        third.refresh_from_db()
        assert third.state == ReportState.FORWARDED

    def test_the_second_of_two_clicks_changes_nothing(self, stage, two):
        client = at_desk(stage.office)
        answers = [client.post("/review/pass/", self.ticked(*two)).status_code for _ in range(2)]
        assert answers == [302, 302]
        assert [report.reviews.filter(level="office").count() for report in two] == [1, 1]

    def test_one_that_changed_stops_all_and_is_named(self, stage, two):
        ticked = self.ticked(*two)
        returned = reviewing.return_report(
            stage.second_office, report=two[1], version=two[1].version, now=NOW, reason="缺少数字"
        )
        again = reporting.submit_report(stage.other_reporter, report=returned, version=returned.version, now=NOW)
        answer = at_desk(stage.office).post("/review/pass/", ticked)
        assert "这 2 项都没有通过，因为其中有的刚才有了变动。" in words(answer)
        assert "1-1 青岛海关：在您勾选以后被修改过，请先看新的内容。" in words(answer)
        assert "通过这 1 项</button>" in answer.content.decode()
        assert {report.state for report in (two[0], again)} == {ReportState.FORWARDED}
        assert ProgressReport.objects.filter(state=ReportState.APPROVED).count() == 0

    def test_one_s_own_text_stops_all(self, stage, two):
        own = handed_in(stage.office, stage.group_duty, stage.period)
        answer = at_desk(stage.office).post("/review/pass/", self.ticked(*two, own))
        assert "1-1 各执法部门：已不在您的待审队列中" in words(answer)
        assert ProgressReport.objects.filter(state=ReportState.APPROVED).count() == 0

    def test_what_one_may_not_see_is_not_there(self, stage):
        own, foreign = submitted(stage), of_customs(stage)
        answer = at_desk(stage.reviewer).post("/review/pass/", self.ticked(own, foreign))
        assert "青岛海关" not in words(answer)
        own.refresh_from_db()
        assert own.state == ReportState.SUBMITTED

    @pytest.mark.parametrize("sent", [[], ["x"], ["1"], ["1.x"], ["9" * 30 + ".1"]])
    def test_nothing_ticked_or_nonsense(self, stage, sent):
        for method in ("get", "post"):
            answer = getattr(at_desk(stage.office), method)("/review/pass/", {"report": sent})
            assert (answer.status_code, "没有可以通过的填报" in words(answer)) == (200, True)


class TestQueries:
    """Session, person, unit and second factor 4; the rest does not grow with what waits."""

    def more(self, stage: Stage, count: int) -> None:
        for number in range(count):
            unit = Unit.objects.create(
                name=f"省某厅{number}", short_name=f"某厅{number}", slug=f"u-{number}", kind=UnitKind.GROUP
            )
            duty = Duty.objects.create(measure=stage.measure, unit=unit, role=DutyRole.SHARED, position=20 + number)
            handed_in(stage.second_office, duty, stage.period)

    @pytest.mark.parametrize("count", [1, 3])
    def test_queue_with_its_first_report(self, stage, before, django_assert_num_queries, count):
        self.more(stage, count)
        client = at_desk(stage.office)
        with django_assert_num_queries(18):
            client.get("/review/")

    @pytest.mark.parametrize("count", [1, 3])
    def test_bulk(self, stage, django_assert_num_queries, count):
        self.more(stage, count)
        ticked = [f"{entry.key}.{entry.version}" for entry in queries.queue(stage.office)]
        client = at_desk(stage.office)
        with django_assert_num_queries(7):
            client.get("/review/pass/", {"report": ticked})

    @pytest.mark.parametrize("count", [1, 3])
    def test_returned(self, stage, django_assert_num_queries, count):
        self.more(stage, count)
        for entry in queries.queue(stage.office):
            report = ProgressReport.objects.get(pk=entry.key)
            reviewing.return_report(stage.office, report=report, version=entry.version, now=NOW, reason="缺少数字")
        client = at_desk(stage.office)
        with django_assert_num_queries(9):
            client.get("/review/returned/")


def test_the_queue_section_has_its_own_heading(stage):
    submitted(stage)
    html = page(stage.reviewer)
    assert "待审队列" in section(html, "queue")
    assert html.count("<h1") == 1
