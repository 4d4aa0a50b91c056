"""The pages of 批示: lists whose counts are their rows, one with its course, the form on the spot, the workbench."""

import datetime

import pytest
from django.test import Client

from tasks.choices import DutyRole, InstructionState
from tasks.models import Duty, Instruction
from tasks.tests import journeys
from tasks.tests.desk import MEASURE, client_of, page
from tasks.tests.people import TODAY, Stage
from tasks.tests.reading import links, section
from tasks.tests.test_instructing import YEAR_END, answered, closed, given, returned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

LIST = "/plans/jiaodong/instructions/"
NEW = LIST + "new/"
FIRST = LIST + "1/"
MATTER = {"coordination_request": "请裁定岸线分区。", "coordination_due_on": TODAY + datetime.timedelta(days=6)}


@pytest.fixture
def five(stage: Stage) -> Stage:
    """Two open for transport, one of them overdue; one of the customs; one answered, one closed."""
    late = given(stage, text="请年内接通。")
    Instruction.objects.filter(pk=late.pk).update(due_on=TODAY - datetime.timedelta(days=3))
    given(stage, text="请续办。")
    given(stage, text="请通关提速。", owner=stage.other_duty.unit, measure=None)
    answered(stage, given(stage, text="请报数字。"))
    closed(stage, answered(stage, given(stage, text="请开通专线。")))
    return stage


def listed(html: str) -> list[str]:
    """The texts of the rows, in their order."""
    return [link.text for link in links(section(html, "shown")) if link.url.startswith(LIST)]


def strip(html: str) -> list[tuple[str, str]]:
    figures = links(html.split('<ul class="figures counts">')[1].split("</ul>")[0])
    return [(figure.text, LIST + figure.url) for figure in figures]


def counted(html: str) -> int:
    return int(html.split('role="status">')[1].split(" 件")[0])


class TestList:
    def test_every_count_of_the_strip_is_that_of_the_list_behind_it(self, five):
        found = strip(page(five.leader, LIST))
        assert [words for words, _ in found] == ["全部 5 件", "办理中 3 件", "逾期 1 件", "已反馈 1 件", "已办结 1 件"]
        for words, url in found:
            html = page(five.leader, url)
            assert f" {counted(html)} 件" in words
            assert len(listed(html)) == counted(html)

    def test_what_is_open_stands_by_its_date_and_all_by_number_downward(self, five):
        assert listed(page(five.leader, LIST + "?state=open")) == ["请年内接通。", "请续办。", "请通关提速。"]
        assert listed(page(five.leader, LIST))[::4] == ["请开通专线。", "请年内接通。"]

    def test_the_unit_chosen_stays_chosen_in_every_figure(self, five):
        html = page(five.leader, LIST + "?owner=hg")
        assert listed(html) == ["请通关提速。"]
        assert [words for words, _ in strip(html)] == [
            "全部 1 件",
            "办理中 1 件",
            "逾期 0 件",
            "已反馈 0 件",
            "已办结 0 件",
        ]
        assert all("owner=hg" in url for _, url in strip(html))

    def test_a_unit_counts_what_it_may_see(self, five):
        found = strip(page(five.reporter, LIST))
        assert [words for words, _ in found] == ["全部 4 件", "办理中 2 件", "逾期 1 件", "已反馈 1 件", "已办结 1 件"]

    def test_overdue_is_said_in_a_word_and_only_of_what_waits_for_an_answer(self, five):
        Instruction.objects.update(due_on=TODAY - datetime.timedelta(days=3))
        assert page(five.leader, LIST).count("逾期 3 天") == 3

    def test_a_condition_that_cannot_be_used_is_named(self, five):
        html = page(five.leader, LIST + "?state=lost&owner=nobody")
        assert "没有“lost”这一选项，这个条件没有使用，其余条件照常。" in html
        assert "没有“nobody”这一选项" in html
        assert counted(html) == 5

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("leader", "还没有批示。在举措页点“批示”，或在这里直接作出。"),
            ("office", "还没有批示。领导作出批示以后列在这里。"),
            ("reporter", "还没有批示。交由本单位办理的批示列在这里。"),
        ],
    )
    def test_an_empty_one_says_what_will_stand_there(self, stage, name, words):
        assert words in page(stage.everybody[name], LIST)

    def test_nothing_found_leads_back_to_all(self, five):
        html = page(five.other_reporter, LIST + "?state=closed&owner=hg")
        assert "没有符合条件的批示。" in html
        assert LIST in [link.url for link in links(section(html, "shown"))]


