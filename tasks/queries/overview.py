"""The figures of a plan: each counted here, once, for every page that shows it.

A measure counts once however many units share it; a duty counts once for each unit. A measure with duties in two roles
counts under both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from tasks.choices import DutyRole
from tasks.models import Duty, MainTask, Plan
from units.choices import UnitKind


class RoleCount(NamedTuple):
    role: str
    label: str
    count: int


def by_role(counts: Mapping[str, int]) -> list[RoleCount]:
    """Every role, in the order of `DutyRole`, with its count."""
    return [RoleCount(role.value, role.label, counts.get(role, 0)) for role in DutyRole]


class FieldRow(NamedTuple):
    """A field's main tasks and measures; `position` is None for what stands in no field."""

    position: int | None
    name: str | None
    tasks: int
    first: int
    last: int
    measures: int
    without_duty: int
    roles: list[RoleCount]
    kinds: dict[str, int]

    @property
    def is_one_run(self) -> bool:
        """Whether its main tasks are all those from `first` to `last`."""
        return self.last - self.first + 1 == self.tasks


@dataclass
class UnitRow:
    """A unit's duties by role, and how many of them came through which group (by its slug)."""

    slug: str
    name: str
    kind: str
    counts: dict[str, int] = field(default_factory=dict)
    via: dict[str, int] = field(default_factory=dict)

    @property
    def duties(self) -> int:
        return sum(self.counts.values())

    @property
    def roles(self) -> list[RoleCount]:
        return by_role(self.counts)


class KindRow(NamedTuple):
    """The units of a kind: `measures` counts each once, `duties` once for each unit."""

    kind: str
    label: str
    units: list[UnitRow]
    measures: int
    duties: int
    roles: list[RoleCount]


class GroupRow(NamedTuple):
    """A closed group that brought its members in: measures counted once, and the members, who each count them."""

    slug: str
    name: str
    measures: int
    roles: list[RoleCount]
    members: list[UnitRow]

    @property
    def is_of_cities(self) -> bool:
        return all(member.kind == UnitKind.CITY for member in self.members)


@dataclass
class Overview:
    plan: Plan
    fields: list[FieldRow]
    units: list[UnitRow]
    groups: list[GroupRow]

    @cached_property
    def kinds(self) -> list[KindRow]:
        return [
            kind_row(kind, self.units, self.fields) for kind in UnitKind if any(u.kind == kind for u in self.units)
        ]

    @property
    def task_count(self) -> int:
        return sum(row.tasks for row in self.fields)

    @property
    def field_count(self) -> int:
        return sum(row.position is not None for row in self.fields)

    @property
    def measure_count(self) -> int:
        return sum(row.measures for row in self.fields)

    @property
    def without_duty_count(self) -> int:
        return sum(row.without_duty for row in self.fields)

    @property
    def unit_count(self) -> int:
        return len(self.units)

    @property
    def duty_count(self) -> int:
        return sum(row.duties for row in self.units)

    @cached_property
    def roles(self) -> list[RoleCount]:
        """Measures by role. No measure stands in two fields, so the fields add up."""
        return total(row.roles for row in self.fields)

    @cached_property
    def duty_roles(self) -> list[RoleCount]:
        return total(row.roles for row in self.units)

    @cached_property
    def roles_in_use(self) -> list[str]:
        return [role.role for role in self.roles if role.count]


def overview(plan: Plan, counts: Mapping[str, Any]) -> Overview:
    """From what `counted` gives, anew or kept as JSON."""
    units = unit_rows(counts["units"])
    return Overview(plan, list(map(field_row, counts["fields"])), units, group_rows(counts["groups"], units))


def counted(plan: int) -> dict[str, list[Any]]:
    """The rows an overview is made of, of plain values. Three queries."""
    fields = sorted(count_fields(plan), key=lambda row: (row["field__position"] is None, row["field__position"]))
    return {"fields": fields, "units": list(map(list, count_units(plan))), "groups": list(count_groups(plan))}


