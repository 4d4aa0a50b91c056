"""The demonstration, played through the same services as real work, by people named for their posts."""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from tasks.choices import OBLIGED_ROLES
from tasks.demo.words import ASKS, Course, content, course, period_ends, subject_of
from tasks.models import Duty, Measure, Plan, ProgressReport, ReportingPeriod
from tasks.services import closing, periods, publishing, reporting, reviewing
from units.choices import Role, UnitKind
from units.models import Unit, User
from units.services import create_user

OFFICE_UNIT = "省发展改革委"
SHARE_UNFILED, SHARE_IN_REVIEW, SHARE_RETURNED = 0.08, 0.14, 0.04  # of the open period
PUBLISHED_SHARE = 0.4


@dataclass
class Play:
    """Everybody on the stage, and the dice that decide."""

    plan: Plan
    seed: int
    today: datetime.date
    password: str
    tell: Callable[[str], None]
    periods: int = 8
    dice: random.Random = field(init=False)
    office: list[User] = field(default_factory=list)
    reporters: dict[int, User] = field(default_factory=dict)
    reviewers: dict[int, User] = field(default_factory=dict)
    courses: dict[int, Course] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - invented data, not a secret

    def moment(self, day: datetime.date, hour: int = 10) -> datetime.datetime:
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, self.dice.randint(0, 59))))


def play(stage: Play, administrator: User) -> None:
    open_accounts(stage, administrator)
    ends = period_ends(stage.today, stage.periods)
    load_before(stage, ends[0])
    set_dates(stage, ends)
    duties = list(
        Duty.objects.filter(measure__main_task__plan=stage.plan, role__in=OBLIGED_ROLES)
        .select_related("unit", "measure__main_task")
        .order_by("measure__main_task__number", "measure__order", "position")
    )
    stage.courses = {duty.pk: course(stage.dice, stage.periods) for duty in duties}
    for at, as_of in enumerate(ends):
        is_last = at == stage.periods - 1
        period = one_period(stage, duties, at, as_of, is_last)
        stage.tell(f"{period.label}：{ProgressReport.objects.filter(period=period).count()} 份填报")
    close_some(stage, duties, ends[-1])


def open_accounts(stage: Play, administrator: User) -> None:
    """One account a post: a reporter for every unit, a reviewer where there are three duties or more."""
    now = stage.moment(stage.today)

    def account(username: str, post: str, role: str, unit: Unit | None) -> User:
        user = User(username=username, first_name=post, role=role, unit=unit)
        create_user(administrator, user=user, password=stage.password, now=now)
        User.objects.filter(pk=user.pk).update(must_change_password=False)  # so that visitors can walk straight in
        user.must_change_password = False
        return user

    commission = Unit.objects.get(name=OFFICE_UNIT)
    stage.office = [
        account(f"office{number}", f"督查专员{sign}", Role.OFFICE, commission)
        for number, sign in enumerate("甲乙", start=1)
    ]
    account("leader", "分管领导", Role.LEADER, commission)
    account("auditor", "审计员", Role.AUDITOR, None)
    for unit in Unit.objects.exclude(kind=UnitKind.GROUP).order_by("position"):
        duties = unit.duties.filter(measure__main_task__plan=stage.plan).count()
        if duties:
            stage.reporters[unit.pk] = account(f"{unit.slug}-tb", f"{unit.name}填报员", Role.REPORTER, unit)
        if duties >= 3:
            stage.reviewers[unit.pk] = account(f"{unit.slug}-sh", f"{unit.name}审核员", Role.UNIT_REVIEWER, unit)


def load_before(stage: Play, day: datetime.date) -> None:
    """The table stood before the first period: a frozen period leaves out what was added after its freezing."""
    duties = Duty.objects.filter(measure__main_task__plan=stage.plan)
    Duty.history.filter(id__in=duties.values("pk")).update(history_date=stage.moment(day))


def set_dates(stage: Play, ends: list[datetime.date]) -> None:
    """Every third measure goes on for ever; the others have a start and a due date around today."""
    start = datetime.date(ends[0].year, 1, 1)
    now = stage.moment(ends[0])
    for at, measure in enumerate(Measure.objects.filter(main_task__plan=stage.plan).select_related("main_task")):
        due_on = stage.today + datetime.timedelta(days=stage.dice.choice([-40, -12, 5, 20, 60, 200, 400, 700]))
        changes = {"is_ongoing": True} if at % 3 == 2 else {"starts_on": start, "due_on": due_on}
        closing.amend_measure(
            stage.office[0], measure=measure, changes=changes, reason="年度工作计划（演示）", now=now
        )


