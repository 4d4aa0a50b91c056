"""How a measure's time and its end change: amendments, completion claims, extension requests."""

from django.db import models
from django.db.models import F, Q

from tasks.choices import ClaimState
from tasks.models.acts import person, together
from tasks.models.duty import Duty
from tasks.models.plan import Measure, Plan


class Amendment(models.Model):
    """调整: a numbered change of the table itself, with its reason and document. Never changed."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="amendments", verbose_name="分工方案")
    number = models.PositiveIntegerField("编号")
    measure = models.ForeignKey(
        Measure, models.SET_NULL, null=True, blank=True, related_name="amendments", verbose_name="具体举措"
    )
    subject = models.CharField("事项", max_length=100)
    setting = models.CharField("所调的设定", max_length=20, blank=True, help_text="举措的字段名；不是举措设定的为空")
    before = models.TextField("原来", blank=True)
    after = models.TextField("现在", blank=True)
    reason = models.TextField("理由")
    document = models.CharField("依据文件", max_length=200, blank=True)
    made_at = models.DateTimeField("时间")
    made_by = person("经办人", required=True)

    class Meta:
        verbose_name = verbose_name_plural = "调整记录"
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="amendment_number_once", violation_error_message="调整编号重复。"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="amendment_has_reason", violation_error_message="请写明调整的理由。"
            ),
        ]

    def __str__(self) -> str:
        return f"调整第 {self.number} 号"


class CompletionClaim(models.Model):
    """办结申请: one duty's unit says the measure is done, with evidence; another person verifies it."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="completion_claims", verbose_name="具体举措")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="completion_claims", verbose_name="申请单位的职责")
    state = models.CharField("状态", max_length=12, choices=ClaimState, default=ClaimState.PENDING)
    result = models.TextField("办结情况")
    document = models.CharField("依据文件及文号", max_length=200)
    completed_on = models.DateField("办结日期")
    link = models.URLField("网址", blank=True)
    claimed_at = models.DateTimeField("申请时间")
    claimed_by = person("申请人", required=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = person("决定人")
    decision_reason = models.TextField("核验意见或退回理由", blank=True)
    reopened_at = models.DateTimeField("重新打开时间", null=True, blank=True)
    reopened_by = person("重新打开人")
    reopening_reason = models.TextField("重新打开的理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办结申请"
        ordering = ["-claimed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state=ClaimState.PENDING),
                name="claim_one_pending",
                violation_error_message="这项举措已有待核验的办结申请。",
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state=ClaimState.GRANTED, reopened_at=None),
                name="claim_one_granted",
                violation_error_message="这项举措已经办结。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.RETURNED) | ~Q(decision_reason=""),
                name="claim_return_has_reason",
                violation_error_message="退回办结申请须写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("claimed_by")) | Q(state=ClaimState.WITHDRAWN),
                name="claim_verified_by_another",
                violation_error_message="不能核验自己的办结申请。",
            ),
            together("decided_at", "decided_by", "claim_decided_at_and_by", "决定时间和决定人须同时填写。"),
            together("reopened_at", "reopened_by", "claim_reopened_at_and_by", "重新打开时间和经办人须同时填写。"),
        ]

    def __str__(self) -> str:
        return f"办结申请 {self.measure_id}"

    @property
    def is_in_force(self) -> bool:
        """Granted and not reopened since: by it the measure is 已办结."""
        return self.state == ClaimState.GRANTED and self.reopened_at is None


class ExtensionRequest(models.Model):
    """延期申请, made before the due date. Both dates stay readable whatever is decided."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="extension_requests", verbose_name="具体举措")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="extension_requests", verbose_name="申请单位的职责")
    state = models.CharField("状态", max_length=12, choices=ClaimState, default=ClaimState.PENDING)
    old_due_on = models.DateField("申请时的完成时限")
    new_due_on = models.DateField("申请延至")
    reason = models.TextField("理由")
    requested_at = models.DateTimeField("申请时间")
    requested_by = person("申请人", required=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = person("决定人")
    decision_reason = models.TextField("决定意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(state=ClaimState.PENDING),
                name="extension_one_pending",
                violation_error_message="这项举措已有待决定的延期申请。",
            ),
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")),
                name="extension_moves_later",
                violation_error_message="申请的日期须晚于现在的完成时限。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="extension_has_reason", violation_error_message="请写明延期的理由。"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.RETURNED) | ~Q(decision_reason=""),
                name="extension_return_has_reason",
                violation_error_message="退回延期申请须写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")) | Q(state=ClaimState.WITHDRAWN),
                name="extension_decided_by_other",
                violation_error_message="不能决定自己的延期申请。",
            ),
            together("decided_at", "decided_by", "extension_decided_at_and_by", "决定时间和决定人须同时填写。"),
        ]

    def __str__(self) -> str:
        return f"延期申请 {self.measure_id}"
