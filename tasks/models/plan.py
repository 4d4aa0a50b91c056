"""The plan as issued: fields, main tasks, measures, and the notes staff keep beside the text."""

import datetime

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from tasks.choices import Cadence, Halt, RollUp
from units.models.unit import slug_rule


class PlanManager(models.Manager):
    def get_by_natural_key(self, slug: str) -> "Plan":
        return self.get(slug=slug)


class Plan(models.Model):
    """分工方案、分工表. A second table can be loaded beside the first."""

    slug = models.CharField("网址名", max_length=60, unique=True, validators=[slug_rule])
    title = models.CharField("标题", max_length=200)
    subject = models.CharField("所属工作", max_length=100, blank=True, help_text="例如：胶东经济圈一体化发展")
    cadence = models.CharField("填报周期", max_length=12, choices=Cadence, default=Cadence.QUARTERLY)
    source_name = models.CharField("来源文件", max_length=200)
    source_sha256 = models.CharField("来源文件 SHA-256", max_length=64)

    history = HistoricalRecords(table_name="tasks_plan_history")
    objects = PlanManager()

    class Meta:
        verbose_name = verbose_name_plural = "分工方案"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""), name="plan_title_given", violation_error_message="请填写标题。"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class FieldManager(models.Manager):
    def get_by_natural_key(self, plan: str, name: str) -> "Field":
        return self.get(plan__slug=plan, name=name)


class Field(models.Model):
    """领域. The source has no such column: a grouping of ours, said so wherever it is shown."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="fields", verbose_name="分工方案")
    position = models.PositiveSmallIntegerField("排序")
    name = models.CharField("名称", max_length=50)
    basis = models.CharField("分组依据", max_length=200, blank=True)

    objects = FieldManager()

    class Meta:
        verbose_name = verbose_name_plural = "领域"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "name"], name="field_name_once", violation_error_message="该分工方案中已有同名领域。"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str]:
        return (*self.plan.natural_key(), self.name)

    natural_key.dependencies = ["tasks.plan"]


class MainTaskManager(models.Manager):
    def get_by_natural_key(self, plan: str, number: int) -> "MainTask":
        return self.get(plan__slug=plan, number=number)


class MainTask(models.Model):
    """主要任务."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="main_tasks", verbose_name="分工方案")
    number = models.PositiveIntegerField("序号")
    title = models.CharField("主要任务", max_length=200)
    field = models.ForeignKey(
        Field, models.SET_NULL, null=True, blank=True, related_name="main_tasks", verbose_name="领域"
    )

    history = HistoricalRecords(table_name="tasks_maintask_history")
    objects = MainTaskManager()

    class Meta:
        verbose_name = verbose_name_plural = "主要任务"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="maintask_number_once",
                violation_error_message="该序号已被另一项主要任务使用。",
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="maintask_title_given", violation_error_message="请填写主要任务。"
            ),
        ]
        indexes = [models.Index(fields=["plan", "title"], name="maintask_by_title")]  # lists in this order

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def natural_key(self) -> tuple[str, int]:
        return (*self.plan.natural_key(), self.number)

    natural_key.dependencies = ["tasks.plan"]


class MeasureManager(models.Manager):
    def get_by_natural_key(self, plan: str, number: int, order: int) -> "Measure":
        return self.get(main_task__plan__slug=plan, main_task__number=number, order=order)


class Measure(models.Model):
    """具体举措. `text` and `responsibility_text` are the table's, to the letter, slips included."""

    main_task = models.ForeignKey(MainTask, models.CASCADE, related_name="measures", verbose_name="主要任务")
    order = models.PositiveSmallIntegerField("次序", help_text="在主要任务内的次序，从 1 起")
    text = models.TextField("具体举措")
    responsibility_text = models.TextField("责任单位（原文）", blank=True)
    source_line = models.PositiveIntegerField("原表行号", null=True, blank=True)
    source_paragraph = models.PositiveSmallIntegerField("原表段号", null=True, blank=True)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    due_on = models.DateField("完成时限", null=True, blank=True)
    original_due_on = models.DateField(
        "原定完成时限", null=True, blank=True, help_text="第一次确定的完成时限；以后无论怎样调整都保留"
    )
    is_ongoing = models.BooleanField("长期坚持", default=False)
    roll_up = models.CharField("汇总规则", max_length=16, choices=RollUp, default=RollUp.WORST)
    halted = models.CharField("暂停或终止", max_length=12, choices=Halt, blank=True)

    history = HistoricalRecords(table_name="tasks_measure_history")
    objects = MeasureManager()

    class Meta:
        verbose_name = verbose_name_plural = "具体举措"
        ordering = ["main_task__plan", "main_task__number", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["main_task", "order"],
                name="measure_order_once",
                violation_error_message="该次序已被另一项举措使用。",
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="measure_text_given", violation_error_message="请填写具体举措。"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(due_on=None) | Q(due_on__gte=F("starts_on")),
                name="measure_due_after_start",
                violation_error_message="完成时限不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(is_ongoing=False) | Q(due_on=None),
                name="measure_ongoing_or_due",
                violation_error_message="长期坚持的举措没有完成时限，请去掉其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(roll_up__in=RollUp.values),
                name="measure_roll_up_known",
                violation_error_message="汇总规则不在规定范围内。",
            ),
            models.CheckConstraint(
                condition=Q(halted="") | Q(halted__in=Halt.values),
                name="measure_halted_known",
                violation_error_message="只能是暂停或终止。",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="measure_by_due")]  # lists in this order

    def __str__(self) -> str:
        return f"{self.code} {self.text[:30]}{'…' if len(self.text) > 30 else ''}"

    @property
    def code(self) -> str:
        """`7-3`: the third measure of main task 7. Needs `main_task` loaded."""
        return f"{self.main_task.number}-{self.order}"

    def is_past(self, today: datetime.date) -> bool:
        """Whether its due date is over: on the day itself it is not, and never where there is none."""
        return self.due_on is not None and today > self.due_on

    def natural_key(self) -> tuple[str, int, int]:
        return (*self.main_task.natural_key(), self.order)

    natural_key.dependencies = ["tasks.maintask"]


class ProbableSlipManager(models.Manager):
    def get_by_natural_key(self, plan: str, number: int, order: int, as_written: str) -> "ProbableSlip":
        return self.get(
            measure__main_task__plan__slug=plan,
            measure__main_task__number=number,
            measure__order=order,
            as_written=as_written,
        )


class ProbableSlip(models.Model):
    """疑似笔误: a note for staff beside a text that stays as issued."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="probable_slips", verbose_name="具体举措")
    as_written = models.CharField("原文", max_length=100)
    probably = models.CharField("疑应为", max_length=100, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)

    objects = ProbableSlipManager()

    class Meta:
        verbose_name = verbose_name_plural = "疑似笔误"
        ordering = ["measure", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "as_written"], name="slip_once", violation_error_message="这处疑似笔误已有记录。"
            )
        ]

    def __str__(self) -> str:
        return self.as_written

    def natural_key(self) -> tuple[str, int, int, str]:
        return (*self.measure.natural_key(), self.as_written)

    natural_key.dependencies = ["tasks.measure"]
