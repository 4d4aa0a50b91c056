"""Who answers for which measure, and how."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from tasks.choices import DutyRole
from tasks.models.plan import Measure
from units.models import Unit, UnitGroup


class DutyManager(models.Manager):
    def get_by_natural_key(self, plan: str, number: int, order: int, unit: str) -> "Duty":
        return self.get(
            measure__main_task__plan__slug=plan,
            measure__main_task__number=number,
            measure__order=order,
            unit__name=unit,
        )


class Duty(models.Model):
    """职责: a unit's part in a measure. Reached through a closed group, it remembers the group."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="duties", verbose_name="具体举措")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties", db_index=False, verbose_name="责任单位")
    role = models.CharField("职责", max_length=12, choices=DutyRole)
    position = models.PositiveSmallIntegerField("次序", help_text="在原文中的次序，从 1 起")
    via_group = models.ForeignKey(
        UnitGroup, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="所属群体"
    )

    history = HistoricalRecords(table_name="tasks_duty_history")
    objects = DutyManager()

    class Meta:
        verbose_name = verbose_name_plural = "职责"
        ordering = ["measure", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "unit"], name="duty_once", violation_error_message="该单位对这项举措已有一项职责。"
            ),
            models.CheckConstraint(
                condition=Q(role__in=DutyRole.values),
                name="duty_role_known",
                violation_error_message="职责不在规定范围内。",
            ),
        ]
        indexes = [
            # The duties of a unit or of a group are found by index alone, so that one that has none costs nothing.
            models.Index(fields=["unit", "measure", "role"], name="duty_of_unit"),
            # Reports carry only their duty's key: this tells which keys are a unit's without reading the duties.
            models.Index(fields=["unit", "id"], name="duty_by_unit"),
            models.Index(fields=["via_group", "measure"], condition=Q(via_group__isnull=False), name="duty_via_group"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}（{self.get_role_display()}）"

    def natural_key(self) -> tuple[str, int, int, str]:
        return (*self.measure.natural_key(), *self.unit.natural_key())

    natural_key.dependencies = ["tasks.measure", "units.unit", "units.unitgroup"]
