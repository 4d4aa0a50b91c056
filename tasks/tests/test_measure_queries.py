"""What the lists ask of the database: the same few queries at 79 measures and at 7,900, whoever asks and whatever for."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tasks.models import Duty, MainTask, Measure, Plan
from tasks.queries import measures, options
from tasks.queries.edition import public_edition
from tasks.services.public_figures import count_public
from tasks.tests.growth import grow
from tasks.tests.pages import TASKS, Shown
from units.choices import Role
from units.models import Unit, UnitGroup, UnitGroupMember, User

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 24)
ASKED = {  # the filtered ones also ask what is found, how much of each main task, and how much there is of it
    "": 6,
    "q=海洋": 9,
    "unit=qingdao&role=responsible&field=7": 9,
    "unit=jiaodong-wushi&sort=-units": 9,
    "sort=due_on&per_page=25&page=2&cols=field&cols=code": 6,
    "per_page=all": 6,
}


@pytest.fixture
def plan(loaded_plan: Plan) -> Plan:
    known(loaded_plan)
    return loaded_plan


def known(plan: Plan) -> None:
    """What is counted once, and the units that are read once, as long as the table stands."""
    count_public(plan.pk)
    options.options_in(public_edition(), plan.pk, timezone.localdate())


def log_in(client: Client, role: Role, unit: Unit | None = None) -> Client:
    client.force_login(User.objects.create_user(role.value, role=role, unit=unit))
    return client


class TestTheList:
    @pytest.mark.parametrize(("query", "count"), ASKED.items())
    def test_an_outsiders(self, client: Client, plan: Plan, query: str, count: int, django_assert_num_queries) -> None:
        with django_assert_num_queries(count):
            assert Shown(client, f"{TASKS}?{query}").codes != []

    @pytest.mark.parametrize(("role", "unit"), [(Role.OFFICE, None), (Role.REPORTER, "keji")])
    def test_of_somebody_logged_in_takes_7_and_then_5(
        self, client: Client, plan: Plan, role: Role, unit: str | None, django_assert_num_queries
    ) -> None:
        log_in(client, role, unit and Unit.objects.get(slug=unit))
        """What is drawn of rows and duties is drawn once an edition."""
        for count in (7, 5):
            with django_assert_num_queries(count):
                assert len(Shown(client, TASKS).codes) == 79
        for count in (10, 5):
            with django_assert_num_queries(count):
                assert "1-2" in Shown(client, TASKS, q="海洋").codes

    def test_an_empty_one_takes_9_and_then_6(self, client: Client, plan: Plan, django_assert_num_queries) -> None:
        """Rows and duties are not asked for; what each condition hides is, once an edition."""
        log_in(client, Role.OFFICE)
        with django_assert_num_queries(9):
            assert Shown(client, TASKS, field="1", unit="keji").codes == []
        with django_assert_num_queries(6):
            assert Shown(client, TASKS, field="1", unit="keji").codes == []

    def test_at_7900_measures_it_takes_as_many(self, client: Client, plan: Plan, django_assert_num_queries) -> None:
        grow(plan, 100)
        known(plan)
        assert Measure.objects.count() == 7900
        for query, count in list(ASKED.items())[:-1]:
            with django_assert_num_queries(count):
                assert Shown(client, f"{TASKS}?{query}").codes != []
        log_in(client, Role.REPORTER, Unit.objects.get(slug="keji"))
        with django_assert_num_queries(5):
            page = Shown(client, TASKS)
        assert page.status == "显示 7900 项举措、2500 项任务 按原表顺序，第 1 至 100 项"
        for _ in range(2):  # nothing as long as this is kept
            with django_assert_num_queries(7):
                assert len(Shown(client, TASKS, per_page="all").codes) == 7900


class TestLines:
    def test_rows_of_a_page_are_the_rows_of_the_queryset(self, plan: Plan) -> None:
        """The prepared statement returns what the ORM returns, types included."""
        Measure.objects.filter(main_task__number=1).update(starts_on="2026-01-01", due_on="2026-12-31")
        Measure.objects.filter(main_task__number=2).update(is_ongoing=True)
        every = measures.measure_lines(measures.measure_list(plan))
        assert measures.page_lines(plan.pk, (), "number", 0, 79) == every
        assert every[0].due_on == datetime.date(2026, 12, 31)
        assert [line.is_ongoing for line in every[:8]] == [False] * 6 + [True, False]

    def test_many_rows_are_looked_up_by_the_selection(self, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        few = measures.page_lines(plan.pk, (("role", "shared"),), "-units", 0, 40)
        monkeypatch.setattr(measures, "IDS_IN_ONE_QUERY", 10)
        assert measures.page_lines(plan.pk, (("role", "shared"),), "-units", 0, 40) == few
        assert len(few) == 40

    def test_where_no_figures_are_kept_the_list_counts(self, client: Client, plan: Plan) -> None:
        kept = Shown(client, TASKS).status
        Measure.objects.filter(pk=Measure.objects.first().pk).delete()
        assert (kept, Shown(client, TASKS).status) == (
            "显示 79 项举措、25 项任务 按原表顺序",
            "显示 78 项举措、25 项任务 按原表顺序",
        )

    def test_what_changed_is_seen_at_once(self, client: Client, plan: Plan) -> None:
        """Statements are kept, answers are not."""
        before = Shown(client, TASKS, q="改过的字")
        Measure.objects.filter(main_task__number=1, order=1).update(text="改过的字")
        assert (before.codes, Shown(client, TASKS, q="改过的字").codes) == ([], ["1-1"])


class TestOptions:
    def test_a_unit_is_offered_under_its_new_name_at_once(self, plan: Plan) -> None:
        assert "省科技厅" in {unit.name for unit in options.options_in(public_edition(), plan.pk, TODAY)}
        Unit.objects.filter(name="省科技厅").update(name="省科学技术厅")
        assert {"省科技厅", "省科学技术厅"} & {
            unit.name for unit in options.options_in(public_edition(), plan.pk, TODAY)
        } == {"省科学技术厅"}

    def test_a_plan_with_its_fields(self, plan: Plan) -> None:
        found, fields = options.plan_with_fields("jiaodong")
        assert (found, found.title, found.subject) == (plan, plan.title, plan.subject)
        assert fields == options.field_options(plan)
        assert [position for position, _ in fields] == [1, 2, 3, 4, 5, 6, 7]

    def test_a_plan_without_fields(self) -> None:
        plain = Plan.objects.create(slug="plain", title="无领域", source_name="x", source_sha256="0" * 64)
        assert options.plan_with_fields("plain") == (plain, [])
        assert options.plan_with_fields("none") is None

    def test_a_group_is_as_large_as_it_is_on_the_day(self, plan: Plan) -> None:
        group = UnitGroup.objects.get(unit__slug="jiaodong-wushi")
        UnitGroupMember.objects.filter(group=group, unit__slug="rizhao").update(until_on="2026-11-23")
        sizes = {
            option.slug: option.members
            for option in options.options_in(public_edition(), plan.pk, TODAY)
            if option.members
        }
        assert sizes == options.group_sizes(TODAY) == {"jiaodong-wushi": 4}
        assert options.group_sizes(TODAY - datetime.timedelta(days=1)) == {"jiaodong-wushi": 5}

    def test_two_plans_do_not_mix(self, client: Client, plan: Plan) -> None:
        other = Plan.objects.create(slug="other", title="另一张表", source_name="x", source_sha256="0" * 64)
        task = MainTask.objects.create(plan=other, number=1, title="另一项任务")
        measure = Measure.objects.create(main_task=task, order=1, text="另一项举措")
        Duty.objects.create(measure=measure, unit=Unit.objects.get(slug="keji"), role="lead", position=1)
        page = Shown(client, "/plans/other/tasks/")
        assert (page.codes, page.tree.xpath("//select[@name='unit']//option/@value")) == (["1-1"], ["", "keji"])
        assert len(Shown(client, TASKS).codes) == 79
