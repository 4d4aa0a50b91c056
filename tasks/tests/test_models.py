"""What the database promises about the plan, its reports and its closing, and that every row is found again by its natural key."""

import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models

from tasks.choices import ClaimState, DutyRole, Halt, RollUp
from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from tasks.tests.cases_of_closing import CASES_OF_CLOSING, claim, decided_by_asker, extension
from tasks.tests.cases_of_digests import CASES_OF_DIGESTS
from tasks.tests.cases_of_importing import CASES_OF_IMPORTING
from tasks.tests.cases_of_leading import CASES_OF_LEADING, rule
from tasks.tests.cases_of_reports import CASES_OF_REPORTS
from tasks.tests.cases_of_roundtrip import CASES_OF_ROUNDTRIP
from tasks.tests.samples import make_duty, make_field, make_main_task, make_measure, make_plan
from units.choices import Role
from units.models import Unit, UnitGroupMember
from units.tests.constraints import Case, assert_accepted, assert_refused, assert_speaks_chinese, constraints_of
from units.tests.samples import make_group, make_unit, make_user

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 7, 1)
BEFORE = DAY - datetime.timedelta(days=1)


def plan(**given) -> Plan:
    return Plan(**{"slug": "jiaodong", "title": "分工表", "source_name": "x", "source_sha256": "0" * 64} | given)


def field(name: str) -> Field:
    return Field(plan=make_field(make_plan(), "基础设施").plan, position=2, name=name)


def main_task(number: int = 2, title: str = "任务") -> MainTask:
    return MainTask(plan=make_main_task(number=1).plan, number=number, title=title)


def measure(**given) -> Measure:
    return Measure(**{"main_task": make_measure(order=1).main_task, "order": 2, "text": "举措"} | given)


def duty(role: str = DutyRole.LEAD) -> Duty:
    return Duty(measure=make_measure(), unit=make_unit(), role=role, position=1)


def second_duty(**given) -> Duty:
    first = make_duty()
    return Duty(**{"measure": first.measure, "unit": first.unit, "role": DutyRole.COOPERATE, "position": 2} | given)


def slip(as_written: str) -> ProbableSlip:
    first = ProbableSlip.objects.create(measure=make_measure(), as_written="统筹")
    return ProbableSlip(measure=first.measure, as_written=as_written)


CASES = {
    "plan_title_given": Case(accepted=plan, refused=lambda: plan(title="")),
    "field_name_once": Case(accepted=lambda: field("生态环保"), refused=lambda: field("基础设施")),
    "maintask_number_once": Case(accepted=main_task, refused=lambda: main_task(number=1)),
    "maintask_title_given": Case(accepted=main_task, refused=lambda: main_task(title="")),
    "measure_order_once": Case(accepted=measure, refused=lambda: measure(order=1)),
    "measure_text_given": Case(accepted=measure, refused=lambda: measure(text="")),
    "measure_due_after_start": Case(
        accepted=lambda: measure(starts_on=DAY, due_on=DAY),
        refused=lambda: measure(starts_on=DAY, due_on=BEFORE),
    ),
    "measure_ongoing_or_due": Case(
        accepted=lambda: measure(is_ongoing=True),
        refused=lambda: measure(is_ongoing=True, due_on=DAY),
    ),
    "measure_roll_up_known": Case(
        accepted=lambda: measure(roll_up=RollUp.LEAD_DECIDES), refused=lambda: measure(roll_up="else")
    ),
    "measure_halted_known": Case(
        accepted=lambda: measure(halted=Halt.CANCELLED), refused=lambda: measure(halted="else")
    ),
    "duty_once": Case(accepted=lambda: second_duty(unit=make_unit("省工信厅")), refused=second_duty),
    "duty_role_known": Case(accepted=duty, refused=lambda: duty(role="else")),
    "slip_once": Case(accepted=lambda: slip("协调"), refused=lambda: slip("统筹")),
    **CASES_OF_REPORTS,
    **CASES_OF_CLOSING,
    **CASES_OF_LEADING,
    **CASES_OF_IMPORTING,
    **CASES_OF_ROUNDTRIP,
    **CASES_OF_DIGESTS,
}


