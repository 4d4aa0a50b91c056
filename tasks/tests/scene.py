"""A small plan as a leader finds it, for tests of dashboards: two fields, two cities of a closed group, two periods.

Everything in it came about through the services; the clock stands at `LATER`, five days after the period fell due.
"""

import datetime
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone

from jiaodong.testing.played import played_once
from tasks.choices import DutyRole, Halt
from tasks.models import Duty, Field, MainTask, Measure, Plan, ProgressReport, ReportingPeriod
from tasks.services import amending, closing, periods, reporting, reviewing, standing
from tasks.tests.people import content, make_user
from units.choices import Role, UnitKind
from units.models import Unit, UnitGroup, UnitGroupMember, User


def at(month: int, day: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(2026, month, day, 10))


LATER = at(10, 20)
TODAY = LATER.date()
YEAR = {"starts_on": datetime.date(2026, 1, 1), "due_on": datetime.date(2026, 12, 31)}
ASKED = {"coordination_request": "请明确用地组卷办结时间。", "coordination_due_on": datetime.date(2026, 11, 15)}


@dataclass
class Scene:
    plan: Plan
    units: dict[str, Unit]
    people: dict[str, User]
    measures: dict[str, Measure] = field(default_factory=dict)
    earlier: ReportingPeriod | None = None
    period: ReportingPeriod | None = None

    def measure(self, code: str, *units: str, role: str = DutyRole.SHARED, via: UnitGroup | None = None, **given):
        number, order = map(int, code.split("-"))
        task = self.plan.main_tasks.get(number=number)
        measure = Measure.objects.create(main_task=task, order=order, text=f"举措{code}。", **given)
        for position, slug in enumerate(units, start=1):
            Duty.objects.create(measure=measure, unit=self.units[slug], role=role, position=position, via_group=via)
        self.measures[code] = measure

    def duty(self, code: str, unit: str) -> Duty:
        return Duty.objects.select_related("unit", "measure__main_task").get(
            measure=self.measures[code], unit=self.units[unit]
        )

    def drafted(self, code: str, unit: str, period: ReportingPeriod, **changes) -> ProgressReport:
        return reporting.save_draft(
            self.people[unit],
            duty=self.duty(code, unit),
            period=period,
            content=content(**changes),
            version=None,
            now=at(period.opens_on.month, 9),
        )

    def handed_in(self, code: str, unit: str, period: ReportingPeriod, **changes) -> ProgressReport:
        report, now = self.drafted(code, unit, period, **changes), at(period.opens_on.month, 9)
        return reporting.submit_report(self.people[unit], report=report, version=report.version, now=now)

    def approved(self, code: str, unit: str, period: ReportingPeriod, **changes) -> ProgressReport:
        now, duty = at(period.opens_on.month, 9), self.duty(code, unit)
        return approved_by(self.people[unit], self.people["office"], duty, period, now, **changes)


def approved_by(
    reporter: User, office: User, duty: Duty, period: ReportingPeriod, now: datetime.datetime, **changes
) -> ProgressReport:
    """A report of a unit without a reviewer, written, handed in and approved."""
    report = reporting.save_draft(
        reporter, duty=duty, period=period, content=content(**changes), version=None, now=now
    )
    report = reporting.submit_report(reporter, report=report, version=report.version, now=now)
    return reviewing.approve_report(office, report=report, version=report.version, now=now)


@played_once
def make_scene() -> Scene:
    scene = Scene(make_plan(), make_units(), {})
    scene.people = {slug: make_user(f"{slug}-tb", Role.REPORTER, unit) for slug, unit in scene.units.items()}
    for name, role in (("office", Role.OFFICE), ("second_office", Role.OFFICE), ("leader", Role.LEADER)):
        scene.people[name] = make_user(name, role, scene.units["fg"])
    scene.people["reviewer"] = make_user("reviewer", Role.UNIT_REVIEWER, scene.units["fg"])
    scene.people["administrator"] = make_user("administrator", Role.ADMINISTRATOR, None)
    scene.people["auditor"] = make_user("auditor", Role.AUDITOR, None)
    add_measures(scene)
    play_earlier(scene)
    play_current(scene)
    return scene


def make_plan() -> Plan:
    plan = Plan.objects.create(slug="jiaodong", title="分工表", source_name="表.txt", source_sha256="0" * 64)
    fields = [
        Field.objects.create(plan=plan, name=name, position=at) for at, name in ((1, "基础设施"), (2, "公共服务"))
    ]
    for number, of in enumerate((*fields, None), start=1):
        MainTask.objects.create(plan=plan, number=number, title=f"任务{number}", field=of)
    return plan


def make_units() -> dict[str, Unit]:
    kinds = {
        "jt": ("省交通运输厅", UnitKind.PROVINCIAL), "fg": ("省发展改革委", UnitKind.PROVINCIAL),
        "hg": ("青岛海关", UnitKind.CENTRAL), "qd": ("青岛市政府", UnitKind.CITY), "yt": ("烟台市政府", UnitKind.CITY),
        "jn": ("济南市政府", UnitKind.CITY),
    }  # fmt: skip
    units = {
        slug: Unit.objects.create(name=name, short_name=name, slug=slug, kind=kind, position=position)
        for position, (slug, (name, kind)) in enumerate(kinds.items())
    }
    together = Unit.objects.create(name="两市政府", short_name="两市", slug="two", kind=UnitKind.GROUP, position=9)
    group = UnitGroup.objects.create(unit=together, is_closed=True)
    for slug in ("qd", "yt"):
        UnitGroupMember.objects.create(group=group, unit=units[slug])
    return units


