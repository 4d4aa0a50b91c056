"""The overview: every figure recounted from the rows, every figure a link to the rows it counts."""

import re
from collections import defaultdict

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks.choices import DutyRole
from tasks.models import Duty, MainTask, Measure, Plan
from tasks.services.public_figures import count_public
from tasks.tests.growth import grow
from tasks.tests.reading import Cell, links, rows, section, texts
from tasks.tests.samples import make_duty, make_field, make_main_task, make_measure, make_plan
from units.choices import Role, UnitKind
from units.models import Unit
from units.tests.samples import make_group, make_unit, make_user

OVERVIEW = "/plans/jiaodong/"
ROLES = [DutyRole.LEAD, DutyRole.SHARED, DutyRole.SEVERAL, DutyRole.RESPONSIBLE]  # those that occur in the table


def page_of(client: Client, url: str = OVERVIEW) -> str:
    return client.get(url).content.decode()


def figures(html: str) -> list[Cell]:
    return links(html.split('<ul class="figures">')[1].split("</ul>")[0])


def shown_by(client: Client, url: str) -> int:
    """The number that the page behind a link says it shows."""
    html = page_of(client, url)
    if "/tasks/" in url:
        return int(re.search(r'显示 <strong class="num">(\d+)</strong> 项举措', html)[1])
    return int(re.search(r"由 (\d+) 个单位承担", html)[1])


@pytest.mark.django_db
class TestBeforeThereIsAPlan:
    def test_home_says_what_to_run(self, client: Client) -> None:
        html = page_of(client, "/")
        assert "<h1>还没有分工表</h1>" in html
        assert re.findall(r"<code>(.*?)</code>", html) == [
            "python manage.py loaddata units.json jiaodong.json",
            "python manage.py import_allocation 文件名",
        ]

    def test_a_plan_that_is_not_there_is_not_found(self, client: Client) -> None:
        assert client.get(OVERVIEW).status_code == 404


