"""The closed vocabularies of `units`: kinds of unit and roles of people."""

from django.db import models


class UnitKind(models.TextChoices):
    """单位类别."""

    PROVINCIAL = "provincial", "省直部门"
    PARTY = "party", "省委部门"
    CENTRAL = "central", "中央驻鲁单位"
    CITY = "city", "市政府"
    GROUP = "group", "群体"


class Role(models.TextChoices):
    """角色: what a person does in this system. One person, one role, one unit."""

    REPORTER = "reporter", "填报员"
    UNIT_REVIEWER = "unit_reviewer", "审核员"
    OFFICE = "office", "督查专员"
    LEADER = "leader", "领导"
    ADMINISTRATOR = "administrator", "系统管理员"
    AUDITOR = "auditor", "审计员"


UNIT_BOUND_ROLES = (Role.REPORTER, Role.UNIT_REVIEWER)
