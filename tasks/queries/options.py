"""What the list of a plan can be filtered by."""

import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tasks.models import Duty, Field, Plan
from units.models import Unit, UnitGroupMember
from units.prepared import prepared

PLAN_FIELDS = tuple(field.attname for field in Plan._meta.concrete_fields)
REMEMBERED = 32  # plans and editions, in each process
FieldOptions = list[tuple[int, str]]  # position and name


class UnitOption(NamedTuple):
    """A unit that holds a duty in the plan, or a closed group that brought one in.

    `members` counts a group's members on the day asked for; it is 0 for every other unit.
    """

    slug: str
    name: str
    kind: str
    members: int


def plan_with_fields(slug: str) -> tuple[Plan, FieldOptions] | None:
    """A plan and its fields in one query, none where no plan has that slug."""
    rows = plan_rows(slug)
    if not rows:
        return None
    *plan, _, _ = rows[0]
    fields = [(position, name) for *_, position, name in rows if name is not None]
    return Plan.from_db(connection.alias, PLAN_FIELDS, plan), fields


@prepared
def plan_rows(slug: str) -> QuerySet[Plan]:
    rows = Plan.objects.filter(slug=slug).order_by("fields__position")
    return rows.values_list(*PLAN_FIELDS, "fields__position", "fields__name")


def field_options(plan: Plan) -> FieldOptions:
    return list(Field.objects.filter(plan=plan).order_by("position").values_list("position", "name"))


@lru_cache(maxsize=REMEMBERED)
def options_in(edition: str | None, plan: int, today: datetime.date) -> tuple[UnitOption, ...]:
    """The units a list of this plan can be filtered by, in their order. The edition is asked first: what is read while it turns is
    remembered under one that nobody will ask for.
    """
    return tuple(UnitOption(*row) for row in unit_rows(plan, today))


@prepared
def unit_rows(plan_id: int, today: datetime.date) -> QuerySet[Unit]:
    of_plan = Duty.objects.filter(measure__main_task__plan=plan_id).order_by("measure_id").values("pk")
    held, brought = of_plan.filter(unit=OuterRef("pk")), of_plan.filter(via_group=OuterRef("group__pk"))
    members = UnitGroupMember.objects.on(today).filter(group__unit=OuterRef("pk")).order_by()
    members = Subquery(members.values("group").annotate(members=Count("pk")).values("members"))
    # The first of each, in the order of an index: of EXISTS PostgreSQL may read all duties, 47 ms of 199,051.
    units = Unit.objects.alias(held=Subquery(held[:1]), brought=Subquery(brought[:1]))
    units = units.filter(Q(held__isnull=False) | Q(brought__isnull=False)).annotate(members=Coalesce(members, 0))
    return units.order_by("position", "name").values_list("slug", "name", "kind", "members")


def group_sizes(today: datetime.date) -> dict[str, int]:
    """Slug of a closed group -> how many members it has on the day."""
    members = UnitGroupMember.objects.on(today).filter(group__is_closed=True).order_by()
    return dict(members.values_list("group__unit__slug").annotate(Count("pk")))
