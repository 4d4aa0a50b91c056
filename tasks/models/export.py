"""States that were taken away as files, so that a copy can be told from a forgery years later."""

from django.db import models
from django.db.models import Q

from tasks.choices import ExportKind
from tasks.models.acts import person
from tasks.models.period import ReportingPeriod
from tasks.models.plan import Plan


class ExportRecord(models.Model):
    """导出登记: one row for each state by its check code; the same state taken away again is the same row.

    The rows themselves are not kept: a file is hashed anew from its cells. `digest` is the hash of the rows without the
    cover's facts, by which a CSV, which has no cover, is known.
    """

    code = models.CharField("校验码", max_length=10, unique=True)
    digest = models.CharField("行的散列值", max_length=64, db_index=True)
    kind = models.CharField("内容", max_length=12, choices=ExportKind)
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="分工方案")
    period = models.ForeignKey(
        ReportingPeriod, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="冻结的期次"
    )
    as_of = models.DateField("截至日期")
    query = models.TextField("网址条件", blank=True)
    conditions = models.TextField("筛选和排序")
    row_count = models.PositiveIntegerField("行数")
    made_at = models.DateTimeField("首次导出时间")
    made_by = person("首次导出人", required=True)

    class Meta:
        verbose_name = verbose_name_plural = "导出登记"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ExportKind.values),
                name="export_kind_known",
                violation_error_message="导出的内容不在规定范围内。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"
