"""The back office of the plan: its list of measures, edits through the verbs, and what may be deleted."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from tasks.choices import DutyRole
from tasks.models import Duty, Field, MainTask, Measure, Plan, ProbableSlip
from tasks.tests.back_office import NO_SLIPS, address, make_duty_via_group
from tasks.tests.samples import make_duty, make_field, make_main_task, make_measure, make_plan
from units.choices import Role
from units.tests.back_office import inline, logged_in, messages
from units.tests.samples import make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Client:
    return logged_in(Role.OFFICE)


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty_via_group()


class TestListOfMeasures:
    def shown(self, client: Client, **asked) -> list[str]:
        return [measure.code for measure in client.get(address("measure_changelist"), asked).context["cl"].result_list]

    def test_fifty_a_page_in_the_order_of_the_source(self, office: Client, loaded_plan: Plan) -> None:
        codes = [
            f"{number}-{order}"
            for number, order in Measure.objects.order_by("main_task__number", "order").values_list(
                "main_task__number", "order"
            )
        ]
        assert len(codes) == 79
        assert self.shown(office) == codes[:50]
        assert self.shown(office, p=2) == codes[50:]
        assert self.shown(office, o="-1", p=2) == codes[:29][::-1]

    def test_a_row_says_what_by_whom_and_until_when(self, office: Client, duty: Duty) -> None:
        Measure.objects.update(text="甲" * 50)
        for at in range(2, 6):
            make_duty(duty.measure, make_unit(f"市{at}"), position=at)
        changelist = office.get(address("measure_changelist")).context["cl"]
        admin, measure = changelist.model_admin, changelist.result_list[0]
        assert (admin.code(measure), admin.shortened(measure)) == ("7-3", "甲" * 39 + "…")
        assert admin.units(measure) == "青岛市政府、市2、市3、市4等 5 个单位"

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("7-3", ["7-3"]),
            ("一卡通", ["1-6", "17-1"]),
            ("省财政厅 生态", ["14-2"]),
            ("没有这样的字", []),
        ],
    )
    def test_found_by_code_text_and_unit(self, office: Client, loaded_plan: Plan, asked: str, expected) -> None:
        assert self.shown(office, q=asked) == expected

    def test_filtered_by_role_each_measure_once(self, office: Client, loaded_plan: Plan) -> None:
        expected = Measure.objects.filter(duties__role=DutyRole.LEAD).distinct()
        assert self.shown(office, duties__role__exact="lead") == [measure.code for measure in expected]
        assert len(expected) == 27


class TestWordsOfForms:
    def test_an_empty_choice_says_whether_one_is_wanted(self, office: Client, duty: Duty) -> None:
        pages = [office.get(address(page)).content.decode() for page in ("measure_changelist", "duty_add")]
        pages.append(office.get(address("plan_add")).content.decode())
        wanted, optional = (f'data-placeholder="{word}"' in pages[1] for word in ("请选择", "（不选）"))
        assert (wanted, optional, '<option value="" selected>请选择</option>' in pages[0]) == (True, True, True)
        assert [html for html in pages if "---------" in html] == []

    def test_labels_end_as_chinese_does_and_dates_are_written_as_on_the_site(self, office: Client, duty: Duty) -> None:
        Measure.objects.update(due_on="2028-12-31")
        html = office.get(address("measure_change", duty.measure)).content.decode()
        assert ("完成时限：</label>" in html, "2028-12-31" in html, ":</label>" in html) == (True, True, False)


class TestEdits:
    def test_a_main_task_with_its_measures(self, office: Client) -> None:
        plan = make_plan()
        measures = inline(
            "measures", {"order": 1, "text": "甲", "responsibility_text": "乙"}, {"order": 2, "text": "丙"}
        )
        posted = {"plan": plan.pk, "number": 1, "title": "任务", "field": ""} | measures
        assert office.post(address("maintask_add"), posted).status_code == 302
        assert [(measure.code, measure.text) for measure in Measure.objects.all()] == [("1-1", "甲"), ("1-2", "丙")]
        assert {str(row.history_user) for row in (*MainTask.history.all(), *Measure.history.all())} == {"office"}

    def measure_form(self, measure: Measure, **given) -> dict[str, object]:
        return {"main_task": measure.main_task.pk, "order": measure.order, "text": measure.text} | given

    def test_the_duties_of_a_measure(self, office: Client, duty: Duty) -> None:
        new = make_unit("省财政厅")
        rows = inline(
            "duties",
            {"id": duty.pk, "measure": duty.measure.pk, "position": 1, "unit": duty.unit.pk, "DELETE": "on"},
            {"measure": duty.measure.pk, "position": 2, "unit": new.pk, "role": "lead", "via_group": ""},
            initial=1,
        )
        slips = inline("probable_slips", {"as_written": "统筹", "probably": "统一"})
        assert (
            office.post(
                address("measure_change", duty.measure), self.measure_form(duty.measure) | rows | slips
            ).status_code
            == 302
        )
        assert [(row.unit, row.role) for row in Duty.objects.all()] == [(new, "lead")]
        assert [row.as_written for row in ProbableSlip.objects.all()] == ["统筹"]
        named = Duty.history.exclude(history_user=None).order_by("history_id")
        assert [(row.history_type, row.unit.name, str(row.history_user)) for row in named] == [
            ("-", "青岛市政府", "office"),
            ("+", "省财政厅", "office"),
        ]
        assert Measure.history.count() == 1

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"is_ongoing": "on", "due_on": "2026-12-31"}, "长期坚持的举措没有完成时限，请去掉其中一个。"),
            ({"starts_on": "2027-01-01", "due_on": "2026-12-31"}, "完成时限不能早于开始日期。"),
        ],
        ids=["ongoing", "dates"],
    )
    def test_what_the_database_would_refuse_is_said_on_the_page(
        self, office: Client, given: dict, sentence: str
    ) -> None:
        posted = {"main_task": make_main_task().pk, "order": 1, "text": "举措"} | given
        answer = office.post(address("measure_add"), posted | inline("duties") | NO_SLIPS)
        assert answer.context["adminform"].form.non_field_errors() == [sentence]

    def test_the_time_of_a_measure_that_is_there_is_only_shown(self, office: Client) -> None:
        measure = make_measure(due_on=datetime.date(2026, 12, 31))
        posted = self.measure_form(measure, text="改", due_on="2027-12-31") | inline("duties") | NO_SLIPS
        assert office.post(address("measure_change", measure), posted).status_code == 302
        measure.refresh_from_db()
        assert (measure.text, measure.due_on) == ("改", datetime.date(2026, 12, 31))

    def test_so_is_that_of_a_new_one_to_an_administrator(self) -> None:
        """Due dates are the Office's to set."""
        posted = {"main_task": make_main_task().pk, "order": 1, "text": "甲", "due_on": "2027-12-31"}
        posted |= inline("duties") | NO_SLIPS
        assert logged_in(Role.ADMINISTRATOR).post(address("measure_add"), posted).status_code == 302
        assert Measure.objects.get().due_on is None

    def test_a_field_of_another_plan(self, office: Client, duty: Duty) -> None:
        stranger = make_field(make_plan("other"))
        main_task = duty.measure.main_task
        posted = {"plan": main_task.plan.pk, "number": 7, "title": "新名", "field": stranger.pk}
        answer = office.post(address("maintask_change", main_task), posted | inline("measures"))
        assert answer.context["adminform"].form.non_field_errors() == [
            "这个领域属于另一个分工方案，请选本方案的领域。"
        ]
        assert 'value="新名"' in answer.content.decode()

    def test_a_refused_row_takes_the_whole_form_back(self, office: Client, duty: Duty) -> None:
        rows = inline("duties", {"measure": duty.measure.pk, "position": 2, "unit": duty.unit.pk, "role": "lead"})
        posted = self.measure_form(duty.measure, text="改") | rows | NO_SLIPS
        answer = office.post(address("measure_change", duty.measure), posted)
        assert answer.status_code == 200
        assert Measure.objects.get().text == "举措3"
        assert list(Duty.objects.all()) == [duty]


