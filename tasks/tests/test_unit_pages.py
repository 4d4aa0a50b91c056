"""The units: who there is, and what each has to do."""

import re

import pytest
from django.test import Client

from tasks.choices import DutyRole
from tasks.models import Duty, Plan
from tasks.services.public_figures import count_public
from tasks.tests.growth import grow
from tasks.tests.reading import Cell, links, rows, section, texts
from tasks.tests.samples import make_duty, make_main_task, make_measure, make_plan
from units.choices import Role, UnitKind
from units.models import Unit
from units.tests.samples import make_unit, make_user

ROLES = [DutyRole.LEAD, DutyRole.SHARED, DutyRole.SEVERAL, DutyRole.RESPONSIBLE]
PAIRS = [(unit, role) for unit in ("fazhan-gaige", "qingdao", "jiaodong-wushi", "zhifa") for role in DutyRole]


def page_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def shown_by(client: Client, url: str) -> int:
    return int(re.search(r'显示 <strong class="num">(\d+)</strong> 项举措', page_of(client, url))[1])


class TestAllUnits:
    def test_by_kind_in_their_order(self, client: Client, loaded_plan: Plan) -> None:
        names = [row[0].text for row in rows(page_of(client, "/units/"))[1:-1] if row[0].url]
        order = {kind: place for place, kind in enumerate(UnitKind)}
        units = sorted(Unit.objects.exclude(duties=None), key=lambda unit: (order[unit.kind], unit.position))
        assert names == [unit.name for unit in units]

    def test_each_unit_as_its_rows_say(self, client: Client, loaded_plan: Plan) -> None:
        shown = {
            row[0].text: [cell.text for cell in row[1:-1]] for row in rows(page_of(client, "/units/")) if row[0].url
        }
        recounted = {}
        for unit in Unit.objects.exclude(duties=None):
            roles = list(unit.duties.values_list("role", flat=True))
            recounted[unit.name] = [str(len(roles)), *(str(roles.count(role)) for role in ROLES)]
        assert shown == recounted

    def test_sums_of_kinds_add_up_to_the_last_line(self, client: Client, loaded_plan: Plan) -> None:
        lines = texts(page_of(client, "/units/"))[1:]
        of_kinds = [
            [int(text) for text in line[1:-1]] for line in lines if "项举措" in line[0] and "合计" not in line[0]
        ]
        assert lines[-1] == ["合计 45 个单位，79 项举措", "190", "27", "134", "7", "22", ""]
        assert [sum(column) for column in zip(*of_kinds, strict=True)] == [190, 27, 134, 7, 22]

    def test_every_number_leads_to_as_many_measures(self, client: Client, loaded_plan: Plan) -> None:
        numbers = [cell for row in rows(page_of(client, "/units/"))[1:] for cell in row[1:-1] if cell.url]
        assert len(numbers) == 45 + Duty.objects.values("unit", "role").distinct().count()
        assert [shown_by(client, cell.url) for cell in numbers] == [int(cell.text) for cell in numbers]

    def test_groups_are_explained(self, client: Client, loaded_plan: Plan) -> None:
        html = page_of(client, "/units/")
        assert "“群体”是原文没有指明具体单位的称谓，不推定、不展开，自成一行。" in html
        assert "已计入青岛市政府、烟台市政府、潍坊市政府、威海市政府、日照市政府。" in html

    @pytest.mark.django_db
    def test_before_there_is_a_plan(self, client: Client) -> None:
        make_unit(slug="keji")
        assert ["还没有分工表" in page_of(client, url) for url in ("/units/", "/units/keji/")] == [True, True]

    def test_a_plan_without_duties(self, client: Client, db: None) -> None:
        make_plan()
        assert texts(page_of(client, "/units/")) == [
            ["单位", "职责", "职责构成"],
            ["合计 0 个单位，0 项举措", "0", ""],
        ]

    def test_of_another_plan(self, client: Client, loaded_plan: Plan) -> None:
        make_duty(make_measure(make_main_task(make_plan("other", title="另一张表"))), Unit.objects.get(slug="keji"))
        html = page_of(client, "/units/?plan=other")
        assert [row[0] for row in rows(html)[1:]] == [
            Cell("省直部门 1 个单位，1 项举措", None),
            Cell("省科技厅", "/units/keji/?plan=other"),
            Cell("合计 1 个单位，1 项举措", None),
        ]
        switch = links(html.split('aria-label="分工表"')[1].split("</ul>")[0])
        assert [link.url for link in switch] == ["?plan=jiaodong", "?plan=other"]


