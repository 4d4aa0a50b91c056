"""What comes back from offline: a file on its way between upload and decision, and what was written from it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tasks.choices import WRITABLE, ReportState
from tasks.models.acts import person, together
from tasks.models.duty import Duty
from tasks.models.period import ReportingPeriod
from tasks.models.report import ProgressReport
from units.models import Unit


class Upload(models.Model):
    """上传的填报表, its owner's alone. It lies outside the web root and goes away after some days, used or not."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads", verbose_name="上传人")
    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="uploads", verbose_name="期次")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="uploads", verbose_name="责任单位")
    file = models.FileField("文件", upload_to="uploads/")
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField("导出时间")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "上传的填报表"
        ordering = ["owner", "-uploaded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                name="upload_once",
                violation_error_message="这份文件已经上传，正在等您核对。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ChangeSet(models.Model):
    """导入批次: what was written from one file in one go, and can be taken back in one go."""

    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="change_sets", verbose_name="期次")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="change_sets", verbose_name="责任单位")
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    cell_count = models.PositiveIntegerField("写入的格数")
    applied_at = models.DateTimeField("写入时间")
    applied_by = person("写入人", required=True)
    reverted_at = models.DateTimeField("撤销时间", null=True, blank=True)
    reverted_by = person("撤销人")

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-applied_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cell_count__gte=1),
                name="changeset_has_cells",
                violation_error_message="没有需要写入的内容。",
            ),
            together("reverted_at", "reverted_by", "changeset_reverted_at_and_by", "撤销时间和撤销人须同时填写。"),
        ]
        indexes = [models.Index(fields=["applied_by", "-applied_at"], name="changeset_by")]

    def __str__(self) -> str:
        return f"{self.unit} {self.period} {self.file_name}"


class ChangedReport(models.Model):
    """批次中的一份填报: its content before, and the version it got. `report` is empty once a report begun here is gone."""

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="reports", verbose_name="导入批次")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="+", verbose_name="职责")
    report = models.ForeignKey(
        ProgressReport, models.SET_NULL, null=True, blank=True, related_name="changed_in", verbose_name="填报"
    )
    version = models.PositiveIntegerField("写入后的版本")
    # Content as text by field; empty where the report was begun by this change set.
    before = models.JSONField("写入前", default=dict, blank=True)
    state_before = models.CharField("写入前的状态", max_length=12, choices=ReportState, blank=True)
    written_before = person("写入前的填报人")
    cells = models.JSONField("写入的格", default=list, blank=True)  # [sheet, address, field, before, after]

    class Meta:
        verbose_name = verbose_name_plural = "批次中的填报"
        ordering = ["change_set", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["change_set", "duty"],
                name="changedreport_once",
                violation_error_message="这项职责在这一批中已有一份填报。",
            ),
            models.CheckConstraint(
                condition=Q(state_before="", written_before=None)
                | Q(state_before__in=WRITABLE, written_before__isnull=False),
                name="changedreport_before",
                violation_error_message="写入前只能是草稿、已退回或还没有填报，原有填报须有填报人。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.duty)
