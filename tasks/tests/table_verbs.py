"""The rest of the verbs, at random like those of `verbs`: whoever keeps the table, the units and the accounts, changes a
period, answers, looks and files offline.
"""

from typing import Any

from tasks.choices import DutyRole, InstructionState, ReportState
from tasks.models import (
    ChangeSet,
    Duty,
    Field,
    Instruction,
    MainTask,
    Measure,
    Plan,
    ReportingPeriod,
    SavedView,
    StocktakeWording,
    Upload,
)
from tasks.queries.handover import open_items
from tasks.services import amending, handover, instructing, looking, periods, planning, roundtrip, saved_views
from tasks.services.attaching import attach_file
from tasks.services.standing import rebuild
from tasks.services.wording import Change, save_wording
from tasks.tests.people import NOW, Stage, content, make_stage, make_user
from tasks.tests.samples import make_duty, make_main_task, make_measure, make_plan
from tasks.tests.verbs import ONE_DAY, VERBS, NothingToTryError, Office, Verb, reports
from tasks.wording import SECTIONS
from units import services as units
from units.choices import Role, UnitKind
from units.models import Unit, UnitAlias, UnitGroup, UnitGroupMember, User

CITIES = {"qd": "青岛市", "yt": "烟台市", "wh": "威海市"}
KINDS = [kind for kind in UnitKind.values if kind != UnitKind.GROUP]


def furnished() -> Stage:
    """The small plan with fields, further main tasks and a closed group of cities; a colleague; a second plan beside it."""
    stage = make_stage()
    make_user("同事", Role.REPORTER, stage.reporter.unit)
    fields = [Field.objects.create(plan=stage.plan, name=name, position=at) for at, name in enumerate("甲乙", start=1)]
    MainTask.objects.update(field=fields[0])
    tasks = [stage.measure.main_task, make_main_task(stage.plan, 2, field=fields[1]), make_main_task(stage.plan, 3)]
    name = Unit.objects.create(name="两市", short_name="两市", slug="two", kind=UnitKind.GROUP, position=60)
    group = UnitGroup.objects.create(unit=name, is_closed=True)
    for at, (slug, city) in enumerate(CITIES.items()):
        unit = Unit.objects.create(name=city, short_name=city, slug=slug, kind=UnitKind.CITY, position=50 + at)
        UnitGroupMember.objects.create(group=group, unit=unit, since_on=NOW.date() + 20 * ONE_DAY if at == 2 else None)
    for order, role in enumerate((DutyRole.LEAD, DutyRole.SHARED, DutyRole.COOPERATE) * 2, start=2):
        measure = make_measure(tasks[order % 3], order)
        make_duty(measure, stage.reporter.unit, role=role)
        others = group.memberships.filter(since_on=None) if order % 2 else []
        for position, member in enumerate(others, start=2):
            make_duty(measure, member.unit, role=DutyRole.SHARED, position=position, via_group=group)
    make_duty(make_measure(make_main_task(make_plan("other"))), stage.reporter.unit)
    for plan in Plan.objects.all():
        rebuild(plan, now=NOW)
    return stage


def some(office: Office, model: type, **given: Any) -> Any:
    return office.one(model.objects.filter(**given).order_by("pk"))


def serial(office: Office) -> int:
    """A number that is free wherever one must stand once."""
    return 100 + office.dice.randrange(30_000)


def by_office(office: Office) -> dict[str, Any]:
    return {"by": office.stage.office, "now": office.now}


def by_administrator(office: Office) -> dict[str, Any]:
    return {"by": office.stage.administrator, "now": office.now}


def word_measure(office: Office) -> None:
    measure = some(office, Measure)
    measure.text = f"举措改写为{serial(office)}。"
    planning.save_measure(**by_office(office), measure=measure)


def move_measure(office: Office) -> None:
    measure = some(office, Measure)
    measure.main_task = some(office, MainTask, plan=measure.main_task.plan)
    measure.order = serial(office)
    planning.save_measure(**by_office(office), measure=measure)


def add_measure(office: Office) -> None:
    measure = Measure(
        main_task=some(office, MainTask), order=serial(office), text="新增。", responsibility_text="原文"
    )
    planning.save_measure(**by_office(office), measure=measure)


