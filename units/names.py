"""What names mean: aliases, closed groups, and the one spelling under which a unit is known. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

WIDE_PUNCTUATION = str.maketrans(",:;()", "，：；（）")
SPACES = re.compile(r"\s+")  # Unicode white space, U+3000 and U+00A0 among them


def tidy(text: str) -> str:
    """The text without spaces, ASCII , : ; ( ) as their full-width forms."""
    return SPACES.sub("", text).translate(WIDE_PUNCTUATION)


@dataclass(frozen=True)
class NameBook:
    """Which short or former name stands for which unit, and who the members of a closed group are."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    closed_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: frozenset[str] = frozenset()

    def canonical(self, name: str) -> str:
        """The unit's name: by the alias table, else with 人民政府 written 政府."""
        short = name.replace("人民政府", "政府")
        return self.aliases.get(name) or self.aliases.get(short, short)

    def knows(self, name: str) -> bool:
        return name in self.units or name in self.aliases or name in self.closed_groups

    @cached_property
    def cities(self) -> frozenset[str]:
        """Bare names of the places whose governments are known: 青岛 where 青岛市政府 is."""
        known = self.units.union(*self.closed_groups.values())
        return frozenset(name.removesuffix("市政府") for name in known if name.endswith("市政府")) - {""}

    def extended(
        self,
        aliases: Mapping[str, str] | None = None,
        closed_groups: Mapping[str, Iterable[str]] | None = None,
        units: Iterable[str] = (),
    ) -> "NameBook":
        """This book with more aliases, closed groups and units; what is added wins."""
        groups = {tidy(name): tuple(tidy(unit) for unit in units) for name, units in (closed_groups or {}).items()}
        more = {tidy(alias): tidy(name) for alias, name in (aliases or {}).items()}
        return NameBook({**self.aliases, **more}, {**self.closed_groups, **groups}, self.units.union(units))

    @classmethod
    def from_fixture(cls, objects: Iterable[Mapping[str, Any]]) -> "NameBook":
        """Read a Django fixture of units, aliases, groups and members written with natural keys.

        Raises KeyError or TypeError where the fixture is not of that shape.
        """
        units: set[str] = set()
        aliases: dict[str, str] = {}
        closed: dict[str, list[str]] = {}
        for item in objects:
            row = item["fields"]
            match item["model"]:
                case "units.unit":
                    units.add(row["name"])
                case "units.unitalias":
                    aliases[row["name"]] = row["unit"][0]
                case "units.unitgroup" if row["is_closed"]:
                    closed[row["unit"][0]] = []
                case "units.unitgroupmember" if row["group"][0] in closed:
                    closed[row["group"][0]].append(row["unit"][0])
        return cls(aliases, {name: tuple(members) for name, members in closed.items()}, frozenset(units))
