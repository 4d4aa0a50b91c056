"""Search over main tasks, measures and units of a plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tasks.models import Plan


def search(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    return render(request, "public/search.html", {"plan": plan, "q": request.GET.get("q", "")})
