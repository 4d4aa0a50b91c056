"""Measures as lists and sheets show them: which ones, in what order, and all that a row says."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet, Subquery

from tasks.choices import OBLIGED_ROLES
from tasks.models import Duty, MainTask, Measure, Plan, ProbableSlip
from tasks.queries.keyset import Place, in_source
from tasks.queries.public import published_as
from tasks.queries.words import mentioning
from units.models import Unit, UnitGroup
from units.prepared import prepared, prepared_by_key, prepared_rows

SOURCE_ORDER = ("main_task__number", "order")
SORT_KEYS = {
    "number": SOURCE_ORDER[0],
    "task": "main_task__title",
    "field": "main_task__field__position",
    "units": "duty_count",
    "duty_count": "duty_count",
    "starts_on": "starts_on",
    "due_on": "due_on",
    "source_line": "source_line",
}
Conditions = tuple[tuple[str, str], ...]  # arguments of `matching`, as hashable pairs
OBLIGED = "obliged"  # asked for as a role: any that must report
IDS_IN_ONE_QUERY = 500  # more than these and the database repeats the selection instead of being sent a list


class DutyLine(NamedTuple):
    """One duty of a row. `group_slug` and `group_name` are None unless a closed group brought the unit in."""

    role: str
    slug: str
    name: str
    kind: str
    group_slug: str | None
    group_name: str | None


@dataclass(slots=True)
class MeasureLine:
    """One measure with all that a list or a sheet may show of it; no query hides behind an attribute."""

    pk: int
    main_task_id: int
    number: int
    title: str
    field: str | None
    order: int
    text: str
    responsibility_text: str
    starts_on: datetime.date | None
    due_on: datetime.date | None
    is_ongoing: bool
    source_line: int | None
    source_paragraph: int | None
    duties: list[DutyLine] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


class Code(NamedTuple):
    """`7-3` in its two numbers."""

    number: int
    order: int


class Tally(NamedTuple):
    """How many measures of a main task answer the conditions, out of how many."""

    matched: int
    total: int


class Totals(NamedTuple):
    """Measures, and the main tasks that have any of them."""

    measures: int
    tasks: int


LINE_FIELDS = (
    "pk",
    "main_task_id",
    "main_task__number",
    "main_task__title",
    "main_task__field__name",
    "order",
    "text",
    "responsibility_text",
    "starts_on",
    "due_on",
    "is_ongoing",
    "source_line",
    "source_paragraph",
)
DUTY_FIELDS = ("role", "unit__slug", "unit__name", "unit__kind", "via_group__unit__slug", "via_group__unit__name")


def measure_list(plan: Plan) -> QuerySet[Measure]:
    """Every measure of the plan in source order. Give it to `measure_lines` for rows."""
    return selected(plan.pk)


def selected(plan_id: int, asked: Conditions = (), sort: str = "number") -> QuerySet[Measure]:
    """The measures of a plan that answer the conditions (arguments of `matching`), in an order of `SORT_KEYS`."""
    measures = Measure.objects.filter(main_task__plan=plan_id)
    return in_order(measures.filter(matching(**dict(asked))) if asked else measures, sort)


def in_order(measures: QuerySet[Measure], sort: str) -> QuerySet[Measure]:
    """By one key, `-` for downward; rows without it last either way, rows alike in source order."""
    key, is_downward = SORT_KEYS[sort.removeprefix("-")], sort.startswith("-")
    if key == SOURCE_ORDER[0]:
        return measures.order_by(*(f"-{part}" if is_downward else part for part in SOURCE_ORDER))
    if key == "duty_count":
        measures = measures.annotate(duty_count=Count("duties"))
    by_key = F(key).desc(nulls_last=True) if is_downward else F(key).asc(nulls_last=True)
    return measures.order_by(by_key, *SOURCE_ORDER)


def measure_lines(measures: QuerySet[Measure]) -> list[MeasureLine]:
    """The rows of a queryset, in its order: two queries, however many rows."""
    lines = [MeasureLine(*row) for row in measures.values_list(*LINE_FIELDS)]
    return with_duties(lines, measures)


def page_lines(plan_id: int, asked: Conditions, sort: str, start: int, stop: int) -> list[MeasureLine]:
    """Some of the rows of `selected`, from and to a position, likewise in two queries."""
    lines = [MeasureLine(*row) for row in page_rows(plan_id, asked, sort, start, stop)]
    return with_duties(lines, selected(plan_id, asked, sort)[start:stop] if len(lines) > IDS_IN_ONE_QUERY else None)


def lines_of(keys: Sequence[int]) -> list[MeasureLine]:
    """The rows of these measures in this order, in two queries; at most `IDS_IN_ONE_QUERY` of them."""
    rows = {row[0]: row for row in rows_of(*keys)} if keys else {}
    return with_duties([MeasureLine(*rows[key]) for key in keys if key in rows], None)


@prepared
def rows_of(*keys: int) -> QuerySet[Measure]:
    return Measure.objects.filter(pk__in=keys).order_by().values_list(*LINE_FIELDS)


@prepared
def page_rows(plan_id: int, asked: Conditions, sort: str, start: int, stop: int) -> QuerySet[Measure]:
    return selected(plan_id, asked, sort)[start:stop].values_list(*LINE_FIELDS)


def with_duties(lines: list[MeasureLine], measures: QuerySet[Measure] | None) -> list[MeasureLine]:
    """The lines with their duties, looked up by id, or where they are many by the `measures` they came from."""
    by_pk = {line.pk: line for line in lines}
    many = len(by_pk) > IDS_IN_ONE_QUERY
    duties = duties_in_order(measures.values("pk")) if many else duties_of_measures(*by_pk) if by_pk else ()
    for measure_id, *duty in duties:
        by_pk[measure_id].duties.append(DutyLine(*duty))
    return lines


def duties_in_order(measures: Any) -> QuerySet[Duty]:
    duties = Duty.objects.filter(measure__in=measures).order_by("measure_id", "position")
    return duties.values_list("measure_id", *DUTY_FIELDS)


@prepared
def duties_of_measures(*ids: int) -> QuerySet[Duty]:
    return duties_in_order(ids)


def matching(
    field: int | str = "",
    unit: str = "",
    role: str = "",
    q: str = "",
    published: str = "",
    tasks: Collection[int] = (),
) -> Q:
    """The condition for measures of a field (by position), of a unit or closed group (by slug), in a role, on a text.

    `published` is one of `public.CHOICES`: what is published of a measure.

    Unit and role together mean that unit's duties in that role, not any unit's. Of measures of other main tasks than `tasks`,
    if any are given, it may say no.
    """
    condition = Q()
    if field:
        condition &= Q(main_task__field__position=field)
    if unit or role:
        duties = Duty.objects.order_by().filter(duties_of(unit, role))
        condition &= Q(pk__in=duties.values("measure"))
    if words := q.split():
        condition &= mentioning(words, tasks)
    return condition & published_as(published) if published else condition


def duties_of(unit: str = "", role: str = "") -> Q:
    """Duties of a unit, or through a closed group, by slug; and in a role, if one is given. A condition on Duty."""
    condition = Q()
    if unit:  # by keys: of a joined table's slug PostgreSQL finds no index that serves both sides of the OR
        units, groups = Unit.objects.filter(slug=unit), UnitGroup.objects.filter(unit__slug=unit)
        condition = Q(unit=key_of(units)) | Q(via_group=key_of(groups))
    if role == OBLIGED:
        return condition & Q(role__in=OBLIGED_ROLES)
    return condition & Q(role=role) if role else condition


def key_of(one: QuerySet[Any]) -> Subquery:
    return Subquery(one.order_by().values("pk")[:1])


def tallies(plan: Plan, asked: Conditions, tasks: Collection[int]) -> dict[int, Tally]:
    """Main task id -> its tally, for those of these main tasks that have measures. Two queries."""
    if not tasks:
        return {}
    matched = dict(task_rows(plan.pk, asked, *tasks))
    return {task: Tally(matched.get(task, 0), total) for task, total in task_rows(plan.pk, (), *tasks)}


@prepared
def task_rows(plan_id: int, asked: Conditions, *tasks: int) -> QuerySet[Measure]:
    found = Measure.objects.filter(matching(**dict(asked), tasks=tasks), main_task__plan=plan_id, main_task__in=tasks)
    return found.order_by().values("main_task_id").annotate(count=Count("pk")).values_list("main_task_id", "count")


def totals(plan_id: int, asked: Conditions = ()) -> Totals:
    """How much of a plan answers the conditions. One query."""
    return Totals(*next(iter(total_rows(plan_id, asked)), (0, 0)))


@prepared
def total_rows(plan_id: int, asked: Conditions) -> QuerySet[Measure]:
    of_plan = selected(plan_id, asked).order_by().values("main_task__plan")
    counted = of_plan.annotate(measures=Count("pk"), tasks=Count("main_task", distinct=True))
    return counted.values_list("measures", "tasks")


@prepared_rows(Measure, "main_task", "main_task__plan", "main_task__field")
def measure_at(slug: str, number: int, order: int) -> QuerySet[Measure]:
    return Measure.objects.filter(main_task__plan__slug=slug, main_task__number=number, order=order)


@prepared_rows(Duty, "unit", "via_group", "via_group__unit", by_key=True)
def duties_of_measure(measure: int) -> QuerySet[Duty]:
    return Duty.objects.filter(measure=measure)


@prepared_by_key
def orders_of(main_task: int) -> QuerySet[Measure]:
    return Measure.objects.filter(main_task=main_task).order_by("order").values_list("order")


@prepared_rows(ProbableSlip)
def slips_of(seen: Q, measure: int) -> QuerySet[ProbableSlip]:
    return ProbableSlip.objects.filter(seen, measure=measure)


def measures_beside(measure: Measure) -> tuple[Code | None, Code | None]:
    """The codes before and after a measure's own in its plan. Needs `main_task` loaded."""
    number, order = measure.main_task.number, measure.order
    place = measure.main_task.plan_id, number, order
    before, after = ([Code(*row) for row in rows] for rows in (code_before(*place), code_after(*place)))
    return before[0] if before else None, after[0] if after else None


@prepared
def code_before(plan: int, number: int, order: int) -> QuerySet[Measure]:
    before = in_source(Place(None, number, order), is_after=False)
    return selected(plan).filter(before).reverse().values_list(*SOURCE_ORDER)[:1]


@prepared
def code_after(plan: int, number: int, order: int) -> QuerySet[Measure]:
    after = in_source(Place(None, number, order), is_after=True)
    return selected(plan).filter(after).values_list(*SOURCE_ORDER)[:1]


def tasks_beside(task: MainTask) -> tuple[MainTask | None, MainTask | None]:
    """The main tasks before and after one in its plan."""
    of_plan = MainTask.objects.filter(plan=task.plan_id).order_by("number")
    return of_plan.filter(number__lt=task.number).last(), of_plan.filter(number__gt=task.number).first()
