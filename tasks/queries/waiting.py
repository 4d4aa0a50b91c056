"""How much waits for a person's decision, queue by queue."""

from django.db.models import Count, Value

from tasks.queries import closing, review
from units.models import User
from units.permissions import Permission, may


def counts(user: User) -> dict[str, int]:
    """Route of a queue's page -> how many are in it. One query."""
    queues = {"review": review.awaiting_decision_by(user)}
    if may(user, Permission.DECIDE_CLOSING):
        queues["completion-queue"] = closing.completions_awaiting(user)
        queues["extension-queue"] = closing.extensions_awaiting(user)
    queues["review-returned"] = review.returned(user)
    first, *others = (
        queue.order_by().annotate(queue=Value(name)).values("queue").annotate(number=Count("pk"))
        for name, queue in queues.items()
    )
    found = dict(first.union(*others, all=True).values_list("queue", "number"))
    return {name: found.get(name, 0) for name in queues}
