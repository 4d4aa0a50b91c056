"""The back office of the plan: who sees which page, in which language, and what it costs."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tasks.models import Duty, Measure, ProbableSlip
from tasks.tests.back_office import MODELS, address, make_duty_via_group
from tasks.tests.samples import make_duty, make_field, make_main_task, make_measure, make_plan
from units.choices import Role
from units.tests.back_office import NO_BUSINESS, latin_words, logged_in
from units.tests.samples import make_group, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Client:
    return logged_in(Role.OFFICE)


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty_via_group()


@pytest.fixture
def pages(duty: Duty) -> dict[str, str]:
    """Name of a page -> its address, with a row to show on each."""
    main_task = duty.measure.main_task
    rows = [main_task.plan, main_task.field, main_task, duty.measure, duty]
    of_rows = {
        f"{name} {page}": address(f"{name}_{page}", row)
        for name, row in zip(MODELS, rows, strict=True)
        for page in ("change", "history", "delete")
    }
    of_models = {f"{name} {page}": address(f"{name}_{page}") for name in MODELS for page in ("changelist", "add")}
    return {"app": "/admin/tasks/"} | of_rows | of_models


class TestWhoSeesWhat:
    def test_outsiders_are_sent_to_log_in(self, client: Client, pages: dict[str, str]) -> None:
        assert {name: client.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 302)

    @pytest.mark.parametrize("role", NO_BUSINESS)
    def test_roles_without_business_here_are_told_so(self, role: Role, pages: dict[str, str]) -> None:
        client = logged_in(role)
        assert {name: client.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 403)

    @pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMINISTRATOR])
    def test_the_office_and_administrators_keep_the_plan(self, role: Role, pages: dict[str, str]) -> None:
        client = logged_in(role)
        assert {name: client.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)

    def test_auditors_read(self, pages: dict[str, str]) -> None:
        client = logged_in(Role.AUDITOR)
        expected = {name: 403 if name.endswith((" add", " delete")) else 200 for name in pages}
        assert {name: client.get(page).status_code for name, page in pages.items()} == expected
        posts = [page for name, page in pages.items() if name.endswith((" add", " change", " delete"))]
        assert {client.post(page).status_code for page in posts} == {403}

    def test_auditors_bring_no_old_version_back(self, duty: Duty) -> None:
        old = duty.measure.history.get()
        page = reverse("admin:tasks_measure_simple_history", args=[duty.measure.pk, old.pk])
        posted = {"main_task": duty.measure.main_task.pk, "order": 3, "text": "改"}
        auditor = logged_in(Role.AUDITOR)
        assert "还原" not in auditor.get(page).content.decode()
        assert auditor.post(page, posted).status_code == 403
        assert Measure.objects.get().text == "举措3"

    def test_no_page_speaks_anything_but_chinese(self, office: Client, pages: dict[str, str]) -> None:
        known = {"office", "SHA"}
        found = {name: set(latin_words(office.get(page))) - known for name, page in pages.items()}
        assert {name: words for name, words in found.items() if words} == {}


class TestQueries:
    """The same number at one row and at three."""

    def assert_same_at_one_and_three(self, assert_num_queries, page: str, count: int, make: Callable) -> None:
        office = logged_in(Role.OFFICE)
        make(1)
        office.get(page)  # the type of a model is asked for once in a process
        with assert_num_queries(count):
            office.get(page)
        make(2)
        make(3)
        with assert_num_queries(count):
            office.get(page)

    def a_duty(self, at: int) -> Duty:
        """A row on every list: its plan, field, main task, measure, unit and group are all its own."""
        plan = make_plan(f"plan-{at}")
        main_task = make_main_task(plan, field=make_field(plan))
        return make_duty(make_measure(main_task), make_unit(f"市{at}"), via_group=make_group(f"群体{at}"))

    @pytest.mark.parametrize(
        ("model", "count"), [("plan", 5), ("field", 6), ("maintask", 7), ("measure", 8), ("duty", 6)]
    )
    def test_lists(self, django_assert_num_queries, model: str, count: int) -> None:
        self.assert_same_at_one_and_three(
            django_assert_num_queries, address(f"{model}_changelist"), count, self.a_duty
        )

    def test_a_plan_and_its_fields(self, django_assert_num_queries) -> None:
        plan = make_plan()
        self.assert_same_at_one_and_three(
            django_assert_num_queries,
            address("plan_change", plan),
            4,
            lambda at: make_field(plan, f"领域{at}", at),
        )

    def test_a_main_task_and_its_measures(self, django_assert_num_queries) -> None:
        main_task = make_main_task(field=None)
        self.assert_same_at_one_and_three(
            django_assert_num_queries,
            address("maintask_change", main_task),
            5,
            lambda at: make_measure(main_task, at),
        )

    def test_a_measure_its_duties_and_slips(self, django_assert_num_queries) -> None:
        measure = make_measure()

        def make(at: int) -> None:
            make_duty(measure, make_unit(f"市{at}"), via_group=make_group(f"群体{at}"), position=at)
            ProbableSlip.objects.create(measure=measure, as_written=f"错{at}")

        self.assert_same_at_one_and_three(django_assert_num_queries, address("measure_change", measure), 7, make)

    def test_a_duty(self, duty: Duty, django_assert_num_queries) -> None:
        self.assert_same_at_one_and_three(
            django_assert_num_queries,
            address("duty_change", duty),
            9,
            lambda at: make_measure(duty.measure.main_task, 10 + at),
        )

    def test_the_history_of_a_measure(self, django_assert_num_queries) -> None:
        measure = make_measure()

        def make(at: int) -> None:
            measure.text = f"第{at}稿"
            measure.save()

        self.assert_same_at_one_and_three(django_assert_num_queries, address("measure_history", measure), 6, make)


def test_every_choice_of_another_row_is_an_autocomplete(office: Client) -> None:
    """A plain drop-down of 79 measures is no choice."""
    site = office.get("/admin/").resolver_match.func.admin_site
    admins = [admin for admin in site._registry.values() if admin.model._meta.app_label in {"units", "tasks"}]
    inlines = [inline(admin.model, site) for admin in admins for inline in admin.inlines]
    plain = {
        f"{admin.opts.label}.{field.name}"
        for admin in (*admins, *inlines)
        for field in admin.model._meta.fields
        if field.remote_field and field.name not in admin.autocomplete_fields
    }
    assert plain == {  # the parents of inlines
        "units.UnitAlias.unit",
        "units.UnitGroupMember.group",
        "tasks.Field.plan",
        "tasks.Measure.main_task",
        "tasks.Duty.measure",
        "tasks.ProbableSlip.measure",
    }