def count_fields(plan: int) -> QuerySet[MainTask, dict[str, Any]]:
    """Each field's tasks and measures, the measures also by role and by kind of unit."""
    keys = ("field__position", "field__name")
    plain = {
        "tasks": Count("pk", distinct=True),
        "first": Min("number"),
        "last": Max("number"),
        "total": Count("measures", distinct=True),
        "with_measures": Count("pk", distinct=True, filter=Q(measures__isnull=False)),
        "without_duty": Count("measures", filter=Q(measures__duties=None)),
    }
    found = MainTask.objects.filter(plan=plan).order_by().values(*keys)
    return found.annotate(**plain, **measures_where("role", DutyRole), **measures_where("unit__kind", UnitKind))


def measures_where(name: str, choices: Any) -> dict[str, Count]:
    """A count of measures for each value that a duty of theirs may have. The vocabularies share no value."""
    conditions = {value: Q(**{f"measures__duties__{name}": value}) for value in choices.values}
    return {value: Count("measures", distinct=True, filter=condition) for value, condition in conditions.items()}


def field_row(found: Mapping[str, Any]) -> FieldRow:
    return FieldRow(
        found["field__position"],
        found["field__name"],
        found["tasks"],
        found["first"],
        found["last"],
        found["total"],
        found["without_duty"],
        by_role(found),
        {kind: found[kind] for kind in UnitKind.values},
    )


def count_units(plan: int) -> QuerySet[Duty, tuple[Any, ...]]:
    """The units that hold duties in the plan, in their order: slug, name, kind, group, role, how many."""
    duties = Duty.objects.filter(measure__main_task__plan=plan).order_by("unit__position", "unit__name")
    found = duties.values_list("unit__slug", "unit__name", "unit__kind", "via_group__unit__slug", "role")
    return found.annotate(Count("pk"))


def unit_rows(found: Iterable[Sequence[Any]]) -> list[UnitRow]:
    rows: dict[str, UnitRow] = {}
    for slug, name, kind, group, role, count in found:
        row = rows.setdefault(slug, UnitRow(slug, name, kind))
        row.counts[role] = row.counts.get(role, 0) + count
        if group:
            row.via[group] = row.via.get(group, 0) + count
    return list(rows.values())


def kind_row(kind: UnitKind, units: list[UnitRow], fields: list[FieldRow]) -> KindRow:
    of_kind = [unit for unit in units if unit.kind == kind]
    return KindRow(
        kind.value,
        kind.label,
        of_kind,
        sum(row.kinds[kind] for row in fields),
        sum(unit.duties for unit in of_kind),
        total(unit.roles for unit in of_kind),
    )


def count_groups(plan: int) -> QuerySet[Duty, dict[str, Any]]:
    """The closed groups named in the plan, in their order."""
    duties = Duty.objects.filter(measure__main_task__plan=plan, via_group__isnull=False)
    by_measure = {role: Count("measure", distinct=True, filter=Q(role=role)) for role in DutyRole.values}
    found = duties.values("via_group__unit__slug", "via_group__unit__name").annotate(
        total=Count("measure", distinct=True), **by_measure
    )
    return found.order_by("via_group__unit__position", "via_group__unit__name")


def group_rows(found: Iterable[Mapping[str, Any]], units: list[UnitRow]) -> list[GroupRow]:
    return [
        GroupRow(
            row["via_group__unit__slug"],
            row["via_group__unit__name"],
            row["total"],
            by_role(row),
            [unit for unit in units if row["via_group__unit__slug"] in unit.via],
        )
        for row in found
    ]


def total(rows: Iterable[list[RoleCount]]) -> list[RoleCount]:
    counts: dict[str, int] = {}
    for row in rows:
        for role in row:
            counts[role.role] = counts.get(role.role, 0) + role.count
    return by_role(counts)
