"""What every model says alike about an act of a person: who did it, and that its time is kept with its person."""

from django.conf import settings
from django.db import models
from django.db.models import Q


def person(label: str, *, required: bool = False) -> models.ForeignKey:
    """Who did it. Accounts with acts to their name are deactivated, never deleted."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=not required,
        blank=not required,
        related_name="+",
        verbose_name=label,
    )


def together(at: str, by: str, name: str, sentence: str) -> models.CheckConstraint:
    """When and who are both filled in, or neither is; `sentence` says so to the person who filled in one."""
    return models.CheckConstraint(
        condition=Q(**{at: None, by: None}) | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
        name=name,
        violation_error_message=sentence,
    )
