"""操作日志: who did what, when, for which unit, from where. Written once, never changed, chained by hashes."""

import hashlib
import json
from datetime import UTC
from typing import Any, NoReturn

from django.db import models

FIRST_HASH = "0" * 64  # what the first event follows


class AppendOnlyError(TypeError):
    """The audit trail is only ever added to."""


class AuditQuerySet(models.QuerySet):
    def update(self, **fields: Any) -> NoReturn:
        raise AppendOnlyError("操作日志不能修改。")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("操作日志不能删除。")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnlyError("操作日志不能修改。")

    def bulk_create(self, *args: Any, **options: Any) -> NoReturn:
        """It can overwrite rows, and would add ones that hang in no chain."""
        raise AppendOnlyError("操作日志只能逐条追加。")


class AuditEvent(models.Model):
    """One act. Names are kept as text: an event says the same after the account or the unit is gone."""

    number = models.PositiveBigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间", db_index=True)
    actor_key = models.PositiveBigIntegerField("账号编号", null=True, db_index=True)
    actor = models.CharField("操作人", max_length=200)
    role = models.CharField("角色", max_length=40, blank=True)
    unit = models.CharField("单位", max_length=100, blank=True, db_index=True)
    address = models.CharField("来源地址", max_length=64, blank=True)
    verb = models.CharField("操作", max_length=60, db_index=True)
    subject_kind = models.CharField("对象类别", max_length=60, blank=True)
    subject_key = models.CharField("对象编号", max_length=60, blank=True)
    subject = models.CharField("对象", max_length=300, blank=True)
    before = models.TextField("原来", blank=True)
    after = models.TextField("现在", blank=True)
    previous_hash = models.CharField("前一条校验值", max_length=64)
    hash = models.CharField("校验值", max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-number"]
        indexes = [models.Index(fields=["subject_kind", "subject_key"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.actor} {self.verb} {self.subject}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("操作日志不能修改。")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnlyError("操作日志不能删除。")

    def computed_hash(self) -> str:
        """SHA-256 over the previous hash and every field, in a spelling that no field can imitate."""
        fields = [
            self.previous_hash,
            self.number,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor_key,
            *(getattr(self, name) for name in TEXTS),
        ]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=True).encode()).hexdigest()


TEXTS = ("actor", "role", "unit", "address", "verb", "subject_kind", "subject_key", "subject", "before", "after")


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an event is added, so that no two events follow the same one."""

    number = models.PositiveBigIntegerField("序号", default=0)
    hash = models.CharField("校验值", max_length=64, default=FIRST_HASH)

    class Meta:
        verbose_name = verbose_name_plural = "操作日志末端"

    def __str__(self) -> str:
        return str(self.number)
