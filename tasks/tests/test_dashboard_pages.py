"""The dashboards as pages: every number is the number of the rows it leads to, for everybody who may see it."""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from tasks.models import Instruction, Plan, ReportingPeriod
from tasks.tests.desk import client_of
from tasks.tests.pages import Shown
from tasks.tests.scene import LATER, Scene
from units.models import User

pytestmark = pytest.mark.django_db
BOARD = "/plans/jiaodong/dashboard/"
LEDGER = "/plans/jiaodong/ledger/"
MATTERS = "/plans/jiaodong/coordination/"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def page(user: User, url: str = BOARD) -> Shown:
    return Shown(client_of(user), url)


def numbers(shown: Shown) -> dict[str, int]:
    """Address of a list -> the number on the link, which is the same wherever the page shows it. Means are no counts."""
    found: dict[str, int] = {}
    for link in shown.tree.xpath("//main//a[not(ancestor::*[contains(@class, 'wide-cols')])]"):
        parts = urlsplit(link.get("href"))
        words = link.xpath("string(.//b)") or " ".join(link.xpath(".//svg/text[1]/text()")) or link.text_content()
        number = re.fullmatch(r"\D*?(\d+)\D*", words.strip())
        if parts.path in (LEDGER, MATTERS) and number and "period=" not in parts.query:
            count = int(number[1])
            assert found.setdefault(link.get("href"), count) == count, link.get("href")
    return found


def number_of_rows(user: User, url: str) -> int:
    """What the list's head says, having seen that it has as many rows."""
    shown = page(user, url)
    count = int(re.search(r"\d+", shown.text("//*[@role='status']"))[0])
    rows = shown.codes if url.startswith(LEDGER) else shown.tree.xpath("//ol[contains(@class, 'decide')]/li")
    assert len(rows) == count
    return count


class TestNumbersAreLists:
    @pytest.mark.parametrize(
        ("path", "drawn", "count"), [("", "parts", 15), ("", "cols wide-cols", 2), ("jt/", "parts", 4)]
    )
    def test_what_is_drawn_leads_to_what_it_counts(self, scene: Scene, path: str, drawn: str, count: int) -> None:
        """Every part of a bar; every mean, of the present and of a frozen period: `平均序时进度 49%，3 项举措`."""
        leader = scene.people["leader"]
        links = page(leader, f"{BOARD}{path}").tree.xpath(f"//*[@class='{drawn}']/a")
        names = {link.get("href"): link.xpath("string((@aria-label | */@aria-label)[1])") for link in links}
        told = {url: int(re.search(r"(\d+) 项(举措)?$", name)[1]) for url, name in names.items()}
        assert len(told) == count
        assert {url: number_of_rows(leader, url) for url in told} == told

    @pytest.mark.parametrize("name", ["leader", "office"])
    def test_of_the_plan(self, scene: Scene, name: str) -> None:
        person = scene.people[name]
        found = numbers(page(person))
        assert len(found) > 40
        assert {url: number_of_rows(person, url) for url in found} == found

    @pytest.mark.parametrize("name", ["jt", "reviewer", "office", "leader", "administrator", "auditor"])
    def test_of_a_unit(self, scene: Scene, name: str) -> None:
        person = scene.people[name]
        url = f"{BOARD}{'fg' if name == 'reviewer' else 'jt'}/"
        found = numbers(page(person, url))
        assert len(found) > (20 if "jt" in url else 8)
        assert {url: number_of_rows(person, url) for url in found} == found

    def test_of_a_frozen_period(self, scene: Scene) -> None:
        """The columns of the trend lead to the period as it was frozen."""
        leader = scene.people["leader"]
        links = [
            (link.get("href"), int(link.xpath("string(.//text[1])")))
            for link in page(leader).tree.xpath("//*[@class='smalls']//a")
            if "period=" in link.get("href")
        ]
        assert [url for url, _ in links] == [
            f"{LEDGER}?{which}&period={scene.earlier.pk}"
            for which in ("stage=completed", "progress=at_risk", "progress=behind", "progress=not_reported")
        ]
        assert [number_of_rows(leader, url) for url, _ in links] == [count for _, count in links]