def one_period(stage: Play, duties: list[Duty], at: int, as_of: datetime.date, is_last: bool) -> ReportingPeriod:
    opens_on, due_on = as_of + datetime.timedelta(days=1), as_of + datetime.timedelta(days=15)
    label = f"{as_of.year}年{'一二三四'[as_of.month // 3 - 1]}季度"
    period = periods.open_period(
        stage.office[0],
        plan=stage.plan,
        label=label,
        as_of=as_of,
        opens_on=opens_on,
        due_on=due_on,
        now=stage.moment(opens_on, 9),
    )
    approved = []
    for duty in duties:
        fate = stage.dice.random() if is_last else 1.0
        if fate >= SHARE_UNFILED and (report := one_report(stage, duty, period, at, fate)) is not None:
            approved.append(report)
    if not is_last:
        chosen = [report for report in approved if stage.dice.random() < PUBLISHED_SHARE]
        publishing.publish_reports(stage.office[0], reports=chosen, now=stage.moment(due_on, 16))
        periods.freeze_period(stage.office[0], period=period, now=stage.moment(due_on + datetime.timedelta(days=8)))
    return period


def one_report(stage: Play, duty: Duty, period: ReportingPeriod, at: int, fate: float) -> ProgressReport | None:
    """Write and submit; then, by fate, leave it in review, return it, or approve it. The approved report, or None."""
    path, dice = stage.courses[duty.pk], stage.dice
    writer = stage.office[1] if duty.unit.kind == UnitKind.GROUP else stage.reporters[duty.unit_id]
    day = period.opens_on + datetime.timedelta(days=dice.randint(0, 16))
    fell = at > 0 and path.percents[at] < path.percents[at - 1]
    words = content(dice, duty.measure.text, period.as_of, path.percents[at], path.confidences[at], fell)
    if path.confidences[at] == "behind" and dice.random() < 0.6:
        words |= asked(stage, period)
    report = reporting.save_draft(
        writer, duty=duty, period=period, content=words, version=None, now=stage.moment(day, 9)
    )
    report = reporting.submit_report(writer, report=report, version=report.version, now=stage.moment(day, 10))
    if fate < SHARE_UNFILED + SHARE_IN_REVIEW:
        return None
    if report.state == "submitted":
        report = reviewing.forward_report(
            stage.reviewers[duty.unit_id], report=report, version=report.version, now=stage.moment(day, 14)
        )
    if fate < SHARE_UNFILED + SHARE_IN_REVIEW + SHARE_RETURNED:
        reason = f"没有写明“{subject_of(duty.measure.text)}”形成了什么文件，请补充文号和日期。"
        reviewing.return_report(
            stage.office[0], report=report, version=report.version, now=stage.moment(day, 16), reason=reason
        )
        return None
    return reviewing.approve_report(stage.office[0], report=report, version=report.version, now=stage.moment(day, 16))


def asked(stage: Play, period: ReportingPeriod) -> dict:
    from_whom = stage.dice.choice([OFFICE_UNIT, "省自然资源厅", "省财政厅"])
    return {
        "coordination_request": stage.dice.choice(ASKS),
        "coordination_unit": Unit.objects.get(name=from_whom),
        "coordination_due_on": period.due_on + datetime.timedelta(days=30),
    }


def close_some(stage: Play, duties: list[Duty], last_end: datetime.date) -> None:
    """Four measures done, one claim and one extension waiting for a decision."""
    led = [duty for duty in duties if duty.role == "lead"]
    for at, duty in enumerate(led[:5]):
        now = stage.moment(last_end + datetime.timedelta(days=20))
        claim = closing.claim_completion(
            stage.reporters[duty.unit_id],
            duty=duty,
            result=f"“{subject_of(duty.measure.text)}”已按要求完成（演示）。",
            document=f"演示文件第 {at + 1} 号",
            completed_on=last_end,
            now=now,
        )
        if at < 4:
            closing.verify_completion(stage.office[0], claim=claim, now=now + datetime.timedelta(days=2))
    waiting = next((d for d in led[5:] if d.measure.due_on and d.measure.due_on > stage.today), None)
    if waiting is not None:
        closing.request_extension(
            stage.reporters[waiting.unit_id],
            duty=waiting,
            new_due_on=waiting.measure.due_on + datetime.timedelta(days=90),
            reason="前置审批未完成（演示）。",
            now=stage.moment(stage.today),
        )
