"""The verbs of 待办邮件: claim one before it is sent, and note what became of it."""

import datetime

from django.db.models import F

from tasks.choices import DigestState
from tasks.models import Digest
from units.models import User

MOST_ATTEMPTS = 3


def claim(person: User, *, now: datetime.datetime, day: datetime.date) -> Digest | None:
    """The mail of this person and day for the caller alone to send; None where it is another's or done with.

    One that was claimed and never told about again is nobody's any more: it may have been sent.
    """
    digest, is_new = Digest.objects.get_or_create(person=person, on=day, defaults={"claimed_at": now})
    if is_new:
        return digest
    again = Digest.objects.filter(pk=digest.pk, state=DigestState.FAILED, attempts__lt=MOST_ATTEMPTS)
    return digest if again.update(state=DigestState.CLAIMED, attempts=F("attempts") + 1, claimed_at=now) else None


def note_sent(digest: Digest, *, now: datetime.datetime) -> None:
    Digest.objects.filter(pk=digest.pk).update(state=DigestState.SENT, sent_at=now)


def note_failed(digest: Digest) -> None:
    """It certainly did not go out; the next run tries again."""
    Digest.objects.filter(pk=digest.pk).update(state=DigestState.FAILED)