class TestLeader:
    def test_begins_at_the_dashboard(self, scene: Scene) -> None:
        response = client_of(scene.people["leader"]).get("/start/")
        assert (response.status_code, response.url) == (302, BOARD)

    def test_reads_period_day_and_state_of_filing(self, scene: Scene) -> None:
        shown = page(scene.people["leader"])
        assert shown.text("//h1") == "2026年三季度落实情况"
        assert shown.texts("//dl[@class='meta']//dd") == [
            "2026-10-20 10:00", "2026年9月30日", "10月15日已截止，可以补报", "2026年二季度", "11 项",
        ]  # fmt: skip

    def test_six_figures_with_their_change(self, scene: Scene) -> None:
        assert page(scene.people["leader"]).texts("//li[@class='figure']/a") == [
            "已办结1较上期 +1", "推进中8较上期 +2", "待核验0与上期持平", "有风险2较上期 +2", "滞后2较上期 −1",
            "本期未报2较上期 −3",
        ]  # fmt: skip

    def test_what_is_to_be_decided(self, scene: Scene) -> None:
        """The most urgent first: what, whom, by when, who says so, and where to answer."""
        shown = page(scene.people["leader"])
        assert shown.texts("//section[@aria-labelledby='decide']//ol/li/div/span") == ["举措 1-2", "举措 3-1"]
        assert shown.texts("(//section[@aria-labelledby='decide']//dl)[1]/dd") == [
            "3.2 公里用地未批。",
            "请明确用地组卷办结时间。",
            "省发展改革委 最迟 11月15日",
            "省交通运输厅 2026年三季度填报 1-2 省交通运输厅 批示交办：1-2 省交通运输厅",
        ]
        report = scene.duty("1-2", "jt").reports.get(period=scene.period)
        assert f"/plans/jiaodong/instructions/new/?measure=1-2&report={report.pk}" in shown.tree.xpath(
            "//main//a/@href"
        )
        assert "另有 1 件由单位之间协调。" in shown.texts("//section[@aria-labelledby='decide']/p")

    def test_what_is_answered_by_an_instruction_needs_no_decision(self, scene: Scene) -> None:
        leader, report = scene.people["leader"], scene.duty("1-2", "jt").reports.get(period=scene.period)
        Instruction.objects.create(
            plan=scene.plan, number=1, report=report, text="请办。", owner=scene.units["jt"], due_on=LATER.date(),
            given_at=LATER, given_by=leader,
        )  # fmt: skip
        assert page(leader).texts("//section[@aria-labelledby='decide']//ol/li/div/span") == ["举措 3-1"]

    def test_every_list_is_two_clicks_from_the_report(self, scene: Scene) -> None:
        """The page itself leads to the reports behind what is to be decided, what is red and what does not agree."""
        leader, period = scene.people["leader"], scene.period.pk
        shown = page(leader)
        for section, duties in {
            "decide": [("1-2", "jt"), ("3-1", "hg")],
            "red": [("1-2", "jt"), ("1-4", "hg")],
            "disagreeing": [("1-3", "jt"), ("1-4", "hg")],
        }.items():
            links = shown.tree.xpath(
                f"//section[@aria-labelledby='{section}']//a[starts-with(@href, '/reports/')]/@href"
            )
            assert links == [f"/reports/{scene.duty(*duty).pk}/{period}/" for duty in duties]
            assert [client_of(leader).get(link).status_code for link in links] == [200] * len(links)