class TestDelete:
    def test_the_page_that_asks_lists_what_goes_with_a_main_task(self, office: Client, duty: Duty) -> None:
        answer = office.get(address("maintask_delete", duty.measure.main_task))
        assert [(str(name), count) for name, count in answer.context["model_count"]] == [
            ("主要任务", 1),
            ("具体举措", 1),
            ("职责", 1),
        ]
        assert "青岛市政府（牵头）" in answer.content.decode()

    def test_confirmed_it_goes_in_the_persons_name(self, office: Client, duty: Duty) -> None:
        page = address("maintask_delete", duty.measure.main_task)
        assert office.post(page, {"post": "yes"}).status_code == 302
        for model in (MainTask, Measure, Duty):
            assert not model.objects.exists()
            assert str(model.history.latest().history_user) == "office"
        assert Field.objects.count() == 1

    def test_a_unit_with_duties_stays(self, duty: Duty) -> None:
        administrator = logged_in(Role.ADMINISTRATOR)
        answer = administrator.get(reverse("admin:units_unit_delete", args=[duty.unit.pk]), follow=True)
        assert messages(answer) == ["“青岛市政府”不能删除：还有职责 1 项与它关联。请先改派或删除这些内容。"]

    def test_several_measures_at_once(self, office: Client, duty: Duty) -> None:
        chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [duty.measure.pk]}
        answer = office.post(address("measure_changelist"), chosen, follow=True)
        assert messages(answer) == ["已删除 1 项具体举措。"]
        assert str(Duty.history.latest().history_user) == "office"


class TestAutocomplete:
    @pytest.mark.parametrize(
        ("model", "field", "term", "expected"),
        [
            ("duty", "measure", "7-3", "7-3 举措3"),
            ("duty", "unit", "青岛", "青岛市政府"),
            ("duty", "via_group", "五市", "五市政府"),
            ("measure", "main_task", "7", "7 任务7"),
            ("maintask", "field", "基础", "基础设施"),
            ("maintask", "plan", "分工", "分工表"),
        ],
    )
    def test_offers_what_is_meant(self, office: Client, duty: Duty, model, field, term, expected) -> None:
        asked = {"app_label": "tasks", "model_name": model, "field_name": field, "term": term}
        answer = office.get(reverse("admin:autocomplete"), asked).json()
        assert [result["text"] for result in answer["results"]] == [expected]

    def test_offers_nothing_to_those_who_see_nothing(self, duty: Duty) -> None:
        asked = {"app_label": "tasks", "model_name": "duty", "field_name": "unit", "term": ""}
        assert logged_in(Role.REPORTER, unit=duty.unit).get(reverse("admin:autocomplete"), asked).status_code == 403