class TestFiguresOfTheCustomersPlan:
    def test_home_is_the_overview_of_the_first_plan(self, client: Client, loaded_plan: Plan) -> None:
        make_plan("another")
        home, overview = client.get("/"), client.get(OVERVIEW)
        assert (home.context["plan"], overview.context["plan"]) == (loaded_plan, loaded_plan)

    def test_one_sentence_says_what_it_is(self, client: Client, loaded_plan: Plan) -> None:
        assert re.search(r'<p class="lead-in">(.*?)</p>', page_of(client))[1] == (
            "25 项主要任务分为 79 项具体举措，逐项列明责任单位和职责：45 个单位，190 项职责。"
        )

    def test_strip(self, client: Client, loaded_plan: Plan) -> None:
        assert [figure.text for figure in figures(page_of(client))] == [
            "主要任务 25 分 7 个领域",
            "具体举措 79 全部公开",
            "责任单位 45 190 项职责",
            "有牵头单位 27 项举措",
            "按职责分工 46 项举措",
            "分别负责 2 项举措",
            "负责 4 项举措",
            "胶东五市政府 5 项举措共同承担",
        ]

    def test_each_of_the_strip_leads_to_what_it_counts(self, client: Client, loaded_plan: Plan) -> None:
        of_measures = [figure for figure in figures(page_of(client)) if "主要任务" not in figure.text]
        counts = [int(figure.text.split()[1]) for figure in of_measures]
        assert [shown_by(client, figure.url) for figure in of_measures] == counts

    def test_the_list_of_main_tasks_shows_as_many(self, client: Client, loaded_plan: Plan) -> None:
        (tasks,) = [figure for figure in figures(page_of(client)) if "主要任务" in figure.text]
        assert '<strong class="num">25</strong> 项任务' in page_of(client, tasks.url)

    def test_by_field(self, client: Client, loaded_plan: Plan) -> None:
        assert texts(section(page_of(client), "by-field")) == [
            ["领域", "举措", "牵头", "按职责分工", "分别负责", "负责", "职责构成"],
            ["基础设施 任务 1—4", "10", "3", "6", "0", "1", ""],
            ["科技创新和产业发展 任务 5—8", "20", "10", "10", "0", "0", ""],
            ["对外开放 任务 9—11", "14", "3", "11", "0", "0", ""],
            ["生态环保 任务 12—15", "9", "2", "7", "0", "0", ""],
            ["公共服务 任务 16—18", "9", "5", "4", "0", "0", ""],
            ["要素配置 任务 19—22", "10", "2", "8", "0", "0", ""],
            ["组织保障 任务 23—25", "7", "2", "0", "2", "3", ""],
            ["合计", "79", "27", "46", "2", "4", ""],
        ]

    def test_by_field_is_what_the_rows_say(self, client: Client, loaded_plan: Plan) -> None:
        measures, with_role = defaultdict(set), defaultdict(set)
        for measure in Measure.objects.select_related("main_task__field").prefetch_related("duties"):
            name = measure.main_task.field.name
            measures[name].add(measure.pk)
            for duty in measure.duties.all():
                with_role[name, duty.role].add(measure.pk)
        recounted = [
            [str(len(measures[name])), *(str(len(with_role[name, role])) for role in ROLES)]
            for name in loaded_plan.fields.values_list("name", flat=True)
        ]
        assert [row[1:-1] for row in texts(section(page_of(client), "by-field"))[1:-1]] == recounted

    def test_by_kind(self, client: Client, loaded_plan: Plan) -> None:
        assert texts(section(page_of(client), "by-kind")) == [
            ["类别", "单位", "举措", "职责", "牵头", "按职责分工", "分别负责", "负责", "职责构成"],
            ["省直部门", "26", "70", "129", "25", "103", "1", "0", ""],
            ["省委部门", "1", "1", "1", "0", "1", "0", "0", ""],
            ["中央驻鲁单位", "8", "11", "24", "1", "23", "0", "0", ""],
            ["市政府", "8", "8", "34", "1", "6", "5", "22", ""],
            ["群体", "2", "2", "2", "0", "1", "1", "0", ""],
            ["合计", "45", "79", "190", "27", "134", "7", "22", ""],
        ]

    def test_by_kind_is_what_the_rows_say(self, client: Client, loaded_plan: Plan) -> None:
        duties = list(Duty.objects.select_related("unit"))
        recounted = []
        for kind in UnitKind:
            of_kind = [duty for duty in duties if duty.unit.kind == kind]
            distinct = [len({duty.unit_id for duty in of_kind}), len({duty.measure_id for duty in of_kind})]
            by_role = [sum(duty.role == role for duty in of_kind) for role in ROLES]
            recounted.append([str(count) for count in (*distinct, len(of_kind), *by_role)])
        assert [row[1:-1] for row in texts(section(page_of(client), "by-kind"))[1:-1]] == recounted

    def test_by_kind_leads_to_the_units_which_show_the_same_sums(self, client: Client, loaded_plan: Plan) -> None:
        in_overview = rows(section(page_of(client), "by-kind"))[1:]
        html = page_of(client, "/units/")
        for name, units, measures, duties, *_ in in_overview:
            anchor = units.url.removeprefix("/units/#")
            line = re.search(rf'id="{anchor}">(.*?)</tr>', html, re.DOTALL)[1]
            text = " ".join(re.sub(r"<.*?>", " ", line).split())
            assert text.startswith(f"{name.text} {units.text} 个单位，{measures.text} 项举措 {duties.text} ")

    def test_by_city(self, client: Client, loaded_plan: Plan) -> None:
        html = section(page_of(client), "by-jiaodong-wushi")
        assert texts(html) == [
            ["城市", "举措", "牵头", "按职责分工", "分别负责", "负责", "职责构成"],
            ["青岛市政府", "8", "1", "2", "1", "4", ""],
            ["烟台市政府", "7", "0", "2", "1", "4", ""],
            ["潍坊市政府", "5", "0", "0", "1", "4", ""],
            ["威海市政府", "6", "0", "1", "1", "4", ""],
            ["日照市政府", "5", "0", "0", "1", "4", ""],
            ["共同承担", "5", "0", "0", "1", "4", ""],
        ]
        assert "胶东五市政府共同承担的举措在每个市各计一次，全表总数只计一次。" in html

    def test_by_city_is_what_the_rows_say(self, client: Client, loaded_plan: Plan) -> None:
        recounted = []
        for city in Unit.objects.filter(groups__unit__slug="jiaodong-wushi"):
            roles = list(city.duties.values_list("role", flat=True))
            recounted.append([city.name, str(len(roles)), *(str(roles.count(role)) for role in ROLES)])
        shared = Duty.objects.filter(via_group__unit__slug="jiaodong-wushi")
        in_role = [len({duty.measure_id for duty in shared if duty.role == role}) for role in ROLES]
        recounted.append(["共同承担", str(len({duty.measure_id for duty in shared})), *map(str, in_role)])
        assert [row[:-1] for row in texts(section(page_of(client), "by-jiaodong-wushi"))[1:]] == recounted

    @pytest.mark.parametrize("anchor", ["by-field", "by-jiaodong-wushi"])
    def test_every_number_leads_to_as_many_measures(self, client: Client, loaded_plan: Plan, anchor: str) -> None:
        numbers = [cell for row in rows(section(page_of(client), anchor))[1:] for cell in row[1:-1]]
        linked = [cell for cell in numbers if cell.url]
        assert [cell.text for cell in numbers if not cell.url] == ["0"] * (len(numbers) - len(linked))
        assert [shown_by(client, cell.url) for cell in linked] == [int(cell.text) for cell in linked]

    def test_bars_say_the_numbers_of_their_row(self, client: Client, loaded_plan: Plan) -> None:
        html = section(page_of(client), "by-field")
        heads, *lines = texts(html)
        said = [
            "，".join(f"{role} {count}" for role, count in zip(heads[2:-1], line[2:-1], strict=True) if count != "0")
            for line in lines
        ]
        assert re.findall(r'role="img" aria-label="(.*?)"', html) == said

    def test_bars_are_as_wide_as_their_numbers(self, client: Client, loaded_plan: Plan) -> None:
        last = section(page_of(client), "by-field").rsplit("<svg", 1)[1]
        widths = [float(width) for width in re.findall(r'width="([\d.]+)" height="14"', last)]
        room = 300 - 2 * 3  # three gaps between four segments
        assert widths == pytest.approx([room * count / 79 for count in (27, 46, 2, 4)], abs=0.05)

    def test_downloads(self, client: Client, loaded_plan: Plan) -> None:
        urls = [link.url for link in links(section(page_of(client), "h-download"))]
        assert urls == [f"{OVERVIEW}export/{name}" for name in ("original.xlsx", "ledger.xlsx", "ledger.csv")]
        assert [client.get(url).status_code for url in urls] == [200, 200, 200]

    def test_it_says_that_the_fields_are_ours(self, client: Client, loaded_plan: Plan) -> None:
        assert "领域由本系统归纳，原表没有这一栏。" in section(page_of(client), "by-field")


