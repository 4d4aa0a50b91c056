"""What leaders and the Office add: versions of the rule, instructions, saved views, when somebody last looked, wording."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tasks.choices import InstructionState
from tasks.models.acts import person, together
from tasks.models.plan import Measure, Plan
from tasks.models.report import ProgressReport
from units.models import Unit


class LightRule(models.Model):
    """判定规则: a version of the thresholds from a day on. Version 1 is `tasks.lights.FIRST_RULE`, in force before any row."""

    number = models.PositiveIntegerField("版本", unique=True)
    since_on = models.DateField("施行日期", unique=True)
    risk_points = models.PositiveSmallIntegerField("有风险：落后达到的百分点")
    late_points = models.PositiveSmallIntegerField("滞后：落后超过的百分点")
    urgent_days = models.PositiveSmallIntegerField("临期（黄）的天数")
    soon_days = models.PositiveSmallIntegerField("临期（蓝）的天数")
    reason = models.TextField("理由")
    adopted_at = models.DateTimeField("确定时间")
    adopted_by = person("确定人", required=True)

    class Meta:
        verbose_name = verbose_name_plural = "判定规则"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=2), name="light_rule_from_two", violation_error_message="第 1 版是原有规则。"
            ),
            models.CheckConstraint(
                condition=Q(risk_points__gte=1, late_points__gt=F("risk_points"), late_points__lte=100),
                name="light_rule_points",
                violation_error_message="“滞后”的百分点须大于“有风险”的百分点，都在 1 到 100 之间。",
            ),
            models.CheckConstraint(
                condition=Q(soon_days__gt=F("urgent_days")),
                name="light_rule_days",
                violation_error_message="“临期（蓝）”的天数须多于“临期（黄）”的天数。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="light_rule_has_reason", violation_error_message="请写明调整规则的理由。"
            ),
        ]

    def __str__(self) -> str:
        return f"判定规则第 {self.number} 版"


class Instruction(models.Model):
    """批示: a leader's written word with an owner and a date, followed until it is closed."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="instructions", verbose_name="分工方案")
    number = models.PositiveIntegerField("编号")
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="instructions", verbose_name="具体举措"
    )
    report = models.ForeignKey(
        ProgressReport, models.PROTECT, null=True, blank=True, related_name="instructions", verbose_name="所批的填报"
    )
    text = models.TextField("批示")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="instructions", verbose_name="承办单位")
    due_on = models.DateField("办理时限")
    state = models.CharField("状态", max_length=12, choices=InstructionState, default=InstructionState.OPEN)
    given_at = models.DateTimeField("批示时间")
    given_by = person("批示人", required=True)
    answer = models.TextField("办理情况", blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)
    answered_by = person("反馈人")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = person("办结人")

    class Meta:
        verbose_name = verbose_name_plural = "批示"
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="instruction_number_once", violation_error_message="批示编号重复。"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="instruction_has_text", violation_error_message="请写明批示内容。"
            ),
            models.CheckConstraint(
                condition=Q(state__in=InstructionState.values),
                name="instruction_state_known",
                violation_error_message="批示状态不在规定范围内。",
            ),
            models.CheckConstraint(
                condition=~Q(state=InstructionState.ANSWERED) | ~Q(answer=""),
                name="instruction_answered_says",
                violation_error_message="请写明办理情况。",
            ),
            together("answered_at", "answered_by", "instruction_answered_by", "反馈时间和反馈人须同时填写。"),
            together("closed_at", "closed_by", "instruction_closed_by", "办结时间和办结人须同时填写。"),
        ]
        indexes = [models.Index(fields=["owner", "state"], name="instruction_owner_state")]

    def __str__(self) -> str:
        return f"批示第 {self.number} 号"


class SavedView(models.Model):
    """常用视图: columns, filters and order of a ledger under a name; one's own, or shared by the Office."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="saved_views", verbose_name="分工方案")
    name = models.CharField("名称", max_length=50)
    query = models.CharField("条件", max_length=1000, blank=True, help_text="台账网址中问号后的部分")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name="所有人"
    )
    is_shared = models.BooleanField("共享给全体工作人员", default=False)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "常用视图"
        ordering = ["plan", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "owner", "name"],
                name="saved_view_name_once",
                violation_error_message="已有同名的视图。",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="saved_view_has_name", violation_error_message="请填写视图名称。"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LastLook(models.Model):
    """上次查看: the moment up to which a person says to have seen the dashboard of a plan."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+", verbose_name="分工方案")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="查看人")
    looked_at = models.DateTimeField("查看时间")

    class Meta:
        verbose_name = verbose_name_plural = "上次查看"
        ordering = ["plan", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "person"],
                name="last_look_once",
                violation_error_message="这位人员的查看时间已有记录。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.looked_at}"


class StocktakeWording(models.Model):
    """汇报稿文字: the Office's own words around the figures of the stocktake pack, one row for each section."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="stocktake_wordings", verbose_name="分工方案")
    section = models.CharField("部分", max_length=30)
    text = models.TextField("文字", blank=True)
    saved_at = models.DateTimeField("保存时间")
    saved_by = person("保存人", required=True)

    class Meta:
        verbose_name = verbose_name_plural = "汇报稿文字"
        ordering = ["plan", "section"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "section"], name="wording_section_once", violation_error_message="这一部分已有文字。"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.section}"
