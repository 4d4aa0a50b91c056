"""The demonstration's accounts, one a post: a reporter and a reviewer for every unit, and those of the Office."""

import datetime

from tasks.demo.stage import Stage
from tasks.demo.story import OFFICE_UNIT, WITHOUT_REVIEWER
from units.choices import Role, UnitKind
from units.models import Unit, User
from units.services import create_users


def open_accounts(stage: Stage, administrator: User, now: datetime.datetime) -> None:
    commission = Unit.objects.get(name=OFFICE_UNIT)
    stage.office = [
        account(f"office{number}", f"督查专员{sign}", Role.OFFICE, commission)
        for number, sign in enumerate("甲乙", start=1)
    ]
    stage.leader = account("leader", "分管领导", Role.LEADER, commission)
    others = [stage.leader, account("auditor", "审计员", Role.AUDITOR, None)]
    for unit in reporting_units(stage):
        stage.reporters[unit.pk] = account(f"{unit.slug}-tb", f"{unit.name}填报员", Role.REPORTER, unit)
        if unit.slug != WITHOUT_REVIEWER:
            stage.reviewers[unit.pk] = account(f"{unit.slug}-sh", f"{unit.name}审核员", Role.UNIT_REVIEWER, unit)
    users = [*stage.office, *others, *stage.reporters.values(), *stage.reviewers.values()]
    create_users(administrator, users=users, password=stage.password, now=now)
    for user in users:
        user.must_change_password = False  # so that visitors can walk straight in
    User.objects.bulk_update(users, ["must_change_password"])


def account(username: str, post: str, role: str, unit: Unit | None) -> User:
    return User(username=username, first_name=post, role=role, unit=unit)


def reporting_units(stage: Stage) -> list[Unit]:
    units = Unit.objects.exclude(kind=UnitKind.GROUP).filter(duties__measure__main_task__plan=stage.plan)
    return list(units.distinct().order_by("position"))
