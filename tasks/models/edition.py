"""Which edition of the public pages stands: a word that changes whenever something an outsider may read is written. And what
is kept of it."""

from django.db import models

from tasks.models.plan import Plan


class PublicEdition(models.Model):
    """公开版次: one row at most, written by the database's own triggers alone (`tasks.triggers`), in the transaction they
    belong to. Before the first writing there is none, and nothing is kept.
    """

    mark = models.CharField("版次", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "公开版次"

    def __str__(self) -> str:
        return self.mark


class PublicFigures(models.Model):
    """公开数字: what a plan's public overview counts (`tasks.queries.public_figures`). Right as long as `mark` is that of the
    edition; whoever turns it and knows what becomes of the figures gives them the new one.
    """

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="+", verbose_name="分工方案")
    mark = models.CharField("所据版次", max_length=32)
    figures = models.JSONField("数字", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "公开数字"

    def __str__(self) -> str:
        return f"{self.plan} {self.mark}"
