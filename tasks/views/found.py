"""What an address names, or the page that says there is no such thing."""

from django.http import Http404

from tasks.models import Measure
from tasks.queries.measures import measure_at


def measure_or_404(slug: str, number: int, order: int) -> Measure:
    """With its main task, plan and field. One query."""
    found = measure_at(slug, number, order)
    if not found:
        raise Http404(f"没有举措 {number}-{order}。")
    return found[0]
