"""The pages of publishing: what waits, what the public will see, the exact number, and taking it back."""

import re

import pytest

from tasks.models import ProgressReport, ReportingPeriod
from tasks.services.publishing import publish_reports
from tasks.tests.desk import client_of
from tasks.tests.journeys import approved, drafted, earlier_period, more_duties, submitted
from tasks.tests.pages import Shown
from tasks.tests.people import NOW, Stage
from tasks.tests.test_publishing import approved_correction
from tasks.views.kept import KEY
from units.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
LIST, PREVIEW = "/plans/jiaodong/publishing/", "/plans/jiaodong/publishing/publish/"
PRIVATE = {"risk": "风险甲", "problems": "问题乙", "next_steps": "下一步丙"}


@pytest.fixture
def office(stage):
    return client_of(stage.office)


def publish(stage: Stage, *reports: ProgressReport) -> None:
    publish_reports(stage.office, reports=reports, now=NOW)


def several(stage: Stage, count: int, **changes) -> list[ProgressReport]:
    return [approved(stage, duty, **changes) for duty in more_duties(stage, count)]


def ticks(page: Shown) -> list[str]:
    return page.tree.xpath("//input[@type='checkbox']/@value")


def counts(page: Shown) -> list[str]:
    """The number beside each of the two headings."""
    return [re.sub(r" 项.*", "", text) for text in page.texts("//div[@class='sec-head']/span")]


def said(page: Shown) -> str:
    """What the page says of the act just done."""
    return page.text("//*[@role='status' and contains(@class, 'notice')]")


def offered(page: Shown) -> list[str]:
    return page.texts("//form[@aria-label='选择期次']//option")


def sent(*reports: ProgressReport) -> dict[str, list[int]]:
    return {"report": [report.pk for report in reports]}


class TestWho:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("reporter", 403), ("reviewer", 403), ("other_reporter", 403), ("office", 200), ("second_office", 200),
            ("leader", 403), ("administrator", 403), ("auditor", 403),
        ],
    )  # fmt: skip
    def test_the_office_alone(self, stage, name, status):
        report = approved(stage)
        client = client_of(stage.everybody[name])
        pages = (LIST, PREVIEW, f"{LIST}{report.pk}/unpublish/")
        assert [client.get(page).status_code for page in pages] == [status] * 3

    def test_whoever_may_not_changes_nothing_by_posting(self, stage):
        client, report = client_of(stage.leader), approved(stage)
        assert client.post(PREVIEW, sent(report)).status_code == 403
        report.refresh_from_db()
        assert report.published_at is None


class TestList:
    def test_approved_reports_wait_public_ones_stand(self, stage, office):
        waiting, (public,) = approved(stage), several(stage, 1)
        drafted(stage, *more_duties(stage, 1))
        submitted(stage, *more_duties(stage, 1))
        publish(stage, public)
        page = Shown(office, LIST)
        assert ticks(page) == [str(waiting.pk)]
        assert page.texts("//tbody//tr") == [
            f"1-2省交通运输厅{public.progress}2026-10-09 督查专员甲撤下… 1-2 省交通运输厅"
        ]
        assert counts(page) == ["1", "1"]
        assert offered(page) == ["2026年三季度（待公开 1）"]

    def test_counts_equal_the_lists_in_every_period(self, stage, office):
        period = earlier_period(stage)
        approved_correction(stage, approved(stage, period=period))  # two approved entries, of which one waits
        several(stage, 2)
        assert offered(Shown(office, LIST)) == ["2026年三季度（待公开 2）", "2026年二季度（待公开 1）"]
        assert len(ticks(Shown(office, LIST))) == 2
        assert ticks(Shown(office, LIST, period=period.pk)) == [
            str(ProgressReport.objects.get(corrects__isnull=False).pk)
        ]

    def test_it_opens_with_the_newest_period_in_which_something_waits_and_stays_with_it(self, stage, office):
        before = earlier_period(stage)
        first, second = (approved(stage, duty, period=before) for duty in more_duties(stage, 2))
        assert ticks(Shown(office, LIST)) == [str(first.pk), str(second.pk)]
        own = f"{LIST}?period={before.pk}"
        cancels = "//a[text()='取消']/@href"
        assert Shown(office, PREVIEW, **sent(first)).tree.xpath(cancels) == [own]
        assert office.post(PREVIEW, sent(first)).headers["Location"] == own
        taking_back = f"{LIST}{first.pk}/unpublish/"
        assert Shown(office, taking_back).tree.xpath(cancels) == [own]
        assert office.post(taking_back, {"reason": "有误"}).headers["Location"] == own

    def test_everything_is_ticked_on_demand(self, stage, office):
        several(stage, 2)
        assert Shown(office, LIST).tree.xpath("count(//input[@checked])") == 0
        assert Shown(office, LIST, tick="all").tree.xpath("count(//input[@checked])") == 2

    def test_with_nothing_to_publish(self, stage, office):
        page = Shown(office, LIST)
        assert page.texts("//section//p[@class='muted']") == [
            "这一期还没有已通过的填报。去审核",
            "这一期还没有公开的填报。",
        ]
        assert (counts(page), offered(page)) == (["0", "0"], ["2026年三季度"])

    def test_without_periods(self, stage, office):
        ReportingPeriod.objects.all().delete()
        assert Shown(office, LIST).text("//p[@class='notice']") == "还没有期次，也就没有可以公开的填报。去建立期次"

    def test_leads_from_the_navigation(self, stage, office):
        links = Shown(office, LIST).tree.xpath("//nav[@aria-label='主导航']//a[@aria-current='page']")
        assert [(link.text, link.get("href")) for link in links] == [("公开", LIST)]