class TestOne:
    def test_it_tells_all_that_was_done_in_order(self, stage):
        one = answered(stage, returned(stage, answered(stage, text="部分接通。")), "已附验收文件。")
        closed(stage, one, "已核对。")
        html = section(page(stage.leader, FIRST), "course")
        told = [
            "反馈批示",
            "部分接通。",
            "退回反馈",
            "请附验收文件。",
            "反馈批示",
            "已附验收文件。",
            "办结批示",
            "已核对。",
        ]
        at = 0
        for words in told:
            at = html.index(words, at) + 1

    @pytest.mark.parametrize(
        ("state", "buttons"),
        [
            ("open", {"reporter": ["answer"], "leader": ["close"], "office": ["close"], "other_reporter": []}),
            (
                "answered",
                {"reporter": [], "leader": ["close", "return"], "office": ["close", "return"], "reviewer": []},
            ),
            ("closed", {"reporter": [], "leader": [], "office": [], "reviewer": []}),
        ],
    )
    def test_it_offers_what_the_person_may_do(self, stage, state, buttons):
        one = given(stage)
        if state != "open":
            one = answered(stage, one)
        if state == "closed":
            closed(stage, one)
        for name, wanted in buttons.items():
            html = page(stage.everybody[name], FIRST)
            assert [do for do in ("answer", "close", "return") if f'name="do" value="{do}"' in html] == wanted, name

    def test_the_report_it_answers_is_shown_to_those_who_see_the_report(self, stage):
        report = journeys.submitted(stage, **MATTER, coordination_unit=stage.other_duty.unit)
        given(stage, report=report)
        seen = {
            name: "请裁定岸线分区。" in page(stage.everybody[name], FIRST) for name in ("reporter", "other_reporter")
        }
        assert seen == {"reporter": True, "other_reporter": False}

    def test_an_answer_is_posted_and_the_page_says_so(self, stage):
        given(stage)
        answer = client_of(stage.reporter).post(
            FIRST, {"do": "answer", "answer": "已接通。", "seen_at": ""}, follow=True
        )
        assert "批示第 1 号已反馈，等待办结。" in answer.content.decode()
        assert Instruction.objects.get().answer == "已接通。"

    def test_two_clicks_on_closing_are_one_and_no_error(self, stage):
        one, office = answered(stage), client_of(stage.office)
        post = {"do": "close", "reason": "", "seen_at": one.answered_at.isoformat()}
        assert [office.post(FIRST, post).status_code for _ in range(2)] == [302, 302]
        assert Instruction.objects.get().state == InstructionState.CLOSED

    def test_what_is_refused_is_said_and_keeps_the_words(self, stage):
        one = answered(stage)
        post = {"do": "return", "reason": " ", "seen_at": one.answered_at.isoformat()}
        assert "请写明退回的理由，承办单位会看到全文。" in client_of(stage.leader).post(FIRST, post).content.decode()
        post = {"do": "return", "reason": "请附文件。", "seen_at": ""}
        html = client_of(stage.leader).post(FIRST, post).content.decode()
        assert "在您打开页面以后，承办单位作了反馈。" in html
        assert "请附文件。</textarea>" in html

    @pytest.mark.parametrize("do", ["", "delete"])
    def test_an_act_that_is_none_is_refused(self, stage, do):
        given(stage)
        assert client_of(stage.leader).post(FIRST, {"do": do}).status_code == 403


