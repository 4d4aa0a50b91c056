"""How much waits for a person's decision, queue by queue."""

from typing import Any

from django.db.models import Count, Model, Q, QuerySet, Value

from tasks.models import CompletionClaim, ExtensionRequest, ProgressReport
from tasks.queries import closing, review
from tasks.queries.reports import to_decide
from units.models import User
from units.permissions import Permission, may
from units.prepared import planned_anew, prepared

Queue = tuple[str, type[Model], Q]


def counts(user: User) -> dict[str, int]:
    """Route of a queue's page -> how many are in it. One query."""
    queues: list[Queue] = [("review", ProgressReport, to_decide(user))]
    if may(user, Permission.DECIDE_CLOSING):  # and sees them all
        queues.append(("completion-queue", CompletionClaim, closing.undecided(user, claimed_by=user.pk)))
        queues.append(("extension-queue", ExtensionRequest, closing.undecided(user, requested_by=user.pk)))
    queues.append(("review-returned", ProgressReport, review.is_returned(user)))
    found = dict(numbers(*queues))
    return {name: found.get(name, 0) for name, *_ in queues}


@prepared
@planned_anew
def numbers(*queues: Queue) -> QuerySet[Any]:
    first, *others = (
        model.objects.filter(condition)
        .order_by()
        .annotate(queue=Value(name))
        .values("queue")
        .annotate(number=Count("pk"))
        for name, model, condition in queues
    )
    return first.union(*others, all=True).values_list("queue", "number")