def add_measures(scene: Scene) -> None:
    group = UnitGroup.objects.get()
    scene.measure("1-1", "jt", "hg")
    scene.measure("1-2", "jt", **YEAR)
    scene.measure("1-3", "jt", **YEAR)
    scene.measure("1-4", "jt", "hg", starts_on=YEAR["starts_on"], due_on=datetime.date(2026, 10, 10))
    scene.measure("2-1", "qd", "yt", role=DutyRole.SEVERAL, via=group)
    scene.measure("2-2", "qd", role=DutyRole.RESPONSIBLE, is_ongoing=True)
    scene.measure("2-3", "hg", due_on=datetime.date(2026, 10, 25))
    scene.measure("2-4", "qd", "yt", role=DutyRole.SEVERAL, via=group)
    scene.measure("3-1", "hg", due_on=datetime.date(2026, 11, 10))
    scene.measure("3-2", "jt")
    scene.measure("3-3", "jn", "fg")
    standing.forget(plan=scene.plan)


def opened(plan: Plan, office: User, label: str, month: int) -> ReportingPeriod:
    """From the first of the month, due a fortnight later; it speaks of the time before."""
    first = datetime.date(2026, month, 1)
    days = {
        "opens_on": first,
        "as_of": first - datetime.timedelta(days=1),
        "due_on": first + datetime.timedelta(days=14),
    }
    return periods.open_period(office, plan=plan, label=label, now=at(month, 1), **days)


def play_earlier(scene: Scene) -> None:
    """2026年二季度: most have reported; frozen."""
    period = scene.earlier = opened(scene.plan, scene.people["office"], "2026年二季度", 7)
    for code, unit in (("1-1", "jt"), ("1-1", "hg"), ("1-2", "jt"), ("1-3", "jt"), ("2-1", "qd"), ("2-1", "yt")):
        scene.approved(code, unit, period, percent_complete=15)
    scene.approved("3-1", "hg", period, percent_complete=15, confidence="behind", problems="缺资金。")
    scene.approved("2-2", "qd", period, **ASKED, coordination_unit=scene.units["fg"])  # asked then, no longer asked
    periods.freeze_period(scene.people["office"], period=period, now=at(7, 20))
    period.refresh_from_db()


def play_current(scene: Scene) -> None:
    """2026年三季度: fallen due, not frozen; every light there is, matters to decide and matters between units."""
    office = scene.people["office"]
    period = scene.period = opened(scene.plan, office, "2026年三季度", 10)
    to_fg, to_hg = {"coordination_unit": scene.units["fg"]}, {"coordination_unit": scene.units["hg"]}
    behind = {"confidence": "behind", "problems": "3.2 公里用地未批。"}
    scene.approved("1-1", "jt", period, percent_complete=60)
    scene.approved("1-1", "hg", period, percent_complete=40)
    scene.approved("1-2", "jt", period, percent_complete=20, **behind, **ASKED, **to_fg)
    scene.approved("1-3", "jt", period, percent_complete=50, **ASKED, **to_hg)  # says 正常, is 24 points behind
    scene.approved("1-4", "jt", period, percent_complete=60)  # says 正常, overdue
    scene.approved("1-4", "hg", period, percent_complete=60, confidence="at_risk", risk="批复未下。")
    scene.approved("2-1", "qd", period, percent_complete=50)
    scene.handed_in("2-1", "yt", period)
    scene.approved("2-2", "qd", period)
    scene.approved("2-4", "qd", period)
    scene.approved("2-4", "yt", period)
    scene.approved("3-1", "hg", period, confidence="at_risk", risk="资金未到。", **ASKED, **to_fg)
    scene.drafted("3-3", "jn", period)
    finish(scene, office)
    move_dates(scene, office)
    standing.rebuild(scene.plan, now=LATER)


def finish(scene: Scene, office: User) -> None:
    claim = closing.claim_completion(
        scene.people["hg"],
        duty=scene.duty("2-3", "hg"),
        result="已建成。",
        document="鲁发改〔2026〕8号",
        completed_on=datetime.date(2026, 10, 12),
        link="",
        now=at(10, 13),
    )
    closing.verify_completion(office, claim=claim, remark="", now=at(10, 14))


def move_dates(scene: Scene, office: User) -> None:
    given = {"reason": "审批推迟。", "now": at(10, 16)}
    for day in (datetime.date(2026, 11, 20), datetime.date(2026, 11, 30)):
        amending.amend_measure(office, measure=scene.measures["3-1"], changes={"due_on": day}, **given)
    amending.amend_measure(office, measure=scene.measures["3-2"], changes={"halted": Halt.SUSPENDED}, **given)


def count_turn(plan: Plan) -> None:
    """As every verb does that changes a light or a figure; what is written past the services is not looked for before."""
    plan.summaries.filter(period=None).update(turn=F("turn") + 1)
