"""What an address names, or the page that says there is no such thing."""

from django.http import Http404

from tasks.models import Measure, Plan
from tasks.queries.measures import measure_at
from tasks.queries.options import FieldOptions, plan_with_fields
from tasks.queries.turns import plan_as_seen_by
from units.models import User


def plan_or_404(user: User, slug: str) -> Plan:
    """As `plan_as_seen_by`."""
    plan = plan_as_seen_by(user, slug)
    if plan is None:
        raise no_plan(slug)
    return plan


def plan_with_fields_or_404(slug: str) -> tuple[Plan, FieldOptions]:
    """One query."""
    found = plan_with_fields(slug)
    if found is None:
        raise no_plan(slug)
    return found


def no_plan(slug: str) -> Http404:
    return Http404(f"没有网址名为 {slug} 的分工表。")


def measure_or_404(slug: str, number: int, order: int) -> Measure:
    """With its main task, plan and field. One query."""
    found = measure_at(slug, number, order)
    if not found:
        raise Http404(f"没有举措 {number}-{order}。")
    return found[0]
