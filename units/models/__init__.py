from units.models.unit import Unit, UnitAlias, UnitGroup, UnitGroupMember
from units.models.user import User

__all__ = ["Unit", "UnitAlias", "UnitGroup", "UnitGroupMember", "User"]
