"""What one unit has to do in a plan."""

from typing import NamedTuple

from django.db.models import Q

from tasks.choices import DutyRole
from tasks.models import Duty, Plan
from units.models import Unit


class DutyEntry(NamedTuple):
    """A measure the unit answers for. `group_slug` and `group_name` tell the group that brought the unit in."""

    number: int
    order: int
    text: str
    title: str
    responsibility_text: str
    group_slug: str | None
    group_name: str | None

    @property
    def code(self) -> str:
        return f"{self.number}-{self.order}"


class RoleSection(NamedTuple):
    role: str
    label: str
    entries: list[DutyEntry]


ENTRY_FIELDS = (
    "measure__main_task__number",
    "measure__order",
    "measure__text",
    "measure__main_task__title",
    "measure__responsibility_text",
    "via_group__unit__slug",
    "via_group__unit__name",
)


def role_sections(plan: Plan, unit: Unit) -> list[RoleSection]:
    """The unit's measures in source order, one section a role it holds; a closed group's are its members', once each."""
    duties = Duty.objects.filter(Q(unit=unit) | Q(via_group__unit=unit), measure__main_task__plan=plan)
    found = duties.order_by("measure__main_task__number", "measure__order").values_list("role", *ENTRY_FIELDS)
    entries: dict[str, dict[DutyEntry, None]] = {}
    for role, *entry in found:
        entries.setdefault(role, {})[DutyEntry(*entry)] = None
    return [RoleSection(role.value, role.label, list(entries[role])) for role in DutyRole if role in entries]