class TestOneUnit:
    @pytest.mark.parametrize(("slug", "role"), PAIRS)
    def test_a_section_for_each_role_it_holds(self, client: Client, loaded_plan: Plan, slug: str, role: str) -> None:
        slug = {"zhifa": open_group().slug}.get(slug, slug)
        html = page_of(client, f"/units/{slug}/")
        duties = Duty.objects.filter(role=role).select_related("measure__main_task")
        measures = {
            duty.measure for duty in duties.filter(unit__slug=slug) | duties.filter(via_group__unit__slug=slug)
        }
        codes = [m.code for m in sorted(measures, key=lambda m: (m.main_task.number, m.order))]
        assert (f'aria-labelledby="{role}"' in html) == bool(codes)
        if codes:
            assert [line[0] for line in texts(section(html, role))[1:]] == codes

    def test_roles_in_their_order(self, client: Client, loaded_plan: Plan) -> None:
        html = page_of(client, "/units/qingdao/")
        assert re.findall(r'<h2 id="(\w+)">', html) == ["lead", "shared", "several", "responsible"]

    def test_a_measure_with_all_that_is_told_of_it(self, client: Client, loaded_plan: Plan) -> None:
        (line,) = rows(section(page_of(client, "/units/qingdao/"), "several"))[1:]
        measure = loaded_plan.main_tasks.get(number=25).measures.get(order=1)
        assert line == [
            Cell("25-1", "/plans/jiaodong/measures/25-1/"),
            Cell(measure.text, None),
            Cell("25 年度滚动实施", "/plans/jiaodong/tasks/25/"),
            Cell(f"{measure.responsibility_text} 随胶东五市政府承担", None),
        ]

    @pytest.mark.parametrize("slug", ["fazhan-gaige", "qingdao", "jiaodong-wushi", "keji"])
    def test_its_figures_lead_to_as_many_measures(self, client: Client, loaded_plan: Plan, slug: str) -> None:
        figures = links(page_of(client, f"/units/{slug}/").split('<ul class="figures">')[1].split("</ul>")[0])
        counts = [int(figure.text.split()[1]) for figure in figures]
        assert [shown_by(client, figure.url) for figure in figures] == counts
        assert counts[0] == sum(counts[1:])

    def test_other_names_and_groups(self, client: Client, loaded_plan: Plan) -> None:
        assert details(page_of(client, "/units/zhengfu-bangongting/")) == [
            ("类别", "省直部门"),
            ("曾用名、别称", "省口岸办"),
        ]
        assert details(page_of(client, "/units/qingdao/")) == [
            ("类别", "市政府"),
            ("简称", "青岛市"),
            ("所属群体", "胶东五市政府"),
        ]

    def test_who_may_see_its_dashboard_is_led_there(self, client: Client, loaded_plan: Plan) -> None:
        own, other = (Unit.objects.get(slug=slug) for slug in ("qingdao", "yantai"))
        people = {
            "leader": make_user(Role.LEADER),
            "own": make_user(Role.REPORTER, unit=own),
            "other": make_user(Role.REPORTER, unit=other, username="other"),
            "auditor": make_user(Role.AUDITOR),
        }
        led = {"nobody": "这个单位的看板" in page_of(client, "/units/qingdao/")}
        for name, user in people.items():
            client.force_login(user)
            html = page_of(client, "/units/qingdao/")
            led[name] = "这个单位的看板" in html
            if led[name]:
                found = {link.text: link.url for link in links(html)}
                for words in ("这个单位的看板", "在台账中查看"):
                    page_of(client, found[words])
        assert led == {"nobody": False, "leader": True, "own": True, "other": False, "auditor": False}

    def test_a_closed_group_and_its_members(self, client: Client, loaded_plan: Plan) -> None:
        html = page_of(client, "/units/jiaodong-wushi/")
        assert details(html)[-1] == ("成员", "青岛市政府、烟台市政府、潍坊市政府、威海市政府、日照市政府")
        assert "成员固定：原文写“胶东五市政府”的举措，每个成员都承担。" in html
        assert "随胶东五市政府承担" not in html

    def test_an_open_group(self, client: Client, loaded_plan: Plan) -> None:
        html = page_of(client, f"/units/{open_group().slug}/")
        assert "原文没有指明是哪些单位，本系统不推定、不展开。" in html

    def test_a_group_unit_that_nobody_described(self, client: Client, loaded_plan: Plan) -> None:
        make_unit("有关方面", kind=UnitKind.GROUP, slug="youguan")
        assert "原文没有指明是哪些单位" in page_of(client, "/units/youguan/")

    def test_fifty_measures_of_a_role_and_a_way_to_all(self, client: Client, loaded_plan: Plan) -> None:
        grow(loaded_plan, 6)
        part = section(page_of(client, "/units/fazhan-gaige/"), "shared")
        assert len(texts(part)[1:]) == 50
        last = links(part)[-1]
        assert last == Cell("在任务清单中查看全部 120 项", "/plans/jiaodong/tasks/?unit=fazhan-gaige&role=shared")
        assert shown_by(client, last.url) == 120

    def test_a_unit_without_duties(self, client: Client, loaded_plan: Plan) -> None:
        make_unit("省体育局", slug="tiyu")
        assert "省体育局在重点任务推进落实分工表中没有职责。" in page_of(client, "/units/tiyu/")


def open_group() -> Unit:
    return Unit.objects.get(name="各执法部门")


def details(html: str) -> list[tuple[str, str]]:
    meta = html.split('<dl class="meta">')[1].split("</dl>")[0]
    return [(term, re.sub("<.*?>", "", text)) for term, text in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", meta)]


class TestQueries:
    """Which edition, plans, figures kept; which edition, the unit, plans, other names, groups, members, and which edition
    and six counts, once an edition, with rows and duties for each of four roles, or of two.
    """

    @pytest.mark.parametrize(
        ("url", "queries"), [("/units/", 3), ("/units/qingdao/", 13 + 2 * 4), ("/units/jiaodong-wushi/", 13 + 2 * 2)]
    )
    def test_as_many_for_ten_times_the_plan(
        self, client: Client, loaded_plan: Plan, django_assert_num_queries, url: str, queries: int
    ) -> None:
        count_public(loaded_plan.pk)
        with django_assert_num_queries(queries):
            client.get(url)
        grow(loaded_plan, 10)
        count_public(loaded_plan.pk)
        with django_assert_num_queries(queries):
            client.get(url)
