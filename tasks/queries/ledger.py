"""台账: which measures, in what order, page by page, as one person may see them on one basis."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import Combinable

from tasks.choices import Stage
from tasks.lights import SEVERITY, DeadlineLight, ProgressLight
from tasks.models import Field, Measure
from tasks.queries.basis import Basis
from tasks.queries.keyset import KeyPage, Order, Place, cut
from tasks.queries.ledger_lines import LedgerLine, filled, line_fields, reported
from tasks.queries.measures import OBLIGED, Tally, duties_of
from tasks.queries.past import held
from tasks.queries.public_figures import totals
from units.choices import UnitKind
from units.models import Unit
from units.prepared import prepared

COLUMN_OF = {"progress": "progress_light", "deadline": "deadline_light", "stage": "stage"}
FROM_WORST = [ProgressLight.COMPLETED, ProgressLight.NOT_JUDGED, *sorted(SEVERITY, key=SEVERITY.__getitem__)]
FROM_OVERDUE = list(DeadlineLight)
RANKS: dict[str, Mapping[Any, int]] = {
    "progress": {light.value: -rank for rank, light in enumerate(FROM_WORST)},
    "deadline": {light.value: rank for rank, light in enumerate(FROM_OVERDUE)},
    "stage": {stage.value: rank for rank, stage in enumerate(Stage)},
}
NO_FIELD, UNJUDGED = "none", "unjudged"  # values of a filter that stand in no column
UNJUDGED_LIGHTS = (ProgressLight.AWAITED, ProgressLight.NOT_JUDGED)
IN_THE_LIST = {"field", "unit", "role"}  # filters that mean the same in the public list
OWN_KEYS = {"task": "main_task__title", "field": "main_task__field__position"}
Asked = Mapping[str, str]


def condition(basis: Basis, asked: Asked) -> Q:
    """The measures that answer the conditions of a ledger's URL, words apart: those `mentions` finds."""
    found = Q()
    if asked.get("field"):
        found &= in_field(asked["field"])
    if asked.get("unit") or asked.get("role"):
        found &= held(basis.duty_sources(), duties_of(asked.get("unit", ""), asked.get("role", "")))
    for name, column in COLUMN_OF.items():
        if asked.get(name):
            found &= any_of(basis, column, values_of(asked[name]))
    if asked.get("disagreement"):
        found &= basis.where(is_disagreement=True)
    if asked.get("moved"):
        found &= basis.moved
    if asked.get("schedule"):
        found &= basis.scheduled
    return found


def in_field(position: str) -> Q:
    return Q(main_task__field=None) if position == NO_FIELD else Q(main_task__field__position=position)


def values_of(asked: str) -> tuple[str, ...]:
    return UNJUDGED_LIGHTS if asked == UNJUDGED else (asked,)


def any_of(basis: Basis, column: str, values: Iterable[str]) -> Q:
    found = Q()
    for value in values:
        found |= basis.where(**{column: value})
    return found


def counted(basis: Basis, asked: Asked) -> int | None:
    """How many rows there are, where that is known: at most one field or unit and at most one state, or any of what the
    public list can be filtered by as well.
    """
    keys = keys_of(basis, asked)
    bucket = bucket_of(basis, asked) if keys else None
    if bucket is not None:
        return sum(basis.figures[bucket][key] for key in keys) if bucket in basis.figures else 0
    if basis.period is None and asked.keys() <= IN_THE_LIST and asked.get("field") != NO_FIELD:
        return totals(basis.plan.pk, tuple(asked.items()))[0].measures
    return None


def bucket_of(basis: Basis, asked: Asked) -> str | None:
    where = {name: asked[name] for name in ("field", "unit", "role") if asked.get(name)}
    if not where:
        return "all"
    if set(where) == {"field"}:
        if where["field"] == NO_FIELD:
            return "field:None"
        keys = list(Field.objects.filter(plan=basis.plan, position=where["field"]).values_list("pk", flat=True))
        return f"field:{keys[0]}" if len(keys) == 1 else None
    if set(where) == {"unit", "role"} and where["role"] == OBLIGED:
        unit = Unit.objects.exclude(kind=UnitKind.GROUP).filter(slug=where["unit"]).first()
        return unit and f"unit:{unit.pk}"
    return None


def keys_of(basis: Basis, asked: Asked) -> list[str]:
    """The keys of `tasks.queries.figures` that together count the state asked for; none where they cannot."""
    states = [name for name in asked if asked[name] and name not in ("field", "unit", "role")]
    if not states:
        return ["measures"]
    if len(states) > 1 or states[0] == "q" or (states[0] == "moved" and basis.period is not None):
        return []
    (name,) = states
    if name in COLUMN_OF:
        return [f"{name}:{value}" for value in values_of(asked[name])]
    return ["scheduled_measures" if name == "schedule" else name]


