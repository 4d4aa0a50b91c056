"""The closed vocabularies of `tasks`."""

from django.db import models


class DutyRole(models.TextChoices):
    """单位对举措的职责: how a unit stands to a measure. Declared in the order in which they are shown."""

    LEAD = "lead", "牵头"
    SHARED = "shared", "按职责分工"
    SEVERAL = "several", "分别负责"
    RESPONSIBLE = "responsible", "负责"
    COOPERATE = "cooperate", "配合"
