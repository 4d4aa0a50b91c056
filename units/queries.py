"""Questions about units."""

import datetime

from units.models import Unit, UnitAlias, UnitGroup, UnitGroupMember
from units.names import NameBook


def name_book(day: datetime.date) -> NameBook:
    """Aliases and closed groups as stored, members as of a day. Four queries."""
    members: dict[str, list[str]] = {
        name: [] for name in UnitGroup.objects.filter(is_closed=True).values_list("unit__name", flat=True)
    }
    dated = UnitGroupMember.objects.on(day).filter(group__is_closed=True).order_by("unit__position")
    for group, unit in dated.values_list("group__unit__name", "unit__name"):
        members[group].append(unit)
    return NameBook(
        dict(UnitAlias.objects.values_list("name", "unit__name")),
        {group: tuple(units) for group, units in members.items()},
        frozenset(Unit.objects.values_list("name", flat=True)),
    )
