"""What one unit has to do in a plan."""

from typing import NamedTuple

from tasks.choices import DutyRole
from tasks.models import Plan
from tasks.queries.measures import MeasureLine, page_lines
from tasks.queries.public_figures import totals
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


def unit_duties(plan: Plan, unit: Unit, shown: int) -> UnitDuties:
    """A section with `shown` measures for each role the unit holds: two queries a role, and those of `totals`."""
    of_unit = ("unit", unit.slug)
    in_roles = [(of_unit, ("role", role.value)) for role in DutyRole]
    every, *found = totals(plan.pk, (of_unit,), *in_roles)
    sections = [
        RoleSection(role.value, role.label, total.measures, page_lines(plan.pk, asked, "number", 0, shown))
        for role, asked, total in zip(DutyRole, in_roles, found, strict=True)
        if total.measures
    ]
    return UnitDuties(every.measures, sections)
