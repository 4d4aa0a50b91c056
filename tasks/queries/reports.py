"""Questions about periods and reports, in the words of those who ask them."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable

from tasks.choices import OBLIGED_ROLES, WRITABLE, ClaimState, ReportState
from tasks.models import Attachment, CompletionClaim, Duty, Plan, ProgressReport, ReportingPeriod, Review
from tasks.permissions import own_text
from units.choices import Role, UnitKind
from units.models import User
from units.permissions import NOTHING
from units.prepared import prepared_by_key, prepared_rows


@prepared_rows(ReportingPeriod)
def frozen_periods(plan: int) -> QuerySet[ReportingPeriod]:
    """The newest first."""
    return ReportingPeriod.objects.frozen().filter(plan=plan).order_by("-as_of")


def obliged_duties(plan: Plan) -> QuerySet[Duty]:
    """Duties that must report: every role but 配合, of measures that are neither halted nor completed."""
    return Duty.objects.filter(measure__main_task__plan=plan, role__in=OBLIGED_ROLES).exclude(needs_no_report())


def needs_no_report(prefix: str = "") -> Q:
    """Duties of measures that are halted or completed, as a condition; `prefix` leads to the duty from another model."""
    measure = OuterRef(f"{prefix}measure")
    granted = CompletionClaim.objects.filter(measure=measure, state=ClaimState.GRANTED, reopened_at=None)
    return ~Q(**{f"{prefix}measure__halted": ""}) | Q(Exists(granted))


def duties_written_by(user: User, plan: Plan) -> QuerySet[Duty]:
    """The duties this person writes for: its unit's, or for the Office those of the open groups."""
    return Duty.objects.filter(written_by(user), measure__main_task__plan=plan)


def written_by(user: User, prefix: str = "") -> Q:
    """`duties_written_by`, as a condition on whatever has a unit; `prefix` (`duty__`) leads to it from another model."""
    if user.role == Role.REPORTER:
        return Q(**{f"{prefix}unit_id": user.unit_id})
    if user.role == Role.OFFICE:
        return Q(**{f"{prefix}unit__kind": UnitKind.GROUP})
    return NOTHING


def reports_of(period: ReportingPeriod) -> QuerySet[ProgressReport]:
    """The reports that count in a period: a corrected one gives way to its approved correction."""
    return counting(ProgressReport.objects.filter(period=period))


def counting(reports: QuerySet[ProgressReport]) -> QuerySet[ProgressReport]:
    """Of these reports those that count: a correction once it is approved, and then no longer what it corrects."""
    corrected = ProgressReport.objects.filter(corrects=OuterRef("pk"), state=ReportState.APPROVED)
    return reports.filter(Q(corrects=None) | Q(state=ReportState.APPROVED)).exclude(Exists(corrected))


def counting_reports(periods: Iterable[ReportingPeriod | int]) -> QuerySet[ProgressReport]:
    """Approved reports of these periods that stand: a corrected one gives way to its approved correction."""
    return counting(ProgressReport.objects.filter(period__in=list(periods), state=ReportState.APPROVED))


def counting_for(report: ProgressReport) -> ProgressReport:
    """What counts in its place: its approved correction, or that one's; else the report itself. One query."""
    return counting_reports([report.period_id]).filter(duty=report.duty_id).first() or report


def last_approved(duty: Duty, before: ReportingPeriod) -> ProgressReport | None:
    """The newest approved report of a duty in an earlier period, corrections counted. One query."""
    return next(iter(approved_before(duty.pk, before.as_of)), None)


@prepared_rows(ProgressReport, "period", "coordination_unit", by_key=True)
def approved_before(duty: int, day: datetime.date) -> QuerySet[ProgressReport]:
    approved = ProgressReport.objects.filter(duty=duty, state=ReportState.APPROVED, period__as_of__lt=day)
    return approved.order_by("-period__as_of", "-id")[:1]


@prepared_rows(ProgressReport, "written_by", by_key=True)
def begun(duty: int, period: int) -> QuerySet[ProgressReport]:
    """The report of a duty in a period, if there is one; not its corrections."""
    return ProgressReport.objects.filter(duty=duty, period=period, corrects=None).order_by("pk")[:1]


@prepared_rows(ProgressReport, by_key=True)
def as_it_stands(report: int) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(pk=report)


@prepared_rows(
    Duty, "unit", "measure", "measure__main_task", "measure__main_task__plan", "measure__main_task__field", by_key=True
)
def duty_by_key(key: int) -> QuerySet[Duty]:
    return Duty.objects.filter(pk=key)


@prepared_rows(ReportingPeriod)
def opened_period(seen: Q, plan: int, key: int, today: datetime.date) -> QuerySet[ReportingPeriod]:
    return ReportingPeriod.objects.filter(seen, plan=plan, pk=key, opens_on__lte=today)


