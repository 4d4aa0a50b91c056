"""Search: what is found, what is marked, and what is said when nothing is."""

import re
from urllib.parse import quote

import pytest
from django.test import Client

from tasks.models import Duty, MainTask, Measure, Plan
from tasks.queries.search import search_words
from tasks.templatetags.search import mark
from tasks.tests.growth import grow
from tasks.tests.reading import links, section
from tasks.tests.samples import make_plan
from units.choices import Role
from units.models import Unit
from units.tests.samples import make_user

SEARCH = "/plans/jiaodong/search/"


def search(client: Client, q: str) -> str:
    answer = client.get(SEARCH, {"q": q})
    assert answer.status_code == 200
    return answer.content.decode()


def found(html: str, anchor: str) -> list[str]:
    """The addresses a section lists."""
    return [link.url for link in links(section(html, anchor).split('<ul class="news">')[-1].split("</ul>")[0])]


def counted(html: str) -> list[str]:
    return [link.text for link in links(html.split('role="status"', 1)[1].split("</p>")[0])]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", []),
            (" \t\r\n　 ", []),
            ("海洋", ["海洋"]),
            ("海洋　 牧场", ["海洋", "牧场"]),
            ("海洋 海洋", ["海洋"]),
            ("海\x00洋\x07", ["海", "洋"]),
            ("\u200b海洋\ufeff", ["海洋"]),
        ],
    )
    def test_what_is_asked_for(self, text: str, words: list[str]) -> None:
        assert search_words(text) == words


class TestMarks:
    @pytest.mark.parametrize(
        ("text", "words", "marked"),
        [
            ("建设海洋牧场", ["海洋"], "建设<mark>海洋</mark>牧场"),
            ("建设5G网络", ["5g"], "建设<mark>5G</mark>网络"),
            ("海洋牧场和海洋", ["海洋", "海洋牧场"], "<mark>海洋牧场</mark>和<mark>海洋</mark>"),
            ("a.b axb", ["a.b"], "<mark>a.b</mark> axb"),
            ("<b>&</b>", ["b"], "&lt;<mark>b</mark>&gt;&amp;&lt;/<mark>b</mark>&gt;"),
            ("没有", ["海洋"], "没有"),
        ],
    )
    def test_where_they_stand(self, text: str, words: list[str], marked: str) -> None:
        assert mark(text, words) == marked


class TestFinding:
    def test_three_sorts_with_their_counts(self, client: Client, loaded_plan: Plan) -> None:
        assert counted(search(client, "海洋")) == ["1 项主要任务", "18 项具体举措", "1 个单位"]

    def test_tasks_by_title(self, client: Client, loaded_plan: Plan) -> None:
        html = search(client, "海洋")
        assert found(html, "tasks") == ["/plans/jiaodong/tasks/15/"]
        assert "15 统筹<mark>海洋</mark>生态环境保护" in html

    def test_every_word_must_occur(self, client: Client, loaded_plan: Plan) -> None:
        assert counted(search(client, "海洋 生态 保护")) == ["1 项主要任务", "4 项具体举措", "0 个单位"]

    def test_letter_case_does_not_matter(self, client: Client, loaded_plan: Plan) -> None:
        assert found(search(client, "aeo"), "measures") == ["/plans/jiaodong/measures/11-6/"]

    @pytest.mark.parametrize("name", ["省工业和信息化厅", "工信厅"])
    def test_units_by_full_and_short_name(self, client: Client, loaded_plan: Plan, name: str) -> None:
        assert found(search(client, name), "units") == ["/units/gongye-xinxihua/"]

    def test_units_by_another_name(self, client: Client, loaded_plan: Plan) -> None:
        html = search(client, "省口岸办")
        assert found(html, "units") == ["/units/zhengfu-bangongting/"]
        assert "又称：<mark>省口岸办</mark>" in html

    def test_a_units_measures_are_found_by_its_short_name(self, client: Client, loaded_plan: Plan) -> None:
        duties = Duty.objects.filter(unit__slug="gongye-xinxihua").order_by("measure__main_task__number")
        codes = [duty.measure.code for duty in duties.select_related("measure__main_task")]
        assert found(search(client, "工信厅"), "measures") == [f"/plans/jiaodong/measures/{code}/" for code in codes]

    def test_a_sort_without_hits_says_so(self, client: Client, loaded_plan: Plan) -> None:
        html = search(client, "工信厅")
        assert "没有主要任务的名称含有所搜的词。" in section(html, "tasks")

    def test_only_this_plans_tasks_and_measures(self, client: Client, loaded_plan: Plan) -> None:
        make_plan("other")
        assert "没有找到" in client.get("/plans/other/search/", {"q": "海洋牧场"}).content.decode()


