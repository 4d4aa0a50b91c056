"""How much waits for a person's decision, queue by queue."""

from collections import Counter
from typing import Any

from django.db.models import Count, Model, Q, QuerySet, Value

from tasks.models import CompletionClaim, ExtensionRequest, ProgressReport
from tasks.permissions import own_text
from tasks.queries import closing, review
from tasks.queries.reports import at_level, handed_to, still_open_parts
from units.models import User
from units.permissions import Permission, may
from units.prepared import prepared

Queue = tuple[str, type[Model], Q]
OWN = "own"


def counts(user: User) -> dict[str, int]:
    """Route of a queue's page -> how many are in it; under `OWN`, how many reports wait for another. One query."""
    queues: list[Queue] = [("review", ProgressReport, handed_to(user) & part) for part in still_open_parts()]
    if may(user, Permission.DECIDE_CLOSING):  # and sees them all
        queues.append(("completion-queue", CompletionClaim, closing.undecided(user, claimed_by=user.pk)))
        queues.append(("extension-queue", ExtensionRequest, closing.undecided(user, requested_by=user.pk)))
    queues.append(("review-returned", ProgressReport, review.is_returned(user)))
    queues.append((OWN, ProgressReport, at_level(user) & own_text(user.pk)))
    found = Counter()
    for name, number in numbers(*queues):
        found[name] += number
    found["review"] -= found[OWN]  # nobody decides on their own text
    return {name: found[name] for name, *_ in queues}


@prepared
def numbers(*queues: Queue) -> QuerySet[Any]:
    first, *others = (
        model.objects.filter(condition)
        .order_by()
        .annotate(queue=Value(name))
        .values("queue")
        .annotate(number=Count("*"))
        for name, model, condition in queues
    )
    return first.union(*others, all=True).values_list("queue", "number")