def count(basis: Basis, found: Q) -> int:
    return basis.measures.filter(found).count()


def counts(basis: Basis, conditions: Mapping[str, Q]) -> dict[str, int]:
    """How many measures answer each condition: one query for all. A condition chooses its rows and is not asked of each."""
    measures = basis.measures.order_by()
    chosen = {name: Q(pk__in=measures.filter(one).values("pk")) for name, one in conditions.items() if one}
    found = measures.aggregate(**{name: Count("pk", filter=one) for name, one in chosen.items()}) if chosen else {}
    return {name: found[name] if name in found else counted(basis, {}) or 0 for name in conditions}


def tallies(basis: Basis, found: Q, tasks: Collection[int]) -> dict[int, Tally]:
    """What the condition leaves of these main tasks. Two queries: as a condition of the count it would be asked of the whole plan."""
    of_tasks = basis.measures.filter(main_task__in=tasks).order_by().values_list("main_task_id")
    matched, total = (dict(rows.annotate(Count("pk"))) for rows in (of_tasks.filter(found), of_tasks))
    return {task: Tally(matched.get(task, 0), count) for task, count in total.items()}


def in_order(basis: Basis, sort: str) -> tuple[QuerySet[Measure], Order]:
    key, is_downward = sort.removeprefix("-"), sort.startswith("-")
    if key == "number":
        return basis.measures, Order(False, is_downward)
    return basis.measures.annotate(sort_key=sort_key(basis, key)), Order(True, is_downward)


def sort_key(basis: Basis, key: str) -> Combinable:
    if key in OWN_KEYS:
        return F(OWN_KEYS[key])
    if key in RANKS:
        return basis.ranked(COLUMN_OF[key], RANKS[key])
    return basis.ranked("percent") if key == "percent" else F(f"{basis.prefix}{key}")


def place_of(basis: Basis, sort: str, pk: int) -> Place | None:
    measures, order = in_order(basis, sort)
    return order.place(measures, pk)


def page(
    basis: Basis, found: Q, sort: str, size: int, place: Place | None = None, *, backwards: bool = False
) -> KeyPage:
    """One page of `LedgerLine`s without their reports: three queries, one more of a period in which duties changed since."""
    if basis.period is None and not found and sort == "number" and place is None:
        rows = outermost(basis.plan.pk, size, backwards)
    else:
        measures, order = in_order(basis, sort)
        of_lines = measures.filter(found).values_list(*line_fields(basis.prefix))
        rows = list(cut(of_lines, order, size, place, backwards=backwards))
    part = KeyPage.of(rows, size, place, backwards=backwards)
    return replace(part, rows=filled(basis, part.rows))


def page_of(basis: Basis, part: KeyPage) -> KeyPage:
    """A page of keys as one of `LedgerLine`s without their reports."""
    lines = {line.pk: line for line in standing_lines(basis, part.rows)}
    return replace(part, rows=[lines[key] for key in part.rows if key in lines])


@prepared
def outermost(plan: int, size: int, backwards: bool) -> QuerySet[Measure]:
    """The first rows of the whole present ledger as in the source, or the last ones: what most people look at."""
    measures = Measure.objects.filter(main_task__plan=plan)
    return cut(measures.values_list(*line_fields("")), Order(), size, None, backwards=backwards)


def all_lines(basis: Basis, user: Any, found: Q, sort: str, at_once: int = 500) -> Iterator[LedgerLine]:
    """Every row that answers, in order, fetched page by page: the memory taken does not grow with the table."""
    place, measures = None, in_order(basis, sort)
    while True:
        part = page(basis, found, sort, at_once, place)
        yield from reported(basis, user, part.rows)
        if not part.has_next:
            return
        place = measures[1].place(measures[0], part.rows[-1].pk)


def lines_of(basis: Basis, user: Any, keys: Collection[int]) -> dict[int, LedgerLine]:
    """The lines of these measures, by key."""
    return {line.pk: line for line in reported(basis, user, standing_lines(basis, keys))}


def standing_lines(basis: Basis, keys: Collection[int]) -> list[LedgerLine]:
    """Without their reports, in no order."""
    if not keys:
        return []
    return filled(basis, present_rows(*keys) if basis.period is None else rows_of(basis.measures, keys, basis.prefix))


@prepared
def present_rows(*keys: int) -> QuerySet[Measure]:
    return rows_of(Measure.objects.order_by(), keys, "")


def rows_of(measures: QuerySet[Measure], keys: Collection[int], prefix: str) -> QuerySet[Measure]:
    return measures.filter(pk__in=keys).values_list(*line_fields(prefix))