@pytest.mark.django_db
class TestOtherPlans:
    """What the customer's table does not have: mixed roles, gaps, groups of departments, measures of nobody."""

    def test_a_measure_in_two_roles_counts_under_both_and_once_in_all(self, client: Client) -> None:
        measure = make_measure(make_main_task(make_plan(), field=None))
        make_duty(measure, role=DutyRole.LEAD)
        make_duty(measure, make_unit("省财政厅"), role=DutyRole.COOPERATE)
        html = section(page_of(client, "/plans/plan/"), "by-field")
        assert texts(html)[0] == ["领域", "举措", "牵头", "配合", "职责构成"]
        assert texts(html)[-1] == ["合计", "1", "1", "1", ""]
        assert "一项举措有几种职责的，在各栏分别计数，举措只计一次。" in html

    def test_main_tasks_without_field_and_without_measures(self, client: Client) -> None:
        plan = make_plan()
        make_main_task(plan, 3)
        make_main_task(plan, 7)
        make_main_task(plan, 1, field=make_field(plan))
        assert texts(section(page_of(client, "/plans/plan/"), "by-field"))[1:] == [
            ["基础设施 任务 1", "0", ""],
            ["未分领域 2 项任务", "0", ""],
            ["合计", "0", ""],
        ]

    def test_a_measure_of_nobody_is_told(self, client: Client) -> None:
        measure = make_measure(make_main_task(make_plan()))
        make_measure(measure.main_task, 2)
        make_duty(measure)
        html = page_of(client, "/plans/plan/")
        assert "有 1 项举措没有读出责任单位。" in section(html, "by-field")
        assert texts(section(html, "by-kind"))[-1] == ["合计", "1", "1", "1", "1", ""]

    def test_a_group_of_departments_is_no_table_of_cities(self, client: Client) -> None:
        group, measure = make_group("两部门"), make_measure(make_main_task(make_plan()))
        make_duty(measure, make_unit("省科技厅"), via_group=group)
        make_duty(measure, make_unit("省教育厅"), via_group=group)
        html = section(page_of(client, "/plans/plan/"), f"by-{group.unit.slug}")
        assert texts(html) == [
            ["成员", "举措", "牵头", "职责构成"],
            ["省教育厅", "1", "1", ""],
            ["省科技厅", "1", "1", ""],
            ["共同承担", "1", "1", ""],
        ]
        assert "两部门共同承担的举措在每个成员各计一次，全表总数只计一次。" in html

    def test_each_plan_counts_its_own_and_names_the_others(self, client: Client, loaded_plan: Plan) -> None:
        other = make_plan("other", title="另一张表")
        make_duty(make_measure(make_main_task(other)), Unit.objects.first())
        html = page_of(client, "/plans/other/")
        assert texts(section(html, "by-kind"))[-1] == ["合计", "1", "1", "1", "1", ""]
        assert links(section(html, "h-others")) == [Cell("胶东经济圈一体化发展重点任务推进落实分工表", OVERVIEW)]
        assert [figure.url for figure in figures(html)][2] == "/units/?plan=other"
        assert links(section(page_of(client), "h-others")) == [Cell("另一张表", "/plans/other/")]


class TestQueries:
    """The same number of queries for 79 measures and for 7,900."""

    ANONYMOUS = 5  # which edition; plans, figures kept, first period, what is published last
    COUNTED = 6  # the edition again, fields, units, groups, what is published by field and by city
    LOGGED_IN = 6  # session and account, no edition

    def count(self, client: Client) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(OVERVIEW).status_code == 200
        return len(queries)

    def test_anonymous_and_logged_in(self, client: Client, loaded_plan: Plan) -> None:
        person = Client()
        person.force_login(make_user(Role.REPORTER))
        count_public(loaded_plan.pk)
        few = self.count(client), self.count(person)
        grow(loaded_plan, 100)
        assert self.count(person) == self.LOGGED_IN + self.COUNTED
        count_public(loaded_plan.pk)
        assert (MainTask.objects.count(), Measure.objects.count(), Duty.objects.count()) == (2500, 7900, 19000)
        assert (few, (self.count(client), self.count(person))) == ((self.ANONYMOUS, self.LOGGED_IN),) * 2