class TestManyHits:
    def test_the_first_twenty_and_a_way_to_all(self, client: Client, loaded_plan: Plan) -> None:
        html = search(client, "建设")
        assert counted(html)[1] == "40 项具体举措"
        assert len(found(html, "measures")) == 20
        assert "以上是前 20 项。" in html

    @pytest.mark.parametrize("q", ["建设", "海洋", "海洋　生态", "省发改委", "“十强”", "5G"])
    def test_the_list_behind_shows_the_same_number(self, client: Client, loaded_plan: Plan, q: str) -> None:
        html = search(client, q)
        (all_of_them,) = [link for link in links(section(html, "measures")) if "任务清单" in link.text]
        shown = re.search(r'显示 <strong class="num">(\d+)</strong>', client.get(all_of_them.url).content.decode())[1]
        assert all_of_them.text == f"在任务清单中查看全部 {shown} 项"

    def test_twenty_units_and_a_way_to_all(self, client: Client, loaded_plan: Plan) -> None:
        html = search(client, "省")
        assert counted(html)[2] == f"{Unit.objects.filter(name__contains='省').count()} 个单位"
        assert len(found(html, "units")) == 20
        assert links(section(html, "units"))[-1].url == "/units/"


class TestNothing:
    def test_nothing_found_suggests_what_to_do(self, client: Client, loaded_plan: Plan) -> None:
        html = search(client, "火星 基地")
        assert "没有找到同时含有“火星”“基地”的任务、举措或单位。" in html
        assert [link.url for link in links(html.split("怎样搜索")[1].split("</ul>")[0])] == [
            "/plans/jiaodong/tasks/",
            "/units/",
        ]

    def test_staff_are_shown_where_reports_are_searched(self, client: Client, loaded_plan: Plan) -> None:
        client.force_login(make_user(Role.LEADER))
        told = search(client, "火星 基地").split("怎样搜索")[1].split("</ul>")[0]
        assert links(told)[-1].url == f"/plans/jiaodong/ledger/?q={quote('火星 基地')}"
        assert client.get(links(told)[-1].url).status_code == 200

    @pytest.mark.parametrize("q", ["", "   ", "\x00"])
    def test_nothing_asked(self, client: Client, loaded_plan: Plan, q: str) -> None:
        html = search(client, q)
        assert "怎样搜索" in html
        assert "没有找到" not in html

    def test_what_was_asked_stays_in_the_box(self, client: Client, loaded_plan: Plan) -> None:
        assert 'value="&lt;火星&gt; &quot;"' in search(client, '<火星> "')


class TestOddInput:
    def test_too_long(self, client: Client, loaded_plan: Plan, django_assert_num_queries) -> None:
        with django_assert_num_queries(1):
            html = search(client, "海" * 101)
        assert "搜索词最多 100 个字，现在有 101 个，请缩短后再搜索。" in html

    def test_as_many_words_as_there_is_room_for(self, client: Client, loaded_plan: Plan) -> None:
        words = [chr(ord("一") + place) for place in range(50)]
        assert "没有找到" in search(client, " ".join(words))

    @pytest.mark.parametrize("q", ["海洋\x00牧场", "%", "_", "\\", "'; drop table tasks_plan; --", "\ud83d\ude00"])
    def test_it_is_text_and_nothing_else(self, client: Client, loaded_plan: Plan, q: str) -> None:
        shown = search(client, q.encode("utf-16", "surrogatepass").decode("utf-16"))
        assert "搜索" in shown

    def test_signs_of_patterns_are_plain_signs(self, client: Client, loaded_plan: Plan) -> None:
        assert counted(search(client, "清单制+责任")) == ["0 项主要任务", "1 项具体举措", "0 个单位"]
        assert "没有找到" in search(client, "%")


def test_nine_queries_however_much_is_found(client: Client, loaded_plan: Plan, django_assert_num_queries) -> None:
    """Plan, which edition; once in it tasks, their number, what is found, measures, their duties, units, other names."""
    url = f"{SEARCH}?q={quote('省')}"
    with django_assert_num_queries(9):
        client.get(url)
    grow(loaded_plan, 10)
    assert (MainTask.objects.count(), Measure.objects.count()) == (250, 790)
    with django_assert_num_queries(9):
        client.get(url)
    with django_assert_num_queries(2):
        client.get(url)
