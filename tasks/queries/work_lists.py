"""On which list of the workbench each duty stands in a period: as the facts say it, and as `DutyFiling` keeps it."""

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    PositiveSmallIntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from tasks.choices import HANDED_IN, MUST_REPORT, DutyRole, ReportState, WorkList
from tasks.models import Duty, DutyFiling, MainTask, ProgressReport, ReportingPeriod
from tasks.queries.filing import FILING_STATES, MISSING, REPORTED, obliged_in
from tasks.queries.reports import needs_no_report
from units.prepared import prepared

NEVER = datetime.date.max  # stands for no due date, which is sorted behind every other
LONG_AGO = Value(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC))  # SQL finds nothing equal to NULL
FACTS = ("unit", "work_list", "until", "number", "order", "state", "is_late", "handed_in_at")
IN_ORDER = ("until", "number", "order", "duty_id")  # `duty` would be by the order of its model
Keys = tuple[int, ...]


def work_list(role: str, state: str | None) -> WorkList:
    """Where a duty stands by the state of its report, None where there is none."""
    if role == DutyRole.COOPERATE:
        return WorkList.HELPING_RETURNED if state == ReportState.RETURNED else WorkList.HELPING
    if state == ReportState.RETURNED:
        return WorkList.RETURNED
    return WorkList.HANDED_IN if state in HANDED_IN else WorkList.DUE


def filing_state(role: str, state: str | None) -> str:
    """How a duty stands on the filing board by the state of its report; nothing where it need not report."""
    if role == DutyRole.COOPERATE:
        return ""
    return FILING_STATES[state] if state else MISSING


def place_of(role: str, report: ProgressReport | None) -> dict[str, Any]:
    """The columns of `DutyFiling` that a report moves."""
    state = report and report.state
    where = work_list(role, state)
    is_handed_in = report is not None and where == WorkList.HANDED_IN
    return {
        "work_list": where,
        "handed_in_at": report.submitted_at if is_handed_in else None,
        "state": filing_state(role, state),
        "is_late": report is not None and role != DutyRole.COOPERATE and report.is_late,
    }


def listed(period: ReportingPeriod, measures: Collection[int] | None = None) -> QuerySet[Duty]:
    """The duties of an unfrozen period with `FACTS`, from dates and reports; of all measures, or of these."""
    own = Q(reports__period=period, reports__corrects=None)
    handed_in = Q(said__state__in=HANDED_IN)
    helps, returned = Q(role=DutyRole.COOPERATE), Q(said__state=ReportState.RETURNED)
    where = Case(
        When(helps & returned, then=WorkList.HELPING_RETURNED.value),
        When(helps, then=WorkList.HELPING.value),
        When(returned, then=WorkList.RETURNED.value),
        When(handed_in, then=WorkList.HANDED_IN.value),
        default=WorkList.DUE.value,
        output_field=PositiveSmallIntegerField(),
    )
    duties = Duty.objects.order_by().filter(measure__main_task__plan=period.plan_id).exclude(needs_no_report())
    if measures is not None:
        duties = duties.filter(measure__in=measures)
    return duties.annotate(said=FilteredRelation("reports", condition=own)).annotate(
        work_list=where,
        until=Coalesce("measure__due_on", Value(NEVER)),
        number=F("measure__main_task__number"),
        order=F("measure__order"),
        state=on_board("said__state", When(helps, then=Value(""))),
        is_late=Case(When(~helps & Q(said__is_late=True), then=True), default=False),
        handed_in_at=Case(When(handed_in & ~helps, then="said__submitted_at"), default=None),
    )


def kept_of(period: ReportingPeriod, measures: Collection[int] | None = None) -> QuerySet[DutyFiling]:
    kept = DutyFiling.objects.order_by().filter(period=period)
    return kept if measures is None else kept.filter(duty__measure__in=measures)


