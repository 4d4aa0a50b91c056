"""Search over a plan: its main tasks, its measures and the units."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tasks.models import Plan
from tasks.public_pages import public_reading
from tasks.queries.search import SHOWN, find, search_words

LONGEST = 100


@require_safe
@public_reading
def search(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    q = request.GET.get("q", "")
    words = search_words(q)
    context = {"plan": plan, "q": q, "words": words, "shown": SHOWN, "longest": LONGEST}
    if words and len(q) <= LONGEST:
        context["found"] = find(plan, words)
    return render(request, "public/search.html", context)