class TestOffice:
    def test_sees_what_waits_with_its_number(self, scene: Scene) -> None:
        """Of 2-1 烟台's report waits; each number is that of its queue."""
        shown = page(scene.people["office"])
        assert shown.texts("//section[@aria-labelledby='waiting']//li") == [
            "待复审 1", "待办结核验 0", "延期申请 0", "退回中 0", "办理中的批示 0", "已反馈的批示 0",
            "2026年三季度填报情况",
        ]  # fmt: skip

    def test_each_number_of_filing_leads_to_its_rows(self, scene: Scene) -> None:
        office = scene.people["office"]
        cells = page(office).tree.xpath("//section[@aria-labelledby='filing']//td//a")
        numbers = {link.get("href"): int(link.text_content().split("/")[-1]) for link in cells}
        assert len(numbers) == 4
        for url, count in numbers.items():
            assert len(page(office, url).tree.xpath("//main//tbody/tr")) == count

    def test_and_for_those_who_read_the_dashboards(self, scene: Scene) -> None:
        """A leader from that of the plan, a unit's people from their own; nobody else's rows, and no verb of the Office."""
        leader, office, own = (scene.people[name] for name in ("leader", "office", "yt"))
        board = "//section[@aria-labelledby='filing']//td//a/@href"
        assert page(leader).tree.xpath(board) == page(office).tree.xpath(board)
        cells = page(own, f"{BOARD}yt/").tree.xpath(
            "//section[@aria-labelledby='own-filing']//a[contains(@href, '/filing/')]"
        )
        numbers = {link.get("href"): int(link.text_content()) for link in cells}
        assert sorted(numbers.values()) == [1, 1, 2]
        for url, count in numbers.items():
            for person in (own, leader):
                shown = page(person, url)
                assert len(shown.tree.xpath("//main//tbody/tr")) == count
                links = [
                    link for link in shown.tree.xpath("//main//a/@href") if "/review/" in link or "/export" in link
                ]
                assert links == []
        assert [client_of(scene.people["hg"]).get(url).status_code for url in numbers] == [403] * 3
        assert client_of(scene.people["auditor"]).get(url).status_code == 403

    def test_gives_no_instructions(self, scene: Scene) -> None:
        assert "批示交办" not in page(scene.people["office"]).text("//main")


class TestUnit:
    def test_its_people_are_led_to_their_own(self, scene: Scene) -> None:
        client, own = client_of(scene.people["jt"]), f"{BOARD}jt/"
        assert [client.get(url).url for url in (BOARD, f"{BOARD}hg/")] == [own, own]
        assert page(scene.people["jt"], own).text("//h1") == "省交通运输厅：2026年三季度"

    def test_what_it_asks_and_what_is_asked_of_it(self, scene: Scene) -> None:
        shown = page(scene.people["leader"], f"{BOARD}hg/")
        heads = shown.texts("//section[@aria-labelledby='asked']//h2")
        assert heads == ["请别的单位协调", "别的单位请青岛海关协调"]
        assert shown.texts("//section[@aria-labelledby='asked']//ol/li/div/span") == ["举措 3-1", "举措 1-3"]

    def test_what_is_not_listed_is_counted(self, scene: Scene, monkeypatch) -> None:
        """Of two that 省交通运输厅 asks, and of two that 省发展改革委 is asked, only the most urgent is listed."""
        monkeypatch.setattr("tasks.views.dashboard.DECISIONS", 1)
        heads = "//section[@aria-labelledby='asked']//*[@class='end muted']"
        shown = {slug: page(scene.people["leader"], f"{BOARD}{slug}/") for slug in ("jt", "fg")}
        assert shown["jt"].texts(heads) == ["多于 1 件，只列最急的", "0 件"]
        assert shown["fg"].texts(heads) == ["0 件", "2 件，只列最急的 1 件"]

    def test_its_fields_by_light(self, scene: Scene) -> None:
        """Only fields in which it must report; columns in which it has nothing are left out."""
        shown = page(scene.people["leader"], f"{BOARD}hg/")
        head, rows = (
            shown.texts(f"//section[@aria-labelledby='matrix']//{part}")
            for part in ("thead/tr[2]/th", "th[@scope='row']")
        )
        assert head == ["正常", "有风险", "滞后", "推进中", "已办结", "逾期", "未到期", "未设时限"]
        assert rows == ["基础设施", "公共服务", "未分领域", "合计"]
        assert shown.texts("//section[@aria-labelledby='matrix']//tfoot//td") == [
            "1",
            "1",
            "1",
            "3",
            "1",
            "1",
            "1",
            "1",
            "4",
        ]

    def test_its_filing(self, scene: Scene) -> None:
        shown = page(scene.people["leader"], f"{BOARD}jn/")
        assert shown.text("//h2[@id='own-filing']/following-sibling::span") == "按职责：已报 0 / 应报 1"
        assert shown.texts("//section[@aria-labelledby='own-filing']//tbody/tr") == ["3-3 任务3草稿"]