def wrong(period: ReportingPeriod, measures: Collection[int] | None = None) -> QuerySet[DutyFiling]:
    """Kept rows that say something else than the facts."""
    *known, _ = FACTS
    right = listed(period, measures).filter(pk=OuterRef("duty"), **{name: OuterRef(name) for name in known})
    right = right.alias(at=Coalesce("handed_in_at", LONG_AGO)).filter(at=Coalesce(OuterRef("handed_in_at"), LONG_AGO))
    return kept_of(period, measures).exclude(Exists(right))


def kept(writer: Q, periods: Keys, where: int, *, columns: Collection[str]) -> QuerySet[DutyFiling]:
    """The rows of a list, in its order: what was handed in last first; else by period, then by due date and as the table has
    them. Of one period they are read in the order of an index.
    """
    rows = DutyFiling.objects.filter(writer, period__in=periods)
    if where == WorkList.HANDED_IN:
        return rows.filter(handed_in_at__isnull=False).order_by("-handed_in_at", "duty_id").values_list(*columns)
    by_period = () if len(periods) == 1 else ("period__due_on", "-period__as_of")
    return rows.filter(work_list=where).order_by(*by_period, *IN_ORDER).values_list(*columns)


@prepared
def falling_due(writer: Q, periods: Keys, first: datetime.date, last: datetime.date, count: int) -> QuerySet[Any]:
    """Day, number and order of the measures to report on that fall due between two days, the first of them."""
    rows = DutyFiling.objects.filter(writer, period__in=periods, work_list__in=MUST_REPORT, until__range=(first, last))
    return rows.order_by(*IN_ORDER[:3]).values_list(*IN_ORDER[:3]).distinct()[:count]


class Unwritten(NamedTuple):
    """A duty of which nothing is handed in, and how it stands on the filing board."""

    number: int
    order: int
    title: str
    state: str

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


def outstanding(period: ReportingPeriod, unit: int, count: int, *, is_kept: bool) -> list[Unwritten]:
    """The first of the unit's duties of which nothing is handed in: what is returned, then by due date. One query."""
    rows = (
        unwritten(period.plan_id, period.pk, unit, count)
        if is_kept and not period.is_frozen
        else unwritten_anew(period, unit)[:count]
    )
    return [Unwritten(*row) for row in rows]


@prepared
def unwritten(plan: int, period: int, unit: int, count: int) -> QuerySet[DutyFiling]:
    rows = DutyFiling.objects.filter(unit=unit, period=period, work_list__lte=WorkList.DUE)
    title = MainTask.objects.order_by().filter(plan=plan, number=OuterRef("number")).values("title")
    return (
        rows.annotate(title=Subquery(title))
        .order_by("work_list", *IN_ORDER)
        .values_list("number", "order", "title", "state")[:count]
    )


def unwritten_anew(period: ReportingPeriod, unit: int) -> QuerySet[Duty]:
    """The same from the facts; a frozen period has nothing else."""
    begun = ProgressReport.objects.order_by().filter(duty=OuterRef("pk"), period=period, corrects=None)
    duties = obliged_in(period).filter(unit=unit).annotate(said=Subquery(begun.values("state")[:1]))
    open_ones = duties.alias(known=Coalesce("said", Value(ReportState.DRAFT)))
    open_ones = open_ones.filter(known__in=(ReportState.RETURNED, ReportState.DRAFT)).annotate(state=on_board("said"))
    of_measure = ("measure__main_task__number", "measure__order")
    in_order = open_ones.order_by(F("known").desc(), F("measure__due_on").asc(nulls_last=True), *of_measure, "pk")
    return in_order.values_list(*of_measure, "measure__main_task__title", "state")


def on_board(state: str, *others: When) -> Case:
    """How a duty that must report stands by a column with the state of its report; what `others` say comes first."""
    by_report = [When(**{f"{state}__in": states}, then=Value(name)) for name, states in REPORTED.items()]
    return Case(*others, *by_report, default=Value(MISSING), output_field=CharField())