class TestPreview:
    def test_shows_what_an_outsider_will_see_and_nothing_more(self, stage, office, client):
        report = approved(stage, confidence="at_risk", progress="6月开工，\n见批复。", **PRIVATE)
        previewed = Shown(office, PREVIEW, **sent(report)).text("//ul[@class='news']/li")
        assert previewed == "1-1 省交通运输厅 2026年三季度，截至 2026-09-306月开工，见批复。完成率 40% 研判：有风险"
        office.post(PREVIEW, sent(report))
        public = Shown(client, "/plans/jiaodong/measures/1-1/").text("//ul[@class='news']/li")
        assert public == previewed.removeprefix("1-1 ") + " 2026-10-09 公开"

    def test_says_the_exact_number_and_carries_exactly_these(self, stage, office):
        first, _, third = several(stage, 3)
        page = Shown(office, PREVIEW, **sent(first, third))
        assert page.text("//main//button") == "公开这 2 项"
        assert page.text("//p[@class='lead-in']") == "共 2 项，以下就是公众看到的全部内容。"
        assert [text[:3] for text in page.texts("//ul[@class='news']/li")] == ["1-2", "1-4"]
        assert page.tree.xpath("//main//form/input[@name='report']/@value") == [str(first.pk), str(third.pk)]

    @pytest.mark.parametrize("query", [{}, {"report": "x"}, {"report": "9" * 30}, {"report": "999"}])
    def test_with_nothing_ticked(self, stage, office, query):
        page = Shown(office, PREVIEW, **query)
        assert page.texts("//main//button") == []
        assert "没有勾选要公开的填报。回到公开" in page.text("//main")


class TestPublish:
    def test_makes_public_what_was_ticked_and_says_how_many(self, stage, office, client):
        first, second, third = several(stage, 3)
        answer = office.post(PREVIEW, sent(first, third))
        assert (answer.status_code, answer.url) == (302, f"{LIST}?period={stage.period.pk}")
        page = Shown(office, LIST)
        assert said(page) == "已公开 2 项，公众现在可以看到；需要时在“已公开”中撤下。"
        assert (ticks(page), counts(page)) == ([str(second.pk)], ["1", "2"])
        latest = Shown(client, "/").texts("//section[@aria-labelledby='h-latest']//li/p[1]/a")
        assert latest == ["1-4", "1-2"]

    def test_twice_has_one_effect(self, stage, office):
        report = approved(stage)
        assert [office.post(PREVIEW, sent(report)).status_code for _ in range(2)] == [302, 302]
        assert AuditEvent.objects.filter(verb="公开").count() == 1

    def test_all_or_none_where_one_is_no_longer_there(self, stage, office):
        good, draft = approved(stage), drafted(stage, *more_duties(stage, 1))
        page = Shown(office, PREVIEW)
        answer = office.post(PREVIEW, sent(good, draft))
        assert "没有公开：勾选的各项中有的已不是已通过的填报。" in answer.content.decode()
        assert "公开这 1 项" in answer.content.decode()
        assert (ProgressReport.objects.exclude(published_at=None).count(), page.response.status_code) == (0, 200)