def drop_measure(office: Office) -> None:
    planning.delete_measure(**by_office(office), measure=some(office, Measure, order__gte=100))


def name_task(office: Office) -> None:
    task = some(office, MainTask)
    task.title = f"任务{serial(office)}"
    planning.save_main_task(**by_office(office), main_task=task)


def place_task(office: Office) -> None:
    task = some(office, MainTask)
    task.field = office.dice.choice([None, *Field.objects.filter(plan=task.plan).order_by("pk")])
    task.number = office.dice.choice([task.number, serial(office)])
    planning.save_main_task(**by_office(office), main_task=task)


def save_field(office: Office) -> None:
    fresh = Field(plan=office.stage.plan)
    field = office.dice.choice([fresh, *Field.objects.order_by("pk")])
    field.name, field.position = f"领域{serial(office)}", serial(office)
    planning.save_field(**by_office(office), field=field)


def drop_field(office: Office) -> None:
    planning.delete_field(**by_office(office), field=some(office, Field))


def name_plan(office: Office) -> None:
    plan = Plan.objects.get(pk=office.stage.plan.pk)
    plan.title = f"分工表{serial(office)}"
    planning.save_plan(**by_office(office), plan=plan)


def set_cadence(office: Office) -> None:
    cadence = office.dice.choice(["monthly", "quarterly", "half_yearly"])
    amending.set_cadence(**by_office(office), plan=office.stage.plan, cadence=cadence, reason="加密")


def add_duty(office: Office) -> None:
    measure = some(office, Measure)
    unit = office.one(Unit.objects.exclude(kind=UnitKind.GROUP).exclude(duties__measure=measure).order_by("pk"))
    role = office.dice.choice(DutyRole.values)
    duty = Duty(measure=measure, unit=unit, role=role, position=serial(office))
    planning.save_duty(**by_office(office), duty=duty)


def turn_duty(office: Office) -> None:
    duty = some(office, Duty)
    duty.role = office.dice.choice(DutyRole.values)
    planning.save_duty(**by_office(office), duty=duty)


def drop_duty(office: Office) -> None:
    planning.delete_duty(**by_office(office), duty=some(office, Duty, position__gte=100))


def save_unit(office: Office) -> None:
    unit, number = some(office, Unit), serial(office)
    change = office.dice.choice(["name", "slug", "kind", "position"])
    if change == "kind" and unit.kind == UnitKind.GROUP:
        raise NothingToTryError
    values = {"name": f"单位{number}", "slug": f"u{number}", "kind": office.dice.choice(KINDS), "position": number}
    setattr(unit, change, values[change])
    units.save_unit(**by_administrator(office), unit=unit)


def name_alias(office: Office) -> None:
    alias = UnitAlias(unit=some(office, Unit), name=f"别名{serial(office)}")
    units.save_alias(**by_administrator(office), alias=alias)


def join_group(office: Office) -> None:
    group = some(office, UnitGroup)
    unit = office.one(Unit.objects.exclude(kind=UnitKind.GROUP).exclude(memberships__group=group).order_by("pk"))
    since_on = office.dice.choice([None, office.today + ONE_DAY])
    member = UnitGroupMember(group=group, unit=unit, since_on=since_on)
    units.save_group_member(**by_administrator(office), member=member)


def leave_group(office: Office) -> None:
    member = some(office, UnitGroupMember)
    member.until_on = office.dice.choice([None, office.today, office.today + 3 * ONE_DAY])
    units.save_group_member(**by_administrator(office), member=member)


def save_account(office: Office) -> None:
    fresh = User(username=f"account{serial(office)}", role=Role.UNIT_REVIEWER, unit=some(office, Unit))
    if office.dice.random() < 0.3:
        units.create_user(**by_administrator(office), user=fresh, password="a long one, never used")
        return
    user = some(office, User)
    user.last_name = f"姓{serial(office)}"
    user.is_active = not user.username.startswith("account")
    units.save_user(**by_administrator(office), user=user)


def change_period(office: Office) -> None:
    period = some(office, ReportingPeriod, frozen_at=None)
    name = office.dice.choice(["label", "as_of", "opens_on", "due_on"])
    wanted = f"期{serial(office)}"
    if name != "label":
        wanted = getattr(period, name) + office.dice.randint(-9, 9) * ONE_DAY
    periods.change_period(**by_office(office), period=period, changes={name: wanted}, reason="推迟")


