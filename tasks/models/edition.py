"""Which edition of the public pages stands: a word that changes whenever something an outsider may read is written."""

from django.db import models


class PublicEdition(models.Model):
    """公开版次: one row at most, written by the database's own triggers alone (`tasks.triggers`), in the transaction they
    belong to. Before the first writing there is none, and nothing is kept.
    """

    mark = models.CharField("版次", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "公开版次"

    def __str__(self) -> str:
        return self.mark