class TestTakeDown:
    def test_needs_a_reason_and_then_nobody_outside_sees_it(self, stage, office, client):
        report = approved(stage)
        publish(stage, report)
        url = f"{LIST}{report.pk}/unpublish/"
        assert '<a href="#f-reason">' in office.post(url, {"reason": " "}).content.decode()
        assert office.post(url, {"reason": "数字有误"}).url == f"{LIST}?period={stage.period.pk}"
        assert said(Shown(office, LIST)) == "1-1 省交通运输厅的进展已撤下，公众不再看到；需要时可以再公开。"
        assert Shown(client, "/plans/jiaodong/measures/1-1/").texts("//ul[@class='news']/li") == []

    def test_the_reason_typed_when_the_session_had_ended_is_kept(self, stage, client):
        report = approved(stage)
        publish(stage, report)
        client.post(f"{LIST}{report.pk}/unpublish/", {"reason": "数字有误"})
        assert [texts["reason"] for texts in client.session[KEY].values()] == [["数字有误"]]

    def test_twice_has_one_effect_even_on_what_has_been_corrected(self, stage, office):
        report = approved(stage, period=earlier_period(stage))
        publish(stage, report)
        approved_correction(stage, report)
        url = f"{LIST}{report.pk}/unpublish/"
        assert [office.post(url, {"reason": "数字有误"}).status_code for _ in range(2)] == [302, 302]
        assert AuditEvent.objects.filter(verb="撤下公开").count() == 1

    def test_of_what_is_not_public_there_is_nothing_to_take_down(self, stage, office):
        page = Shown(office, f"{LIST}{approved(stage).pk}/unpublish/")
        assert page.text("//p[@class='notice']") == "这份填报没有公开。回到公开"
        assert page.texts("//main//button") == []

    def test_what_is_not_approved_is_not_found(self, stage, office):
        assert office.get(f"{LIST}{drafted(stage).pk}/unpublish/").status_code == 404


class TestQueries:
    """As many at three rows as at one."""

    @pytest.mark.parametrize("count", [1, 3])
    def test_list(self, stage, office, count, django_assert_num_queries):
        publish(stage, *several(stage, count))
        several(stage, count)
        with django_assert_num_queries(12):
            Shown(office, LIST)

    @pytest.mark.parametrize("count", [1, 3])
    def test_preview(self, stage, office, count, django_assert_num_queries):
        reports = several(stage, count)
        with django_assert_num_queries(5):
            Shown(office, PREVIEW, **sent(*reports))

    @pytest.mark.parametrize("count", [1, 3])
    def test_what_an_outsider_is_shown(self, stage, client, count, django_assert_num_queries):
        for report in several(stage, count):
            publish(stage, report)
        with django_assert_num_queries(5):
            Shown(client, "/")


class TestOnTheReportItself:
    def test_it_says_whether_it_is_public_and_leads_the_office_to_what_it_may_do(self, stage, office):
        report = approved(stage)
        page = f"/reports/{report.duty_id}/{report.period_id}/"
        links = "//dt[.='公开']/following-sibling::dd/a/@href"
        said = {False: "未公开", True: "2026-10-09"}
        for is_public in (False, True):
            if is_public:
                publish(stage, report)
            shown = {client: Shown(client, page) for client in (office, client_of(stage.reporter))}
            assert all(said[is_public] in one.text("//dt[.='公开']/..") for one in shown.values())
            way = f"{LIST}{report.pk}/unpublish/" if is_public else f"{PREVIEW}?report={report.pk}"
            assert [one.tree.xpath(links) for one in shown.values()] == [[way], []]

    def test_of_one_that_is_under_review_nothing_is_said(self, stage, office):
        report = submitted(stage)
        assert Shown(office, f"/reports/{report.duty_id}/{report.period_id}/").texts("//dt[.='公开']") == []
