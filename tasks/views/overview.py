"""What a plan promises, in figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tasks.models import Plan


def home(request: HttpRequest) -> HttpResponse:
    plan = Plan.objects.first()
    return overview(request, plan) if plan else render(request, "public/no_plan.html")


def plan_overview(request: HttpRequest, slug: str) -> HttpResponse:
    return overview(request, get_object_or_404(Plan, slug=slug))


def overview(request: HttpRequest, plan: Plan) -> HttpResponse:
    return render(request, "public/overview.html", {"plan": plan})
