"""Rows that the constraints of rules, instructions, views, wording and summaries accept and refuse."""

import datetime

from tasks.choices import InstructionState
from tasks.models import (
    DutyFiling,
    ExportRecord,
    Instruction,
    LastLook,
    LightRule,
    SavedView,
    StandingSummary,
    StocktakeWording,
    UnitFigures,
    UnitFiling,
)
from tasks.tests.people import NOW, make_period, make_stage
from tasks.tests.samples import make_duty, make_plan
from units.choices import Role
from units.models import User
from units.tests.constraints import Case
from units.tests.samples import make_unit, make_user

DUE = datetime.date(2026, 12, 31)


def leader() -> User:
    return make_user(Role.LEADER)


def rule(**given) -> LightRule:
    """Version 2, one point and one day away from what is refused."""
    usual = {
        "number": 2,
        "since_on": DUE,
        "risk_points": 99,
        "late_points": 100,
        "urgent_days": 7,
        "soon_days": 8,
        "reason": "年度调整",
        "adopted_at": NOW,
        "adopted_by": make_user(Role.OFFICE),
    }
    return LightRule(**usual | given)


def instruction(**given) -> Instruction:
    """The second of its plan."""
    stage = make_stage()
    usual = {
        "plan": stage.plan,
        "text": "请于年底前接通。",
        "owner": stage.duty.unit,
        "due_on": DUE,
        "given_at": NOW,
        "given_by": stage.leader,
    }
    Instruction.objects.create(**usual, number=1)
    return Instruction(**usual | {"number": 2} | given)


def answered(**given) -> Instruction:
    usual = {"state": InstructionState.ANSWERED, "answer": "已接通。", "answered_at": NOW, "answered_by": leader()}
    return instruction(**usual | given)


def view(name: str) -> SavedView:
    """Beside one that is called 逾期."""
    usual = {"plan": make_plan(), "owner": leader(), "saved_at": NOW}
    SavedView.objects.create(**usual, name="逾期")
    return SavedView(**usual, name=name)


def second_look(person: User | None = None) -> LastLook:
    first = LastLook.objects.create(plan=make_plan(), person=leader(), looked_at=NOW)
    return LastLook(plan=first.plan, person=person or first.person, looked_at=NOW)


def wording(section: str) -> StocktakeWording:
    """Beside that of the overview."""
    usual = {"plan": make_plan(), "text": "总体平稳。", "saved_at": NOW, "saved_by": make_user(Role.OFFICE)}
    StocktakeWording.objects.create(**usual, section="overview")
    return StocktakeWording(**usual, section=section)


def second_summary(*, is_of_period: bool) -> StandingSummary:
    period = make_period(make_plan())
    StandingSummary.objects.create(plan=period.plan)
    return StandingSummary(plan=period.plan, period=period if is_of_period else None, figures={"measures": 79})


def second_filing(*, is_another_unit: bool) -> UnitFiling:
    first = UnitFiling.objects.create(period=make_period(make_plan()), unit=make_unit())
    return UnitFiling(period=first.period, unit=make_unit("省工信厅") if is_another_unit else first.unit)


def second_row_of_a_duty(*, is_another_period: bool) -> DutyFiling:
    duty = make_duty()
    period = make_period(duty.measure.main_task.plan)
    usual = {"duty": duty, "unit": duty.unit, "work_list": 2, "until": DUE, "number": 1, "order": 1}
    DutyFiling.objects.create(period=period, **usual)
    other = make_period(period.plan, "别的期次", period.as_of + datetime.timedelta(1)) if is_another_period else period
    return DutyFiling(period=other, **usual)


def second_figures(*, is_another_unit: bool) -> UnitFigures:
    first = UnitFigures.objects.create(summary=StandingSummary.objects.create(plan=make_plan()), unit=make_unit())
    unit = make_unit("省工信厅") if is_another_unit else first.unit
    return UnitFigures(summary=first.summary, unit=unit, figures={"field:None": {"measures": 1}})


def record(**given) -> ExportRecord:
    usual = {
        "code": "A" * 10,
        "digest": "0" * 64,
        "kind": "progress",
        "as_of": DUE,
        "conditions": "全部举措",
        "row_count": 79,
        "made_at": NOW,
        "made_by": make_user(Role.OFFICE),
    }
    return ExportRecord(**usual | given)


CASES_OF_LEADING = {
    "export_kind_known": Case(accepted=record, refused=lambda: record(kind="else")),
    "light_rule_from_two": Case(accepted=rule, refused=lambda: rule(number=1)),
    "light_rule_points": Case(accepted=rule, refused=lambda: rule(risk_points=100)),
    "light_rule_days": Case(accepted=rule, refused=lambda: rule(soon_days=7)),
    "light_rule_has_reason": Case(accepted=rule, refused=lambda: rule(reason="")),
    "instruction_number_once": Case(accepted=instruction, refused=lambda: instruction(number=1)),
    "instruction_has_text": Case(accepted=instruction, refused=lambda: instruction(text="")),
    "instruction_state_known": Case(accepted=instruction, refused=lambda: instruction(state="else")),
    "instruction_answered_says": Case(accepted=answered, refused=lambda: answered(answer="")),
    "instruction_answered_by": Case(accepted=answered, refused=lambda: answered(answered_by=None)),
    "instruction_closed_by": Case(
        accepted=lambda: instruction(closed_at=NOW, closed_by=leader()), refused=lambda: instruction(closed_at=NOW)
    ),
    "saved_view_name_once": Case(accepted=lambda: view("临期"), refused=lambda: view("逾期")),
    "saved_view_has_name": Case(accepted=lambda: view("临期"), refused=lambda: view("")),
    "last_look_once": Case(accepted=lambda: second_look(make_user(Role.OFFICE)), refused=second_look),
    "wording_section_once": Case(accepted=lambda: wording("problems"), refused=lambda: wording("overview")),
    "summary_one_present": Case(
        accepted=lambda: second_summary(is_of_period=True), refused=lambda: second_summary(is_of_period=False)
    ),
    "unit_figures_once": Case(
        accepted=lambda: second_figures(is_another_unit=True), refused=lambda: second_figures(is_another_unit=False)
    ),
    "duty_filing_once": Case(
        accepted=lambda: second_row_of_a_duty(is_another_period=True),
        refused=lambda: second_row_of_a_duty(is_another_period=False),
    ),
    "unit_filing_once": Case(
        accepted=lambda: second_filing(is_another_unit=True), refused=lambda: second_filing(is_another_unit=False)
    ),
}
