"""An allocation table on its way into the plan: the file, what was decided about it, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tasks.models.acts import person, together
from tasks.models.plan import Plan
from units.models.unit import slug_rule


class TableImport(models.Model):
    """导入的分工表. Until it is applied its owner's alone and gone after some days; then it stays, with its file.

    A return (回到导入以前) has no file: its content is `draft`, what the plan was before another import.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="table_imports", verbose_name="上传人"
    )
    slug = models.CharField("分工方案的网址名", max_length=60, validators=[slug_rule])
    subject = models.CharField("所属工作", max_length=100, blank=True)
    file = models.FileField("文件", upload_to="tables/", blank=True)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_at = models.DateTimeField("上传时间")
    decided = models.JSONField("认定", default=dict, blank=True)  # tasks.allocation.decisions
    draft = models.JSONField("恢复的内容", default=dict, blank=True)  # tasks.allocation.snapshot
    returns_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="returns", verbose_name="恢复到哪次导入以前"
    )
    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="table_imports", verbose_name="分工方案"
    )
    applied_at = models.DateTimeField("写入时间", null=True, blank=True)
    applied_by = person("写入人")
    reason = models.TextField("理由", blank=True)
    document = models.CharField("依据文件", max_length=200, blank=True)
    before = models.JSONField("写入以前的方案", default=dict, blank=True)
    first_amendment = models.PositiveIntegerField("第一项调整的编号", null=True, blank=True)
    last_amendment = models.PositiveIntegerField("最后一项调整的编号", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入的分工表"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "slug", "sha256"],
                condition=Q(applied_at=None),
                name="tableimport_waits_once",
                violation_error_message="这份文件已经上传，正在等您核对。",
            ),
            together("applied_at", "applied_by", "tableimport_applied_at_and_by", "写入时间和写入人须同时填写。"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def numbers(self) -> str:
        """The amendments that it made: 第 3 至 6 号; empty where it made none."""
        if self.first_amendment is None:
            return ""
        if self.first_amendment == self.last_amendment:
            return f"第 {self.first_amendment} 号"
        return f"第 {self.first_amendment} 至 {self.last_amendment} 号"
