"""What is decided against somebody, or changed after the fact, says why."""

from django.core.exceptions import ValidationError


def refuse_without(reason: str, sentence: str) -> None:
    """Raises ValidationError for the field `reason` where nothing is written in it."""
    if not reason.strip():
        raise ValidationError({"reason": sentence})
