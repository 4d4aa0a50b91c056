"""What one unit has to do in a plan."""

from typing import NamedTuple

from tasks.choices import DutyRole
from tasks.models import Plan
from tasks.queries.measures import MeasureLine, lines_of
from tasks.queries.orders import found_in
from units.models import Unit


class RoleSection(NamedTuple):
    """A role the unit holds: in how many measures, and the first of them, as the list shows them."""

    role: str
    label: str
    count: int
    lines: list[MeasureLine]


class UnitDuties(NamedTuple):
    """`count` has each measure once; a closed group's are its members'."""

    count: int
    sections: list[RoleSection]


def unit_duties(edition: str | None, plan: Plan, unit: Unit, shown: int) -> UnitDuties:
    """A section with `shown` measures for each role the unit holds: two queries a role, and those of what it holds. The edition is
    asked before.
    """
    of_unit = ("unit", unit.slug)
    in_roles = {role: found_in(edition, plan.pk, (of_unit, ("role", role.value)), "number").keys for role in DutyRole}
    sections = [
        RoleSection(role.value, role.label, len(keys), lines_of(keys[:shown]))
        for role, keys in in_roles.items()
        if keys
    ]
    return UnitDuties(len(found_in(edition, plan.pk, (of_unit,), "number").keys), sections)
