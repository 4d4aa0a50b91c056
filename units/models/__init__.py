from units.models.audit import AppendOnlyError, AuditEvent, AuditHead
from units.models.unit import Unit, UnitAlias, UnitGroup, UnitGroupMember
from units.models.user import User

__all__ = ["AppendOnlyError", "AuditEvent", "AuditHead", "Unit", "UnitAlias", "UnitGroup", "UnitGroupMember", "User"]
