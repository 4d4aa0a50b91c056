"""The verbs that keep the plan: who may use them, and whose name the history bears."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models

from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from tasks.services import planning
from tasks.tests.journeys import drafted
from tasks.tests.samples import make_duty, make_field, make_main_task, make_measure, make_plan
from units.choices import Role
from units.models import Unit, User
from units.services import delete_unit
from units.tests.samples import make_group, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 10, 9, 2, 0, tzinfo=datetime.UTC)

VERBS = [
    planning.save_plan,
    planning.delete_plan,
    planning.save_field,
    planning.delete_field,
    planning.save_main_task,
    planning.delete_main_task,
    planning.save_measure,
    planning.delete_measure,
    planning.save_duty,
    planning.delete_duty,
    planning.save_probable_slip,
    planning.delete_probable_slip,
]
WITH_HISTORY = (Plan, MainTask, Measure, Duty)


@pytest.fixture
def office(db: None) -> User:
    return make_user(Role.OFFICE)


def last(model: type[models.Model]) -> tuple[str, str]:
    row = model.history.order_by("history_id").last()
    return row.history_type, str(row.history_user)


class TestWhoMay:
    @pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
    @pytest.mark.parametrize("role", [Role.REPORTER, Role.UNIT_REVIEWER, Role.LEADER, Role.AUDITOR])
    def test_only_those_who_keep_the_plan(self, role: Role, verb) -> None:
        keywords = [name for name in verb.__wrapped__.__annotations__ if name not in {"by", "return"}]
        with pytest.raises(PermissionDenied):
            verb(User(role=role), **dict.fromkeys(keywords))


class TestSave:
    def test_history_names_the_person_outside_a_request_too(self, office: User) -> None:
        measure = make_measure()
        measure.text = "改"
        planning.save_measure(office, measure=measure, now=NOW)
        assert last(Measure) == ("~", "office")

    @pytest.mark.parametrize(
        "moved", [{"due_on": datetime.date(2027, 6, 30)}, {"is_ongoing": True}, {"halted": "cancelled"}]
    )
    def test_the_settings_of_a_measure_that_is_there_need_a_numbered_amendment(self, office: User, moved) -> None:
        measure = make_measure()
        for name, value in moved.items():
            setattr(measure, name, value)
        with pytest.raises(ValidationError, match="形成编号的调整"):
            planning.save_measure(office, measure=measure, now=NOW)

    def test_the_due_date_of_a_new_measure_is_its_first(self, office: User) -> None:
        day = datetime.date(2027, 6, 30)
        measure = Measure(main_task=make_main_task(), order=1, text="举措", due_on=day)
        planning.save_measure(office, measure=measure, now=NOW)
        assert Measure.objects.get().original_due_on == day

    @pytest.mark.parametrize("given", [{"due_on": datetime.date(2027, 6, 30)}, {"is_ongoing": True}])
    def test_only_the_office_gives_a_new_measure_its_dates(self, given) -> None:
        administrator, task = make_user(Role.ADMINISTRATOR), make_main_task()
        with pytest.raises(PermissionDenied, match="设定举措的时间"):
            planning.save_measure(administrator, measure=Measure(main_task=task, order=1, text="甲", **given), now=NOW)
        planning.save_measure(administrator, measure=Measure(main_task=task, order=1, text="甲"), now=NOW)
        assert Measure.objects.get().due_on is None

    def test_a_measure_that_is_as_it_was_leaves_no_history(self, office: User) -> None:
        planning.save_measure(office, measure=make_measure(), now=NOW)
        assert Measure.history.count() == 1

    def test_text_is_kept_to_the_letter(self, office: User) -> None:
        measure = make_measure()
        measure.text = " =1+1，“十四五”\n第二行 "
        planning.save_measure(office, measure=measure, now=NOW)
        assert Measure.objects.get().text == " =1+1，“十四五”\n第二行 "

    def test_a_duty_that_was_reported_on_stays_its_unit_s(self, stage) -> None:
        drafted(stage)
        stage.duty.unit = stage.office.unit
        with pytest.raises(ValidationError, match="不能改给别的单位"):
            planning.save_duty(stage.office, duty=stage.duty, now=NOW)

    def test_a_second_duty_of_a_unit_is_refused(self, office: User) -> None:
        first = make_duty()
        second = Duty(measure=first.measure, unit=first.unit, role="lead", position=2)
        with pytest.raises(ValidationError) as refusal:
            planning.save_duty(office, duty=second, now=NOW)
        assert refusal.value.messages == ["该单位对这项举措已有一项职责。"]

    def test_a_field_of_another_plan_is_refused(self, office: User) -> None:
        main_task = make_main_task(make_plan("first"))
        main_task.field = make_field(make_plan("second"))
        with pytest.raises(ValidationError) as refusal:
            planning.save_main_task(office, main_task=main_task, now=NOW)
        assert refusal.value.message_dict == {"field": ["这个领域属于另一个分工方案，请选本方案的领域。"]}


class TestDelete:
    def test_all_that_belongs_to_a_plan_goes_with_it_in_the_persons_name(self, office: User) -> None:
        measure = make_measure(make_main_task())
        duty = make_duty(measure)
        make_field(measure.main_task.plan)
        ProbableSlip.objects.create(measure=measure, as_written="统筹")
        planning.delete_plan(office, plan=measure.main_task.plan, now=NOW)
        for model in (Plan, Field, MainTask, Measure, Duty, ProbableSlip):
            assert not model.objects.exists()
        assert [last(model) for model in WITH_HISTORY] == [("-", "office")] * 4
        assert list(Unit.objects.all()) == [duty.unit]

    def test_main_tasks_outlive_their_field(self, office: User) -> None:
        plan = make_plan()
        main_task = make_main_task(plan, field=make_field(plan))
        planning.delete_field(office, field=main_task.field, now=NOW)
        assert MainTask.objects.get().field is None
        assert last(MainTask) == ("~", "office")

    def test_a_unit_with_duties_stays(self) -> None:
        group = make_group()
        make_duty(via_group=group)
        with pytest.raises(ValidationError) as refusal:
            delete_unit(make_user(Role.ADMINISTRATOR), unit=group.unit, now=NOW)
        assert refusal.value.messages == ["“五市政府”不能删除：还有职责 1 项与它关联。请先改派或删除这些内容。"]
        assert Duty.objects.get().via_group == group


class TestElsewhere:
    """What was reported, frozen and amended is of one plan, and so is what is kept of it."""

    @pytest.mark.parametrize(
        ("save", "row", "name"),
        [
            (planning.save_field, "field", "plan"),
            (planning.save_main_task, "main_task", "plan"),
            (planning.save_measure, "measure", "main_task"),
            (planning.save_duty, "duty", "measure"),
        ],
    )
    def test_no_row_moves_to_another_plan(self, office: User, save, row: str, name: str) -> None:
        main_task, other = make_main_task(), make_measure(make_main_task(make_plan("other")))
        measure = make_measure(main_task)
        rows = {"field": make_field(main_task.plan), "main_task": main_task, "measure": measure}
        moved = (rows | {"duty": make_duty(measure)})[row]
        setattr(moved, name, {"plan": other.main_task.plan, "main_task": other.main_task, "measure": other}[name])
        with pytest.raises(ValidationError, match="不能移到另一份分工表") as refused:
            save(office, **{row: moved}, now=NOW)
        assert list(refused.value.message_dict) == [name]