class TestWhoSees:
    def test_outsiders_go_to_the_login(self, client, scene: Scene) -> None:
        for url in (BOARD, f"{BOARD}jt/", MATTERS):
            assert client.get(url).url == f"/login/?next={url}"

    @pytest.mark.parametrize("name", ["administrator", "auditor"])
    def test_staff_without_the_permission_are_refused(self, scene: Scene, name: str) -> None:
        client = client_of(scene.people[name])
        statuses = [client.get(url).status_code for url in (BOARD, MATTERS, f"{BOARD}jt/")]
        assert statuses == [403, 403, 200]
        assert client.post("/plans/jiaodong/dashboard-seen/").status_code == 403

    def test_units_see_no_list_of_matters_between_others(self, scene: Scene) -> None:
        assert client_of(scene.people["jt"]).get(MATTERS).status_code == 403

    def test_a_plan_or_unit_that_is_not_there(self, scene: Scene) -> None:
        client = client_of(scene.people["leader"])
        urls = ("/plans/none/dashboard/", "/plans/none/dashboard/jt/", f"{BOARD}none/", "/plans/none/coordination/")
        assert [client.get(url).status_code for url in urls] == [404] * 4

    def test_the_menu_offers_each_role_its_own(self, scene: Scene) -> None:
        offered = {
            name: page(person, LEDGER).tree.xpath("//nav[@aria-label='主导航']/a[contains(., '看板')]/@href")
            for name, person in scene.people.items()
        }
        own = {slug: [f"{BOARD}{slug}/"] for slug in scene.units}
        plan = {name: [BOARD] for name in ("leader", "office", "second_office")}
        assert offered == own | plan | {"reviewer": [f"{BOARD}fg/"], "administrator": [], "auditor": []}


class TestNothingYet:
    @pytest.fixture
    def bare(self, scene: Scene) -> Plan:
        return Plan.objects.create(slug="bare", title="第二张表", source_name="表.txt", source_sha256="0" * 64)

    def test_the_office_is_told_what_to_do_first(self, scene: Scene, bare: Plan) -> None:
        shown = page(scene.people["office"], "/plans/bare/dashboard/")
        assert shown.texts("//*[@class='notice']//a") == ["建立第一个期次"]

    def test_a_leader_and_a_unit_are_told_what_is_awaited(self, scene: Scene, bare: Plan) -> None:
        for name, url in (("leader", "/plans/bare/dashboard/"), ("jt", "/plans/bare/dashboard/jt/")):
            shown = page(scene.people[name], url)
            assert shown.text("//*[@class='notice']//strong") == "还没有开放填报的期次，看板暂时没有数字。"

    def test_a_period_in_which_nobody_has_reported(self, scene: Scene, bare: Plan) -> None:
        ReportingPeriod.objects.create(
            plan=bare, label="本期", as_of=LATER, opens_on=LATER.date(), due_on=LATER.date(), opened_at=LATER
        )
        shown = page(scene.people["leader"], "/plans/bare/dashboard/")
        assert shown.texts("//main//p[@class='muted']") == [
            "没有需要决定的事。", "没有灯发生变化。", "没有滞后或逾期的举措。", "没有自评好于推算的举措。", "没有调整过时限。",
        ]  # fmt: skip


def test_words_of_people_are_escaped(scene: Scene) -> None:
    scene.duty("1-2", "jt").reports.filter(period=scene.period).update(problems="<script>alert(1)</script>")
    source = client_of(scene.people["leader"]).get(BOARD).content.decode()
    assert source.count("&lt;script&gt;alert(1)") == 2  # what is to be decided, and what is behind
    assert "<script>alert" not in source
