"""What is kept so that pages stay fast: summaries of what can be computed from dates and reports, and nothing else.

Every row here is made by `tasks.services.standing`, can be thrown away and made again by `manage.py rebuild_standings`,
and is proved equal to the recount by a test. The one exception is `LightChange`, which is a log.
"""

from django.db import models
from django.db.models import Q

from tasks.choices import FilingState, Stage, WorkList
from tasks.models.duty import Duty
from tasks.models.lit import PROGRESS_CHOICES, Lit
from tasks.models.period import ReportingPeriod
from tasks.models.plan import Measure, Plan
from units.models import Unit


class MeasureStanding(Lit):
    """现状: one row for each measure. It holds through `holds_until`; after that day it is computed anew where it is read."""

    measure = models.OneToOneField(Measure, models.CASCADE, related_name="standing", verbose_name="具体举措")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+", verbose_name="分工方案")
    period = models.ForeignKey(
        ReportingPeriod, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="依据的期次"
    )
    stage = models.CharField("阶段", max_length=24, choices=Stage)
    due_moves = models.PositiveSmallIntegerField("时限调整次数", default=0)
    asked = models.JSONField("请协调的单位", default=list, help_text="每件没有答复的需协调事项一个单位")
    computed_on = models.DateField("推算日期")
    holds_until = models.DateField("有效至")

    class Meta:
        verbose_name = verbose_name_plural = "举措现状"
        ordering = ["measure"]
        indexes = [
            models.Index(fields=["plan", "progress_light", "measure"], name="standing_progress"),  # lists by light
            models.Index(fields=["plan", "deadline_light", "measure"], name="standing_deadline"),
            models.Index(fields=["plan", "holds_until"], name="standing_holds"),  # what has to be computed anew
            models.Index(fields=["plan", "measure"], condition=Q(is_disagreement=True), name="standing_disagrees"),
            models.Index(
                fields=["plan", "-due_moves", "measure"], condition=Q(due_moves__gt=0), name="standing_moved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.progress_light}"


class StandingSummary(models.Model):
    """汇总: the figures of a plan's measures at present, or of a frozen period as it was frozen."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="summaries", verbose_name="分工方案")
    period = models.OneToOneField(
        ReportingPeriod, models.CASCADE, null=True, blank=True, related_name="summary", verbose_name="冻结的期次"
    )
    figures = models.JSONField("数字", default=dict)
    turn = models.PositiveBigIntegerField("变动次数", default=0, help_text="举措现状每变动一次加一")

    class Meta:
        verbose_name = verbose_name_plural = "汇总"
        ordering = ["plan", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(period=None),
                name="summary_one_present",
                violation_error_message="一份分工方案只有一份现状汇总。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.period or '现状'}"


class UnitFigures(models.Model):
    """单位汇总: the present figures of what one unit must report on, by field. It is there as long as the plan's summary."""

    summary = models.ForeignKey(StandingSummary, models.CASCADE, related_name="by_unit", verbose_name="汇总")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name="单位")
    figures = models.JSONField("数字", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "单位汇总"
        ordering = ["summary", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["summary", "unit"], name="unit_figures_once", violation_error_message="该单位已有汇总。"
            )
        ]

    def __str__(self) -> str:
        return f"{self.summary} {self.unit}"


class UnitFiling(models.Model):
    """单位填报: how many of a unit's obliged duties stand where in a period. Each is counted in one of the states.

    `cooperating` ones may report, `needless` ones (halted or completed, of any role) need not; neither is among `obliged`.
    """

    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="unit_filings", verbose_name="期次")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name="单位")
    obliged = models.PositiveIntegerField("应报", default=0)
    drafted = models.PositiveIntegerField("草稿", default=0)
    in_review = models.PositiveIntegerField("审核中", default=0)
    returned = models.PositiveIntegerField("已退回", default=0)
    approved = models.PositiveIntegerField("已通过", default=0)
    late = models.PositiveIntegerField("补报", default=0)
    cooperating = models.PositiveIntegerField("配合", default=0)
    needless = models.PositiveIntegerField("不需填报", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "单位填报"
        ordering = ["period", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "unit"], name="unit_filing_once", violation_error_message="该单位本期已有填报统计。"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.unit}"


class DutyFiling(models.Model):
    """职责填报: where a duty stands in a period that is not frozen, with what its list is sorted by.

    A row for each duty of every role, but those that need not report (`UnitFiling.needless`).
    """

    # No index of the period alone: of a new one nothing is known yet, and PostgreSQL would read all of it to find one duty.
    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="+", db_index=False, verbose_name="期次")
    duty = models.ForeignKey(Duty, models.CASCADE, related_name="+", db_index=False, verbose_name="职责")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False, verbose_name="单位")
    work_list = models.PositiveSmallIntegerField("清单", choices=WorkList)
    until = models.DateField("完成时限", help_text="没有时限的记作最后一天")
    number = models.PositiveIntegerField("主要任务序号")
    order = models.PositiveSmallIntegerField("举措次序")
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True, help_text="只记在已提交清单上")
    state = models.CharField(
        "填报情况", max_length=12, choices=FilingState, blank=True, default="", help_text="不须填报的职责没有"
    )
    is_late = models.BooleanField("补报", default=False, help_text="只记须填报的职责")

    class Meta:
        verbose_name = verbose_name_plural = "职责填报"
        ordering = ["period", "duty"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "period"], name="duty_filing_once", violation_error_message="该职责本期已有一行。"
            )
        ]
        indexes = [  # a page of a list is read in its order
            models.Index(
                fields=["unit", "period", "work_list", "until", "number", "order", "duty"], name="duty_filing_listed"
            ),
            models.Index(
                fields=["unit", "period", "-handed_in_at", "duty"],
                condition=Q(handed_in_at__isnull=False),
                name="duty_filing_handed_in",
            ),
            models.Index(  # the rows behind a number of the filing board
                fields=["unit", "period", "state", "duty"], name="duty_filing_in_state"
            ),
            models.Index(fields=["unit", "period", "duty"], condition=Q(is_late=True), name="duty_filing_late"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.duty_id} {self.get_work_list_display()}"


class LightChange(models.Model):
    """灯的变化: a measure's progress light or stage turned, as it was noticed. Added only."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+", verbose_name="分工方案")
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="light_changes", verbose_name="具体举措")
    at = models.DateTimeField("时间")
    before = models.CharField("原来", max_length=16, choices=PROGRESS_CHOICES, blank=True)
    after = models.CharField("现在", max_length=16, choices=PROGRESS_CHOICES)

    class Meta:
        verbose_name = verbose_name_plural = "灯的变化"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["plan", "-at", "-id"], name="light_change_newest")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.before}→{self.after}"
