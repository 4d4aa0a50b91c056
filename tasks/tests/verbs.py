"""People at work at random: every verb that can turn a light, by whoever may, on whatever is there; and time passes."""

import datetime
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tasks.choices import ClaimState, Halt, ReportState, RollUp
from tasks.lights import FIRST_RULE, Rule
from tasks.models import CompletionClaim, Duty, ExtensionRequest, Measure, ProgressReport, ReportingPeriod
from tasks.queries.rules import newest_rule, preview
from tasks.services import amending, closing, instructing, periods, publishing, reporting, reviewing
from tasks.services.lights import adopt_rule
from tasks.tests.people import NOW, Stage, content
from units.models import User

CONFIDENCES = {
    "on_track": {},
    "at_risk": {"risk": "汛期施工。"},
    "behind": {"problems": "用地未批。"},
}
ONE_DAY = datetime.timedelta(days=1)


class NothingToTryError(Exception):
    """There is nothing on which this verb could be tried."""


class Office:
    """The players, the dice and the clock."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.dice, self.now = stage, random.Random(seed), NOW
        self.done: Counter[str] = Counter()

    @property
    def today(self) -> datetime.date:
        return timezone.localdate(self.now)

    def step(self, verbs: "dict[str, Verb] | None" = None) -> str:
        """One of the verbs by the dice, refused or not."""
        verbs = verbs or VERBS
        self.now += self.dice.choice([0, 0, 0, 1, 5]) * ONE_DAY
        (name,) = self.dice.choices(list(verbs), [OFTEN.get(name, 1) for name in verbs])
        try:
            with transaction.atomic():
                verbs[name](self)
        except (NothingToTryError, PermissionDenied, ValidationError, reporting.VersionConflict):
            return f"{name} refused"
        self.done[name] += 1
        return name

    def one(self, rows: QuerySet | list) -> Any:
        found = list(rows)
        if not found:
            raise NothingToTryError
        return self.dice.choice(found)

    def writer(self, duty: Duty) -> User:
        by_unit = {
            self.stage.duty.unit_id: self.stage.reporter,
            self.stage.other_duty.unit_id: self.stage.other_reporter,
        }
        return by_unit.get(duty.unit_id, self.stage.second_office)

    def another(self) -> User:
        return self.dice.choice([self.stage.office, self.stage.second_office])

    def day(self, longest: int = 90) -> datetime.date:
        return self.today + self.dice.randint(-20, longest) * ONE_DAY


def reports(state: str, **given) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(state=state, **given).select_related("duty", "period__plan").order_by("pk")


def write(office: Office) -> None:
    period = office.one(ReportingPeriod.objects.filter(frozen_at=None).order_by("pk"))
    duty = office.one(Duty.objects.exclude(reports__period=period).order_by("pk"))
    by, said = office.writer(duty), office.dice.choice(list(CONFIDENCES))
    percent = office.dice.choice([None, office.dice.randint(0, 100)])
    words = content(confidence=said, percent_complete=percent, fall_reason="口径调整。", **CONFIDENCES[said])
    if office.dice.random() < 0.5:
        words |= {"coordination_request": "请协调用地。", "coordination_due_on": office.day()}
        words["coordination_unit"] = office.dice.choice([office.stage.duty.unit, office.stage.office.unit])
    report = reporting.save_draft(by, duty=duty, period=period, content=words, version=None, now=office.now)
    if office.dice.random() < 0.9:
        reporting.submit_report(by, report=report, version=report.version, now=office.now)


def submit(office: Office) -> None:
    report = office.one([*reports(ReportState.DRAFT), *reports(ReportState.RETURNED)])
    reporting.submit_report(office.writer(report.duty), report=report, version=report.version, now=office.now)


def withdraw(office: Office) -> None:
    report = office.one(reports(ReportState.SUBMITTED))
    reporting.withdraw_report(office.writer(report.duty), report=report, version=report.version, now=office.now)


def forward(office: Office) -> None:
    report = office.one(reports(ReportState.SUBMITTED))
    reviewing.forward_report(office.stage.reviewer, report=report, version=report.version, now=office.now)


def approve(office: Office) -> None:
    report = office.one(reports(ReportState.FORWARDED, corrects=None))
    reviewing.approve_report(office.another(), report=report, version=report.version, now=office.now)


def give_back(office: Office) -> None:
    report = office.one(reports(ReportState.FORWARDED))
    reviewing.return_report(
        office.another(), report=report, version=report.version, now=office.now, reason="请补充文号。"
    )


def bulk_pass(office: Office) -> None:
    waiting = list(reports(ReportState.FORWARDED, corrects=None))[:3]
    if not waiting:
        raise NothingToTryError
    reviewing.pass_reports(office.stage.office, chosen=[(one, one.version) for one in waiting], now=office.now)


def unchanged(office: Office) -> None:
    duty = office.one(Duty.objects.order_by("pk"))
    period = office.one(ReportingPeriod.objects.filter(frozen_at=None).order_by("pk"))
    day = period.as_of + 60 * ONE_DAY
    by = office.writer(duty)
    reporting.submit_unchanged(by, duty=duty, period=period, change_expected_on=day, now=office.now)


def claim(office: Office) -> None:
    duty = office.one(Duty.objects.filter(unit=office.stage.reporter.unit).order_by("pk"))
    closing.claim_completion(
        office.stage.reporter, duty=duty, result="建成", document="文号", completed_on=office.today, now=office.now
    )


def pending(office: Office, model: type) -> Any:
    return office.one(model.objects.filter(state=ClaimState.PENDING).order_by("pk"))


def verify(office: Office) -> None:
    closing.verify_completion(office.stage.office, claim=pending(office, CompletionClaim), now=office.now)


def return_claim(office: Office) -> None:
    found = pending(office, CompletionClaim)
    closing.return_completion(office.stage.office, claim=found, reason="缺文号。", now=office.now)


def withdraw_claim(office: Office) -> None:
    closing.withdraw_claim(office.stage.reporter, claim=pending(office, CompletionClaim), now=office.now)


def reopen(office: Office) -> None:
    granted = CompletionClaim.objects.filter(state=ClaimState.GRANTED, reopened_at=None).order_by("pk")
    closing.reopen_measure(office.stage.office, claim=office.one(granted), reason="复查未过。", now=office.now)


def extend(office: Office) -> None:
    running = Duty.objects.filter(unit=office.stage.reporter.unit, measure__due_on__gte=office.today)
    duty = office.one(running.order_by("pk"))
    later = duty.measure.due_on + office.dice.randint(1, 60) * ONE_DAY
    closing.request_extension(office.stage.reporter, duty=duty, new_due_on=later, reason="汛期。", now=office.now)


def grant(office: Office) -> None:
    closing.grant_extension(office.stage.office, request=pending(office, ExtensionRequest), now=office.now)


def amend(office: Office, **changes) -> None:
    measure = office.one(Measure.objects.order_by("pk"))
    amending.amend_measure(office.stage.office, measure=measure, changes=changes, reason="年度计划", now=office.now)


def amend_dates(office: Office) -> None:
    amend(office, starts_on=office.today - 100 * ONE_DAY, due_on=office.day(), is_ongoing=False)


def make_ongoing(office: Office) -> None:
    amend(office, due_on=None, is_ongoing=True)


def amend_roll_up(office: Office) -> None:
    amend(office, roll_up=office.dice.choice(RollUp.values))


def halt(office: Office) -> None:
    amend(office, halted=office.dice.choice(Halt.values))


def resume(office: Office) -> None:
    amend(office, halted="")


def open_period(office: Office) -> None:
    """For a day ahead as well: it opens by itself when that day comes."""
    opens_on = office.day(10)
    as_of = opens_on - ONE_DAY
    due_on = opens_on + office.dice.randint(3, 20) * ONE_DAY
    periods.open_period(
        office.stage.office,
        plan=office.stage.plan,
        label=f"截至{as_of}",
        as_of=as_of,
        opens_on=opens_on,
        due_on=due_on,
        now=office.now,
    )


def freeze(office: Office) -> None:
    period = office.one(ReportingPeriod.objects.filter(frozen_at=None).order_by("as_of")[:1])
    periods.freeze_period(office.stage.office, period=period, now=office.now)


def correct(office: Office) -> None:
    report = office.one(reports(ReportState.APPROVED, period__frozen_at__isnull=False, corrected_by=None))
    words = content(percent_complete=office.dice.randint(0, 100), fall_reason="核对。")
    reviewing.correct_report(office.stage.office, report=report, content=words, reason="核对", now=office.now)


def approve_correction(office: Office) -> None:
    entry = office.one(reports(ReportState.FORWARDED, corrects__isnull=False))
    reviewing.approve_report(office.stage.second_office, report=entry, version=entry.version, now=office.now)


def instruct(office: Office) -> None:
    report = office.one(reports(ReportState.APPROVED, coordination_unit__isnull=False))
    instructing.give_instruction(
        office.stage.leader,
        plan=office.stage.plan,
        text="请抓紧办理。",
        owner=office.stage.duty.unit,
        due_on=office.today + 10 * ONE_DAY,
        report=report,
        now=office.now,
    )


def adopt(office: Office) -> None:
    newest = newest_rule()
    rule = Rule(newest.number + 1, office.day(30), office.dice.randint(1, 20), office.dice.randint(21, 60), 7, 30)
    seen = preview(rule, office.today).fingerprint
    adopt_rule(
        office.stage.office,
        since_on=rule.since_on,
        risk_points=rule.risk_points,
        late_points=rule.late_points,
        urgent_days=FIRST_RULE.urgent_days,
        soon_days=FIRST_RULE.soon_days,
        reason="年度评估",
        previewed=seen,
        now=office.now,
    )


def publish(office: Office) -> None:
    waiting = ProgressReport.objects.filter(state=ReportState.APPROVED, published_at=None)
    publishing.publish_reports(office.stage.office, reports=[office.one(waiting)], now=office.now)


def take_down(office: Office) -> None:
    report = office.one(ProgressReport.objects.exclude(published_at=None))
    publishing.unpublish_report(office.stage.office, report=report, reason="有误", now=office.now)


Verb = Callable[[Office], None]
VERBS: dict[str, Verb] = {
    verb.__name__: verb
    for verb in (
        write, submit, withdraw, forward, approve, give_back, bulk_pass, unchanged, claim, verify, return_claim,
        withdraw_claim, reopen, extend, grant, amend_dates, make_ongoing, amend_roll_up, halt, resume, open_period,
        freeze, correct, approve_correction, instruct, adopt, publish,
        take_down,
    )
}  # fmt: skip
OFTEN = {
    "write": 14, "submit": 2, "withdraw": 2, "forward": 4, "approve": 4, "bulk_pass": 4, "unchanged": 4,
    "claim": 2, "verify": 3, "reopen": 2, "extend": 4, "grant": 4, "amend_dates": 2,
}  # fmt: skip
