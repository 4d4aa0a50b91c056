"""When is reported: periods, and each measure's state as a period was frozen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tasks.choices import RollUp, Stage
from tasks.models.acts import person, together
from tasks.models.lit import Lit
from tasks.models.plan import Measure, Plan


class PeriodQuerySet(models.QuerySet):
    def open_on(self, today) -> "PeriodQuerySet":
        """Opened and not frozen: reports can be written, late ones too."""
        return self.filter(opens_on__lte=today, frozen_at=None)

    def frozen(self) -> "PeriodQuerySet":
        return self.exclude(frozen_at=None)


class ReportingPeriod(models.Model):
    """填报期次. Reports speak of the time up to `as_of`; after `due_on` they are late (补报)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="periods", verbose_name="分工方案")
    label = models.CharField("期次", max_length=50, help_text="例如：2026年三季度")
    as_of = models.DateField("截至日期", help_text="本期填报写到这一天为止的情况")
    opens_on = models.DateField("开放填报")
    due_on = models.DateField("填报截止")
    opened_at = models.DateTimeField("建立时间")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="建立人"
    )
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    frozen_by = person("冻结人")

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "填报期次"
        ordering = ["plan", "-as_of", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "label"], name="period_label_once", violation_error_message="这个期次已经建立。"
            ),
            models.UniqueConstraint(
                fields=["plan", "as_of"], name="period_as_of_once", violation_error_message="已有期次截至同一天。"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")),
                name="period_due_after_opening",
                violation_error_message="填报截止不能早于开放填报。",
            ),
            together("frozen_at", "frozen_by", "period_frozen_at_and_by", "冻结时间和冻结人须同时填写。"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


class FrozenMeasure(Lit):
    """举措在冻结时的状态: what a measure was, lights included, when its period closed, whatever is amended later."""

    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="frozen_measures", verbose_name="期次")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="frozen_states", verbose_name="具体举措")
    code = models.CharField("编号", max_length=20)
    text = models.TextField("具体举措")
    responsibility_text = models.TextField("责任单位（原文）", blank=True)
    stage = models.CharField("阶段", max_length=24, choices=Stage)
    starts_on = models.DateField("开始日期", null=True)
    due_on = models.DateField("完成时限", null=True)
    original_due_on = models.DateField("原定完成时限", null=True)
    is_ongoing = models.BooleanField("长期坚持", default=False)
    roll_up = models.CharField("汇总规则", max_length=16, choices=RollUp)
    obliged = models.PositiveSmallIntegerField("应报职责数")
    approved = models.PositiveSmallIntegerField("已通过数")

    class Meta:
        verbose_name = verbose_name_plural = "冻结的举措状态"
        ordering = ["period", "measure"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "measure"], name="frozen_once", violation_error_message="该举措在本期已冻结。"
            )
        ]
        indexes = [models.Index(fields=["period", "progress_light", "measure"], name="frozen_progress")]

    def __str__(self) -> str:
        return f"{self.period} {self.code}"