@prepared_by_key
def must_report(duty: int) -> QuerySet[Duty]:
    """A row where the duty has to report."""
    return Duty.objects.filter(pk=duty, role__in=OBLIGED_ROLES).exclude(needs_no_report()).values_list("pk")


@prepared_rows(Review, "decided_by", "decided_by__unit")
def reviews_of(*reports: int) -> QuerySet[Review]:
    return Review.objects.filter(report__in=reports)


def return_being_mended(report: ProgressReport) -> Review | None:
    """Why it came back, for as long as it is being mended: the first thing that is saved makes a draft of what was returned.
    At most one query.
    """
    last = next(reversed(reviews_of(report.pk)), None) if report.state in WRITABLE else None
    return last if last and not last.is_passed else None


@prepared_rows(Attachment)
def files_of(*reports: int) -> QuerySet[Attachment]:
    return Attachment.objects.filter(report__in=reports)


def last_approved_of_all(duties: Collection[int], before: ReportingPeriod) -> dict[int, ProgressReport]:
    """`last_approved` for many at once, by key of the duty. One query."""
    newest = newest_approved(duties, [(before.plan_id, before.as_of)]).select_related("period").order_by()
    return {row.duty_id: row for row in newest}


def newest_approved(duties: Collection[int], before: Iterable[tuple[int, datetime.date]]) -> QuerySet[ProgressReport]:
    """Of each duty the newest approved report before each day of a plan; `before` has at least one plan's key and day."""
    asked = Duty.objects.order_by().filter(pk__in=duties)
    first, *others = [asked.values_list(newest_before("pk", Value(plan), Value(day))) for plan, day in before]
    return ProgressReport.objects.filter(pk__in=first.union(*others) if others else first)


def newest_before(duty: str, plan: Combinable, day: Combinable) -> Subquery:
    """Key of the newest approved report of a duty before a day, looked for period by period: the first nearly always has it.
    `duty` leads to the duty from the row that asks.
    """
    of_duty = ProgressReport.objects.filter(duty=OuterRef(OuterRef(duty)), period=OuterRef("pk"))
    newest = of_duty.filter(state=ReportState.APPROVED).order_by("-id").values("pk")[:1]
    periods = ReportingPeriod.objects.filter(plan=plan, as_of__lt=day)
    earlier = periods.annotate(newest=Subquery(newest)).filter(newest__isnull=False).order_by("-as_of")
    return Subquery(earlier.values("newest")[:1])


def handed_to(user: User) -> Q:
    """What was handed to a person of this role: their unit's 待初审, or every 待复审 to the Office."""
    if user.role == Role.UNIT_REVIEWER:
        return Q(state=ReportState.SUBMITTED, duty__unit_id=user.unit_id)
    return Q(state=ReportState.FORWARDED) if user.role == Role.OFFICE else NOTHING


def at_level(user: User) -> Q:
    """What of it waits to be decided."""
    return handed_to(user) & still_open()


def to_decide(user: User) -> Q:
    """What this person is to decide, in every plan; never their own text."""
    return at_level(user) & ~own_text(user.pk)


def awaiting_decision_by(user: User) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(to_decide(user))


def own_awaiting(user: User) -> list[ProgressReport]:
    """What this person wrote or handed in, and another of the same role has to decide."""
    return waiting_reports(at_level(user) & own_text(user.pk))


def without_reviewer(user: User) -> list[ProgressReport]:
    """Of `own_awaiting` what every account of this level wrote some of: nobody is left who may decide. Two queries."""
    level = User.objects.filter(is_active=True, role=user.role)
    if user.role == Role.UNIT_REVIEWER:
        level = level.filter(unit=user.unit_id)
    waiting = at_level(user)
    for person in level.order_by("pk").values_list("pk", flat=True):
        waiting &= own_text(person)
    return waiting_reports(waiting)


@prepared_rows(ProgressReport, "duty", "duty__measure", "duty__measure__main_task", "duty__unit")
def waiting_reports(condition: Q) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(condition)


def still_open() -> Q:
    """A frozen period accepts nothing but corrections."""
    return Q(period__frozen_at=None) | Q(corrects__isnull=False)


def still_open_parts() -> tuple[Q, Q]:
    """`still_open` in two that have no report in common: the first, nearly all, is counted in an index."""
    return Q(period__frozen_at=None), Q(period__frozen_at__isnull=False, corrects__isnull=False)


@dataclass(frozen=True, slots=True)
class Filing:
    """How far the filing of a period is, by duties: every obliged duty is counted in exactly one of the numbers."""

    obliged: int
    approved: int
    in_review: int
    returned: int
    drafted: int

    @property
    def missing(self) -> int:
        return self.obliged - self.approved - self.in_review - self.returned - self.drafted