class TestConstraints:
    def test_each_is_tried_here(self) -> None:
        assert set(constraints_of("tasks")) == set(CASES)

    @pytest.mark.parametrize("name", CASES)
    def test_speaks_chinese(self, name: str) -> None:
        assert_speaks_chinese(constraints_of("tasks")[name])

    @pytest.mark.parametrize("name", CASES)
    def test_accepts_what_is_right(self, name: str) -> None:
        assert_accepted(CASES[name].accepted())

    @pytest.mark.parametrize("name", CASES)
    def test_refuses_what_is_wrong(self, name: str) -> None:
        assert_refused(CASES[name].refused(), constraints_of("tasks")[name].violation_error_message)

    @pytest.mark.parametrize("name", [name for name in CASES if name.endswith("_by")])
    def test_refuses_a_person_without_the_moment(self, name: str) -> None:
        row, act = CASES[name].accepted(), name.removesuffix("_by").removesuffix("_at_and").split("_", 1)[1]
        assert getattr(row, f"{act}_at") is not None
        setattr(row, f"{act}_at", None)
        with pytest.raises(ValidationError) as refusal:
            constraints_of("tasks")[name].validate(type(row), row)
        assert refusal.value.messages == [constraints_of("tasks")[name].violation_error_message]

    @pytest.mark.parametrize("asked", [claim, extension])
    def test_who_asked_may_withdraw(self, asked) -> None:
        assert_accepted(decided_by_asker(asked(), ClaimState.WITHDRAWN))

    @pytest.mark.parametrize("points", [{"risk_points": 0}, {"late_points": 101}])
    def test_the_points_of_a_rule_lie_between_1_and_100(self, points) -> None:
        assert_refused(rule(**points), "“滞后”的百分点须大于“有风险”的百分点，都在 1 到 100 之间。")

    @pytest.mark.parametrize(("starts_on", "due_on"), [(None, None), (DAY, None), (None, DAY), (BEFORE, DAY)])
    def test_a_measure_may_lack_either_date(self, starts_on, due_on) -> None:
        assert_accepted(measure(starts_on=starts_on, due_on=due_on))

    def test_two_plans_may_use_the_same_numbers_and_field_names(self) -> None:
        first, second = make_plan("first"), make_plan("second")
        make_field(first)
        make_main_task(first)
        assert_accepted(Field(plan=second, position=1, name="基础设施"))
        assert_accepted(MainTask(plan=second, number=1, title="任务"))


def our_models() -> list[type[models.Model]]:
    """The models that fixtures bring: those of both apps that have a natural key. Reports and events have none."""
    found = [*apps.get_app_config("units").get_models(), *apps.get_app_config("tasks").get_models()]
    return [model for model in found if hasattr(model, "natural_key")]


def dumped(path: Path) -> str:
    labels = [model._meta.label for model in our_models()]
    call_command("dumpdata", *labels, natural_foreign=True, natural_primary=True, indent=1, output=str(path))
    return path.read_text()


class TestNaturalKeys:
    @pytest.fixture
    def everything(self, loaded_plan: Plan) -> None:
        """The customer's plan, and what it has none of: people, dated members, a duty by way of a group."""
        make_user(Role.REPORTER)
        closed = make_group("有关市政府")
        UnitGroupMember.objects.create(group=closed, unit=Unit.objects.first(), since_on=DAY)
        Duty.objects.filter(pk=Duty.objects.first().pk).update(via_group=closed)

    def test_every_model_is_found_by_its_own(self, everything) -> None:
        for model in our_models():
            row = model._default_manager.first()
            assert model._default_manager.get_by_natural_key(*row.natural_key()) == row

    def test_dump_and_load_bring_back_the_same_rows(self, everything, tmp_path: Path) -> None:
        before = dumped(tmp_path / "before.json")
        for model in reversed(our_models()):
            model._default_manager.all().delete()
        call_command("loaddata", str(tmp_path / "before.json"), verbosity=0)
        assert dumped(tmp_path / "after.json") == before

    def test_loading_twice_changes_nothing(self, everything, tmp_path: Path) -> None:
        before = dumped(tmp_path / "before.json")
        call_command("loaddata", str(tmp_path / "before.json"), verbosity=0)
        assert dumped(tmp_path / "after.json") == before


class TestCode:
    def test_is_the_number_of_the_task_and_the_order_in_it(self) -> None:
        seventh = make_main_task(number=7)
        assert make_measure(seventh, order=3).code == "7-3"
