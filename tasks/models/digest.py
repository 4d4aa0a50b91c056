"""待办邮件: that one person was, or is just being, told of their work of one day."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tasks.choices import DigestState


class Digest(models.Model):
    """The row is there before anything is sent, so that of two machines only one sends."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="收件人")
    on = models.DateField("日期", db_index=True)
    state = models.CharField("状态", max_length=8, choices=DigestState, default=DigestState.CLAIMED)
    attempts = models.PositiveSmallIntegerField("发送次数", default=1)
    claimed_at = models.DateTimeField("开始发送时间")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待办邮件"
        ordering = ["-on", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "on"],
                name="digest_one_a_day",
                violation_error_message="这位人员今天的邮件已有记录。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DigestState.values),
                name="digest_state_known",
                violation_error_message="待办邮件的状态不明。",
            ),
            models.CheckConstraint(
                condition=Q(state=DigestState.SENT, sent_at__isnull=False)
                | (~Q(state=DigestState.SENT) & Q(sent_at__isnull=True)),
                name="digest_sent_at",
                violation_error_message="已发出的邮件须有发出时间，没有发出的不能有。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.person}"
