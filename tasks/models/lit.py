"""Both lights of a measure in columns: as they are at present, and as they were when a period was frozen."""

from django.db import models

from tasks import lights
from tasks.choices import Confidence

PROGRESS_CHOICES = [(light.value, word) for light, word in lights.PROGRESS_WORDS.items()]
DEADLINE_CHOICES = [(light.value, word) for light, word in lights.DEADLINE_WORDS.items()]


class Lit(models.Model):
    """Both lights of a measure and what they rest on."""

    progress_light = models.CharField("进度灯", max_length=16, choices=PROGRESS_CHOICES, blank=True)
    deadline_light = models.CharField("时限灯", max_length=16, choices=DEADLINE_CHOICES, blank=True)
    confidence = models.CharField("研判", max_length=12, choices=Confidence, blank=True)
    percent = models.PositiveSmallIntegerField("完成率", null=True, blank=True)
    scheduled = models.PositiveSmallIntegerField("序时进度", null=True, blank=True)
    counted = models.PositiveSmallIntegerField("计入的职责数", default=0)
    reported = models.PositiveSmallIntegerField("其中已通过数", default=0)
    is_disagreement = models.BooleanField("自评好于推算", default=False)
    rule = models.PositiveIntegerField("判定规则版本", default=0)

    class Meta:
        abstract = True