class TestNew:
    def asked(self, stage: Stage, **matter):
        report = journeys.submitted(stage, **MATTER | {"coordination_unit": stage.other_duty.unit} | matter)
        return client_of(stage.leader).get(f"{NEW}?measure=1-1&report={report.pk}")

    def test_the_matter_stands_beside_and_its_unit_and_date_are_filled_in(self, stage):
        answer = self.asked(stage)
        assert "请裁定岸线分区。" in section(answer.content.decode(), "answered")
        initial = answer.context["form"].initial
        assert initial == {"owner": stage.other_duty.unit, "due_on": MATTER["coordination_due_on"]}

    def test_a_date_that_is_past_gives_way_to_two_weeks(self, stage):
        answer = self.asked(stage, coordination_due_on=TODAY)
        assert answer.context["form"].initial["due_on"] == TODAY + datetime.timedelta(days=14)

    def test_without_a_matter_it_is_the_leads(self, stage):
        Duty.objects.filter(pk=stage.other_duty.pk).update(role=DutyRole.LEAD)
        form = client_of(stage.leader).get(NEW + "?measure=1-1").context["form"]
        assert form.initial["owner"] == stage.other_duty.unit

    def post(self, stage: Stage, url: str, **more) -> Client:
        said = {"text": "请接通。", "owner": stage.duty.unit.pk, "due_on": str(YEAR_END)}
        return client_of(stage.leader).post(url, said | more)

    def test_it_is_given_and_one_is_back_where_one_was(self, stage):
        looking = client_of(stage.leader).get(
            NEW + "?measure=1-1", headers={"Referer": "http://testserver/review/?a=1"}
        )
        assert looking.context["back"] == "/review/?a=1"
        answer = self.post(stage, NEW + "?measure=1-1", next="/review/?a=1")
        assert answer.headers["Location"] == "/review/?a=1"
        assert Instruction.objects.get().measure == stage.measure

    @pytest.mark.parametrize("elsewhere", ["https://example.cn/", "//example.cn/", ""])
    def test_never_to_another_site(self, stage, elsewhere):
        assert self.post(stage, NEW + "?measure=1-1", next=elsewhere).headers["Location"] == MEASURE
        assert self.post(stage, NEW, text="请报。", next=elsewhere).headers["Location"] == LIST

    def test_what_is_wrong_is_said_at_its_field(self, stage):
        html = self.post(stage, NEW, text="", owner="", due_on=str(TODAY)).content.decode()
        for words in ("批示：请写明批示内容。", "承办单位：请选择承办单位。"):
            assert words in html
        assert "办理时限：办理时限须晚于今天。" in self.post(stage, NEW, due_on=str(TODAY)).content.decode()
        assert Instruction.objects.count() == 0

    @pytest.mark.parametrize("query", ["measure=9-9", "measure=x", "report=0", "report=x", f"report={10**30}"])
    def test_about_nothing_there_is_no_page(self, stage, query):
        assert client_of(stage.leader).get(f"{NEW}?{query}").status_code == 404


class TestElsewhere:
    def test_the_owners_workbench_lists_what_waits_for_it_by_date(self, five):
        html = page(five.reporter, "/workbench/")
        assert [link.text for link in links(section(html, "instructions"))] == ["请年内接通。", "请续办。"]
        assert "2 件，按办理时限先后排列" in html
        assert '<a href="#instructions">批示 2 件</a>待反馈。' in html

    def test_the_offices_lists_what_is_not_closed(self, five):
        html = page(five.office, "/workbench/")
        found = [link.text for link in links(section(html, "instructions"))]
        assert found == ["请年内接通。", "请续办。", "请通关提速。", "请报数字。"]
        assert '<a href="#instructions">批示 4 件</a>没有办结。' in html

    def test_the_workbench_does_so_between_periods_too(self, five):
        five.period.delete()
        assert '<a href="#instructions">批示 2 件</a>待反馈。' in page(five.reporter, "/workbench/")

    def test_the_measures_page_lists_its_own_and_is_silent_without(self, stage):
        assert 'aria-labelledby="instructions"' not in page(stage.leader, MEASURE)
        given(stage)
        given(stage, text="请通关提速。", measure=None)
        assert len(links(section(page(stage.leader, MEASURE), "instructions"))) == 1

    def test_a_leader_begins_from_the_measure_and_others_do_not(self, stage):
        found = {name: f'href="{NEW}?measure=1-1"' in page(user, MEASURE) for name, user in stage.everybody.items()}
        assert [name for name, is_there in found.items() if is_there] == ["leader"]

    def test_the_menu_leads_there_for_those_who_may_see_any(self, stage):
        found = {name: f'<a href="{LIST}"' in page(user, MEASURE) for name, user in stage.everybody.items()}
        assert [name for name, is_there in found.items() if not is_there] == ["administrator", "auditor"]
