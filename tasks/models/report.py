"""What units report, who decided on it, and the files beside it."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from tasks.choices import Confidence, ReportState, ReviewLevel
from tasks.models.acts import person, together
from tasks.models.duty import Duty
from tasks.models.period import ReportingPeriod
from units.models import Unit


class ProgressReport(models.Model):
    """进展填报: one for each duty and period. A correction after the freeze is a further row that names the first."""

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="reports", db_index=False, verbose_name="职责")
    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, related_name="reports", db_index=False, verbose_name="期次"
    )
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name="更正的填报"
    )
    correction_reason = models.TextField("更正理由", blank=True)
    state = models.CharField("状态", max_length=12, choices=ReportState, default=ReportState.DRAFT)
    version = models.PositiveIntegerField("版本", default=1, help_text="每次保存加一；保存时版本不符即有人先改过")

    progress = models.TextField("进展情况", blank=True)
    percent_complete = models.PositiveSmallIntegerField(
        "完成率", null=True, blank=True, validators=[MaxValueValidator(100, "完成率在 0 到 100 之间。")]
    )
    confidence = models.CharField("研判", max_length=12, choices=Confidence, blank=True)
    risk = models.TextField("风险说明", blank=True)
    problems = models.TextField("存在问题", blank=True)
    coordination_request = models.TextField("需协调事项", blank=True)
    coordination_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="请哪个单位协调"
    )
    coordination_due_on = models.DateField("最迟答复", null=True, blank=True)
    next_steps = models.TextField("下一步", blank=True)
    fall_reason = models.TextField("完成率下降的说明", blank=True)
    is_unchanged = models.BooleanField("本期无变化", default=False)
    change_expected_on = models.DateField("预计何时有变化", null=True, blank=True)

    created_at = models.DateTimeField("建立时间")
    written_by = person("填报人", required=True)
    saved_at = models.DateTimeField("最后保存")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = person("提交人")
    is_joint = models.BooleanField("多人经手", default=False, help_text="不止一人填写或提交过，是谁见操作日志")
    is_late = models.BooleanField("补报", default=False)
    approved_at = models.DateTimeField("通过时间", null=True, blank=True)
    approved_by = person("通过人")
    published_at = models.DateTimeField("公开时间", null=True, blank=True)
    published_by = person("公开人")

    class Meta:
        verbose_name = verbose_name_plural = "进展填报"
        ordering = ["period", "duty"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "period"],
                condition=Q(corrects=None),
                name="report_once",
                violation_error_message="这项职责本期已有填报。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values),
                name="report_state_known",
                violation_error_message="填报状态不在规定范围内。",
            ),
            models.CheckConstraint(
                condition=Q(percent_complete=None) | Q(percent_complete__lte=100),
                name="report_percent_0_to_100",
                violation_error_message="完成率在 0 到 100 之间。",
            ),
            models.CheckConstraint(
                condition=Q(confidence="") | Q(confidence__in=Confidence.values),
                name="report_confidence_known",
                violation_error_message="研判不在规定范围内。",
            ),
            models.CheckConstraint(
                condition=(Q(state=ReportState.APPROVED) & Q(approved_at__isnull=False))
                | (~Q(state=ReportState.APPROVED) & Q(approved_at=None)),
                name="report_approved_has_time",
                violation_error_message="已通过的填报须有通过时间，未通过的不能有。",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(state=ReportState.APPROVED),
                name="report_published_is_approved",
                violation_error_message="只有已通过的填报可以公开。",
            ),
            together("submitted_at", "submitted_by", "report_submitted_at_and_by", "提交时间和提交人须同时填写。"),
            together("approved_at", "approved_by", "report_approved_at_and_by", "通过时间和通过人须同时填写。"),
            together("published_at", "published_by", "report_published_at_and_by", "公开时间和公开人须同时填写。"),
        ]
        indexes = [
            models.Index(fields=["duty", "period"], name="report_of_duty"),  # years of periods lie behind each duty
            models.Index(fields=["period", "state"], name="report_period_state"),  # queues and filing boards
            models.Index(  # what waits for a decision, the longest first
                fields=["state", "submitted_at"],
                condition=Q(state__in=(ReportState.SUBMITTED, ReportState.FORWARDED)),
                name="report_waiting",
            ),
            models.Index(  # what was handed in last
                fields=["period", "-submitted_at"], condition=Q(submitted_at__isnull=False), name="report_handed_in"
            ),
            models.Index(  # matters for coordination: few, among the reports of every period
                fields=["period", "coordination_unit", "coordination_due_on", "duty"],
                condition=Q(coordination_unit__isnull=False),
                name="report_asking",
            ),
            models.Index(
                fields=["period", "coordination_due_on", "duty"],
                condition=Q(coordination_unit__isnull=False),
                name="report_asking_by_day",
            ),
            models.Index(  # what an outsider sees of a period, and what was published last
                fields=["period", "published_at"], condition=Q(published_at__isnull=False), name="report_published"
            ),
            models.Index(  # of a duty: what is newest, and whether there is any
                fields=["duty", "period"],
                condition=Q(state=ReportState.APPROVED, published_at__isnull=False),
                name="report_public",
            ),
            models.Index(  # of whose earlier text the audit trail has to be asked: few
                fields=["state"], condition=Q(is_joint=True), name="report_joint"
            ),
            models.Index(
                fields=["-published_at", "-id"], condition=Q(published_at__isnull=False), name="report_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} 举措 {self.duty.measure.code} {self.duty}"


class Review(models.Model):
    """审核: one decision on a report, with its reason. Never changed."""

    report = models.ForeignKey(ProgressReport, models.PROTECT, related_name="reviews", verbose_name="填报")
    level = models.CharField("环节", max_length=8, choices=ReviewLevel)
    is_passed = models.BooleanField("通过")
    remark = models.TextField("意见或退回理由", blank=True)
    mend_by = models.DateField("改好日期", null=True, blank=True)
    version = models.PositiveIntegerField("所审版本")
    decided_at = models.DateTimeField("审核时间")
    decided_by = person("审核人", required=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核"
        ordering = ["report", "decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_passed=True) | ~Q(remark=""),
                name="review_return_has_reason",
                violation_error_message="退回须写明理由。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}{'通过' if self.is_passed else '退回'}"


class Attachment(models.Model):
    """佐证材料. The file lies outside the web root under a random name; this row says what it is."""

    report = models.ForeignKey(ProgressReport, models.PROTECT, related_name="attachments", verbose_name="填报")
    file = models.FileField("文件", upload_to="attachments/")
    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)  # the same file is noticed by its hash
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = person("上传人", required=True)

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["report", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "sha256"], name="attachment_once", violation_error_message="这份文件已经上传过。"
            )
        ]

    def __str__(self) -> str:
        return self.name