def withdraw_period(office: Office) -> None:
    period = some(office, ReportingPeriod, frozen_at=None, reports=None)
    periods.withdraw_period(**by_office(office), period=period, reason="日期写错")


def attach(office: Office) -> None:
    report = office.one(reports(ReportState.DRAFT))
    data = b"%PDF-1.4" + str(serial(office)).encode()
    attach_file(office.writer(report.duty), report=report, name="纪要.pdf", data=data, now=office.now)


def save_view(office: Office) -> None:
    query = office.dice.choice(["progress=behind", "moved=1", "q=路基"])
    about = {"plan": office.stage.plan, "name": f"视图{serial(office)}", "query": query, "is_shared": True}
    saved_views.save_view(**by_office(office), **about)


def drop_view(office: Office) -> None:
    saved_views.delete_view(**by_office(office), view=some(office, SavedView))


def word_stocktake(office: Office) -> None:
    section = office.dice.choice(list(SECTIONS))
    own = StocktakeWording.objects.filter(plan=office.stage.plan, section=section).first()
    change = Change(own.text if own else SECTIONS[section].standard, f"平稳{serial(office)}。")
    save_wording(**by_office(office), plan=office.stage.plan, changes={section: change})


def answer(office: Office) -> None:
    one = some(office, Instruction, state=InstructionState.OPEN)
    about = {"instruction": one, "text": f"已办{serial(office)}。", "seen_at": one.answered_at}
    instructing.answer_instruction(office.stage.reporter, **about, now=office.now)


def close_instruction(office: Office) -> None:
    one = some(office, Instruction, state=InstructionState.ANSWERED)
    act = office.dice.choice([instructing.close_instruction, instructing.return_instruction])
    act(**by_office(office), instruction=one, reason="续办", seen_at=one.answered_at)


def look(office: Office) -> None:
    who = office.dice.choice([office.stage.leader, office.stage.office, office.stage.reviewer])
    looking.mark_seen(who, plan=office.stage.plan, until=office.now, now=office.now)


def bring_back(office: Office) -> None:
    by, period = office.stage.reporter, some(office, ReportingPeriod, frozen_at=None, opens_on__lte=office.today)
    about = {"period": period, "unit": by.unit, "made_at": office.now, "now": office.now}
    roundtrip.keep_upload(by, name="表.xlsx", data=str(serial(office)).encode(), **about)


def write_offline(office: Office) -> None:
    """Three duties at once, as a returned workbook brings them."""
    kept = some(office, Upload)
    of_plan = Duty.objects.filter(unit=kept.unit, measure__main_task__plan=kept.period.plan)
    free = of_plan.exclude(reports__period=kept.period).select_related("measure__main_task", "unit").order_by("pk")
    cells = [("本期填报", "K9", "progress", "", "离线")]
    rows = [roundtrip.ChosenRow(duty, content(progress="离线填的。"), None, cells) for duty in free[:3]]
    roundtrip.apply_changes(kept.owner, upload=kept, rows=rows, now=office.now)


def undo_offline(office: Office) -> None:
    one = some(office, ChangeSet, reverted_at=None)
    roundtrip.revert_changes(one.applied_by, change_set=one, now=office.now)


def hand_over(office: Office) -> None:
    of_unit = User.objects.filter(unit=office.stage.reporter.unit, role=Role.REPORTER).order_by("pk")
    person, successor = office.dice.sample(list(of_unit), 2)
    about = {"person": person, "successor": successor, "keys": open_items(person).keys, "ends_account": False}
    handover.hand_over(**by_administrator(office), **about)


TABLE_VERBS: dict[str, Verb] = {
    verb.__name__: verb
    for verb in (
        word_measure, move_measure, add_measure, drop_measure, name_task, place_task, save_field, drop_field, name_plan,
        set_cadence, add_duty, turn_duty, drop_duty, save_unit, name_alias, join_group, leave_group, save_account,
        change_period, withdraw_period, attach, save_view, drop_view, word_stocktake, answer, close_instruction, look,
        bring_back, write_offline, undo_offline, hand_over,
    )
}  # fmt: skip
ALL_VERBS = VERBS | TABLE_VERBS
