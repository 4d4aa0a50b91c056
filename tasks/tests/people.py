"""Named personas and a small plan for tests: two units, the Office, and a period that is open."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from jiaodong.testing.played import played_once
from tasks.choices import DutyRole
from tasks.models import Duty, MainTask, Measure, Plan, ReportingPeriod
from tasks.queries.content import EMPTY
from units.choices import Role, UnitKind
from units.models import Unit, UnitGroup, User

NOW = timezone.make_aware(datetime.datetime(2026, 10, 9, 10, 0))
TODAY = NOW.date()
PERSONS = {  # of `make_stage`, one for each role
    Role.REPORTER: "reporter", Role.UNIT_REVIEWER: "reviewer", Role.OFFICE: "office", Role.LEADER: "leader",
    Role.ADMINISTRATOR: "administrator", Role.AUDITOR: "auditor",
}  # fmt: skip
CONTENT = EMPTY | {
    "progress": "7月20日完成初步设计批复（鲁交规划〔2026〕12号），路基完成 40%。",
    "percent_complete": 40,
    "confidence": "on_track",
    "next_steps": "12月底前路基完成 60%。",
}


def content(**changes) -> dict:
    return {**CONTENT, **changes}


@dataclass
class Stage:
    """Everybody and everything a test of reporting needs."""

    plan: Plan
    measure: Measure
    duty: Duty
    other_duty: Duty
    group_duty: Duty
    period: ReportingPeriod
    reporter: User
    reviewer: User
    other_reporter: User
    office: User
    second_office: User
    leader: User
    administrator: User
    auditor: User

    @property
    def everybody(self) -> dict[str, User]:
        names = (
            "reporter", "reviewer", "other_reporter", "office", "second_office", "leader", "administrator", "auditor",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def make_user(name: str, role: str, unit: Unit | None) -> User:
    return User.objects.create_user(name, password=None, role=role, unit=unit)


def make_period(plan: Plan, label: str = "2026年三季度", as_of: datetime.date = datetime.date(2026, 9, 30), **more):
    values = {
        "opens_on": as_of + datetime.timedelta(days=1),
        "due_on": as_of + datetime.timedelta(days=15),
        "opened_at": NOW,
        **more,
    }
    return ReportingPeriod.objects.create(plan=plan, label=label, as_of=as_of, **values)


@played_once
def make_stage() -> Stage:
    transport = Unit.objects.create(name="省交通运输厅", short_name="交通厅", slug="jt", kind=UnitKind.PROVINCIAL)
    commission = Unit.objects.create(name="省发展改革委", short_name="发改委", slug="fg", kind=UnitKind.PROVINCIAL)
    customs = Unit.objects.create(name="青岛海关", short_name="青岛海关", slug="hg", kind=UnitKind.CENTRAL)
    bodies = Unit.objects.create(name="各执法部门", short_name="执法部门", slug="zf", kind=UnitKind.GROUP)
    UnitGroup.objects.create(unit=bodies)
    plan = Plan.objects.create(slug="jiaodong", title="分工表", source_name="表.txt", source_sha256="0" * 64)
    task = MainTask.objects.create(plan=plan, number=1, title="建设现代化综合交通运输体系")
    measure = Measure.objects.create(
        main_task=task, order=1, text="推行公共交通“一卡通”。", responsibility_text="原文"
    )
    duties = [
        Duty.objects.create(measure=measure, unit=unit, role=DutyRole.SHARED, position=position)
        for position, unit in enumerate((transport, customs, bodies), start=1)
    ]
    return Stage(
        plan,
        measure,
        *duties,
        make_period(plan),
        make_user("交通填报员", Role.REPORTER, transport),
        make_user("交通审核员", Role.UNIT_REVIEWER, transport),
        make_user("海关填报员", Role.REPORTER, customs),
        make_user("督查专员甲", Role.OFFICE, commission),
        make_user("督查专员乙", Role.OFFICE, commission),
        make_user("领导", Role.LEADER, commission),
        make_user("管理员", Role.ADMINISTRATOR, None),
        make_user("审计员", Role.AUDITOR, None),
    )
